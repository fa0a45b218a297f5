#!/usr/bin/env python3
"""pack_erofs: the tree that goes in comes out, the same bytes every time, and nothing dangerous gets in."""
import os, random, shutil, signal, subprocess, sys, tarfile
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import Box, Tar, get, put, wait_until

USUAL = ["-s", "1700000000", "-l", "9"]
CAPABILITY = b"\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
TEXT = b"".join(b"line %d of many\n" % i for i in range(30000))

for what, missing in (("erofs-utils", not shutil.which("mkfs.erofs") or not shutil.which("fsck.erofs")), ("root", os.geteuid() != 0)):
    if missing:
        print("1..0 # SKIP no " + what)
        sys.exit(0)


def steps():
    return [lambda t: t.folder("./", 0o755), lambda t: t.add("./usr/bin/tool", b"#!/bin/sh\n", mode=0o755, uid=7, gid=8, uname="games"),
            lambda t: t.add("usr/bin/ping", b"ping", mode=0o755, pax_headers={"SCHILY.xattr.security.capability": CAPABILITY.decode("latin-1")}),
            lambda t: t.add("usr/lib/big", random.Random(1).randbytes(700000), mode=0o444), lambda t: t.add("usr/lib/text", TEXT),
            lambda t: t.add("usr/lib/holes", bytes(300000) + b"x" + bytes(300000)), lambda t: t.link("bin", "usr/bin"), lambda t: t.link("up", "../../x"),
            lambda t: t.folder("var/mail", 0o2775, gid=8), lambda t: t.folder("tmp", 0o1777), lambda t: t.folder("empty", 0o700),
            lambda t: t.device("dev/null", 1, 3, 0o666), lambda t: t.add("fifo", type=tarfile.FIFOTYPE, mode=0o600),
            lambda t: t.add("gr\u00fc\u00df/\u65e5\u672c", b"utf-8"), lambda t: t.add("zero", b"")] + [
            lambda t, i=i: t.add("usr/share/%d" % (i * 7919 % 100), b"%d" % i * 99) for i in range(100)]


def tree(path, order=1, **more):
    tar = Tar(path, **more)
    for step in steps()[::order]:
        step(tar)
    tar.hard("usr/bin/again", "usr/bin/tool")
    return tar.close()


def left():
    return sorted(n for n in os.listdir() if ".tmp" in n)


with Box("pack_erofs") as box:
    tap = box.tap
    tree("tree.tar")
    box.makes("packs", "-o", "out", *USUAL, "tree.tar")
    first = get("out")
    tap.ok(first[1024:1028] == b"\xe2\xe1\xf5\xe0" and left() == [], "an erofs image, and nothing beside it", left())
    tree("turned.tar", order=-1, mtime=5)
    for tar, where in ("turned.tar", "out2"), ("tree.tar", "/dev/shm/capsem-erofs-%d" % os.getpid()):
        box.makes("packs " + where, "-o", where, *USUAL, tar)
        tap.ok(get(where) == first, "order and times of the tar, and the disk, do not matter")
    os.remove(where)
    subprocess.run(["fsck.erofs", "--extract=un", "--preserve", "out"], check=True, stdout=subprocess.DEVNULL)
    def stat(name):
        st = os.lstat("un/" + name)
        return oct(st.st_mode), st.st_uid, st.st_gid, int(st.st_mtime)
    tap.same(stat("usr/bin/tool"), ("0o100755", 7, 8, 1700000000), "bits, owner and time of a file")
    tap.same(stat("var/mail"), ("0o42775", 0, 8, 1700000000), "a setgid folder may be")
    tap.ok(os.lstat("un/dev/null").st_rdev == os.makedev(1, 3), "a device")
    tap.ok(get("un/usr/lib/big") == random.Random(1).randbytes(700000) and get("un/usr/lib/text") == TEXT, "the bytes")
    tap.ok(len(first) < 1100000, "compressed", len(first))

    # The kernel sees attributes and hard links too.
    look = "mkdir -p m && mount -t erofs -o loop,ro out m && python3 -c 'import os; print(os.getxattr(\"m/usr/bin/ping\", \"security.capability\").hex(), os.stat(\"m/usr/bin/again\").st_nlink)'"
    done = subprocess.run(["unshare", "-m", "sh", "-c", look], capture_output=True, text=True)
    if "erofs" in get("/proc/filesystems").decode() and "mount" not in done.stderr:
        tap.same(done.stdout, CAPABILITY.hex() + " 2\n", "attributes and hard links")
    else:
        tap.ok(True, "attributes and hard links # SKIP cannot mount")

    def refuses(name, text, member):
        tar = Tar("bad.tar").add("fine")
        member(tar)
        tar.close()
        box.fails(name, text, "-o", "out", *USUAL, "bad.tar")
        tap.same(left(), [], name + ": nothing is left")
    os.remove("out")
    refuses("a setuid file", "'bin/su' is setuid or setgid (mode 4755)", lambda t: t.add("bin/su", b"x", mode=0o4755))
    refuses("a path upwards", "'a/../../b' leads outside the tree", lambda t: t.add("a/../../b"))
    for args, text in ((["-l", "13"], "from 1 to 12, not '13'"), (["-s", "x"], "'x'")):
        box.fails("wrong: " + " ".join(args), text, "-o", "out", *USUAL, *args, "tree.tar", status=2)
    put("mkfs", "#!/bin/sh\necho first; echo 'cannot go on' >&2; exit 3\n", 0o755)
    box.fails("a packer that fails", "pack out: ./mkfs ended with status 3: cannot go on", "-o", "out", "-M", "./mkfs", *USUAL, "tree.tar")
    box.fails("no packer", "start none-such, of the package erofs-utils (apt-get install erofs-utils)", "-o", "out", "-M", "none-such", *USUAL, "tree.tar")
    # An image of another tree is one that was packed wrongly.
    for name, edit, text in (("a byte", "printf x | dd of=$d/usr/lib/big bs=1 seek=5000 conv=notrunc 2>/dev/null", "'usr/lib/big' in the image has other bytes"),
                             ("a mode", "chmod 711 $d/usr/bin/tool", "'usr/bin/again' in the image has another kind or mode"),
                             ("an owner", "chown 5 $d/usr/share/7", "'usr/share/7' in the image has another owner"),
                             ("a name less", "rm $d/zero", "'zero' in the image is not there"),
                             ("a name more", "touch $d/more", "the image has "),
                             ("a target", "ln -sfn usr/lib $d/bin", "'bin' in the image has another target")):
        put("mkfs", '#!/bin/sh\nfor d; do :; done\n%s\nexec mkfs.erofs "$@"\n' % edit, 0o755)
        box.fails("an image that differs by " + name, text, "-o", "out", "-M", "./mkfs", *USUAL, "tree.tar")
    tap.same(left(), [], "nothing is left")
    put("mkfs", "#!/bin/sh\necho >pid\nsleep 60\n", 0o755)
    for sig in signal.SIGINT, signal.SIGTERM:
        box.interrupted(sig.name + " while packing", "-o", "out", "-M", "./mkfs", *USUAL, "tree.tar", when=lambda: os.path.exists("pid"), sig=sig)
        os.remove("pid")
        tap.same(left(), [], "nothing is left")
    os.mkdir("out3.tmp.tree")
    put("out3.tmp.tree/old")
    box.makes("what a crash left", "-o", "out3", *USUAL, "tree.tar")
    tap.ok(get("out3") == first, "is no part of it")
sys.exit(box.done())
