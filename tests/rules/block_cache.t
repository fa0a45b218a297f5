#!/usr/bin/env python3
"""The cache of pack_squashfs: it saves work and changes nothing, whatever becomes of it."""
import os, random, shutil, sqlite3, subprocess, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import Box, Tar, get, put

USUAL = ["-c", "zstd", "-l", "3", "-b", "16384", "-s", "1700000000"]
CACHE = "cache/blocks"
CACHED = ["-k", CACHE, *USUAL]
random.seed(5)
WORDS = [bytes(random.choices(b"abcdefghijklmnopqrstuvwxyz", k=random.randrange(3, 9))) for _ in range(500)]


def text(seed, n):
    r = random.Random(seed)
    return b" ".join(r.choices(WORDS, k=n // 6))[:n]


FILES = {"usr/share/%02d/%d" % (i % 23, i): text(i, 200 + i * 37 % 9000) for i in range(600)}
FILES.update({"usr/lib/big%d" % i: text(-i, 200000 + 5000 * i) for i in range(5)})
FILES["usr/lib/noise"] = random.Random(9).randbytes(50000)


def tree(path, **more):
    tar = Tar(path)
    for name, data in sorted({**FILES, **more}.items()):
        tar.add(name, data)
    return tar.close()


def last():
    """Blocks of the last pack, and how many of them were found."""
    db = sqlite3.connect(CACHE)
    run = db.execute("SELECT blocks, reused FROM run").fetchone()
    db.close()
    return run


def change(*statements):
    db = sqlite3.connect(CACHE)
    for s in statements:
        db.execute(*((s,) if isinstance(s, str) else s))
    db.commit()
    db.close()


def at_once(box):
    """What each of six packers says; the image of the Nth is in manyN."""
    children = [subprocess.Popen([box.program, "-o", "many%d" % i, *CACHED, "tree.tar"], stderr=subprocess.PIPE) for i in range(6)]
    said = [c.communicate(timeout=120)[1] for c in children]
    assert all(c.returncode == 0 for c in children), said
    return said


def warned(said):
    return said.startswith("pack_squashfs: warning: ") and said.count("\n") == 1


with Box("pack_squashfs") as box:
    tap = box.tap
    tree("tree.tar")
    box.run("-o", "plain", *USUAL, "tree.tar")
    plain = get("plain")
    box.makes("cold", "-o", "out", *CACHED, "tree.tar")
    blocks = last()[0]
    tap.ok(get("out") == plain and blocks > 100 and last()[1] == 0, "without anything in the cache: the same bytes", last())
    shutil.copy(CACHE, "good")
    for jobs in "1", "2", "9":
        box.run("-o", "out2", "-j", jobs, *CACHED, "tree.tar")
        tap.ok(get("out2") == plain and last() == (blocks, blocks), "warm, %s jobs: the same bytes, nothing compressed" % jobs, last())
    box.run("-o", "out2", "-c", "zstd", "-l", "4", *USUAL[4:], "-k", CACHE, "tree.tar")
    tap.same(last()[1], 0, "another level is another block")
    box.run("-o", "out2", "-c", "gzip", *USUAL[4:], "-k", CACHE, "tree.tar")
    tap.same(last()[1], 0, "another format too")

    # Edits: what is made anew is about what was edited.
    def edit(name, most, **more):
        tree("edited.tar", **more)
        box.run("-o", "clean", *USUAL, "edited.tar")
        box.makes(name + " is packed", "-o", "out2", *CACHED, "edited.tar")
        made = last()[0] - last()[1]
        tap.ok(get("out2") == get("clean") and 0 < made <= most, "%s: the bytes of a clean run, %d blocks made of %d" % (name, made, last()[0]))
    edit("one small file", 2, **{"usr/share/07/30": text(777, 1000)})
    edit("one file that grew", 12, **{"usr/share/07/30": text(778, 6000)})
    edit("a new file", 12, **{"usr/share/07/31": text(779, 3000)})
    edit("one block of a large file", 1, **{"usr/lib/big1": FILES["usr/lib/big1"][:40000] + b"!" + FILES["usr/lib/big1"][40001:]})
    edit("a package of ten files", 25, **{"usr/share/package/%d" % i: text(800 + i, 4000) for i in range(10)})

    # A block that several files have is compressed once.
    x, y, z, noise = text(31, 16384), text(32, 16384), text(33, 9000), random.Random(34).randbytes(16384)
    Tar("twins.tar").add("a", x + y + z).add("b", y + x + noise).add("c", noise + bytes(16384) + x).close()
    for jobs in "1", "9":
        box.makes("blocks of several files, %s jobs" % jobs, "-o", "out2", "-j", jobs, "-k", "cache/twins-" + jobs, *USUAL, "twins.tar")
        db = sqlite3.connect("cache/twins-" + jobs)
        tap.same(db.execute("SELECT blocks, reused, (SELECT count(*) FROM entry) FROM run").fetchone(), (8, 0, 4), "are kept once")
        db.close()

    # Whatever is wrong with the cache.
    def wrong(name, told, reused, *args):
        code, said = box.run("-o", "out2", *CACHED, *args, "tree.tar")
        tap.ok(code == 0 and get("out2") == plain and (warned(said) if told else said == "") and (reused is None or last()[1] == reused),
               name, code, said, last() if os.path.isfile(CACHE) else None)
        os.remove("out2")

    def good():
        shutil.rmtree("cache")
        os.mkdir("cache")
        shutil.copy("good", CACHE)

    good()
    change("UPDATE value SET bytes = substr(bytes, 1, length(bytes) - 1) WHERE id = 3", "UPDATE value SET bytes = x'' WHERE id = 5")
    wrong("entries that were cut short are made again", False, blocks - 2)
    wrong("and mended", False, blocks)
    change("UPDATE value SET bytes = x'00' || substr(bytes, 2) WHERE id = 4 AND length(bytes) > 2")
    wrong("an entry with a damaged byte too", False, blocks - 1)
    change("UPDATE entry SET value = CASE value WHEN 6 THEN 7 WHEN 7 THEN 6 ELSE value END")
    wrong("entries that changed places too", False, blocks - 2)
    change("UPDATE entry SET sum = x'1234' WHERE value = 8", "DELETE FROM value WHERE id = 9")
    wrong("and those that are half there", False, blocks - 2)
    good()
    change("CREATE TEMP TABLE b AS SELECT bytes FROM value WHERE id = 11", "UPDATE value SET bytes = (SELECT bytes FROM b) WHERE id = 12")
    wrong("another's bytes", False, blocks - 1)

    # Entries whose sums are right and whose bytes are not: only reading the image back can tell.
    b3sum = shutil.which("b3sum")
    if b3sum:
        good()
        db = sqlite3.connect(CACHE)
        key, = db.execute("SELECT key FROM entry WHERE value = 12").fetchone()
        other, = db.execute("SELECT bytes FROM value WHERE id = 11").fetchone()
        db.close()
        total = bytes.fromhex(subprocess.run([b3sum, "--no-names"], input=key + other, stdout=subprocess.PIPE).stdout.decode().strip())
        change(("UPDATE value SET bytes = ? WHERE id = 12", (other,)), ("UPDATE entry SET sum = ? WHERE value = 12", (total,)))
        code, said = box.run("-o", "out2", *CACHED, "tree.tar")
        tap.ok(code == 0 and get("out2") == plain and warned(said) and "in the image has other bytes; emptying the cache" in said,
               "a forged entry is found when the image is read back", code, said)
        wrong("and is gone", False, 0)
    size = os.path.getsize("good")
    for name, data in (("the middle of the file is noise", get("good")[:size // 3] + random.Random(3).randbytes(size // 3) + get("good")[size // 3 * 2:]),
                       ("the file is cut in half", get("good")[:size // 2]), ("a page is missing", get("good")[:16384] + get("good")[32768:])):
        put(CACHE, data)
        code, said = box.run("-o", "out2", *CACHED, "tree.tar")
        tap.ok(code == 0 and get("out2") == plain and (said == "" or warned(said)), name, code, said)
        box.run("-o", "out2", *CACHED, "tree.tar")
        code, said = box.run("-o", "out2", *CACHED, "tree.tar")
        tap.ok((code, said) == (0, "") and get("out2") == plain and last()[1] == blocks, name + ": in order again", code, said, last())
    for name, data in ("a text file", b"not a database\n" * 1000), ("a short text", b"short" * 40):
        put(CACHE, data)
        wrong(name + " in its place is replaced", True, 0)
        wrong("and works", False, blocks)
    put(CACHE)
    wrong("an empty file is a new one", False, 0)
    os.remove(CACHE)
    db = sqlite3.connect(CACHE)
    db.execute("CREATE TABLE entry (a)")
    db.commit()
    db.close()
    wrong("another program's database is replaced", True, 0)
    os.remove(CACHE)
    os.mkdir(CACHE)
    wrong("a folder in its place", True, None)
    shutil.rmtree("cache")
    put("cache", "in the way")
    wrong("a folder that cannot be made", True, None)
    os.remove("cache")
    os.makedirs("cache")
    if os.geteuid() != 0:
        os.chmod("cache", 0o500)
        wrong("a folder that cannot be written", True, None)
        os.chmod("cache", 0o700)

    # Many at once, on nothing and on something; and on damage, which one of them throws away.
    for state in "cold", "warm":
        said = at_once(box)
        tap.ok(said == [b""] * 6 and all(get("many%d" % i) == plain for i in range(6)), "six packers at once, " + state, said)
    for i in range(10):
        put(CACHE, b"damage" * 1000)
        said = at_once(box)
        if not warned(b"".join(said).decode()):
            break
    tap.ok(warned(b"".join(said).decode()), "six packers at once, on a damaged one", said)
    db = sqlite3.connect(CACHE)
    tap.same(db.execute("PRAGMA integrity_check").fetchone()[0], "ok", "the cache is whole")
    tap.same(db.execute("SELECT count(*) FROM value WHERE id NOT IN (SELECT value FROM entry)").fetchone()[0], 0, "nothing is kept in vain")
    db.close()
    wrong("and full", False, blocks)

    # A cap: the oldest go.
    good()
    Tar("more.tar").add("noise", random.Random(4).randbytes(700000)).add("text", text(900, 2000000)).close()
    change("UPDATE entry SET used = used - 100")
    box.run("-o", "out2", "-m", "1", *CACHED, "more.tar")
    db = sqlite3.connect(CACHE)
    total, old = db.execute("SELECT sum(n), sum(used < (SELECT max(used) FROM entry)) FROM entry").fetchone()
    orphans = db.execute("SELECT count(*) FROM value WHERE id NOT IN (SELECT value FROM entry)").fetchone()[0]
    db.close()
    tap.ok(0 < total <= 1 << 20 and old < blocks and orphans == 0, "no more than fits is kept, the oldest go", total, old, orphans)
    tap.ok(os.path.getsize(CACHE) < 3 << 20, "and the file shrinks", os.path.getsize(CACHE))
    box.fails("no room at all", "from 1 to", "-o", "out", "-m", "0", *CACHED, "tree.tar", status=2)
sys.exit(box.done())
