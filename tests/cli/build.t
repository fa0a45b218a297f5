#!/usr/bin/env python3
"""build: what a dry run prints, byte for byte; what a build leaves in the folder of assets; every way to fail."""
import json, os, re, shutil, signal, stat, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import get, processes_of, put, wait_until
from sandbox import DOCKER, ROOT, Sandbox, end_politely, read, run_tests, work_in_memory, write

ENGINE = "container.runtime=docker", "container.docker=" + DOCKER, "container.base=pull"
KERNEL = "--template", "kernel", "--kernel-version", "6.6.1"
FILES = {"rootfs": ["rootfs.squashfs", "tool-versions.txt"], "kernel": ["vmlinuz", "initrd.img"]}
ARCHES = "arm64", "x86_64"      # in the order of build.toml
WORK = "target/capsem-build"
ALIAS = re.compile(r"(.*)-([0-9a-f]{16})(\..*)?$")


class Project(Sandbox):
    """A project's folder, with its guest folder in it, and a second one that no build may touch."""

    def __init__(self):
        super().__init__()
        self.home = self.dir
        self.dir = os.path.join(self.home, "my project")
        os.mkdir(self.dir)
        shutil.move(self.guest, self.dir)
        self.guest = os.path.join(self.dir, "guest")
        self.edit("config/build.toml", 'kernel_source = "debian"', 'kernel_source = "kernel.org"')
        self.edit("config/build.toml", 'kernel_branch = "6.1"', 'kernel_branch = "auto"')

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def build(self, *args, program=None, cwd=None, **env):
        """Exit status, stdout, stderr."""
        done = subprocess.run([program or self.builder_program, "build", *args], cwd=cwd or self.dir, env=dict(self.env, **env),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=300)
        return done.returncode, done.stdout, done.stderr

    def remove(self):
        shutil.rmtree(self.home, ignore_errors=True)


def state(folder):
    """All below a folder: inode, time, and where it is a link its target."""
    found = {}
    for top, folders, names in os.walk(folder):
        for path in (os.path.join(top, n) for n in folders + names):
            st = os.lstat(path)
            found[os.path.relpath(path, folder)] = os.readlink(path) if stat.S_ISLNK(st.st_mode) else st.st_ino if stat.S_ISDIR(st.st_mode) else (st.st_ino, st.st_mtime_ns)
    return found


def said_by_ninja(out):
    return [e for e in re.findall(r"^\[\d+/\d+\] (\w+) (\S+)$", out, re.M) if e[0] != "CONFIGURE"]


def without_ninja(out):
    """What is left of the output without ninja's progress and what the engine says."""
    ours = r"(Using|===|Kernel:|  \S|Generating|Done!|$)"
    return [line for line in out.splitlines() if re.match(ours, line) and not line.startswith("  |")]


# ---- dry runs

def dockerfile(s, arch, template):
    """What the graph of a plain configure makes of the same template."""
    out = os.path.join(s.home, "plain")
    if not os.path.exists(out):
        done = s.run(s.configure_program, "-C", out, s.guest)
        assert done.returncode == 0, done.stdout
    name = "build/%s/%s.Dockerfile" % (arch, template)
    done = s.run("ninja", "-C", out, name)
    assert done.returncode == 0, done.stdout
    return read(os.path.join(out, name))


def test_dry_run(tap, s):
    before = state(s.dir)
    none = {"PATH": "/nowhere"}
    for template in "rootfs", "kernel":
        texts = {arch: dockerfile(s, arch, template) for arch in ARCHES}
        both = "".join("# --- %s (%s) ---\n%s\n" % (a, template, texts[a]) for a in ARCHES)
        more = ["--template", template]
        tap.same(s.build("--dry-run", *more, **none), (0, both, ""), template + ": both, in the order of build.toml")
        tap.same(s.build("--dry-run", "guest", "--template=" + template, "--arch", "x86_64", "--output", "o", **none),
                 (0, texts["x86_64"] + "\n", ""), template + ": one has no heading")
        tap.same(s.build("--dry-run", *more, "--kernel-version", "1.2.3", **none), (0, both, ""), template + ": --kernel-version is for builds")
        want = {"architectures": {a: {"dockerfile": texts[a], "platform": p, "rust_target": t + "-unknown-linux-musl"}
                                  for a, p, t in (("arm64", "linux/arm64", "aarch64"), ("x86_64", "linux/amd64", "x86_64"))},
                "template": template, "compression": "zstd", "compression_level": 15}
        tap.same(s.build("--json", "--dry-run", *more, **none), (0, json.dumps(want, indent=2) + "\n", ""), template + ": JSON, byte for byte")
        del want["architectures"]["arm64"]
        tap.same(s.build("--json", "--dry-run", *more, "--arch=x86_64", **none), (0, json.dumps(want, indent=2) + "\n", ""), template + ": JSON of one")
    tap.same([re.findall("KERNEL_VERSION=([0-9].*)", texts[a]) for a in ARCHES], [["7.0.11"], ["7.0.11"]], "a dry run asks nobody: the version is always the same")
    tap.same(s.build("--dry-run")[1], s.build("--dry-run", "--template", "rootfs")[1], "rootfs is the default")
    tap.same(s.build("--dry-run", program=s.configure_program), s.build("--dry-run"), "capsem-configure has the command too")
    tap.same(state(s.dir), before, "nothing is written")


