#!/usr/bin/env python3
"""pack_initrd: a newc cpio archive, read here field by field."""
import gzip, json, random, shutil, subprocess, zlib
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import BIN, Box, Tar, get, put

EPOCH = 1700000000
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


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
    tap.same(get("out")[:8].hex(), "1f8b080000000000", "a gzip header without name and time")
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

    # Members: each ends where an entry ends, as the kernel wants it; what is remembered is copied.
    def members_of(data):
        """The row of gzip members, each with what it holds."""
        found = []
        while data:
            unpack = zlib.decompressobj(31)
            text = unpack.decompress(data)
            assert unpack.eof
            found.append((data[:len(data) - len(unpack.unused_data)], text))
            data = unpack.unused_data
        return found

    def ends_with_entry(text):
        at = 0
        while at < len(text):
            assert text[at:at + 6] == b"070701"
            size, name = int(text[at + 54:at + 62], 16), int(text[at + 94:at + 102], 16)
            at += (110 + name + 3) // 4 * 4 + (size + 3) // 4 * 4
        return at == len(text)

    def cached(*more, out="out", cache="cache"):
        said = box.run("-o", out, "-s", "1", "-c", cache, *more, "hard.tar", "some.json")
        return get(out) if said == (0, "") else said

    def stored():
        return {n: get(os.path.join("cache", n)) for n in os.listdir("cache")}

    random.seed(4)
    words = [bytes(random.choices(b"abcdefgh", k=9)) for _ in range(500)]
    for i in range(300):
        put("some/d%d/file%d" % (i % 7, i), b" ".join(random.choices(words, k=60 if i % 40 else 9000)))
    put("some.json", json.dumps({"entries": [{"path": "some", "tree": "some"}]}))
    box.run("-o", "plain", "-s", "1", "hard.tar", "some.json")
    plain, cold = get("plain"), cached()
    files = stored()
    tap.ok(len(members_of(plain)) > 10 and all(ends_with_entry(text) for _, text in members_of(plain)), "members end where entries do")
    tap.same(gzip.decompress(plain).count(b"TRAILER!!!"), 1, "one trailer, in the last of them")
    tap.ok(cold == plain and cached() == plain, "the same bytes without a cache, with an empty one, with a full one")
    tap.same((stored() == files, len(files)), (True, len(members_of(plain))), "a file for each member, none touched again")
    # What initrds hold: programs and scripts.
    programs = [{"path": "bin/" + n, "mode": "755", "from": os.path.join(BIN, n)} for n in sorted(os.listdir(BIN))]
    listing({"path": "tests", "tree": os.path.join(ROOT, "tests")}, {"path": "guest", "tree": os.path.join(ROOT, "guest")}, *programs, path="real.json")
    for level in "10", "12":
        box.run("-o", "real", "-s", "1", "-l", level, "hard.tar", "real.json")
        ours, whole = get("real"), subprocess.run("gzip -dc real | gzip -9", shell=True, stdout=subprocess.PIPE).stdout
        tap.ok(len(members_of(ours)) > 10 and len(ours) <= len(whole), "level %s: no bigger than gzip -9 makes the whole" % level, len(ours), len(whole))
    put("some/d3/file3", "edited")
    edited = cached()
    box.run("-o", "plain", "-s", "1", "hard.tar", "some.json")
    tap.ok(edited == get("plain") != plain and len(stored()) == len(files) + 1, "an edit: one member more")
    tap.ok(cached("-l", "1") != edited and cached() == edited, "another level has members of its own")
    box.run("-o", "plain", "-s", "2", "hard.tar", "some.json")
    tap.ok(cached("-s", "2") == get("plain"), "so has another time")

    def spoilt(name, spoil):
        fine = cached()
        for entry in sorted(os.listdir("cache")):
            spoil(os.path.join("cache", entry))
        tap.same(cached() == fine, True, "the cache: " + name)

    shutil.rmtree("cache")
    cached()
    good = stored()
    small = put("small", sorted(good.values(), key=len)[0])
    spoilt("a bit turned in the hash", lambda p: put(p, bytes([get(p)[0] ^ 1]) + get(p)[1:]))
    spoilt("a bit turned in a member", lambda p: put(p, get(p)[:-9] + bytes([get(p)[-9] ^ 1]) + get(p)[-8:]))
    tap.same({n: v for n, v in stored().items() if v != good[n]}, {}, "is made good again")
    spoilt("cut off", lambda p: put(p, get(p)[:-1]))
    spoilt("longer", lambda p: put(p, get(p) + b"x"))
    spoilt("empty files", lambda p: put(p))
    spoilt("another member's bytes", lambda p: put(p, get(small)))
    spoilt("no files but folders", lambda p: (os.remove(p), os.mkdir(p)))
    shutil.rmtree("cache")
    put("cache", "a file")
    tap.ok(cached() == edited and get("cache") == b"a file", "a file where the cache should be")
    os.remove("cache")
    tap.ok(cached(cache="new/deep/cache") == edited and len(os.listdir("new/deep/cache")) == len(members_of(edited)), "a folder that is not there yet")
    args = [box.program, "-s", "1", "-c", "shared", "hard.tar", "some.json"]
    runs = [subprocess.Popen([box.program, "-o", "par%d" % i, *args[1:]], stderr=subprocess.PIPE) for i in range(8)]
    tap.ok(all(r.communicate()[1] == b"" and r.returncode == 0 for r in runs) and {get("par%d" % i) for i in range(8)} == {edited}, "eight at once")
    tap.ok(not [n for n in os.listdir("shared") if "." in n], "which leave nothing else there")
    tap.same(box.run("-o", "out", "-s", "1", "-b", "sums/out.b3", "-n", "arm64/out", "hard.tar", "some.json"), (0, ""), "writes a sum")
    subprocess.run([os.path.join(BIN, "sum_blake3"), "-o", "theirs", "-n", "arm64/out", "out"])
    tap.same(get("sums/out.b3"), get("theirs"), "as sum_blake3 does")
    os.mkdir("full")
    os.mkdir("full/sum.tmp")
    was = get("out")
    put("some/d3/file3", "edited again")
    said = box.run("-o", "out", "-s", "1", "-b", "full/sum", "-n", "x", "hard.tar", "some.json")
    tap.ok(said[0] == 1 and "full/sum.tmp" in said[1] and get("out") != was and gzip.decompress(get("out")), "a sum that cannot be written: an error, after a whole initrd", said)
    os.remove("out")

    def refuses(name, text, tar, list_, **more):
        box.fails(name, text, "-o", "out", "-s", "1", tar, list_, **more)

    refuses("no base", "open none.tar: No such file", "none.tar", listing())
    refuses("a list with a missing file", "open gone: No such file", "base.tar", listing({"path": "x", "mode": "444", "from": "gone"}))
    refuses("a list that names a folder as a file", "tree is not a regular file", "base.tar", listing({"path": "x", "mode": "444", "from": "tree"}))
    refuses("a list that is not JSON", "list.json:2:1: not valid JSON", "base.tar", put("list.json", '{"entries":\n]'))
    refuses("a file of the list below a link of the base", "'bin/sh' is a folder and something else too", "base.tar", listing(entry("bin/sh/x", "444", "")))
    refuses("a file of the list in place of a folder", "'bin' is a folder and something else too", "base.tar", listing(entry("bin", "444", "")))
    refuses("a level that does not exist", "-l wants a number from 1 to 12, not '0'", "-l", "0", status=2)
    refuses("a sum without a name", "-b and -n go together", "-b", "x", status=2)
    refuses("a time before 1970", "-s wants a number from 0 to 4294967295, not '-1'", "-s", "-1", status=2)
    refuses("a base that leads outside", "'../x' leads outside the tree", Tar("bad.tar").add("../x").close(), listing())
sys.exit(box.done())
