#!/usr/bin/env python3
"""configure and ninja together: what is written when, what is remembered, what an error leaves behind."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from sandbox import ROOT, Sandbox, read, run_tests, write


def state(folder):
    """Path -> (bytes, mtime) of all that configure writes."""
    files = {}
    for top, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(top, name)
            if not name.startswith(".ninja"):
                with open(path, "rb") as f:
                    files[os.path.relpath(path, folder)] = (f.read(), os.stat(path).st_mtime_ns)
    return files


def regenerates(tap, s, what, edit, undo=None):
    """EDIT makes ninja write build.ninja or its lists anew, once."""
    before = state(s.out)
    edit()
    ran = s.edges("settings")
    tap.same(ran, ["configure build.ninja"], what + ": ninja configures again")
    tap.same(s.edges("settings"), [], what + ": once")
    after = state(s.out)
    return {p for p in after if after[p][0] != before.get(p, (b"",))[0]}


def folder_times(top):
    return {d: os.stat(d).st_mtime_ns for d, _, _ in os.walk(top)}


def test_twice(tap, s):
    done = s.configure()
    tap.ok(done.returncode == 0, "configure works", done.stdout)
    tap.ok("next: ninja" in done.stdout, "configure says what to do next", done.stdout)
    before, folders = state(s.out), folder_times(s.out)
    done = s.configure()
    tap.same(folder_times(s.out), folders, "a second configure makes no file, not for a moment")
    tap.ok("up to date" in done.stdout, "a second configure says so", done.stdout)
    tap.ok(state(s.out) == before, "a second configure writes nothing")
    tap.same(s.edges("settings"), [], "ninja has nothing to configure")


def test_inputs(tap, s):
    changed = regenerates(tap, s, "a comment in a TOML file", lambda: s.append("config/build.toml", "# x\n"))
    tap.same(changed, set(), "a comment changes no file")
    changed = regenerates(tap, s, "a setting", lambda: s.edit("config/vm/resources.toml", "ram_gb = 4", "ram_gb = 5"))
    tap.same(changed, {"build/settings/defaults.json"}, "a setting changes the settings alone")
    provider = read(os.path.join(s.guest, "config/ai/openai.toml")).replace("[openai", "[other")
    changed = regenerates(tap, s, "a new file in ai/", lambda: write(os.path.join(s.guest, "config/ai/zz.toml"), provider))
    tap.ok("build/x86_64/rootfs.values.json" in changed, "a new provider reaches the values", changed)
    regenerates(tap, s, "a file less in ai/", lambda: os.unlink(os.path.join(s.guest, "config/ai/zz.toml")))
    regenerates(tap, s, "a new folder", lambda: os.mkdir(os.path.join(s.guest, "config/extra")))


def test_machine(tap, s):
    ini, templates = os.path.join(s.dir, "ci.ini"), os.path.join(s.dir, "my templates")
    write(ini, "[qemu]\ncpus = 3\n")
    os.mkdir(templates)
    done = s.configure("--machine", ini, "--templates", templates, "--release", CFLAGS="-O3", SOURCE_DATE_EPOCH="1000000000")
    tap.ok(done.returncode == 0, "configure with a machine file, templates, --release", done.stdout)
    ninja = read(os.path.join(s.out, "build.ninja"))
    tap.ok("-s 1000000000" in ninja, "SOURCE_DATE_EPOCH reaches the helpers")
    tap.ok("order_only" not in read(os.path.join(s.out, "build/x86_64/rootfs.context.json")), "--release: no order-only copies")
    regenerates(tap, s, "the machine file", lambda: write(ini, "[qemu]\ncpus = 1\n"))
    after = read(os.path.join(s.out, "build.ninja"))
    tap.same(after, ninja.replace("-C 3", "-C 1"), "options and environment are replayed")
    mine = os.path.join(templates, "Dockerfile.kernel.j2")
    regenerates(tap, s, "a template of one's own", lambda: write(mine, "FROM scratch\n"))
    tap.ok("my$ templates/Dockerfile.kernel.j2" in read(os.path.join(s.out, "build.ninja")), "it comes before ours")


def test_errors(tap, s):
    path = os.path.join(s.guest, "config/build.toml")
    good, before = read(path), read(os.path.join(s.out, "build.ninja"))
    write(path, good + "\n[oops\n")
    done = s.ninja("settings")
    tap.ok(done.returncode != 0 and "error: [E002]" in done.stdout, "ninja shows a mistake in the config", done.stdout)
    tap.same(read(os.path.join(s.out, "build.ninja")), before, "build.ninja stays as it was")
    done = s.configure()
    tap.same(done.returncode, 1, "configure fails with 1")
    write(path, good)
    done = s.ninja("settings")
    tap.ok(done.returncode == 0, "the next run works", done.stdout)
    os.rename(s.guest, s.guest + ".away")
    done = s.ninja("settings")
    tap.ok(done.returncode != 0 and "directory not found" in done.stdout, "a guest folder that is gone", done.stdout)
    os.rename(s.guest + ".away", s.guest)
    os.unlink(os.path.join(s.out, "build.ninja"))
    os.mkdir(os.path.join(s.out, "build.ninja"))
    done = s.configure()
    tap.ok(done.returncode == 1 and "build.ninja is in the way" in done.stdout, "a folder called build.ninja is not replaced", done.stdout)
    os.rmdir(os.path.join(s.out, "build.ninja"))


def test_commands(tap, s):
    done = s.run(s.configure_program, "--help")
    tap.ok(done.returncode == 0 and "usage:" in done.stdout and len(done.stdout.splitlines()) <= 40, "--help is one screen", done.stdout)
    tap.ok(max(map(len, done.stdout.splitlines())) <= 110, "--help is not too wide")
    done = s.run(s.configure_program, "--version")
    tap.ok(done.stdout.startswith("capsem-configure 0."), "--version")
    done = s.run(s.configure_program, "machine", "qemu.cpus=7", "toolchain.arm64.cc=zig", CC="clang")
    tap.ok("qemu.cpus = 7    (argument)" in done.stdout, "machine: arguments", done.stdout)
    tap.ok("toolchain.cc = clang    (environment CC)" in done.stdout, "machine: environment")
    tap.ok("toolchain.arm64.cc = zig    (argument)" in done.stdout, "machine: one architecture")
    tap.ok("container.runtime = auto    (default)" in done.stdout, "machine: defaults")


def main():
    return run_tests(Sandbox(), test_twice, test_inputs, test_machine, test_errors, test_commands)


sys.exit(main())
