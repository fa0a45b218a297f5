#!/usr/bin/env python3
"""doctor: compilers, tools, emulation."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from doctor import CROSS, DEBIAN, FOREIGN, HOST, PLATFORM, QEMU, TRIPLE, binfmt, check, compiler, lines, namespace, skip
from sandbox import write


def test_toolchain(tap, s):
    target = "%s-unknown-linux-musl" % TRIPLE[HOST]
    s.lose("cc")
    out = s.host()[1]
    tap.same(lines(out, "] cc not found"), "[FAIL] cc not found\n         fix: sudo apt install gcc", "no compiler")
    tap.same(lines(out, "target"), "[FAIL] target %s not installed: cc not found\n         fix: sudo apt install gcc" % target, "no compiler for this machine's guest")
    tap.same(lines(s.host(CC="/no/cc")[1], "/no/cc not found"), "[FAIL] /no/cc not found\n         fix: name one that is there: toolchain.cc comes from: environment CC",
             "a compiler that the environment names")
    s.tool("cc", "echo 'x.c: error: bad' >&2; echo more >&2; exit 1")
    out = s.host()[1]
    tap.same(lines(out, "] cc "), "[FAIL] cc does not tell its version (more)\n         fix: sudo apt install gcc", "a compiler without a version")
    tap.same(lines(out, "target"), "[FAIL] target %s: cc fails (x.c: error: bad)\n         fix: sudo apt install gcc" % target, "a compiler that fails")
    for what, script in (("for another machine", compiler(FOREIGN)), ("that is none", "read -r line"), ("that is text", compiler(HOST).replace("\\177ELF", "text"))):
        s.tool("cc", script)
        tap.same(lines(s.host()[1], "target"), "[FAIL] target %s: cc makes programs for another machine\n         fix: sudo apt install gcc" % target,
                 "a compiler that makes a program " + what)
    s.restore()
    tap.ok("] target %s: a temporary file cannot be written\n" % target in s.host(TMPDIR="/no/folder")[1], "no folder for temporary files")
    os.mkdir(os.path.join(s.dir, "tmp1"))
    s.host(TMPDIR=os.path.join(s.dir, "tmp1"))
    tap.same(os.listdir(os.path.join(s.dir, "tmp1")), [], "the trial leaves nothing behind")
    os.unlink(os.path.join(s.musl, "crtn.o"))
    tap.same(lines(s.host()[1], "target"), "[FAIL] target %s not installed: no %s/crtn.o\n         fix: name one that is there: toolchain.%s.musl_lib comes from: argument" %
             (target, s.musl, HOST), "no C library where a setting says")
    write(os.path.join(s.musl, "crtn.o"), "")
    status, out, _ = s.start()
    tap.same([lines(out, "target " + TRIPLE[a]) for a in ("arm64", "x86_64")], ["[PASS] target %s-unknown-linux-musl (%s, musl in %s)" % (
             TRIPLE[a], "cc" if a == HOST else TRIPLE[a] + "-linux-gnu-gcc", s.musl) for a in ("arm64", "x86_64")], "both architectures")
    s.lose(TRIPLE[FOREIGN] + "-linux-gnu-gcc")
    tap.same(lines(s.start()[1], "target " + TRIPLE[FOREIGN]), "[FAIL] target %s-unknown-linux-musl not installed: %s-linux-gnu-gcc not found\n         fix: sudo apt install %s" %
             (TRIPLE[FOREIGN], TRIPLE[FOREIGN], CROSS[FOREIGN]), "no cross compiler")
    s.restore()
    s.edit("config/build.toml", PLATFORM[FOREIGN], "linux/riscv64")
    status, out, _ = s.start()
    tap.same((status, lines(out, "riscv64")), (1, "[FAIL] architecture %s: platform 'linux/riscv64' cannot be built\n         fix: linux/amd64 and linux/arm64 can" % FOREIGN),
             "a platform that nobody can build")
    s.edit("config/build.toml", "linux/riscv64", PLATFORM[FOREIGN])
    if os.path.exists("/usr/lib/%s-linux-musl/libc.a" % TRIPLE[HOST]):
        s.tool("cc", "PATH=/usr/bin:/bin exec cc \"$@\"")
        out = s.bare("--arch", HOST)[1]
        tap.same(lines(out, "target"), "[PASS] target %s (cc, musl in /usr/lib/%s-linux-musl)" % (target, TRIPLE[HOST]), "a real compiler and musl")


def test_musl_of_another_machine(tap, s):
    folder = "/usr/include/%s-linux-musl" % TRIPLE[FOREIGN]
    hidden = namespace("[ ! -d %s ] || mount -t tmpfs none %s" % (folder, folder))
    if not hidden:
        skip(tap)
        return
    tap.same(lines(s.bare("--arch", FOREIGN, wrap=hidden)[1], "target"), "[FAIL] target %s-unknown-linux-musl not installed: no %s/stdio.h\n         fix: sudo dpkg "
             "--add-architecture %s && sudo apt update && sudo apt install musl-dev:%s" % (TRIPLE[FOREIGN], folder, DEBIAN[FOREIGN], DEBIAN[FOREIGN]),
             "no C library for the other architecture")


def test_tools(tap, s):
    kind = "qemu-system-" + TRIPLE[HOST]
    for name, script, args, status, want in (
            ("ninja", None, (), 1, "[FAIL] ninja not found\n         fix: sudo apt install ninja-build"),
            ("ninja", "echo 1.9.0", (), 1, "[FAIL] ninja 1.9.0 is too old (minimum 1.10)\n         fix: sudo apt install ninja-build"),
            ("ninja", "echo 0.99", (), 1, "[FAIL] ninja 0.99 is too old (minimum 1.10)\n         fix: sudo apt install ninja-build"),
            ("ninja", "echo 1.10.git", (), 0, "[PASS] ninja 1.10.git"), ("ninja", "echo 2.0", (), 0, "[PASS] ninja 2.0"),
            ("ninja", "echo hello", (), 1, "[FAIL] ninja says 'hello' for its version\n         fix: sudo apt install ninja-build"),
            ("ninja", "echo 99999999999999999999.1", (), 1, "[FAIL] ninja says '99999999999999999999.1' for its version\n         fix: sudo apt install ninja-build"),
            ("ninja", "echo broken >&2; exit 1", (), 1, "[FAIL] ninja does not tell its version (broken)\n         fix: sudo apt install ninja-build"),
            ("b3sum", None, (), 0, "[NOTE] b3sum not found (builds have BLAKE3 of their own; only tests use it)\n         fix: sudo apt install b3sum"),
            ("curl", None, (), 0, "[WARN] curl not found (it asks for kernel releases, and for the sites below)\n         fix: sudo apt install curl"),
            ("mmdebstrap", None, (), 0, "[WARN] mmdebstrap not found (it makes base images where no registry answers)\n         fix: sudo apt install mmdebstrap"),
            ("mmdebstrap", None, ("container.base=bootstrap",), 1, "[FAIL] mmdebstrap not found (it makes base images)\n         fix: sudo apt install mmdebstrap"),
            ("mmdebstrap", None, ("container.base=pull",), 0, None),
            ("mmdebstrap", "exit 2", (), 0, "[WARN] mmdebstrap does not tell its version (exit status 2)\n         fix: sudo apt install mmdebstrap"),
            (kind, None, (), 0, "[WARN] %s not found (ninja boot-%s needs it)\n         fix: sudo apt install %s" % (kind, HOST, QEMU[HOST])),
            (kind, "exit 5", (), 0, "[WARN] %s does not tell its version (exit status 5)\n         fix: sudo apt install %s" % (kind, QEMU[HOST]))):
        s.restore()
        s.tool(name, script) if script else s.lose(name)
        got, out, _ = s.host(*args)
        tap.same((got, lines(out, "] " + name)), (status, want), "%s: %s %s" % (name, script or "missing", " ".join(args)))
        if name == "curl":
            tap.ok("site" not in out.replace("the sites below", ""), "without curl no site is asked")
    s.restore()
    s.edit("config/build.toml", "[build]\n", "[build]\nrootfs_format = \"erofs\"\n")
    tap.same(lines(s.host()[1], "mkfs.erofs"), "[PASS] mkfs.erofs 1.5", "mkfs.erofs, where it packs the root filesystem")
    s.lose("mkfs.erofs")
    tap.same(lines(s.host()[1], "mkfs.erofs"), "[FAIL] mkfs.erofs not found (it packs the root filesystem)\n         fix: sudo apt install erofs-utils",
             "which is not there")
    s.edit("config/build.toml", "rootfs_format = \"erofs\"\n", "")
    s.restore()
    tap.same(lines(s.host("qemu.%s=/no/qemu" % HOST)[1], "/no/qemu"), "[WARN] /no/qemu not found (ninja boot-%s needs it)\n         fix: name one that is there: qemu.%s "
             "comes from: argument" % (HOST, HOST), "a QEMU that a setting names")


def test_emulation(tap, s):
    wrap = binfmt(s, FOREIGN)
    if not wrap:
        skip(tap)
        return
    tap.same(lines(s.start(wrap=wrap)[1], "programs of"), "[PASS] programs of %s run here (qemu-it)" % PLATFORM[FOREIGN], "an emulator is registered")
    bad = "[FAIL] programs of %s do not run here\n         fix: sudo apt install qemu-user-static binfmt-support && sudo update-binfmts --enable" % PLATFORM[FOREIGN]
    for what, machine, state in (("disabled", FOREIGN, "disabled"), ("for another machine", "riscv64", "enabled"), ("for this machine", HOST, "enabled")):
        status, out, _ = s.start(wrap=binfmt(s, machine, state))
        tap.same((status, lines(out, "programs of")), (1, bad), "the emulator is " + what)
    tap.ok("programs of" not in s.host(wrap=wrap)[1], "this machine's programs need none")
    s.docker(KernelVersion="another")
    tap.same(lines(s.start(wrap=binfmt(s, "riscv64"))[1], "programs of"), "[NOTE] programs of %s: docker runs elsewhere, a build will show it" % PLATFORM[FOREIGN],
             "an engine elsewhere has its own")


sys.exit(check(test_toolchain, test_musl_of_another_machine, test_tools, test_emulation))
