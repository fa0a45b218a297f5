#!/usr/bin/env python3
"""What goes wrong, and what is then: mistakes in the config, missing programs, engines that fail, a full disk,
Ctrl-C during each long step. Each time: the exit status, a message with the place and the cure, everything that
was built as it was, nothing left behind, and a next run that works.
"""
import ctypes, os, random, re, signal, sqlite3, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import get, processes_of, put, wait_until
from sandbox import DOCKER, Sandbox, Tap, end_politely, read, work_in_memory, write

HOST = {"x86_64": "x86_64", "aarch64": "arm64"}[os.uname().machine]
OTHER = {"x86_64": "arm64", "arm64": "x86_64"}[HOST]
ALL = [t + HOST for t in ("assets-", "kernel-", "initrd-", "rootfs-", "boot-")] + ["agents-" + OTHER, "settings"]
CLONE_NEWNS = 0x20000       # <sched.h>
DISK = 64 << 20
BALLAST = "build/ballast"

# Stands before a program: blocks, after a sign, where $BLOCK is its name, or that and its first argument.
GATE = """#!/bin/sh
case $BLOCK in "%s"|"%s $1") echo >"$SIGN"; exec sleep 600 ;; esac
%s
"""


class Machine(Sandbox):
    """All that may fail is ours: programs that block on demand, an engine, a small disk below build/."""

    def __init__(self):
        super().__init__()
        self.sign, bin = os.path.join(self.dir, "sign"), os.path.join(self.dir, "bin")
        self.env.update(PATH=bin + ":" + self.env["PATH"], SIGN=self.sign, TMPDIR=os.path.join(self.dir, "TMPDIR"))
        os.mkdir(self.env["TMPDIR"])
        os.makedirs(self.path("build"))
        for name, real in (("docker", 'exec "%s" "$@"' % DOCKER), ("qemu", "echo 'capsem: ready'")):
            put(os.path.join(bin, name), GATE % (name, name, real), 0o755)
        self.why_no_disk = mount(self.path("build"))

    def configure(self, *args, **env):
        return super().configure("container.docker=docker", "qemu.%s=qemu" % HOST, "source_date_epoch=1700000000", *args, **env)

    def path(self, *names):
        return os.path.join(self.out, *names)

    def stale(self, name):
        """Something to do: the helper NAME, or a file below the out folder, is newer than what was made with it."""
        if name.endswith(".log"):   # of a boot: what has passed and has a log is not booted again
            os.unlink(self.path(name))
        else:
            os.utime(self.path(name) if "/" in name else os.path.join(self.libexec, name))

    def remove(self):
        if not self.why_no_disk:
            subprocess.run(["umount", self.path("build")])
        super().remove()

    def files(self):
        """What configure and ninja made: path -> bytes and mode. Logs, reports and the cache tell of the last run, failed or not."""
        found = {}
        for top, _, names in os.walk(self.out):
            for path in (os.path.relpath(os.path.join(top, name), self.out) for name in names):
                full = self.path(path)
                if not re.search(r"\.ninja_\w+$|\.log(\.failed)?$|boot\.json$|^build/cache/blocks\.sqlite|^%s$" % BALLAST, path):
                    found[path] = os.readlink(full) if os.path.islink(full) else (get(full), os.stat(full).st_mode)
        return found

    def left(self):
        """Temporary files, what the engine still has, processes."""
        engine, found = self.env["CAPSEM_STANDIN"], os.listdir(self.env["TMPDIR"])
        for top, folders, names in os.walk(self.dir):
            found += [os.path.join(top, n) for n in folders + names if n.endswith((".tmp", ".d")) and n != "build.ninja.d"]
        for kind in "images", "containers", "tags":
            found += os.listdir(os.path.join(engine, kind))
        return found + ([] if wait_until(lambda: not processes_of(engine)) else processes_of(engine))


