#!/usr/bin/env python3
"""A guest folder whose name needs every kind of quoting builds like any other; ninja's tools understand
the graph; the programs' outputs do not depend on where they are."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from sandbox import Sandbox, Tap


def outputs(s):
    found = {}
    for folder in ("build/assets", "build/settings"):
        for top, _, names in os.walk(os.path.join(s.out, folder)):
            for name in names:
                path = os.path.join(top, name)
                if not os.path.islink(path):
                    with open(path, "rb") as f:
                        found[os.path.relpath(path, s.out)] = f.read()
    return found


def check_tools(tap, s):
    for args, want in ((("-t", "targets", "all"), "rootfs-arm64: phony"), (("-t", "graph"), "digraph ninja"),
                       (("-t", "compdb"), '"command"'), (("-t", "missingdeps", "assets"), "No missing dependencies"),
                       (("-n", "assets"), "no work to do"), (("-d", "explain", "assets"), "no work to do"),
                       (("-t", "query", "initrd-x86_64"), "build/published/initrd-x86_64"),
                       (("-t", "inputs", "kernel-arm64"), "defconfig.arm64")):
        done = s.ninja(*args)
        tap.ok(done.returncode == 0 and want in done.stdout, "ninja " + " ".join(args), done.stdout[-2000:])


def main():
    tap = Tap()
    odd, plain = Sandbox("my $guest: #1 (größe) [x] {y} 50% @=+,!~"), Sandbox()
    try:
        for s in (odd, plain):
            done = s.configure("source_date_epoch=1700000000")
            tap.ok(done.returncode == 0, "configure %s" % s.guest, done.stdout)
            done = s.ninja("assets", "settings")
            tap.ok(done.returncode == 0, "ninja assets", done.stdout[-3000:])
            tap.same(s.edges("assets"), [], "no work to do")
            check_tools(tap, s)
        a, b = outputs(odd), outputs(plain)
        tap.same(sorted(a), sorted(b), "the same files in both places")
        tap.same([p for p in a if a[p] != b.get(p)], [], "with the same bytes")
        done = odd.run("b3sum", "--check", "--quiet", "B3SUMS", cwd=os.path.join(odd.out, "build/assets"))
        tap.ok(done.returncode == 0, "b3sum --check", done.stdout)
    finally:
        odd.remove()
        plain.remove()
    return tap.done()


sys.exit(main())
