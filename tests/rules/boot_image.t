#!/usr/bin/env python3
"""boot_image against stand-ins for QEMU: what it makes of what a machine says and how it ends."""
import json, re, signal
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from cases import b3
from helper import Box, get, is_running, put, wait_until

READY = "capsem: ready"

with Box("boot_image") as box:
    tap = box.tap
    NAMES = "vmlinuz", "initrd.img", "rootfs, with a comma"
    for name in NAMES:
        put("A/" + name, name)
    put("MANIFEST")

    def manifest(**changed):
        files = {name: {"hash": changed.get(name) or b3("A/" + name)} for name in NAMES if changed.get(name) != ""}
        put("MANIFEST", json.dumps({"format": 2, "assets": {"current": "2", "releases": {"1": {}, "2": {"arches": {"A": files}}}}}))

    manifest()

    def qemu(script, name="qemu"):
        return "./" + put(name, "#!/bin/sh\n" + script, 0o755)

    def args(arch="x86_64", program="./qemu", seconds="20", more=()):
        if os.path.exists("report"):
            os.remove("report")
        return kept(arch, program, seconds, more)

    def kept(arch="x86_64", program="./qemu", seconds="20", more=()):
        """As args, but what was reported before stays."""
        files = [word for flag, name in zip("kir", NAMES) for word in ("-" + flag, "A/" + name)]
        return ["-o", "out", "-a", arch, *files, "-m", "MANIFEST", "-j", "report", "-q", program, "-t", seconds, *more]

    def report(part="boot"):
        return json.loads(get("report"))[part]

    def log(name="out"):
        return get(name).decode()

    def plain(text):
        return re.sub(r"^\[ *\d+\.\d{3}\] ", "", text, flags=re.M)

    def refuses(name, text, script, **more):
        qemu(script)
        lines = more.pop("lines", 1)
        if os.path.exists("out.failed"):
            os.remove("out.failed")
        box.fails(name, text + " (log: out.failed)\n", *args(**more), lines=lines)
        tap.ok(os.path.exists("out.failed"), name + ": the log is kept")

    qemu('for a; do echo "arg: $a"; done; echo "capsem: ready"')
    put("out.failed", "of an earlier run")
    box.makes("comes up and powers off", *args())
    given = [l[5:] for l in plain(log()).splitlines() if l.startswith("arg: ")]
    def option(name):
        return given[given.index(name) + 1]
    tap.ok(not os.path.exists("out.failed"), "the log of an earlier failure goes")
    tap.ok(re.fullmatch(r"(\[ *\d+\.\d{3}\] [^\n]*\n)+", log()) is not None, "every line has its time", log())
    tap.same([option(o) for o in ("-M", "-accel", "-cpu", "-m", "-smp", "-kernel", "-initrd", "-serial", "-display")],
             ["q35", "tcg", "max", "1024", "2", "A/vmlinuz", "A/initrd.img", "stdio", "none"], "what QEMU is told")
    tap.same(option("-append"), "console=ttyS0 ro init_on_alloc=1 slab_nomerge page_alloc.shuffle=1 random.trust_cpu=1 panic=-1 capsem.poweroff", "the kernel's command line")
    tap.same(option("-drive"), "if=none,id=root,format=raw,readonly=on,file=A/rootfs,, with a comma", "the drive is read-only, commas are doubled")
    tap.ok("-nodefaults" in given and "-no-reboot" in given and not [g for g in given if g.startswith(("-net", "-nic"))], "no network, no reboot", *given)
    box.makes("arm64", *args("arm64", more=("-A", "kvm", "-M", "512", "-C", "1", "-x", "capsem.debug quiet")))
    given = [l[5:] for l in plain(log()).splitlines() if l.startswith("arg: ")]
    tap.same([option(o) for o in ("-M", "-accel", "-m", "-smp")], ["virt", "kvm", "512", "1"], "its machine")
    tap.ok(option("-append").startswith("console=ttyAMA0 ro ") and option("-append").endswith(" capsem.poweroff capsem.debug quiet"), "its command line", option("-append"))

    qemu(r"""printf '\033[2J\033[1;31mred\033[0m \033]0;title\007x\033]0;t\033\\y\r\n\ttab\ta\001b\177\n\n  kept  \ncut\033'
printf '\nutf \303\251\n'; head -c 5000 /dev/zero | tr '\0' z; printf '\ncapsem: ready   \r\nlast without end'; echo warning >&2""")
    box.makes("odd bytes on the console", *args())
    lines = plain(log()).split("\n")
    tap.same(lines[:6], ["red xy", "\ttab\tab", "", "  kept", "cut", "utf \u00e9"], "escape sequences and control characters are taken out")
    tap.same([len(l) for l in lines[6:8]], [4096, 904], "a line without end is cut")
    tap.ok("last without end" in log() and "warning" in log(), "the last line and QEMU's own are in the log")
    for line, fine in ((READY + " after 1.2 s", True), ("not yet " + READY, False), (READY + "ing", False), ("\033[32m%s\033[0m" % READY, True)):
        qemu("printf '%s\\n'" % line.replace("\033", "\\033"))
        code, said = box.run(*args())
        tap.ok((code == 0) == fine, "the line %r %s" % (line, "counts" if fine else "does not count"), said)
    os.remove("out")

    refuses("powers off too early", "the guest powered off without the line 'capsem: ready'", "echo hello")
    refuses("the kernel gives up", "the kernel gave up: [    1.0] Kernel panic - not syncing: VFS", "echo '[    1.0] Kernel panic - not syncing: VFS'; echo later")
    refuses("it gives up after it was ready", "the kernel gave up: Kernel panic", "echo '%s'; echo 'Kernel panic'" % READY)
    refuses("a step of the init fails", "the guest gave up: capsem: FAILED step overlay: no tmpfs", "echo 'capsem: FAILED step overlay: no tmpfs'")
    refuses("QEMU fails", "./qemu ended with status 1: qemu: could not load kernel", "echo 'qemu: could not load kernel' >&2; exit 1")
    refuses("QEMU fails after the line", "./qemu ended with status 7: capsem: ready", "echo '%s'; exit 7" % READY)
    refuses("QEMU is killed in silence", "./qemu ended with status 137: it said nothing", "kill -9 $$")

    # The watchdog shows the last lines before its own.
    qemu("echo $$ > pid; for i in $(seq 30); do echo line $i; done; exec sleep 60")
    put("out", b"before")
    code, said = box.run(*args(seconds="1"))
    want = "".join("  line %d\n" % i for i in range(11, 31)) + "boot_image: error: watchdog: after 1 seconds the guest was not up (log: out.failed)\n"
    tap.same((code, said), (1, want), "the watchdog shows the last 20 lines")
    tap.ok(get("out") == b"before" and wait_until(lambda: not is_running(int(get("pid"))), 5), "it ends the machine, keeps the old log")
    tap.ok("line 1\n" in plain(log("out.failed")), "and all of the new one")
    qemu("echo '%s'; exec sleep 60" % READY)
    code, said = box.run(*args(seconds="1"))
    tap.ok(code == 1 and "the guest was up but had not powered off" in said, "a machine that does not power off", said)
    os.remove("out")

    box.fails("no QEMU", "no-such-qemu not found: apt-get install qemu-system-x86\n", *args(program="no-such-qemu"))
    box.fails("no QEMU for arm64", "no-such-qemu not found: apt-get install qemu-system-arm\n", *args("arm64", program="no-such-qemu"))
    put("data", "x")
    box.fails("not a program", "start ./data: Permission denied", *args(program="./data"))
    for option_, value, text in (("-A", "hvf", "-A wants tcg or kvm"), ("-M", "0", "-M wants a number"), ("-t", "x", "-t wants a number"), ("-a", "mips", "unknown architecture")):
        box.fails("wrong: %s %s" % (option_, value), text, *args(more=(option_, value)), status=2)

    for sig in signal.SIGINT, signal.SIGTERM:
        qemu("echo half; echo $$ > pid.new && mv pid.new pid; exec sleep 60")
        if os.path.exists("pid"):
            os.remove("pid")
        box.interrupted(sig.name + " while it boots", *args(), when=lambda: os.path.exists("pid"), sig=sig)
        tap.ok(wait_until(lambda: not is_running(int(get("pid"))), 5), "the machine is gone")

    # The report: times as the guest tells them, each check, and why it failed.
    qemu("echo 'capsem: mark squashfs 90 ms'; echo 'capsem: mark net_proxy 1200 ms'; echo 'capsem: mark odd'; echo 'capsem: boot took 2320 ms'; echo '%s'" % READY)
    box.makes("a boot", *args())
    part = report()
    tap.same((part["result"], part["stages"], part["ready_ms"], "checks" in part),
             ("passed", [{"name": "squashfs", "duration_ms": 90}, {"name": "net_proxy", "duration_ms": 1200}], 2320, False), "its report")
    tap.same(json.loads(get("report"))["assets"], {name: b3("A/" + name) for name in NAMES}, "the report is about these files")

    # What has passed is not booted again, unless something is different.
    def boots(what, fine, *words):
        put("count", "")
        code, said = box.run(*(words or kept()))
        tap.ok((code, len(get("count"))) == (0, fine), what, said, get("count"))

    qemu("echo x >>count.new; cat count.new >>count; rm count.new; echo '%s'" % READY)
    boots("another machine is booted", 2, *args())
    boots("the same is not", 0)
    for name in NAMES:
        os.utime("A/" + name)
    boots("nor one whose files were touched", 0)
    boots("other options are booted", 2, *kept(more=("-x", "quiet")))
    os.remove("out")
    boots("without its log it is booted", 2, *kept(more=("-x", "quiet")))
    put("A/initrd.img", "another")
    manifest()
    boots("another initrd is booted", 2, *kept(more=("-x", "quiet")))

    # A file that is not what the manifest says never gets as far as QEMU.
    for name in NAMES:
        data = get("A/" + name)
        put("A/" + name, data[:-1] + bytes([data[-1] ^ 1]))
        put("count", "")
        box.fails("a flipped byte of " + name, "A/%s is not what MANIFEST says: its BLAKE3 is " % name, *args())
        tap.ok(get("count") == b"", "and nothing is booted")
        put("A/" + name, data)
    manifest(**{"initrd.img": ""})
    box.fails("a file the manifest does not name", "MANIFEST does not name A/initrd.img; run: ninja assets-A\n", *args())
    put("MANIFEST", '{"format": 2}')
    box.fails("a manifest of nothing", "MANIFEST does not name A/vmlinuz", *args())
    put("MANIFEST", "no JSON")
    box.fails("a manifest that is none", "MANIFEST:1:", *args())
    manifest()

    # A program of the guest: its exit code counts, and its checks are named.
    CHECKS = ["capsem: check passed 12 ms test_a.py::test_one[x y]", "capsem: check skipped 0 ms test_a.py::test_two -- no host",
              "capsem: check failed 7 ms test_b.py::test_three[/a] -- assert 1 == 2 -- see", "capsem: checks 3"]
    def doctor(lines, code):
        qemu("cat <<'END'\n%s\nEND\n" % "\n".join([READY] + lines + (["capsem: capsem-doctor ended with exit code %s" % code] if code is not None else [])))
        return args(more=("-R", "doctor"))
    box.makes("a doctor that finds nothing", *doctor(CHECKS[:2] + ["capsem: checks 2"], 0))
    tap.same([report("doctor")[k] for k in ("result", "passed", "skipped", "failed")], ["passed", 1, 1, 0], "is counted")
    os.remove("out")
    box.fails("a doctor that finds something", "1 of 3 checks failed: test_b.py::test_three[/a] (log: out.failed)\n", *doctor(CHECKS, 1))
    tap.same((report("doctor")["result"], report("doctor")["why"], report("doctor")["checks"]),
             ("failed", "1 of 3 checks failed: test_b.py::test_three[/a]",
              [{"name": "test_a.py::test_one[x y]", "result": "passed", "duration_ms": 12},
               {"name": "test_a.py::test_two", "result": "skipped", "duration_ms": 0, "why": "no host"},
               {"name": "test_b.py::test_three[/a]", "result": "failed", "duration_ms": 7, "why": "assert 1 == 2 -- see"}]), "each check is reported")
    many = ["capsem: check failed 1 ms t%d" % i for i in range(11)]
    box.fails("one that finds a lot", "11 of 11 checks failed: t0, t1, t2, t3, t4, t5, t6, t7 and 3 more (log", *doctor(many, 1))
    box.fails("lines that got lost", "of 3 checks only 2 reached the console (log", *doctor(CHECKS[:2] + CHECKS[3:], 0))
    box.fails("one that cannot check", "capsem: capsem-doctor ended with exit code 4 (log", *doctor([], 4))
    box.fails("one that never ends", "capsem-doctor did not end (log", *doctor([], None))
    for name in "Doctor", "boot", "", "a b":
        box.fails("no name: %r" % name, "-R wants the name of a guest program", *args(more=("-R", name)), status=2)

    # Both kinds of boot share a report, while the image is the same.
    box.makes("a doctor", *doctor([], 0))
    box.makes("and a boot", *kept())
    tap.same((report("doctor")["result"], report()["result"]), ("passed", "passed"), "are in one report")
    put("A/vmlinuz", "another")
    manifest()
    box.makes("a boot of another image", *kept())
    tap.ok("doctor" not in json.loads(get("report")), "has a report without the doctor's part")
    put("report", "garbage")
    box.makes("a report that cannot be read", *kept())
    tap.same(report()["result"], "passed", "is made anew")
    tap.ok(os.stat("report").st_mtime <= max(os.stat("A/" + n).st_mtime for n in NAMES), "the report is no younger than the image")

    qemu("echo one; echo '%s'" % READY)
    code, shown = box.on_terminal(*args(), stdout=True)
    tap.ok(code == 0 and re.fullmatch(r"\[ *\d+\.\d{3}\] one\r\n\[ *\d+\.\d{3}\] capsem: ready\r\n", shown) is not None, "a terminal shows the console", repr(shown))
sys.exit(box.done())