def test_own_template(tap, s):
    mine = os.path.join(s.home, "mine")
    write(os.path.join(mine, "Dockerfile.rootfs.j2"), "FROM {{ arch.base_image }} # \u00e9\n")
    code, out, err = s.build("--dry-run", "--json", "--arch", "arm64", "--templates", mine)
    tap.ok((code, err) == (0, "") and '"dockerfile": "FROM debian:bookworm-slim # \\u00e9\\n",\n' in out, "a template of one's own, escaped", out, err)
    write(os.path.join(mine, "Dockerfile.rootfs.j2"), "FROM {{ x | nothing }}\n")
    code, out, err = s.build("--dry-run", "--templates", mine)
    tap.ok((code, out) == (1, "") and mine + "/Dockerfile.rootfs.j2:1:13: error: " in err, "a mistake in it", out, err)


# ---- mistakes in the config and the command line

def test_mistakes(tap, s):
    toml = s.path("guest/config/build.toml")
    good, before = read(toml), state(s.dir)
    for dry in [], ["--dry-run"]:
        how = " ".join(["build"] + dry)
        tap.same(s.build("no/such dir/", *dry), (1, "", "error: directory not found: no/such dir/\n"), how + ": no folder")
        tap.same(s.build("--arch", "riscv64", *dry), (1, "", "error: architecture 'riscv64' not in config (available: arm64, x86_64)\n"), how + ": an unknown architecture")
        tap.same(s.build("--templates", "none", *dry), (1, "", "error: directory not found: none\n"), how + ": no folder of templates")
        write(toml, good.replace("compression_level = 15", "compression_level = 99\nunknown = 1"))
        code, out, err = s.build(*dry)
        lines = err.splitlines()
        tap.ok((code, out) == (1, "") and re.match(r"guest/config/build\.toml:\d+:\d+: error: \[E\d+\] ", lines[0]) and
               lines[-2:] == ["", "1 validation error(s) -- fix before building"] and "warning" not in err, how + ": errors, without warnings", out, err)
        tap.same(s.build("--json", *dry), (code, out, err), how + ": the same with --json")
        write(toml, good + "\n[x")
        code, out, err = s.build(*dry)
        tap.ok((code, out) == (1, "") and "[E002]" in err and err.endswith("\n\n1 validation error(s) -- fix before building\n"), how + ": broken TOML", err)
        with open(toml, "wb") as f:
            f.write(b"[build]\n\xff\n")
        code, out, err = s.build(*dry)
        tap.ok((code, out) == (1, "") and err.endswith(" validation error(s) -- fix before building\n"), how + ": not UTF-8", err)
        write(toml, good)
        code, out, err = s.build(s.path("guest/artifacts"), *dry)
        tap.ok((code, out) == (1, "") and "[E001]" in err and "1 validation error(s)" in err, how + ": no config in the folder", err)
    write(toml, good.replace('"linux/arm64"', '"linux/riscv64"'))
    for template in "rootfs", "kernel":
        code, out, err = s.build("--dry-run", "--arch", "arm64", "--template", template)
        tap.ok((code, err) == (0, "") and {"rootfs": "linux/riscv64", "kernel": "ARCH=riscv64"}[template] in out, "a platform that cannot be built is shown all the same: " + template, out, err)
    write(toml, good)
    for args, said in ((["--template", "foo"], "Invalid value for '--template': 'foo' is not one of 'rootfs', 'kernel'."),
                       (["a", "b"], "Got unexpected extra argument (b)"),
                       (["--output"], "Option '--output' requires an argument.")):
        code, out, err = s.build(*args)
        tap.ok((code, out) == (2, "") and err.startswith("Usage: capsem-builder build [OPTIONS] [GUEST_DIR]\n") and err.endswith("\nError: %s\n" % said), "usage: " + " ".join(args), err)
    code, out, err = s.build("container.runtime=rkt")
    tap.ok((code, out) == (2, "") and "container.runtime=rkt: " in err, "a machine setting that is none", err)
    tap.same({k: v for k, v in state(s.dir).items() if "build.toml" not in k}, {k: v for k, v in before.items() if "build.toml" not in k}, "nothing is written")


