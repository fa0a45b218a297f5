#!/usr/bin/env python3
"""pack_squashfs: the tree that goes in comes out, the same bytes every time, and nothing dangerous gets in."""
import random, shutil, signal, subprocess, tarfile
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import Box, Tar, get, put

EPOCH = 1700000000
USUAL = ["-c", "zstd", "-l", "3", "-b", "131072", "-s", str(EPOCH)]
CAPABILITY = b"\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
TEXT = b"".join(b"line %d of many\n" % i for i in range(30000))
LONG = "long/" + "/".join("d" * 50 for _ in range(4)) + "/" + "n" * 120

if not shutil.which("rdsquashfs"):
    print("1..0 # SKIP no rdsquashfs")
    sys.exit(0)


def steps():
    xattr = {"SCHILY.xattr.security.capability": CAPABILITY.decode("latin-1"), "SCHILY.xattr.user.note": "hi",
             "SCHILY.xattr.security.selinux": "label", "SCHILY.xattr.trusted.x": "y"}
    return [lambda t: t.folder("./", 0o755), lambda t: t.folder("./usr/bin", 0o755, uid=0),
            lambda t: t.add("./usr/bin/tool", b"#!/bin/sh\n", mode=0o755, uid=7, gid=8, uname="games", gname="mail"),
            lambda t: t.add("usr/bin/ping", b"ping", mode=0o755, pax_headers=xattr),
            lambda t: t.add("usr/lib/big", random.Random(1).randbytes(700000), mode=0o444),
            lambda t: t.add("usr/lib/text", TEXT), lambda t: t.add("usr/lib/text.copy", TEXT), lambda t: t.add("usr/lib-x", b"sorts between"),
            lambda t: t.add("usr/lib/holes", bytes(300000) + b"x" + bytes(300000)), lambda t: t.add("usr/lib/hole", bytes(262144)),
            lambda t: t.link("bin", "usr/bin"), lambda t: t.link("abs", "/etc/passwd"), lambda t: t.link("up", "../../x"),
            lambda t: t.folder("var/mail", 0o2775, gid=8), lambda t: t.folder("tmp", 0o1777), lambda t: t.folder("empty", 0o700),
            lambda t: t.device("dev/null", 1, 3, 0o666), lambda t: t.add("fifo", type=tarfile.FIFOTYPE, mode=0o600),
            lambda t: t.add(LONG, b"long name"), lambda t: t.add("gr\u00fc\u00df/\u65e5\u672c", b"utf-8"),
            lambda t: t.add(b"latin\xe9".decode("utf-8", "surrogateescape"), b"not utf-8"), lambda t: t.add("zero", b"")]


def tree(path, order=1, **more):
    tar = Tar(path, **more)
    for step in steps()[::order]:
        step(tar)
    tar.hard("usr/bin/again", "usr/bin/tool").hard("aaa", "./usr/bin/again")
    return tar.close()


def rd(*args):
    return subprocess.run(["rdsquashfs", *args], capture_output=True).stdout


