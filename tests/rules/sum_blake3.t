#!/usr/bin/env python3
"""sum_blake3: the same line as b3sum."""
import shutil, subprocess, time
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import Box, get, put

EMPTY = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"

with Box("sum_blake3") as box:
    put("empty")
    box.makes("an empty file", "-o", "out", "-n", "arm64/empty", "empty")
    box.tap.same(get("out").decode(), EMPTY + "  arm64/empty\n", "its hash")
    sizes = [0, 1, 1023, 1024, 1025, 262143, 262144, 262145, 1000000]
    for n in sizes:
        put("dir/file %d" % n, bytes(i % 251 for i in range(251)) * (n // 251) + bytes(range(n % 251)))
        box.run("-o", "sum.%d" % n, "-n", "file %d" % n, "dir/file %d" % n)
    if shutil.which("b3sum"):
        put("dir/SUMS", b"".join(get("sum.%d" % n) for n in sizes))
        check = subprocess.run(["b3sum", "--check", "SUMS"], cwd="dir", capture_output=True, text=True)
        box.tap.ok(check.returncode == 0 and check.stdout.count(": OK") == len(sizes), "b3sum agrees", check.stdout, check.stderr)
        plain = subprocess.run(["b3sum", "dir/file 1025"], capture_output=True).stdout
        box.run("-o", "out", "-n", "dir/file 1025", "dir/file 1025")
        box.tap.same(get("out"), plain, "and prints the same line")
    # Remembered for as long as nobody touches the file. That it is, and that the file is not read then, shows by a
    # forged entry: whoever can write there may as well write the sum itself.
    def cached(path="old"):
        return box.run("-o", "out", "-n", "x", "-c", "deep/cache", path), get("out").decode()

    put("old", "bytes")
    true = cached()
    box.tap.same(os.path.exists("deep/cache"), False, "a file that was written just now is not remembered")
    time.sleep(2.1)
    box.tap.same((cached(), len(os.listdir("deep/cache"))), (true, 1), "one that has settled is")
    if shutil.which("b3sum"):
        entry = os.path.join("deep/cache", os.listdir("deep/cache")[0])
        good = get(entry)
        forged = good[64:-64] + b"0" * 64
        seal = subprocess.run(["b3sum", "--no-names"], input=os.path.basename(entry).encode() + b"\0" + forged, capture_output=True).stdout[:64]
        put(entry, seal + forged)
        box.tap.same(cached()[1], "0" * 64 + "  x\n", "then it is not read again")
        for name, spoil in {"damaged": b"x" + good[1:], "cut off": good[:-1], "empty": b"", "too long": good + b"0", "without a seal": good[64:]}.items():
            put(entry, spoil)
            box.tap.same(cached(), true, "an entry that is %s is worked out anew" % name)
        put(entry, seal + forged)
        was = os.stat("old")
        put("old", "other")
        os.utime("old", ns=(was.st_atime_ns, was.st_mtime_ns))
        box.run("-o", "fresh", "-n", "x", "old")
        box.tap.same(cached()[1], get("fresh").decode(), "other bytes of the same size and time are read: ctime tells")
        os.remove(entry)
        os.mkdir(entry)
        box.tap.same(cached()[1], get("fresh").decode(), "a folder in the way costs time alone")
    box.fails("a folder", "read dir: Is a directory", "-o", "out", "-n", "x", "dir")
    box.fails("no file", "open nowhere: No such file", "-o", "out", "-n", "x", "nowhere")
    box.fails("a name with a line break", "-n wants a name without", "-o", "out", "-n", "a\nb", "empty", status=2)
    box.fails("no name", "option -n is missing", "-o", "out", "-n", "", "empty", status=2)
    code, shown = box.on_terminal("-o", "out", "-n", "x", "dir/file 1000000")
    box.tap.ok(code == 0 and "\r  sum_blake3: 0 of 1 MB" in shown and shown.endswith("\r\033[K"), "progress on a terminal", repr(shown))
sys.exit(box.done())