def test_missing_programs(tap, s):
    """Before anything is written."""
    before, bin = state(s.dir), os.path.join(s.home, "bin")
    tap.same(s.build(PATH="/nowhere"), (1, "", "error: container-runtime: docker not found on PATH (container runtime not found: no podman and no buildah either)\n"
                                               "  fix: sudo apt install docker.io, or podman, or buildah\n"), "no engine")
    for name, package in (("docker", "docker.io"), ("podman", "podman"), ("buildah", "buildah")):
        tap.same(s.build("container.runtime=" + name, PATH="/nowhere"),
                 (1, "", "error: container-runtime: %s not found on PATH (container runtime not found)\n  fix: sudo apt install %s\n" % (name, package)), "no " + name)
    os.makedirs(bin)
    os.symlink(DOCKER, os.path.join(bin, "docker"))
    tap.same(s.build(PATH=bin), (1, "", "error: ninja not found on PATH\n  fix: sudo apt install ninja-build\n"), "no ninja")
    write(s.path("file"), "")
    tap.same(s.build("--output", "file/x", *ENGINE), (1, "", "error: %s is in the way: not a folder\n" % s.path("file")), "--output below a file")
    os.unlink(s.path("file"))
    os.mkdir(s.path("locked"), 0o555)
    if not os.access(s.path("locked"), os.W_OK):
        tap.same(s.build("--output", "locked/x/y", *ENGINE), (1, "", "error: write into %s: Permission denied\n" % s.path("locked")), "--output in a folder that is read-only")
    os.rmdir(s.path("locked"))
    tap.same(state(s.dir), before, "nothing is written")


# ---- builds

def lines_of(s, template, arches, out="assets", heading=True):
    """Our lines of a whole build."""
    version = re.search(r'CAPSEM_VERSION "(.*)"', read(os.path.join(ROOT, "gen/base/version.h"))).group(1)
    lines = ["Using container runtime: docker"]
    for arch in arches:
        lines += ["=== Building %s for %s ===" % (template, arch)] if heading else []
        lines += ["Kernel: 6.6.1"] if template == "kernel" else []
    lines += ["  %s/%s/%s" % (out, arch, name) for arch in arches for name in FILES[template]]
    return lines + ["Generating checksums (version %s)..." % version, "", "Done! Assets are in %s/" % out]


def is_true(tap, s, out, want, name):
    """The folder holds exactly the files WANT, and sums, manifest, aliases and current say so."""
    out, hashes = s.path(out), {}
    for line in read(os.path.join(out, "B3SUMS")).splitlines():
        hashes[line[66:]] = line[:64]
    check = subprocess.run(["b3sum", "--check", "B3SUMS"], cwd=out, capture_output=True, text=True)
    tap.ok(check.returncode == 0, name + ": B3SUMS is true", check.stdout, check.stderr)
    tap.same(sorted(hashes), sorted(w for w in want if not w.endswith(".txt")), name + ": and names them all")
    manifest = json.loads(read(os.path.join(out, "manifest.json")))
    (release,) = manifest["assets"]["releases"].values()
    tap.same({"%s/%s" % (a, f): v["hash"] for a, files in release["arches"].items() for f, v in files.items()}, hashes, name + ": so does manifest.json")
    arches = sorted({w.split("/")[0] for w in want})
    tap.same(os.readlink(os.path.join(out, "current")), arches[-1], name + ": current")
    found = sorted(os.path.relpath(os.path.join(t, n), out) for t, _, names in os.walk(out) for n in names if not os.path.islink(os.path.join(t, n)))
    aliases = [ALIAS.match(f) for f in found]
    tap.same(sorted(f for f, a in zip(found, aliases) if not a), sorted([*want, "B3SUMS", "manifest.json"]), name + ": nothing else is there")
    tap.same(sorted((a.group(1) + (a.group(3) or ""), a.group(2)) for a in aliases if a), sorted((f, h[:16]) for f, h in hashes.items()), name + ": but the aliases")
    tap.ok(all(os.path.samefile(os.path.join(out, a.group(0)), os.path.join(out, a.group(1) + (a.group(3) or ""))) for a in aliases if a), name + ": which are the same files")


