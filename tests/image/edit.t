#!/usr/bin/env python3
"""The edit loop, to its end: one line of one guest program is edited, ninja rebuilds what holds it and nothing
else, and the next boot runs the new line. The doctor passes three times in a row.

The image is the one that was built; only its container builds are taken as they are."""
import json, os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from sandbox import Sandbox, Tap, read
from vm import ARCH, furnish, need_image

LINE = "loop_run(proxy.loop);"
REBUILT = ["cc build/%s/agents/obj/capsem-net-proxy.c.o", "link build/%s/agents/obj/capsem-net-proxy", "pack_initrd build/assets/%s/initrd.img",
           "seal_binary build/%s/agents/capsem-net-proxy", "sum_context build/%s/initrd.list",
           "write_manifest build/published/initrd-%s"]


def main():
    tap, s = Tap(), Sandbox()
    try:
        tap.ok(furnish(s), "the image that was built, in a folder of its own")
        for n in range(3):
            done = s.ninja("doctor-" + ARCH)
            tap.ok(done.returncode == 0, "the doctor passes, time %d" % (n + 1), done.stdout[-3000:])
            report = json.loads(read(os.path.join(s.out, "build", ARCH, "boot.json")))["doctor"]
            print("# doctor %d: %d passed, %d skipped, %.1f s of checks, %.1f s from power-on to power-off" % (
                n + 1, report["passed"], report["skipped"], sum(c["duration_ms"] for c in report["checks"]) / 1000, report["seconds"]), flush=True)
            os.remove(os.path.join(s.out, "build", ARCH, "doctor.log"))

        s.edges("boot-" + ARCH, "initrd-" + ARCH)
        s.edit("agent/capsem-net-proxy.c", LINE, 'say("one line was edited"); ' + LINE)
        tap.same(s.edges("initrd-" + ARCH), sorted(r % ARCH for r in REBUILT), "an edit of one line rebuilds what holds it, nothing else")
        done = s.ninja("boot-" + ARCH)
        log = read(os.path.join(s.out, "build", ARCH, "boot.log")) if done.returncode == 0 else done.stdout
        tap.ok("capsem-net-proxy: one line was edited" in log, "the next boot runs it", log[-3000:])
    finally:
        s.remove()
    return tap.done()


need_image()
sys.exit(main())
