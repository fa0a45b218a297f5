#!/usr/bin/env python3
"""pack_initrd: a newc cpio archive, read here field by field."""
import gzip, json, shutil, subprocess
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import Box, Tar, get, put

EPOCH = 1700000000


class Entry:
    pass


def read_cpio(data):
    """All entries of a newc archive, the trailer too, and what follows it."""
    entries, at = [], 0
    names = "ino mode uid gid nlink mtime size major minor rmajor rminor namesize check".split()
    while not entries or entries[-1].name != "TRAILER!!!":
        assert data[at:at + 6] == b"070701", data[at:at + 6]
        e = Entry()
        for i, name in enumerate(names):
            setattr(e, name, int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16))
        start = at + 110
        e.name = os.fsdecode(data[start:start + e.namesize - 1])
        start = (start + e.namesize + 3) // 4 * 4
        e.data = data[start:start + e.size]
        at = (start + e.size + 3) // 4 * 4
        entries.append(e)
    return entries, data[at:]


def base(path="base.tar", order=1, **more):
    steps = [lambda t: t.folder("./bin"), lambda t: t.add("./bin/busybox", b"B" * 1000, mode=0o755),
             lambda t: t.link("./bin/sh", "busybox"), lambda t: t.folder("./tmp", 0o1777),
             lambda t: t.device("./dev/console", 5, 1), lambda t: t.add("./init", b"base init", mode=0o700),
             lambda t: t.add("-first", b"sorts before a dot"), lambda t: t.add("gr\u00fc\u00df", b"u")]
    tar = Tar(path, **more)
    for step in steps[::order]:
        step(tar)
    return tar.close()


def listing(*entries, path="list.json"):
    return put(path, json.dumps({"entries": list(entries)}))


def entry(path, mode, text):
    return {"path": path, "mode": mode, "text": text}


