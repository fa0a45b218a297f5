#!/usr/bin/env python3
"""agent: the guest programs of one architecture, where they are asked for; every way to fail."""
import os, re, shutil, stat, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import get, put
from sandbox import Sandbox, end_politely, read, run_tests, work_in_memory, write

HOST = {"x86_64": "x86_64", "aarch64": "arm64"}[os.uname().machine]
OTHER = {"x86_64": "arm64", "arm64": "x86_64"}[HOST]
TARGET = {"x86_64": "x86_64-unknown-linux-musl", "arm64": "aarch64-unknown-linux-musl"}
MACHINE = {"x86_64": 62, "arm64": 183}      # e_machine of <elf.h>
PROGRAMS = "capsem-pty-agent", "capsem-net-proxy", "capsem-dns-proxy", "capsem-mcp-server", "capsem-sysutil"


def agent(s, *args, **env):
    """Exit status, stdout without ninja's lines, stderr."""
    done = subprocess.run([s.builder_program, "agent", *args], cwd=s.dir, env=dict(s.env, **env), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    return done.returncode, re.sub(r"^(ninja: |\[\d).*\n", "", done.stdout, flags=re.M), done.stderr


def says(s, arch, out, shown=None):
    sizes = "".join("  %s: %d bytes\n" % (p, os.stat(os.path.join(s.dir, out, arch, p)).st_size) for p in PROGRAMS)
    return "Cross-compiling guest binaries for %s...\n%sDone! Agent binaries for %s are in %s/%s/\n" % (TARGET[arch], sizes, arch, shown or out, arch)


def are_fine(tap, s, out, arch, name):
    folder = os.path.join(s.dir, out, arch)
    tap.same(sorted(os.listdir(folder)), sorted(PROGRAMS), name + ": the five, and nothing else")
    for p in PROGRAMS:
        path = os.path.join(folder, p)
        head = get(path)[:20]
        tap.same((oct(stat.S_IMODE(os.stat(path).st_mode)), head[:4], head[18] + 256 * head[19]), ("0o555", b"\x7fELF", MACHINE[arch]), "%s: %s" % (name, p))


def test_programs(tap, s):
    out = "target/linux-agent"
    code, said, err = agent(s)
    tap.same((code, err, said), (0, "", says(s, HOST, out)), "this machine's: what it says")
    are_fine(tap, s, out, HOST, "this machine's")
    tap.same((sorted(os.listdir(os.path.join(s.dir, "target"))), os.listdir(os.path.join(s.dir, out))), (["capsem-agent", "linux-agent"], [HOST]), "nothing else is there")
    path = os.path.join(s.dir, out, HOST, PROGRAMS[0])
    good, before = get(path), {p: os.stat(os.path.join(s.dir, out, HOST, p)) for p in PROGRAMS}
    tap.same(agent(s), (0, says(s, HOST, out), ""), "again")
    tap.same([(n.st_ino, n.st_mtime_ns) for n in (os.stat(os.path.join(s.dir, out, HOST, p)) for p in PROGRAMS)], [(b.st_ino, b.st_mtime_ns) for b in before.values()], "again: nothing is touched")
    os.unlink(path)
    put(path, "old", 0o555)
    tap.same((agent(s)[0], get(path)), (0, good), "an old one that cannot be written to is replaced")
    code, said, err = agent(s, "--arch", OTHER, "--output", "./some where/", s.guest)
    tap.same((code, err, said), (0, "", says(s, OTHER, "some where")), "--arch and --output")
    are_fine(tap, s, "some where", OTHER, "the other machine's")


def test_without_lint(tap, s):
    """A config that `validate` refuses, but that loads, is good enough; what belongs to images may be missing."""
    os.unlink(os.path.join(s.guest, "config/kernel/defconfig." + HOST))
    shutil.rmtree(os.path.join(s.guest, "artifacts"))
    tap.same(s.run(s.builder_program, "validate", s.guest).returncode, 1, "a config with mistakes")
    tap.same(agent(s)[::2], (0, ""), "programs are compiled all the same")
    ninja = read(os.path.join(s.dir, "target/capsem-agent/build.ninja"))
    tap.same((re.findall(r"^build .*: (build_image|pack_\w+|boot_image) ", ninja, re.M), re.findall(r"^default .*", ninja, re.M)), ([], []), "its graph has no images")
    s.append("config/vm/resources.toml", "# an edit\n")
    done = s.run("ninja", "-C", "target/capsem-agent", "agents-" + HOST)
    tap.ok(done.returncode == 0 and "CONFIGURE build.ninja" in done.stdout and read(os.path.join(s.dir, "target/capsem-agent/build.ninja")) == ninja, "which ninja writes again as it was", done.stdout)


def test_mistakes(tap, s):
    toml, source = os.path.join(s.guest, "config/build.toml"), os.path.join(s.guest, "agent/capsem-sysutil.c")
    good, code = read(toml), read(source)
    path = os.path.join(s.dir, "target/linux-agent", HOST, "capsem-sysutil")
    before = get(path)
    tap.same(agent(s, "no/such"), (1, "", "error: directory not found: no/such\n"), "no folder")
    tap.same(agent(s, "--arch", "riscv64"), (1, "", "error: architecture 'riscv64' not in config\n"), "an unknown architecture")
    write(toml, good.replace("[build.architectures.%s]" % HOST, "[build.architectures.mine]"))
    tap.same(agent(s), (1, "", "error: architecture '%s' not in config\n" % HOST), "this machine's is not in the config")
    write(toml, good.replace("[build.architectures.%s]" % HOST, '[build.architectures."../x"]'))
    status, out, err = agent(s, "--arch", "../x")
    tap.ok((status, out) == (1, "") and "[E011]" in err, "an architecture that leads elsewhere", out, err)
    write(toml, good.replace('"linux/arm64"', '"linux/riscv64"'))
    tap.same(agent(s, "--arch", "arm64"), (1, "", "error: architecture 'arm64': platform 'linux/riscv64' cannot be built\n"), "a platform that is none of ours")
    write(toml, good + "[x\n")
    status, out, err = agent(s)
    tap.ok((status, out) == (1, "") and "[E002]" in err and "warning" not in err, "a config that cannot be loaded", out, err)
    write(toml, good)
    tap.same(agent(s, PATH="/nowhere"), (1, "", "error: ninja not found on PATH\n  fix: sudo apt install ninja-build\n"), "no ninja")
    command = "error: build command failed: ninja -C %s agents-%s\n" % (os.path.join(s.dir, "target/capsem-agent"), HOST)
    write(source, code + "\nnot C\n")
    status, out, err = agent(s)
    tap.ok((status, err) == (1, command) and "error: unknown type name" in out, "a mistake in a program", out, err)
    tap.same(get(path), before, "what was there stays")
    write(source, code)
    status, out, err = agent(s, "toolchain.%s.cc=none" % HOST)
    tap.ok((status, err) == (1, command) and "check_toolchain: error: the compiler 'none' for %s is not there" % HOST in out, "no compiler", out, err)
    tap.same(agent(s, "a", "b")[::2][0], 2, "too many folders")
    status, out, err = agent(s, "--dry-run")
    tap.ok((status, out) == (2, "") and err.endswith("\nError: No such option '--dry-run'.\n"), "an option of build", err)
    tap.same(agent(s), (0, says(s, HOST, "target/linux-agent"), ""), "then it works")


def main():
    work_in_memory()
    end_politely()
    return run_tests(Sandbox(), test_programs, test_mistakes, test_without_lint)


sys.exit(main())