def test_builds(tap, s):
    all_of = lambda template: ["%s/%s" % (a, n) for a in ARCHES for n in FILES[template]]
    others = state(s.guest)
    code, out, err = s.build(*ENGINE)
    tap.same((code, err), (0, ""), "rootfs: it works")
    tap.same(without_ninja(out), lines_of(s, "rootfs", ARCHES), "rootfs: what it says")
    tap.ok(all(("SQUASHFS", "build/assets/%s/rootfs.squashfs" % a) in said_by_ninja(out) for a in ARCHES), "rootfs: with ninja's progress", out[-3000:])
    is_true(tap, s, "assets", all_of("rootfs"), "rootfs")
    code, out, err = s.build(*ENGINE, *KERNEL)
    tap.same((code, err, without_ninja(out)), (0, "", lines_of(s, "kernel", ARCHES)), "kernel: what it says")
    is_true(tap, s, "assets", all_of("rootfs") + all_of("kernel"), "kernel, too")
    tap.ok("KERNEL_VERSION=6.6.1" in read(s.path(WORK, "build.ninja")), "--kernel-version is what is built")
    before = state(s.dir), state(s.path("assets"))
    code, out, err = s.build(*ENGINE, *KERNEL)
    tap.same((code, err, said_by_ninja(out), out.count("ninja: no work to do.\n"), without_ninja(out)), (0, "", [], 2, lines_of(s, "kernel", ARCHES)), "again: nothing to do")
    tap.same(state(s.path("assets")), before[1], "again: nothing is touched")
    tap.same((state(s.guest), sorted(os.listdir(s.dir))), (others, ["assets", "guest", "target"]), "nothing is written elsewhere")
    tap.same([os.stat(s.path("assets", f)).st_ino for f in all_of("rootfs")], [os.stat(s.path(WORK, "build/assets", f)).st_ino for f in all_of("rootfs")], "no copies")
    s.edit("config/build.toml", '"kernel.org"', '"debian"')
    tap.same(s.build(*ENGINE, *KERNEL)[::2], (1, 'error: --kernel-version wants kernel_source = "kernel.org" in build.toml, not "debian"\n'), "--kernel-version for another source")
    s.edit("config/build.toml", '"debian"', '"kernel.org"')


def test_outputs(tap, s):
    """A folder of assets that is emptied, or another one: nothing is built again."""
    shutil.rmtree(s.path("assets"))
    code, out, err = s.build(*ENGINE, "--arch", "x86_64")
    tap.same((code, err, said_by_ninja(out), without_ninja(out)), (0, "", [], lines_of(s, "rootfs", ["x86_64"], heading=False)), "--arch: that one, without a heading")
    is_true(tap, s, "assets", ["x86_64/" + n for n in FILES["rootfs"]], "--arch")
    code, out, err = s.build("--output", s.path("else where/deep/"), *ENGINE)
    tap.same((code, err, said_by_ninja(out), without_ninja(out)), (0, "", [], lines_of(s, "rootfs", ARCHES, s.path("else where/deep"))), "--output elsewhere")
    put(s.path("else where/deep/arm64/vmlinuz"), "of others")
    os.utime(s.path("else where/deep/arm64/vmlinuz"), (1, 1))
    put(s.path("else where/deep/arm64/vmlinuz-0123456789abcdef"), "stale")
    code, out, err = s.build("--output", "./else where/../else where/deep/", *ENGINE)
    tap.same((code, err, out.splitlines()[-1]), (0, "", "Done! Assets are in else where/deep/"), "--output, as it is typed but clean")
    is_true(tap, s, "else where/deep", ["arm64/vmlinuz"] + ["%s/%s" % (a, n) for a in ARCHES for n in FILES["rootfs"]], "among the assets of others")
    put(s.path("assets/x86_64/rootfs.erofs"), "of others")
    code, out, err = s.build("--arch", "x86_64", *ENGINE)
    tap.ok(code == 0 and err == "warning: assets/x86_64/rootfs.erofs is not of this build, and is taken before rootfs.squashfs wherever there is one; remove it\n", "an image of others that would win", err)
    os.unlink(s.path("assets/x86_64/rootfs.erofs"))


def test_other_disk(tap, s):
    here, there = os.stat(s.dir).st_dev, os.path.join("/tmp" if s.dir.startswith("/dev/shm") else "/dev/shm", os.path.basename(s.home))
    try:
        os.mkdir(there)
        if os.stat(there).st_dev == here:
            return tap.ok(True, "another disk # SKIP there is none")
        tap.same(s.build("--output", there, *ENGINE)[0], 0, "another disk")
        is_true(tap, s, there, ["%s/%s" % (a, n) for a in ARCHES for n in FILES["rootfs"]], "another disk")
        before = state(there)
        tap.same((s.build("--output", there, *ENGINE)[0], state(there)), (0, before), "another disk, again: no second copy")
    except OSError as e:
        tap.ok(True, "another disk # SKIP " + str(e))
    finally:
        shutil.rmtree(there, ignore_errors=True)


