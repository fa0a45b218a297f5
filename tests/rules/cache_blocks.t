#!/usr/bin/env python3
"""cache_blocks: what pack_squashfs keeps is told, and thrown away when asked."""
import os, random, re, subprocess, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import Box, Tar, get, put
from sandbox import BIN

NONE = "0 compressed blocks, 0.0 MiB; the file has 0.0 MiB\n"


def pack(seed):
    r = random.Random(1)
    tar = Tar("tree.tar").add("first", r.randbytes(3 << 20)).add("second", random.Random(seed).randbytes(1 << 20)).add("third", b"abc" * 400000)
    tar.close()
    subprocess.run([os.path.join(BIN, "pack_squashfs"), "-o", "image", "-c", "gzip", "-b", "131072", "-s", "0", "-k", "cache/blocks", "tree.tar"], check=True)


with Box("cache_blocks") as box:
    tap = box.tap
    box.makes("no cache", "-o", "out", "-k", "cache/blocks")
    tap.ok(get("out").decode() == NONE and not os.path.exists("cache"), "is an empty one, and none is made", get("out"))
    pack(2)
    box.makes("a cache", "-o", "out", "-k", "cache/blocks")
    tap.ok("has 42 blocks, of which 0 (0.0 %) were there\nof its 5.1 MiB, 0.0 MiB (0.0 %)" in get("out").decode(), "after a first pack", get("out"))
    pack(3)
    box.makes("it", "-o", "out", "-k", "cache/blocks")
    tap.ok("has 42 blocks, of which 34 (81.0 %) were there\nof its 5.1 MiB, 4.1 MiB (80.6 %) were not" in get("out").decode(), "after an edit", get("out"))
    kept = os.path.getsize("cache/blocks")
    box.makes("emptying it", "-o", "out", "-e", "-k", "cache/blocks")
    tap.ok(re.fullmatch(r"0 compressed blocks, 0\.0 MiB; the file has 0\.[01] MiB\n", get("out").decode()) and os.path.getsize("cache/blocks") <= 1 << 17 , "makes it small", get("out"), kept)
    pack(3)
    box.makes("and then", "-o", "out", "-k", "cache/blocks")
    tap.ok(", of which 0 (0.0 %) were there" in get("out").decode(), "nothing was there", get("out"))
    put("cache/blocks", b"no cache at all\n" * 99)
    code, said = box.run("-o", "out", "-k", "cache/blocks")
    tap.ok(code == 0 and said.startswith("cache_blocks: warning: the cache cache/blocks is damaged, or not of this program"), "what is no cache", code, said)
sys.exit(box.done())
