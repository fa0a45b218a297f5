#!/usr/bin/env python3
"""edit_tree.py ROOT TO -- a copy of a built tree in which files can be edited without harm.

Times are kept, so that ninja has nothing to do in it. Large files, which are only ever replaced and never
written into, are links.
"""
import os, shutil, subprocess, sys

LARGE = 4 << 20
UNUSED = {"build/tests", "build/boot", "build/cache/ccache", "build/cache/blocks", "build/cache/kernel"}


def copy(root, to, below):
    os.makedirs(os.path.join(to, below), exist_ok=True)
    for e in os.scandir(os.path.join(root, below)):
        path = os.path.join(below, e.name)
        target = os.path.join(to, path)
        if path in UNUSED or e.name.startswith((".git", "bench-", "__pycache__")):
            continue
        if e.is_symlink():
            os.symlink(os.readlink(e.path), target)
        elif e.is_dir():
            copy(root, to, path)
        elif e.is_file() and e.stat().st_size >= LARGE:
            os.link(e.path, target)
        elif e.is_file():
            shutil.copy2(e.path, target)
    shutil.copystat(os.path.join(root, below), os.path.join(to, below))


def main():
    root, to = sys.argv[1:]
    done = subprocess.run(["ninja", "-n", "initrd"], cwd=root, stdout=subprocess.PIPE, text=True)
    if "no work to do" not in done.stdout:
        sys.exit("the image is not up to date; run ninja first:\n" + done.stdout[-1000:])
    copy(root, to, "")


main()