with Box("pack_initrd") as box:
    tap = box.tap

    def pack(*inputs, out="out", epoch=EPOCH, **more):
        code, said = box.run("-o", out, "-s", str(epoch), *inputs, **more)
        if code:
            tap.ok(False, "packs", said)
            return [], b""
        return read_cpio(gzip.decompress(get(out)))

    put("tree/a.py", "a")
    put("tree/deep/er/b", "b", 0o700)
    put("tree/__pycache__/a.pyc", "x")
    ours = [entry("init", "755", "#!/bin/sh\n"), entry("capsem-doctor", "555", "d"), {"path": "diagnostics", "tree": "tree"},
            entry("tmp/kept", "444", "")]
    entries, rest = pack(base(), listing(*ours))
    by_name = {e.name: e for e in entries}
    names = [e.name for e in entries]
    tap.same(names, [".", "-first", "bin", "bin/busybox", "bin/sh", "capsem-doctor", "dev", "dev/console", "diagnostics", "diagnostics/a.py",
                     "diagnostics/deep", "diagnostics/deep/er", "diagnostics/deep/er/b", "gr\u00fc\u00df", "init", "tmp", "tmp/kept", "TRAILER!!!"],
             "every path once, in byte order, the top first")
    tap.ok(rest.strip(b"\0") == b"", "one trailer, nothing behind it")
    tap.same({n: oct(by_name[n].mode) for n in ("init", "capsem-doctor", "bin/busybox", "tmp", "diagnostics/a.py", "diagnostics/deep/er/b", "diagnostics", "bin/sh")},
             {"init": "0o100755", "capsem-doctor": "0o100555", "bin/busybox": "0o100755", "tmp": "0o41777", "diagnostics/a.py": "0o100644",
              "diagnostics/deep/er/b": "0o100755", "diagnostics": "0o40755", "bin/sh": "0o120777"}, "modes: of the list, of the base, of folders in both")
    tap.same((by_name["init"].data, by_name["bin/sh"].data, by_name["bin/busybox"].data), (b"#!/bin/sh\n", b"busybox", b"B" * 1000),
             "the list wins, links and files have their bytes")
    real = entries[:-1]
    tap.same([e.ino for e in real], list(range(1, len(real) + 1)), "inode numbers from 1")
    tap.ok(all((e.uid, e.gid, e.mtime, e.major, e.minor) == (0, 0, EPOCH, 0, 0) for e in real), "owner 0, one time, no device")
    tap.same({n: by_name[n].nlink for n in (".", "diagnostics", "diagnostics/deep", "bin", "init")},
             {".": 6, "diagnostics": 3, "diagnostics/deep": 3, "bin": 2, "init": 1}, "link counts of folders and files")
    console = by_name["dev/console"]
    tap.same((oct(console.mode), console.rmajor, console.rminor, console.size), ("0o20600", 5, 1, 0), "a device")
    tap.same(get("out")[:10].hex(), "1f8b0800000000000003", "a gzip header without name and time")
    if shutil.which("cpio"):
        listed = subprocess.run("gzip -dc out | cpio -it --quiet", shell=True, capture_output=True).stdout.decode()
        tap.same(listed.split("\n")[:-1], names[:-1], "gzip and cpio read it")

    first = get("out")
    base("other.tar", order=-1, mtime=99)
    box.run("-o", "out2", "-s", str(EPOCH), "other.tar", listing(*reversed(ours)))
    tap.ok(get("out2") == first, "order and times of the inputs do not matter")
    pack(base(), listing(*ours), out="out2", epoch=1)
    tap.ok(get("out2") != first, "the time given does")
    box.run("-o", "out9", "-l", "9", "-s", str(EPOCH), "base.tar", "list.json")
    box.run("-o", "out1", "-l", "1", "-s", str(EPOCH), "base.tar", "list.json")
    tap.ok(gzip.decompress(get("out9")) == gzip.decompress(get("out1")) == gzip.decompress(first), "the level changes the size alone")

    # Names of one file: bytes with the first, one inode, a link count; also when the list replaces one of them.
    Tar("hard.tar").add("z", b"data" * 100).hard("m", "z").hard("a", "m").add("alone", b"1").close()
    entries, _ = pack("hard.tar", listing())
    by_name = {e.name: e for e in entries}
    tap.same([(n, by_name[n].size, by_name[n].nlink, by_name[n].ino == by_name["a"].ino) for n in ("a", "alone", "m", "z")],
             [("a", 400, 3, True), ("alone", 1, 1, False), ("m", 0, 3, True), ("z", 0, 3, True)], "hard links")
    entries, _ = pack("hard.tar", listing(entry("z", "600", "new")))
    by_name = {e.name: e for e in entries}
    tap.same([(n, by_name[n].size, by_name[n].nlink) for n in "amz"], [("a", 400, 2), ("m", 0, 2), ("z", 3, 1)], "a hard link that the list replaces")
    if shutil.which("cpio"):
        os.mkdir("x")
        subprocess.run("gzip -dc ../out | cpio -id --quiet", shell=True, cwd="x")
        tap.ok(get("x/m") == get("x/a") == b"data" * 100 and os.stat("x/a").st_ino == os.stat("x/m").st_ino, "cpio makes them one file")

    big = os.urandom(3000000)
    put("big", big)
    entries, _ = pack("hard.tar", listing({"path": "big", "mode": "444", "from": "big"}))
    tap.ok([e.data for e in entries if e.name == "big"] == [big], "a big file keeps its bytes")
    code, shown = box.on_terminal("-o", "out", "-s", "1", "hard.tar", "list.json")
    tap.ok(code == 0 and "\r  pack_initrd: 0 of 3 MB" in shown and shown.endswith("\r\033[K"), "progress on a terminal", repr(shown))
    os.remove("out")

    def refuses(name, text, tar, list_, **more):
        box.fails(name, text, "-o", "out", "-s", "1", tar, list_, **more)

    refuses("no base", "open none.tar: No such file", "none.tar", listing())
    refuses("a list with a missing file", "open gone: No such file", "base.tar", listing({"path": "x", "mode": "444", "from": "gone"}))
    refuses("a list that names a folder as a file", "tree is not a regular file", "base.tar", listing({"path": "x", "mode": "444", "from": "tree"}))
    refuses("a list that is not JSON", "list.json:2:1: not valid JSON", "base.tar", put("list.json", '{"entries":\n]'))
    refuses("a file of the list below a link of the base", "'bin/sh' is a folder and something else too", "base.tar", listing(entry("bin/sh/x", "444", "")))
    refuses("a file of the list in place of a folder", "'bin' is a folder and something else too", "base.tar", listing(entry("bin", "444", "")))
    refuses("a level that does not exist", "-l wants a number from 1 to 9, not '0'", "-l", "0", status=2)
    refuses("a time before 1970", "-s wants a number from 0 to 4294967295, not '-1'", "-s", "-1", status=2)
    refuses("a base that leads outside", "'../x' leads outside the tree", Tar("bad.tar").add("../x").close(), listing())
sys.exit(box.done())
