#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# sysutil.t -- capsem-sysutil under each of its names.
import os
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from wire import Host, Tap, frame, message, read_all  # noqa: E402

t = Tap()


def run(host, argv0, *args, **kw):
    p = host.start(
        "capsem-sysutil", *args, argv0=argv0, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **kw
    )
    out, err = p.communicate(timeout=20)
    return p.returncode, out.decode(), err.decode()


def quick():
    """(argv0, arguments, exit code, stdout has, stderr has)"""
    table = (
        ("capsem-sysutil", ["--help"], 0, "sandbox", ""),
        ("/sbin/shutdown", ["--help"], 0, "capsem", ""),
        ("/sbin/halt", ["now", "-h"], 0, "capsem", ""),
        ("suspend", ["-h"], 0, "capsem", ""),
        ("capsem-sysutil", ["shutdown", "-h"], 0, "capsem", ""),
        ("capsem-sysutil", [], 1, "capsem", ""),
        (
            "capsem-sysutil",
            ["frobnicate"],
            1,
            "",
            "unknown command 'frobnicate'; commands: shutdown halt poweroff",
        ),
        ("anything", ["-r"], 1, "", "unknown command '-r'"),
        ("shutdown", ["-r", "now"], 1, "", "not supported"),
        ("/usr/sbin/reboot", [], 1, "", "not supported"),
        ("capsem-sysutil", ["reboot"], 1, "", "not supported"),
    )
    with Host(5004) as host:
        for argv0, args, code, out, err in table:
            got = run(host, argv0, *args)
            t.ok(
                got[0] == code
                and out in got[1]
                and err in got[2]
                and bool(out) == bool(got[1])
                and bool(err) == bool(got[2]),
                " ".join([argv0, *args]),
                got,
            )
        t.ok(host.nobody(5004, 0), "none of them asked the host")


def asks():
    shut, suspend = message("shutdownrequest"), message("suspendrequest")
    cases = (
        ("/sbin/shutdown", ["-h", "now"], shut),
        ("halt", ["-r"], shut),
        ("poweroff", ["-P"], shut),
        ("/usr/local/bin/suspend", [], suspend),
        ("capsem-sysutil", ["shutdown", "-r"], shut),
        ("capsem-sysutil", ["suspend"], suspend),
    )
    with Host(5004) as host:
        start = time.monotonic()
        running = [
            (
                c,
                host.start(
                    "capsem-sysutil",
                    *c[1],
                    argv0=c[0],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                ),
            )
            for c in cases
        ]
        got = []
        for _ in cases:
            with host.accept(5004) as s:
                got.append(read_all(s))
        took = time.monotonic() - start
        t.same(sorted(got), sorted(frame(c[2]) for c in cases), "each asks once, with one frame")
        t.ok(took > 2.9, "not before three seconds", took)
        for (argv0, args, want), p in running:
            out, err = p.communicate(timeout=20)
            label = "Suspending" if want is suspend else "Shutting down"
            text = (
                "".join(f"\r[capsem] {label} in {n}..." for n in (3, 2, 1))
                + f"\r[capsem] {label}..."
            )
            t.ok(
                p.returncode == 0
                and out == b""
                and err.decode().startswith(text)
                and err.endswith(b" \n"),
                f"{argv0} {' '.join(args)} counts down",
                (p.returncode, out, err),
            )


def no_host():
    with Host() as host:
        got = run(host, "shutdown")
        t.ok(
            got[0] == 1 and "[capsem] failed to send shutdownrequest" in got[2],
            "without a host it says so",
            got,
        )


for case in (quick, asks, no_host):
    with t.case(case.__name__):
        case()
t.done()