def test_settings(tap, s):
    """Machine files, the environment, and a build folder of one's own choice."""
    ini = os.path.join(s.home, "ci.ini")
    write(ini, "binary_version = 9.8.7\n[container]\nruntime = docker\ndocker = %s\nbase = pull\n" % DOCKER)
    code, out, err = s.build("--machine", ini, "--arch", "x86_64", SOURCE_DATE_EPOCH="1700000000")
    manifest = json.loads(read(s.path("assets/manifest.json")))
    tap.ok((code, err) == (0, "") and "Generating checksums (version 9.8.7)...\n" in out, "--machine", out, err)
    tap.same((manifest["binaries"]["current"], manifest["assets"]["current"][:9]), ("9.8.7", "2023.1114"), "version and day in the manifest")
    code, out, err = s.build("-C", "mine", "--machine", ini, "--arch", "x86_64", "--output", "o")
    tap.ok((code, err) == (0, "") and os.path.exists(s.path("mine/build/assets/x86_64/rootfs.squashfs")), "-C", out[-2000:], err)
    code, out, err = s.build("container.runtime=auto", "container.podman=none", "container.buildah=" + DOCKER, *ENGINE[1:], "--arch", "x86_64")
    tap.ok("Using container runtime: the first that answers of docker, buildah\n" in out, "which engine it will be is not known before", out, err)


# ---- failures

def fails(tap, s, name, before, code, done, *texts):
    fine = done[0] == code and all(t in done[1] + done[2] for t in texts)
    tap.ok(fine, name, done[0], done[1][-3000:], done[2], "wanted: %s" % (texts,))
    tap.same(state(s.path("assets")), before, name + ": the old assets are as they were")
    tap.same([f for f in state(s.dir) if f.endswith(".tmp")], [], name + ": nothing half-written is left")


def test_failures(tap, s):
    s.build(*ENGINE)
    before = state(s.path("assets"))
    s.append("artifacts/tips.txt", "one more\n")
    command = "error: build command failed: ninja -C %s rootfs-arm64\n" % s.path(WORK)
    fails(tap, s, "the engine fails", before, 1, s.build(*ENGINE, STANDIN_FAIL="build"), command, "stand-in: told to fail")
    engine = s.env["CAPSEM_STANDIN"]
    for sig in signal.SIGINT, signal.SIGTERM:
        logs = s.path(WORK, "build/arm64/rootfs.log")
        if os.path.exists(logs):
            os.unlink(logs)
        child = subprocess.Popen([s.builder_program, "build", *ENGINE], cwd=s.dir, env=dict(s.env, STANDIN_SLEEP="600"), stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        reached = wait_until(lambda: child.poll() is not None or os.path.exists(logs) and b"Step 1/" in get(logs), 60)
        child.send_signal(sig)
        out, err = child.communicate(timeout=60)
        fails(tap, s, "%s during a build" % sig.name, before, 128 + sig, (child.returncode if reached else -1, out, err))
        tap.same((err, processes_of(engine), os.listdir(os.path.join(engine, "containers"))), ("", [], []), "%s: nothing goes on" % sig.name)
    code, out, err = s.build(*ENGINE)
    tap.ok(code == 0 and state(s.path("assets")) != before, "then it works", out[-2000:], err)


def test_two_at_once(tap, s):
    """The second waits for the first to leave their folder."""
    s.append("artifacts/tips.txt", "two more\n")
    logs = s.path(WORK, "build/x86_64/rootfs.log")
    os.unlink(logs)
    first = subprocess.Popen([s.builder_program, "build", "--arch", "x86_64", *ENGINE], cwd=s.dir, env=dict(s.env, STANDIN_SLEEP="1"), stdin=subprocess.DEVNULL,
                             stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    reached = wait_until(lambda: first.poll() is not None or os.path.exists(logs) and b"Step 1/" in get(logs), 60)
    code, out, err = s.build("--arch", "x86_64", *ENGINE)
    said = first.communicate(timeout=60)[0]
    tap.ok(reached and (code, first.returncode, said_by_ninja(out)) == (0, 0, []) and err == "Waiting for another build in %s\n" % WORK, "two at once", code, out, err, said)


def main():
    work_in_memory()
    end_politely()
    return run_tests(Project(), test_dry_run, test_own_template, test_mistakes, test_missing_programs, test_builds, test_outputs, test_other_disk,
                     test_settings, test_failures, test_two_at_once)


sys.exit(main())