def mount(folder):
    """A small disk of memory that no other process sees, gone when we are. Returns why there is none, or None."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        return os.strerror(ctypes.get_errno())
    for args in ["--make-rprivate", "/"], ["-t", "tmpfs", "-o", "size=%d" % DISK, "tmpfs", folder]:
        done = subprocess.run(["mount", *args], stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            return done.stderr.strip()


def differing(a, b):
    return {p for p in {*a, *b} if a.get(p) != b.get(p)}


def judge(tap, s, name, done, texts, before, status=(1,), remade=()):
    """A run failed as it should: its words, and what is there afterwards."""
    fine = done.returncode in status and all(t in done.stdout for t in texts)
    tap.ok(fine, name, "exit %d" % done.returncode, done.stdout[-3000:], "wanted: %s" % (texts,))
    after = s.files()
    changed = {p for p in differing(before, after) - set(remade) if not p.startswith("build/cache/initrd/")}
    tap.same((changed, s.left()), (set(), []), name + ": all is as it was, nothing is left")


def works(tap, s, name, before):
    """The next run, without the fault, succeeds and makes what was there."""
    done = s.ninja(*ALL)
    tap.ok(done.returncode == 0, name + ": the next run works", done.stdout[-3000:])
    tap.same(differing(before, s.files()), set(), name + ": it makes the same")


# ---- the config

def error_at(s, rel, text, skip=0):
    """How an error begins that points at TEXT, or SKIP characters behind its start."""
    head = read(os.path.join(s.guest, rel)).partition(text)[0]
    return "%s/%s:%d:%d: error: " % (s.guest, rel, head.count("\n") + 1, len(head) - head.rfind("\n") + skip)


def config_mistakes(tap, s):
    toml, defconfig, away = "config/build.toml", "kernel/defconfig." + OTHER, os.path.join(s.dir, "away")
    path, good = os.path.join(s.guest, "config", defconfig), read(os.path.join(s.guest, toml))
    s.append(toml, "\n[oops\n")
    mistake(tap, s, "broken TOML", lambda: write(os.path.join(s.guest, toml), good),
            [error_at(s, toml, "[oops", 5) + "[E002] ", "\n  [oops\n       ^\n"])
    os.rename(path, away)
    mistake(tap, s, "a missing defconfig", lambda: os.rename(away, path),
            [error_at(s, toml, '"%s"' % defconfig) + "[E304] missing kernel defconfig for %s: %s " % (OTHER, defconfig),
             "\nhelp: add %s, or correct 'defconfig'\n" % path])
    os.rename(s.guest, away)
    mistake(tap, s, "a missing guest folder", lambda: os.rename(away, s.guest), ["error: directory not found: %s\n" % s.guest])
    before = s.files()
    for name, option, value, text in (
            ("an unknown architecture", "--arch", "mips", "architecture 'mips' not in config (available: arm64, x86_64)\n"),
            ("no folder of templates", "--templates", away, "directory not found: %s\n" % away)):
        judge(tap, s, name, s.configure(option, value), ["capsem-configure: error: " + text], before)
        works(tap, s, name, before)


def mistake(tap, s, name, mend, texts):
    """The mistake is made: ninja and configure say the same."""
    before = s.files()
    judge(tap, s, name + ", seen by ninja", s.ninja("settings"), texts + ["error: rebuilding 'build.ninja'"], before)
    judge(tap, s, name + ", seen by configure", s.configure(), texts, before)
    mend()
    works(tap, s, name, before)


# ---- programs that are missing

def missing_programs(tap, s):
    package = {"arm64": "gcc-aarch64-linux-gnu", "x86_64": "gcc-x86-64-linux-gnu"}[OTHER]
    qemu = {"x86_64": "qemu-system-x86", "arm64": "qemu-system-arm"}[HOST]
    for name, settings, stale, target, texts in (
            ("no compiler for %s" % OTHER, ["toolchain.%s.cc=none" % OTHER], "check_toolchain", "agents-" + OTHER,
             ["check_toolchain: error: the compiler 'none' for %s is not there: apt-get install %s\n" % (OTHER, package)]),
            ("no container engine",
             ["container.runtime=auto", "container.docker=none", "container.podman=nor-this", "container.buildah=neither"],
             "build/%s/rootfs.context" % HOST, "rootfs-" + HOST,
             ["build_image: error: container runtime not found: none of docker, podman and buildah answers\n",
              "  docker: none not found on PATH; to install it: sudo apt install docker.io\n",
              "  podman: nor-this not found on PATH; to install it: sudo apt install podman\n",
              "  buildah: neither not found on PATH; to install it: sudo apt install buildah\n"]),
            ("no QEMU", ["qemu.%s=none" % HOST], "boot_image", "boot-" + HOST,
             ["boot_image: error: none not found: apt-get install %s\n" % qemu])):
        good = s.files()
        s.configure(*settings)
        s.stale(stale)
        before = s.files()
        judge(tap, s, name, s.ninja(target), texts, before)
        s.configure()
        works(tap, s, name, good)


# ---- engines that fail

def failing_engines(tap, s):
    rootfs = "build/%s/rootfs.context" % HOST
    log = "build_image: note: the whole output is in build/%s/rootfs.log\n" % HOST
    step = "build_image: error: rootfs-%s: step 'RUN " % HOST
    for name, stale, env, texts in (
            ("the engine fails in a step", rootfs, {"STANDIN_FAIL": "build", "STANDIN_EXIT": "100"},
             [step, "' failed with exit status 100\n", "  | stand-in: told to fail\n", log]),
            ("a step is killed", rootfs, {"STANDIN_FAIL": "build", "STANDIN_EXIT": "137"},
             [step, " status 137: out of memory, most likely: docker has 8192 MiB, an image wants 8192 or more; raise ", log]),
            ("the engine fails at the export", rootfs, {"STANDIN_FAIL": "export"}, ["build_image: error: ", " export"]),
            ("the engine does not answer", rootfs, {"STANDIN_FAIL": "version"},
             ["docker: docker does not answer (stand-in: told to fail at version); to mend it: sudo systemctl start docker"]),
            ("the registry does not answer", "fetch_base", {"STANDIN_FAIL": "pull"},
             ["fetch_base: error: docker pull debian:bookworm-slim fails: stand-in: told to fail at pull\n"])):
        before = s.files()
        s.stale(stale)
        judge(tap, s, name, s.ninja("rootfs-" + HOST, **env), texts, before)
        works(tap, s, name, before)


# ---- a full disk

def fill(s, free):
    """Leave FREE bytes of the disk."""
    fs = os.statvfs(s.path("build"))
    with open(s.path(BALLAST), "wb") as f:
        os.posix_fallocate(f.fileno(), 0, fs.f_bavail * fs.f_frsize - free)


def full_disk(tap, s):
    """What goes in grows by what cannot be squeezed, and the disk has room up to the step that is to fail."""
    if s.why_no_disk:
        return tap.ok(True, "a full disk # SKIP no small disk can be mounted: " + s.why_no_disk)
    tree, asset = "build/%s/" % HOST, "build/assets/%s/" % HOST
    made = [tree + "rootfs.context", tree + "rootfs.tar", tree + "packages.dpkg"]
    for name, edited, mib, free, target, helper, what, remade in (
            ("initrd", "snapshots", 1, 1 << 18, "initrd-", "pack_initrd", "%sinitrd.img.tmp" % asset, [tree + "initrd.list"]),
            ("build context", "tips.txt", 1, 1 << 18, "rootfs-", "build_image", "the build context", made[:1]),
            ("squashfs", "tips.txt", 8, 13 << 20, "rootfs-", "pack_squashfs", "%srootfs.squashfs.tmp" % asset, made)):
        with open(os.path.join(s.guest, "artifacts", edited), "ab") as f:
            f.write(random.Random(1).randbytes(mib << 20))
        before, name = s.files(), "a full disk: " + name
        fill(s, free)
        text = "%s: error: write %s: No space left on device\n" % (helper, what)
        judge(tap, s, name, s.ninja(target + HOST), [text], before, remade=remade)
        os.unlink(s.path(BALLAST))
        done = s.ninja(*ALL)
        tap.ok(done.returncode == 0 and s.edges(*ALL) == [], name + ": with room it works", done.stdout[-3000:])


# ---- Ctrl-C

def interrupt(s, target, sign, text=b"", **env):
    """SIGINT to ninja's process group, as a terminal sends it, once the file SIGN holds TEXT."""
    child = subprocess.Popen(["ninja", "-C", s.out, target], env=dict(s.env, **env), start_new_session=True, text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    reached = wait_until(lambda: child.poll() is not None or os.path.exists(sign) and text in get(sign), 60)
    if child.poll() is None:
        os.killpg(child.pid, signal.SIGINT)
    said = child.communicate(timeout=60)[0]
    return subprocess.CompletedProcess(child.args, child.returncode if reached else -1, said)


def ctrl_c(tap, s):
    """What was there stays, also the outputs of the step that is stopped."""
    tree, slow = "build/%s/" % HOST, {"STANDIN_SLEEP": "600"}
    log = {what: (s.path(tree, what + ".log"), b"Step 1/") for what in ("rootfs", "kernel")}
    for step, target, stale, env, sign in (
            ("fetch_base", "rootfs-", "fetch_base", {"BLOCK": "docker pull"}, (s.sign,)),
            ("build_image, rootfs", "rootfs-", tree + "rootfs.context", slow, log["rootfs"]),
            ("build_image, kernel", "kernel-", tree + "kernel.context", slow, log["kernel"]),
            ("boot_image", "boot-", tree + "boot.log", {"BLOCK": "qemu"}, (s.sign,))):
        before = s.files()
        if os.path.exists(sign[0]):
            os.unlink(sign[0])
        s.stale(stale)
        done = interrupt(s, target + HOST, *sign, **env)
        judge(tap, s, "Ctrl-C during " + step, done, ["interrupted by user"], before, (2, 130))
        works(tap, s, "Ctrl-C during " + step, before)


def ctrl_c_initrd(tap, s):
    """Nothing stands between pack_initrd and its work: files of holes keep it busy."""
    name, before, out = "Ctrl-C during pack_initrd", s.files(), "build/assets/%s/initrd.img" % HOST
    holes = [os.path.join(s.guest, "artifacts/diagnostics/holes%d" % i) for i in range(2)]
    for path in holes:
        with open(path, "wb") as f:
            f.truncate(1 << 30)
    done = interrupt(s, "initrd-" + HOST, s.path(out + ".tmp"))
    judge(tap, s, name, done, ["interrupted by user"], before, (2, 130), ["build/%s/initrd.list" % HOST])
    for path in holes:
        os.unlink(path)
    works(tap, s, name, before)


def ctrl_c_squashfs(tap, s):
    """Somebody else has the cache for himself, so that pack_squashfs waits."""
    name, before, out = "Ctrl-C during pack_squashfs", s.files(), "build/assets/%s/rootfs.squashfs" % HOST
    s.stale("pack_squashfs")
    db = sqlite3.connect(s.path("build/cache/blocks.sqlite"), isolation_level=None)
    db.execute("BEGIN EXCLUSIVE")
    done = interrupt(s, "rootfs-" + HOST, s.path(out + ".tmp"))
    db.execute("ROLLBACK")
    db.close()
    judge(tap, s, name, done, ["interrupted by user"], before, (2, 130))
    works(tap, s, name, before)


def main():
    work_in_memory()
    end_politely()
    tap, s = Tap(), Machine()
    try:
        done = s.configure()
        done = done if done.returncode else s.ninja(*ALL)
        tap.ok(done.returncode == 0, "without a fault everything is built", done.stdout[-3000:])
        for test in config_mistakes, missing_programs, failing_engines, ctrl_c, ctrl_c_initrd, ctrl_c_squashfs, full_disk:
            test(tap, s)
    finally:
        s.remove()
    return tap.done()


sys.exit(main())
