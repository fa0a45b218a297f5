#!/usr/bin/env python3
"""extract_files: one member of a tar file, whatever kind of tar it is."""
import stat, subprocess, tarfile
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import Box, Tar, get, put

with Box("extract_files") as box:
    def takes(name, tar, path, data):
        if box.makes(name, "-o", "out", "-p", path, "-m", "640", tar):
            box.tap.ok(get("out") == data and stat.S_IMODE(os.stat("out").st_mode) == 0o640, name + ": its bytes and mode", get("out")[:80])
            os.remove("out")

    def refuses(name, text, tar, path):
        box.fails(name, text, "-o", "out", "-p", path, "-m", "644", tar)

    big = bytes(range(256)) * 4000
    long = "d/" * 60 + "x" * 90
    for kind, fmt in ("pax", tarfile.PAX_FORMAT), ("gnu", tarfile.GNU_FORMAT):
        tar = Tar(kind + ".tar", fmt).add("./boot/vmlinuz", big).link("./vmlinuz", "boot/vmlinuz").hard("./boot/again", "./boot/vmlinuz")
        tar.hard("third", "boot/again").add(long, b"long").add("gr\u00fc\u00df", b"utf-8").add(b"latin\xe9".decode("utf-8", "surrogateescape"), b"latin")
        tar.add("twice", b"first").add("twice", b"second").add("empty").folder("boot").add(" -n", b"odd").close()
        file = kind + ".tar"
        takes(kind + ": a file", file, "boot/vmlinuz", big)
        takes(kind + ": a path from the top", file, "/boot//vmlinuz", big)
        takes(kind + ": a hard link", file, "boot/again", big)
        takes(kind + ": a hard link to a hard link", file, "third", big)
        takes(kind + ": a long name", file, long, b"long")
        takes(kind + ": a name in UTF-8", file, "gr\u00fc\u00df", b"utf-8")
        takes(kind + ": a name that is none", file, os.fsdecode(b"latin\xe9"), b"latin")
        takes(kind + ": of two the later one", file, "twice", b"second")
        takes(kind + ": an empty file", file, "empty", b"")
        refuses(kind + ": a symbolic link", "'vmlinuz' is a symbolic link to 'boot/vmlinuz'; name the file itself", file, "vmlinuz")
        refuses(kind + ": a folder", "'boot' is not a regular file", file, "boot")
        refuses(kind + ": what is not there: it says what is", "there is no 'Image' in it; it holds  -n, boot/again, boot/vmlinuz, ", file, "Image")

    with open("holes", "wb") as f:
        f.write(b"head")
        f.seek(1 << 20)
        f.write(b"tail")
        f.truncate(3 << 20)
    if subprocess.run(["tar", "--sparse", "-cf", "sparse.tar", "holes"], stderr=subprocess.DEVNULL).returncode == 0:
        takes("a file with holes", "sparse.tar", "holes", get("holes"))

    many = Tar("many.tar")
    for i in range(30):
        many.add("f%02d" % i)
    many.close()
    refuses("many files are not all listed", "f11 and 18 more", "many.tar", "x")
    Tar("none.tar").folder("etc").close()
    refuses("no file at all", "it holds no file at all", "none.tar", "x")
    put("cut.tar", get("pax.tar")[:100000])
    refuses("a tar that is cut short", "read 'boot/vmlinuz' in cut.tar: ", "cut.tar", "boot/vmlinuz")
    put("noise.tar", bytes(range(256)) * 10)
    refuses("not a tar", "read noise.tar: Unrecognized archive format", "noise.tar", "x")
    put("empty.tar")
    refuses("an empty file", "empty.tar is not a tar file: it is empty", "empty.tar", "x")
    refuses("a folder instead", ". is not a tar file: not a regular file", ".", "x")
    refuses("no tar", "open nowhere.tar: No such file", "nowhere.tar", "x")
    for name, text in (("/etc/x", "'/etc/x' leads outside"), ("a/../../x", "leads outside"), ("..", "leads outside")):
        Tar("bad.tar").add("fine").add(name).close()
        refuses("a member called " + name, text, "bad.tar", "fine")
    Tar("bad.tar").add("a/b").hard("c", "../b").close()
    refuses("a hard link to the outside", "'c' leads outside the tree: hard link to '../b'", "bad.tar", "c")
    Tar("bad.tar").hard("c", "later").add("later").close()
    refuses("a hard link to what comes later", "'c' is a hard link to 'later', which does not come before it", "bad.tar", "c")
    Tar("bad.tar").link("lib", "usr/lib").add("lib/x").close()
    refuses("a file below a link", "'lib/x' lies below 'lib', which is not a folder", "bad.tar", "lib/x")
    Tar("bad.tar").add("a").folder("a").close()
    refuses("a file that is a folder too", "'a' is a folder and something else too", "bad.tar", "a")
sys.exit(box.done())