with Box("pack_squashfs") as box:
    tap = box.tap
    tree("tree.tar")
    box.makes("packs", "-o", "out", *USUAL, "tree.tar")
    first = get("out")
    told = os.fsdecode(rd("-d", "out")).splitlines()
    def says(line, name):
        tap.ok(line in told, name, "wanted: " + line)
    says("file usr/bin/tool 0755 7 8", "bits and owner of a file")
    says("slink bin 0777 0 0 usr/bin", "a link")
    says("slink abs 0777 0 0 /etc/passwd", "an absolute link")
    says("slink up 0777 0 0 ../../x", "a link upwards")
    says("dir var/mail 02775 0 8", "a setgid folder may be")
    says("dir tmp 01777 0 0", "a sticky folder")
    says("dir empty 0700 0 0", "an empty folder")
    says("dir var 0755 0 0", "a folder nobody mentioned")
    says("nod dev/null 0666 0 0 c 1 3", "a device")
    says("pipe fifo 0600 0 0", "a pipe")
    tap.ok(rd("-c", LONG, "out") == b"long name", "a long name")
    tap.ok(rd("-c", "gr\u00fc\u00df/\u65e5\u672c", "out") == b"utf-8", "a name in UTF-8")
    tap.ok(rd("-c", os.fsdecode(b"latin\xe9"), "out") == b"not utf-8", "a name that is not")
    tap.ok(rd("-c", "usr/lib/big", "out") == random.Random(1).randbytes(700000), "the bytes of a big file")
    tap.ok(rd("-c", "aaa", "out") == rd("-c", "usr/bin/again", "out") == b"#!/bin/sh\n", "hard links have the bytes")
    xattrs = rd("-x", "usr/bin/ping", "out")
    tap.ok(b"security.capability=" in xattrs and b"user.note=hi" in xattrs, "capabilities and user attributes are kept", xattrs)
    tap.ok(b"selinux" not in xattrs and b"trusted" not in xattrs, "labels of the machine are not", xattrs)
    if shutil.which("unsquashfs"):
        listed = subprocess.run(["unsquashfs", "-lln", "out"], capture_output=True, env=dict(os.environ, TZ="UTC", LC_ALL="C")).stdout.decode(errors="replace")
        lines = [l for l in listed.splitlines() if "squashfs-root" in l]
        tap.ok(len(lines) > 20 and all(" 2023-11-14 22:13 " in l for l in lines), "every time is SOURCE_DATE_EPOCH", listed)
        tap.ok(subprocess.run(["unsquashfs", "-q", "-n", "-no-xattrs", "-d", "un", "out", "usr"], capture_output=True).returncode == 0, "unsquashfs reads it")
        with tarfile.open("tree.tar") as tar:
            files = [m for m in tar if m.isreg() and "usr/" in m.name]
            tap.same([n.name for n in files if get("un/" + n.name) != tar.extractfile(n).read()], [], "every byte of %d files" % len(files))
        tap.ok(os.path.samefile("un/usr/bin/tool", "un/usr/bin/again") and not os.path.samefile("un/usr/lib/text", "un/usr/lib/text.copy"), "hard links are, copies are not")
        tap.ok(os.path.getsize("out") < 900000, "what two files hold is stored once, holes are not", os.path.getsize("out"))
        head = subprocess.run(["unsquashfs", "-s", "out"], capture_output=True, env=dict(os.environ, TZ="UTC")).stdout.decode()
        tap.ok("22:13:20 2023" in head and "Compression zstd" in head and "Block size 131072" in head, "so is the image's own", head)

    tree("turned.tar", order=-1, mtime=5)
    box.makes("packs the same tree in another order", "-o", "out2", *USUAL, "turned.tar")
    tap.ok(get("out2") == first, "order and times of the tar do not matter")
    for jobs in "1", "5", "32":
        box.run("-o", "out2", "-j", jobs, *USUAL, "tree.tar")
        tap.ok(get("out2") == first, jobs + " jobs make the same bytes")
    for compression, level in ("gzip", "9"), ("lzo", "9"), ("xz", None), ("zstd", "22"), ("gzip", None):
        args = ["-c", compression] + (["-l", level] if level else []) + ["-b", "4096", "-s", "1"]
        box.makes("%s, level %s" % (compression, level), "-o", "out2", *args, "tree.tar")
        tap.ok(rd("-c", LONG, "out2") == b"long name", "can be read")
        tap.ok(rd("-c", "usr/lib/big", "out2") == random.Random(1).randbytes(700000) and rd("-c", "usr/lib/text", "out2") == TEXT, "all of it")
    code, shown = box.on_terminal("-o", "out2", *USUAL, "tree.tar")
    tap.ok(code == 0 and "\r  pack_squashfs: 0 of 2 MB" in shown and shown.endswith("\r\033[K"), "progress on a terminal", repr(shown))

    def refuses(name, text, *members, **more):
        tar = Tar("bad.tar").add("fine")
        for member in members:
            member(tar)
        tar.close()
        box.fails(name, text, "-o", "out", *USUAL, "bad.tar", **more)

    os.remove("out")
    refuses("a setuid file", "'bin/su' is setuid or setgid (mode 4755)", lambda t: t.add("bin/su", b"x", mode=0o4755))
    refuses("setgid files", "'a' and 1 more are setuid or setgid (mode 2755)", lambda t: t.add("a", mode=0o2755), lambda t: t.add("b", mode=0o6755))
    refuses("a setuid file by its other name", "'a' and 1 more are", lambda t: t.add("b", mode=0o4755), lambda t: t.hard("a", "b"))
    refuses("an absolute path", "'/etc/shadow' leads outside the tree", lambda t: t.add("/etc/shadow"))
    refuses("a path upwards", "'a/../../b' leads outside the tree", lambda t: t.add("a/../../b"))
    refuses("a hard link to the outside", "'h' leads outside the tree: hard link to '/etc/shadow'", lambda t: t.hard("h", "/etc/shadow"))
    refuses("a hard link to nothing", "'h' is a hard link to 'none'", lambda t: t.hard("h", "none"))
    refuses("a file below a link", "'l/x' lies below 'l', which is not a folder", lambda t: t.link("l", "/etc"), lambda t: t.add("l/x"))
    put("bad.tar", get("tree.tar")[:300000])
    box.fails("a tar that is cut short", "read 'usr/lib/big' in bad.tar: ", "-o", "out", *USUAL, "bad.tar")
    for args, text in ((["-c", "lz4"], "unknown compression 'lz4'"), (["-c", "xz"], "xz has no levels"), (["-c", "gzip", "-l", "12"], "from 1 to 9, not '12'"),
                       (["-l", "23"], "from 1 to 22, not '23'"), (["-b", "100000"], "power of two"), (["-b", "2048"], "from 4096 to 1048576")):
        box.fails("wrong: " + " ".join(args), text, "-o", "out", *USUAL, *args, "tree.tar", status=2)

    box.fails("more jobs than there can be", "from 1 to 64, not '65'", "-o", "out", "-j", "65", *USUAL, "tree.tar", status=2)
    Tar("long.tar").add("noise", random.Random(2).randbytes(30 << 20)).close()
    for sig in signal.SIGINT, signal.SIGTERM:
        box.interrupted(sig.name + " while packing", "-o", "out", "-c", "xz", "-b", "1048576", "-s", "0", "long.tar",
                        when=lambda: os.path.exists("out.tmp") and os.path.getsize("out.tmp") > 1 << 20, sig=sig)

    # The kernel's own view, where we may have it.
    if os.geteuid() == 0 and "squashfs" in get("/proc/filesystems").decode() and subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode == 0:
        look = ("mkdir -p m && mount -t squashfs -o loop,ro first m && cd m && stat -c '%n %a %u %g %h %t:%T' usr/bin/tool var/mail dev/null usr fifo && "
                "cmp usr/lib/text usr/lib/text.copy && sha256sum < usr/lib/holes && readlink bin && ls usr/lib && getfattr -d -m - --absolute-names -e hex usr/bin/ping 2>&1 || true")
        put("first", first)
        done = subprocess.run(["unshare", "-m", "sh", "-c", look], capture_output=True, text=True)
        if "usr/bin/tool" in done.stdout:
            import hashlib
            want = ["usr/bin/tool 755 7 8 3 0:0", "var/mail 2775 0 8 2 0:0", "dev/null 666 0 0 1 1:3", "usr 755 0 0 4 0:0", "fifo 600 0 0 1 0:0",
                    hashlib.sha256(bytes(300000) + b"x" + bytes(300000)).hexdigest() + "  -", "usr/bin", "big", "hole", "holes", "text", "text.copy"]
            tap.same(done.stdout.splitlines()[:len(want)], want, "the kernel sees the same")
        else:
            tap.ok(True, "the kernel sees the same # SKIP it cannot be mounted: " + done.stderr.strip()[:100])
    else:
        tap.ok(True, "the kernel sees the same # SKIP cannot mount")

    # A disk that is really full, where we may make one.
    full = "mkdir -p small && mount -t tmpfs -o size=64k none small && '%s' -o small/out %s tree.tar; code=$?; ls -A small; exit $code" % (box.program, " ".join(USUAL))
    if os.geteuid() == 0 and subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL).returncode == 0:
        done = subprocess.run(["unshare", "-m", "sh", "-c", full], capture_output=True, text=True)
        tap.same((done.returncode, done.stdout, done.stderr), (1, "", "pack_squashfs: error: write small/out.tmp: No space left on device\n"), "a full disk")
    else:
        tap.ok(True, "a full disk # SKIP cannot mount")
sys.exit(box.done())
