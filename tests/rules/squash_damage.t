#!/usr/bin/env python3
"""What pack_squashfs reads back with: it takes what another program packed, and no bit of an image may be
another without its notice, but for those that mean nothing: neither to unsquashfs nor to Linux."""
import random, re, shutil, struct, subprocess, tarfile
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import Box, Tar, get, put
from sandbox import TESTS

READ = os.path.join(TESTS, "rules/read_squashfs")
BLOCK, EPOCH = 4096, 1000
FILES = ["b", "c", "large", "holes"]
LOOK = """
for f in %s; do
	echo "== $f"; mount -t squashfs -o loop,ro $f m || continue
	(cd m && find . -printf '%%P %%y %%m %%U %%G %%n %%i %%s %%T@ %%l %%b\\n' | sort; stat -c %%t:%%T a/null; cat %s | sha256sum; getfattr -Rdm- . 2>&1)
	umount m
done"""

if not shutil.which("sqfstar") or not shutil.which("unsquashfs"):
    print("1..0 # SKIP no squashfs-tools")
    sys.exit(0)


def tree(path):
    once = "a value that is long enough to be there only once"
    t = Tar(path).folder("a", 0o2750, gid=8).folder("a/empty", 0o700).device("a/null", 1, 259)
    t.add("a/pipe", type=tarfile.FIFOTYPE).link("a/link", "over/there")
    t.add("b", b"some bytes", pax_headers={"SCHILY.xattr.user.b": "1", "SCHILY.xattr.user.long": once})
    t.hard("again", "b").add("c", b"other bytes", uid=70000, pax_headers={"SCHILY.xattr.user.long": once})
    bytes_ = random.Random(1).randbytes(BLOCK + 2000) + b"z" * 9000
    t.add("large", bytes_).add("twin", bytes_).add("holes", b"x" + bytes(5 * BLOCK)).add("nothing")
    t.folder("marked", pax_headers={"SCHILY.xattr.user.folder": "3"})
    for i in range(80):                           # so many that the folder has an index
        t.add("many/%0200d" % i, type=tarfile.FIFOTYPE)
    return t.close()


def read(image, *more, format="gzip", block=BLOCK):
    done = subprocess.run([READ, format, str(block), str(EPOCH), image, "tree.tar", *map(str, more)], capture_output=True, text=True, errors="replace", timeout=600)
    return done.returncode, done.stdout, done.stderr


def sqfstar(image, *more):
    with open("tree.tar") as tar:
        subprocess.run(["sqfstar", "-quiet", "-no-progress", "-root-mode", "755", "-mkfs-time", str(EPOCH), "-all-time", str(EPOCH), *more, image],
                       stdin=tar, stdout=subprocess.DEVNULL, check=True)


def unnoticed(tap, image, parts):
    """Copies of an image, each with one bit turned over that was not noticed."""
    copies, tried = [], 0
    for start, end in parts:
        code, out, err = read(image, start, end, start % 8)
        tap.ok(code == 0 and err == "", "%s: bytes %d to %d are tried" % (image, start, end), code, err[-2000:])
        for at, bit in re.findall(r"(\d+) (\d)\n", out):
            bytes_ = bytearray(get(image))
            bytes_[int(at)] ^= 1 << int(bit)
            copies.append(put("%s-%s-%s" % (image, at, bit), bytes(bytes_)))
        tried += end - start
    tap.ok(len(copies) < tried // 20, "%s: %d of %d are not noticed" % (image, len(copies), tried), copies)
    return copies


def told(image):
    """What unsquashfs makes of it."""
    run = lambda *args: subprocess.run(["unsquashfs", *args], capture_output=True, env=dict(os.environ, TZ="UTC"), timeout=60)
    return run("-lln", image).stdout, run("-cat", image, *FILES).stdout


def mounted(images):
    """What Linux makes of each; None where we may not ask."""
    os.makedirs("m", exist_ok=True)
    if os.geteuid() or "squashfs" not in get("/proc/filesystems").decode():
        return None
    done = subprocess.run(["unshare", "-m", "sh", "-c", LOOK % (" ".join(images), " ".join(FILES))], capture_output=True, text=True, timeout=600)
    found = dict(part.split("\n", 1) for part in done.stdout.split("== ")[1:])
    return found if "empty" in found.get(images[0], "") else None


with Box("pack_squashfs") as box:
    tap = box.tap
    tree("tree.tar")
    for format in "gzip", "zstd", "lzo", "xz":
        sqfstar("other." + format, "-comp", format)
        tap.same(read("other." + format, format=format, block=131072), (0, "", ""), "what mksquashfs packs with %s is read" % format)
        box.makes("packs with " + format, "-o", "own." + format, "-c", format, "-b", str(BLOCK), "-s", str(EPOCH), "tree.tar")
        tap.same(read("own." + format, format=format), (0, "", ""), "so is what pack_squashfs packs")
    sqfstar("bare", "-b", str(BLOCK), "-noI", "-noId", "-noX", "-noF")          # a bit of a table is a bit of what it says
    for image, whole in ("bare", False), ("own.gzip", True):
        bytes_ = get(image)
        used, inodes = struct.unpack("<Q", bytes_[40:48])[0], struct.unpack("<Q", bytes_[64:72])[0]
        copies = unnoticed(tap, image, [(0, used)] if whole else [(0, 96), (inodes, used)])
        meant = told(image)
        tap.same([c for c in copies if told(c) != meant], [], image + ": to unsquashfs none of them means anything")
        seen = mounted([image] + copies)
        if seen:
            tap.same([c for c in copies if seen[c] != seen[image]], [], image + ": nor to Linux")
        else:
            tap.ok(True, image + ": nor to Linux # SKIP cannot mount")
    for size in 0, 50, 96, 5000:
        put("short", get("own.gzip")[:size])
        tap.ok(read("short")[0] == 1, "an image that is cut short after %d bytes" % size)
sys.exit(box.done())
