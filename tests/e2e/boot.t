#!/usr/bin/env python3
"""boot-A, doctor-A and run-A in the graph, with a stand-in engine and a stand-in for QEMU: when there is a
boot, when there is none, and what stops one."""
import json, os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from sandbox import Sandbox, Tap, read, write

QEMU = """#!/bin/sh
# One line for each machine that is started; what it "does" is in the file "console".
for a; do case $a in console=*) echo "$a" >>"${0%/*}/started" ;; esac; done
cat "${0%/*}/console"
"""
READY = "capsem: mark network 20 ms\ncapsem: boot took 900 ms\ncapsem: ready\n"
DOCTOR = READY + "capsem: check %s 3 ms test_a.py::test_one\ncapsem: checks 1\ncapsem: capsem-doctor ended with exit code %d\n"
ASSETS = "vmlinuz", "initrd.img", "rootfs.squashfs"


class Machine:
    def __init__(self, s):
        self.s, self.path = s, os.path.join(s.dir, "qemu")
        write(self.path, QEMU)
        os.chmod(self.path, 0o755)
        self.says(READY)

    def says(self, text):
        write(os.path.join(self.s.dir, "console"), text)

    def started(self):
        """The kernel command lines of the machines started since the last call."""
        path = os.path.join(self.s.dir, "started")
        lines = read(path).splitlines() if os.path.exists(path) else []
        write(path, "")
        return lines

    def asset(self, name):
        return os.path.join(self.s.out, "build/assets/x86_64", name)

    def report(self):
        return json.loads(read(os.path.join(self.s.out, "build/x86_64/boot.json")))


def memory(tap, s, m):
    """A result holds for the bytes of the image."""
    s.edges("boot-x86_64")
    tap.same(len(m.started()), 1, "boot-x86_64 boots")
    tap.same(m.report()["boot"]["stages"], [{"name": "network", "duration_ms": 20}], "its report has the stages")
    tap.same((s.edges("boot-x86_64"), m.started()), ([], []), "a second time there is nothing to do")
    for name in ASSETS:
        os.utime(m.asset(name))
    ran = sorted({e.split()[0] for e in s.edges("boot-x86_64")})
    tap.same((ran, m.started()), (["boot_image", "sum_blake3", "write_manifest"], []), "touched assets: looked at, neither made nor booted")
    tap.same((s.edges("boot-x86_64"), m.started()), ([], []), "then nothing")
    s.append("artifacts/capsem-init", "# edited\n")
    s.edges("boot-x86_64")
    tap.same(len(m.started()), 1, "another initrd is booted")
    s.edges("assets")
    s.append("config/kernel/defconfig.arm64", "# CONFIG_EDITED is not set\n")
    s.edges("assets")
    tap.same((s.edges("boot-x86_64"), m.started()), ([], []), "another architecture's kernel is none of its business")
    os.remove(os.path.join(s.out, "build/x86_64/boot.json"))
    s.edges("boot-x86_64")
    tap.same((len(m.started()), m.report()["boot"]["result"]), (1, "passed"), "a report that was removed is made again")


def doctor(tap, s, m):
    """A failed check fails ninja, and is named; both kinds of boot stand in one report."""
    m.says(DOCTOR % ("failed", 1))
    done = s.ninja("doctor-x86_64")
    tap.ok(done.returncode != 0 and "boot_image: error: 1 of 1 checks failed: test_a.py::test_one (log: build/x86_64/doctor.log.failed)" in done.stdout,
           "a failed check fails ninja", done.stdout)
    lines = m.started()
    tap.ok(len(lines) == 1 and lines[0].endswith(" capsem.poweroff capsem.run=doctor"), "it was run in the VM", lines)
    tap.same(m.report()["doctor"]["checks"][0]["result"], "failed", "the report tells which")
    tap.ok(s.ninja("doctor-x86_64").returncode != 0 and len(m.started()) == 1, "it is tried again the next time")
    m.says(DOCTOR % ("passed", 0))
    s.edges("doctor-x86_64")
    tap.same((len(m.started()), s.edges("doctor-x86_64"), m.started()), (1, [], []), "a doctor that is content is asked once")
    report = m.report()
    tap.same((report["boot"]["result"], report["doctor"]["result"], report["doctor"]["passed"]), ("passed", "passed", 1), "one report tells of both")
    tap.same((s.edges("boot-x86_64", "doctor-x86_64"), m.started()), ([], []), "neither makes the other run")


def damage(tap, s, m):
    """A byte that flips after the build is found before anything is started."""
    for name in ASSETS:
        for kept in True, False:
            path = m.asset(name)
            with open(path, "rb") as f:
                data, st = f.read(), os.stat(path)
            with open(path, "r+b") as f:
                f.seek(len(data) // 2)
                f.write(bytes([data[len(data) // 2] ^ 1]))
            if kept:
                os.utime(path, ns=(st.st_atime_ns, st.st_mtime_ns))
            os.remove(os.path.join(s.out, "build/x86_64/boot.log"))
            done = s.ninja("boot-x86_64")
            what = "a flipped byte of %s%s" % (name, ", its time as before" if kept else "")
            tap.ok(done.returncode != 0 and "build/assets/x86_64/%s " % name in done.stdout and "remove the file and run: ninja assets-x86_64" in done.stdout,
                   what + ": refused by name", done.stdout)
            tap.same(m.started(), [], what + ": nothing is started")
            os.remove(path)
            s.edges("boot-x86_64")
            tap.same(len(m.started()), 1, what + ": as told, and it boots")


def person(tap, s, m):
    """run-A starts a machine each time; shell says how to attach."""
    m.says("")
    for _ in range(2):
        s.edges("run-x86_64")
    lines = m.started()
    tap.ok(len(lines) == 2 and all(line.endswith("capsem.shell") for line in lines), "run-x86_64 runs each time", lines)
    said = s.ninja("shell").stdout
    tap.ok("ninja run-x86_64 " in said and "build/x86_64/run.sock" in said, "shell says how to attach", said)


def main():
    if os.uname().machine != "x86_64":
        print("1..0 # SKIP the stand-ins build the image of an x86_64 machine")
        return 0
    tap, s = Tap(), Sandbox()
    try:
        m = Machine(s)
        done = s.configure("qemu.x86_64=" + m.path)
        tap.ok(done.returncode == 0, "configure", done.stdout)
        for part in memory, doctor, damage, person:
            part(tap, s, m)
    finally:
        s.remove()
    return tap.done()


sys.exit(main())
