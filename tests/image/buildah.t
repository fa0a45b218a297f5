#!/usr/bin/env python3
"""A small guest built by buildah, which needs no daemon."""
import json, os, shutil, subprocess, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from engines import Guest, skip
from helper import get


def ask(*words):
    return subprocess.run(["buildah", *words], capture_output=True, text=True, timeout=60).stdout


def graph():
    return json.loads(ask("info"))["store"]["GraphRoot"]


def left():
    """The user's images and containers, stores and mounts of ours, temporary files."""
    ours = os.path.join(os.path.dirname(GRAPH), "capsem")
    temporary = os.environ.get("TMPDIR", "/var/tmp")
    return (ask("images", "-aq").split(), ask("containers", "-aq").split(), os.listdir(ours) if os.path.exists(ours) else [],
            [m for m in get("/proc/mounts").decode().splitlines() if ours in m], [f for f in os.listdir(temporary) if f.startswith("buildah")],
            [f for f in os.listdir(".") if f.startswith(".") or f.endswith(".tmp")])


if not shutil.which("buildah"):
    skip("buildah is not installed")
GRAPH = graph()
guest = Guest("buildah")
tap = guest.tap
left.nothing = left()
guest.settings(runtime="buildah")
if guest.base():
    more = ("-V", "versions.sh", "-v", "versions", "-k", "node", "-k", "semver", "-l", "packages")
    if guest.build("the rootfs", "one", *more, dockerfile="rootfs", context="context.json"):
        guest.check_rootfs("one")
        guest.check_versions("versions")
        guest.check_packages("packages")
        tap.same(left(), left.nothing, "nothing is left in the engine")
        guest.build("the same again", "two", dockerfile="rootfs", context="context.json")
        tap.same(guest.differences("one", "two"), [], "two builds make the same tree")
    guest.settings(runtime="buildah", isolation="chroot")
    guest.build("the base of the initrd", "initrd.tar", dockerfile="initrd", context="empty.json")
    guest.check_initrd("initrd.tar")
    guest.failures(left)
    guest.interruptions(left)
sys.exit(guest.done())
