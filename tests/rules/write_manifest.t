#!/usr/bin/env python3
"""write_manifest: after it, all that is said about the assets is true, whatever was there before."""
import fcntl, json, re, shutil, signal, subprocess, time
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import Box, get, put, wait_until

DAY = 86400
NOON = 1700049600 - 1700049600 % DAY + DAY // 2     # 2023-11-15 12:00 UTC


def b3(data):
    return subprocess.run(["b3sum", "--no-names"], input=data, stdout=subprocess.PIPE).stdout.decode().strip()


if not shutil.which("b3sum"):
    print("1..0 # SKIP no b3sum")
    sys.exit(0)

with Box("write_manifest") as box:
    tap = box.tap

    def fresh(**assets):
        """assets/ with these files: arm64__vmlinuz="text"."""
        for folder in "assets", "sums":
            shutil.rmtree(folder, ignore_errors=True)
        os.makedirs("assets")
        for name, text in assets.items():
            replace(name.replace("__", "/").replace("initrd", "initrd.img").replace("rootfs", "rootfs.squashfs"), text)

    def replace(name, text):
        """As the other helpers do it: a new file under the old name."""
        put("assets/new", text)
        os.makedirs(os.path.dirname("assets/" + name), exist_ok=True)
        os.rename("assets/new", "assets/" + name)

    def args(epoch=NOON, version="1.2.3", out="out"):
        return ["-o", out, "-d", "out.d", "-A", "assets", "-S", "sums", "-B", version] + (["-s", str(epoch)] if epoch is not None else [])

    def update(**more):
        code, said = box.run(*args(**more))
        if code or said:
            tap.ok(False, "runs", code, said)
        return json.loads(get("assets/manifest.json")) if os.path.exists("assets/manifest.json") else {}

    def version(manifest):
        return manifest["assets"]["current"]

    def names(folder):
        return sorted(os.listdir("assets/" + folder))

    def state():
        return {p: (os.stat(p).st_ino, os.stat(p).st_mtime_ns) for p in ("assets/manifest.json", "assets/B3SUMS", "out")}

    # A root filesystem of each format, as a change of rootfs_format leaves them: the one that was asked for counts.
    fresh(x86_64__rootfs="square")
    replace("x86_64/rootfs.erofs", "eroded")
    for name, more in ("rootfs.erofs", []), ("rootfs.squashfs", ["-r", "rootfs.squashfs"]), ("rootfs.erofs", ["-r", "rootfs.erofs"]):
        box.makes("writes " + " ".join(more), *args(), *more)
        listed = json.loads(get("assets/manifest.json"))["assets"]
        tap.same(list(listed["releases"][listed["current"]]["arches"]["x86_64"]), [name], name + " is the one")
        tap.ok((b"x86_64/" + name.encode()) in get("assets/B3SUMS") and get("assets/B3SUMS").count(b"rootfs") == 1, "in B3SUMS too", get("assets/B3SUMS"))
    box.fails("a root filesystem that is none", "-r wants the name of an asset, not 'x'", *args(), "-r", "x", status=2)

    # Bytes that change without a new file are damage, and not published as something new.
    fresh(x86_64__vmlinuz="kernel", x86_64__rootfs="root", arm64__rootfs="root")
    update()
    was = get("assets/manifest.json")
    put("assets/x86_64/rootfs.squashfs", "rood")
    alias = "rootfs-%s.squashfs" % b3(b"root")[:16]
    box.fails("an asset that was written into", "assets/x86_64/rootfs.squashfs was changed after it was made: it has the name %s, but its BLAKE3 is now %s; "
              "remove the file and run: ninja assets-x86_64\n" % (alias, b3(b"rood")), *args())
    tap.same(get("assets/manifest.json"), was, "the manifest stays as it was")
    os.remove("assets/x86_64/rootfs.squashfs")
    replace("x86_64/rootfs.squashfs", "root")
    update()
    tap.ok(get("assets/manifest.json") == was and get("assets/x86_64/" + alias) == b"root", "made again, all is well")

    # A full set: the bytes of the two files, aliases, current.
    fresh(x86_64__vmlinuz="k", x86_64__initrd="i", x86_64__rootfs="r", arm64__vmlinuz="a", x86_64__extra="no asset")
    update()
    k, i, r, a = b3(b"k"), b3(b"i"), b3(b"r"), b3(b"a")
    tap.same(get("assets/B3SUMS").decode(), "".join("%s  %s\n" % line for line in (
        (a, "arm64/vmlinuz"), (k, "x86_64/vmlinuz"), (i, "x86_64/initrd.img"), (r, "x86_64/rootfs.squashfs"))), "B3SUMS")
    check = subprocess.run(["b3sum", "--check", "B3SUMS"], cwd="assets", capture_output=True)
    tap.ok(check.returncode == 0, "b3sum checks it")
    def file(h):
        return {"hash": h, "size": 1}
    want = {"format": 2,
            "assets": {"current": "2023.1115.1", "releases": {"2023.1115.1": {
                "date": "2023-11-15", "deprecated": False, "min_binary": "1.0.0", "arches": {
                    "arm64": {"vmlinuz": file(a)}, "x86_64": {"vmlinuz": file(k), "initrd.img": file(i), "rootfs.squashfs": file(r)}}}}},
            "binaries": {"current": "1.2.3", "releases": {"1.2.3": {
                "date": "2023-11-15", "deprecated": False, "min_assets": "2023.1115.1"}}}}
    tap.same(get("assets/manifest.json").decode(), json.dumps(want, indent=2) + "\n", "manifest.json: keys, order, layout")
    tap.same(names("x86_64"), sorted(["extra", "vmlinuz", "vmlinuz-" + k[:16], "initrd.img", "initrd-%s.img" % i[:16],
                                      "rootfs.squashfs", "rootfs-%s.squashfs" % r[:16]]), "aliases")
    tap.ok(os.path.samefile("assets/arm64/vmlinuz", "assets/arm64/vmlinuz-" + a[:16]), "they are hard links")
    tap.same(os.readlink("assets/current"), "x86_64", "current is the last architecture")
    tap.same(get("out").decode(), "%s  B3SUMS\n%s  manifest.json\n" % (b3(get("assets/B3SUMS")), b3(get("assets/manifest.json"))), "the stamp holds their hashes")
    tap.same(get("out.d").decode(), "out: \\\n  assets/B3SUMS \\\n  assets/manifest.json\n", "the depfile names both")
    before = state()
    update()
    update(epoch=NOON + 30 * DAY)
    tap.same(state(), before, "again, a month later: nothing is touched")

    # Times: neither file may be newer than a stamp some other edge wrote before.
    times = [os.stat("assets/" + n).st_mtime for n in ("manifest.json", "B3SUMS")]
    tap.ok(all(NOON - 2 * DAY < t < NOON - DAY // 2 for t in times), "both have a time of the day before", times)
    replace("x86_64/initrd.img", "j")
    update()
    tap.ok(os.stat("assets/manifest.json").st_mtime not in times, "another content has another time")

    # Versions count up within a day, and only when a hash changed.
    m = json.loads(get("assets/manifest.json"))
    tap.same((version(m), m["assets"]["releases"]["2023.1115.2"]["date"], list(m["assets"]["releases"])), ("2023.1115.2", "2023-11-15", ["2023.1115.2"]),
             "a change counts up; one release stays")
    j = b3(b"j")
    tap.ok("initrd-%s.img" % i[:16] not in names("x86_64") and "initrd-%s.img" % j[:16] in names("x86_64"), "the old alias went")
    replace("x86_64/initrd.img", "i")
    tap.same(version(update()), "2023.1115.3", "going back is a change too")
    replace("x86_64/initrd.img", "j")
    tap.same(version(update(epoch=NOON + DAY)), "2023.1116.1", "a new day counts from 1")
    m = update(epoch=NOON + 5 * DAY, version="2.0.0")
    tap.same((version(m), m["binaries"]["current"], m["binaries"]["releases"]), ("2023.1116.1", "2.0.0", {"2.0.0": {
        "date": "2023-11-20", "deprecated": False, "min_assets": "2023.1116.1"}}), "another binary alone keeps the asset version")
    os.remove("assets/arm64/vmlinuz")
    m = update(epoch=NOON + 5 * DAY, version="2.0.0")
    tap.same((version(m), sorted(m["assets"]["releases"]["2023.1120.1"]["arches"])), ("2023.1120.1", ["x86_64"]), "an architecture that went")
    replace("arm64/rootfs.squashfs", "s")
    replace("arm64/rootfs.erofs", "e")
    m = update(epoch=NOON + 5 * DAY)
    tap.same(list(m["assets"]["releases"]["2023.1120.2"]["arches"]["arm64"]), ["rootfs.erofs"], "erofs is preferred")
    tap.ok("rootfs-%s.squashfs" % b3(b"s")[:16] not in names("arm64"), "only what is listed has an alias")

    # Without -s the day is the local one.
    fresh(arm64__vmlinuz="k")
    os.environ["TZ"] = "UTC-14"
    time.tzset()
    days = {time.strftime("%Y.%m%d.1")}
    v = version(update(epoch=None))
    days.add(time.strftime("%Y.%m%d.1"))
    tap.ok(v in days, "without SOURCE_DATE_EPOCH: today, local time", v, days)
    tap.ok(os.stat("assets/manifest.json").st_mtime < time.time(), "and no time to come")
    del os.environ["TZ"]
    fresh(arm64__vmlinuz="k")
    update(epoch=0)
    tap.ok(os.stat("assets/manifest.json").st_mtime >= 0 and version(json.loads(get("assets/manifest.json"))) == "1970.0101.1", "the first day there is")

    # Old manifests of all kinds.
    def after(old, name, expected):
        fresh(arm64__vmlinuz="k")
        put("assets/manifest.json", old if isinstance(old, (str, bytes)) else json.dumps(old))
        tap.same(version(update()), expected, "after " + name)

    def releases(*versions, **more):
        return {"format": 2, "assets": {"current": versions[0], "releases": {v: {} for v in versions}}, **more}

    after("{ not json", "garbage", "2023.1115.1")
    after(b"\xff\xfe\0\0", "bytes", "2023.1115.1")
    after("", "an empty file", "2023.1115.1")
    after("[]", "a list", "2023.1115.1")
    after('"text"', "a text", "2023.1115.1")
    after({"format": 2}, "no releases", "2023.1115.1")
    after({"format": 2, "assets": {"current": 5, "releases": [1, 2]}}, "the wrong types", "2023.1115.1")
    after({"format": 3, "latest": "2023.1115.8"}, "a later format with a version", "2023.1115.9")
    after({"format": 1, "latest": "2023.1115.41"}, "format 1 of today", "2023.1115.42")
    after({"format": 1, "latest": "2023.1114.41"}, "format 1 of yesterday", "2023.1115.1")
    after({"format": 1, "latest": "2023.1115.x"}, "format 1 with an odd version", "2023.1115.1")
    after(releases("2023.1115.7", "2023.1115.30", "2023.1115.9", "2023.1114.99"), "several of today", "2023.1115.31")
    after(releases("2023.1115.7", "2023.1115.none", "2023.1115.30"), "an odd version between them", "2023.1115.8")
    after(releases("2023.1115.007"), "leading zeros", "2023.1115.8")
    same = {"vmlinuz": {"size": 1, "hash": k}}
    def kept(v, date, arches={"arm64": same}):
        return {"format": 2, "assets": {"current": v, "releases": {v: {"date": date, "arches": arches}}}}
    after(kept("2020.0102.5", "2020-01-02"), "the same hashes: version kept", "2020.0102.5")
    after(kept("2020.0102.5", "2020-01-03"), "a version that is not of its date", "2023.1115.1")
    after(kept("../x", "2020-01-02"), "a version that is a path", "2023.1115.1")
    after(kept("2020.0102.5", "soon"), "no date", "2023.1115.1")
    after(kept("2020.0102.5", "2020-01-02", {"arm64": same, "x86_64": same}), "one architecture more", "2023.1115.1")
    after(kept("2020.0102.5", "2020-01-02", {"arm64": {"vmlinuz": {"hash": k, "size": 2}}}), "another size", "2023.1115.1")

    # Sum files: used when they are true, and only then.
    fresh(arm64__vmlinuz="k")
    def listed():
        return get("assets/B3SUMS").decode().split()[0]
    lie = "0" * 64
    put("sums/arm64/vmlinuz.b3", lie + "  arm64/vmlinuz\n")
    update()
    tap.same(listed(), lie, "a sum file that is not older is believed")
    replace("arm64/vmlinuz", "k")       # the alias with the false name is of the old file
    for text, name in ((lie + "  x86_64/vmlinuz\n", "of another file"), (lie[1:] + "  arm64/vmlinuz\n", "with a short hash"), ("", "that is empty"),
                       (lie.replace("0", "A") + "  arm64/vmlinuz\n", "in capitals"), (lie + "  arm64/vmlinuz\nmore\n", "with more lines"), (lie + "0  arm64/vmlinuz\n", "with a long hash")):
        put("sums/arm64/vmlinuz.b3", text)
        update()
        tap.same(listed(), k, "not one " + name)
    put("sums/arm64/vmlinuz.b3", lie + "  arm64/vmlinuz\n")
    replace("arm64/vmlinuz", "k")
    st = os.stat("assets/arm64/vmlinuz")
    os.utime("sums/arm64/vmlinuz.b3", ns=(0, st.st_mtime_ns - 1))
    update()
    tap.same(listed(), k, "nor one that is a nanosecond older")

    # What is stale, and what only looks like it.
    fresh(arm64__vmlinuz="k", x86_64__vmlinuz="k")
    hexes = "0123456789abcdef"
    stale = ["initrd-%s.img" % hexes, "vmlinuz-" + hexes, "a_b1-%s.tar.gz" % hexes, "initrd-%s.img.tmp" % hexes]
    others = ["tool-versions.txt", "README", "foo.bar-" + hexes, "a-b-" + hexes, "vmlinuz-" + hexes.upper(), "vmlinuz-" + hexes[1:], "vmlinuz-" + hexes + "0",
              "vmlinuz-%s." % hexes, "vmlinuz-%s.a b" % hexes, "-" + hexes]
    for name in stale + others:
        put("assets/arm64/" + name)
    os.makedirs("assets/arm64/dir-" + hexes)
    os.symlink("vmlinuz", "assets/arm64/link-" + hexes)
    put("assets/notes/vmlinuz-" + hexes)
    update()
    tap.same([n for n in stale if n in names("arm64")], [], "stale aliases go")
    tap.same([n for n in others + ["dir-" + hexes, "link-" + hexes] if n not in names("arm64")], [], "what only looks like one stays")
    tap.ok(os.path.exists("assets/notes/vmlinuz-" + hexes), "as do folders without assets")
    os.remove("assets/arm64/vmlinuz-" + k[:16])
    put("assets/arm64/vmlinuz-" + k[:16], "wrong bytes")
    update()
    tap.ok(os.path.samefile("assets/arm64/vmlinuz", "assets/arm64/vmlinuz-" + k[:16]), "an alias with wrong bytes is mended")

    # current
    for make, name in ((lambda p: os.symlink("nowhere", p), "a dangling link"), (lambda p: put(p, "x"), "a file"), (lambda p: shutil.copytree("assets/arm64-only", p), "a copy of an architecture")):
        fresh(x86_64__vmlinuz="k", arm64__vmlinuz="k")
        put("assets/arm64-only/vmlinuz")
        put("assets/arm64-only/vmlinuz-" + hexes)
        put("assets/arm64-only/tool-versions.txt")
        make("assets/current")
        shutil.rmtree("assets/arm64-only")
        os.makedirs("assets/zzz")
        update()
        tap.same(os.readlink("assets/current"), "x86_64", "current: in place of " + name)
    os.remove("assets/current")
    put("assets/current/thesis.txt", "years of work")
    box.fails("current: a person's folder is not removed", "assets/current is in the way: a folder that holds 'thesis.txt'", *args())
    tap.ok(os.path.exists("assets/current/thesis.txt"), "and keeps what it holds")

    # Odd folders.
    fresh()
    m = update()
    tap.same((get("assets/B3SUMS"), m["assets"]["releases"]["2023.1115.1"]["arches"], os.listdir("assets")),
             (b"\n", {}, ["manifest.json", "B3SUMS"] if os.listdir("assets")[0] == "manifest.json" else ["B3SUMS", "manifest.json"]), "no assets at all")
    put("assets/vmlinuz", "k")
    m = update()
    tap.same((get("assets/B3SUMS").decode(), m["assets"]["releases"]["2023.1115.2"]["arches"]), (k + "  vmlinuz\n", {"unknown": {"vmlinuz": file(k)}}), "the flat layout of older tools")
    tap.same(sorted(os.listdir("assets")), ["B3SUMS", "manifest.json", "vmlinuz"], "gets no aliases and no current")
    fresh(**{"a b#\u00fc__vmlinuz": "k"})
    update()
    tap.ok("a b#\u00fc/vmlinuz" in get("assets/B3SUMS").decode() and '"a b#\\u00fc": {' in get("assets/manifest.json").decode(), "an odd name for an architecture")
    fresh(**{"a\\b__vmlinuz": "k"})
    box.fails("a name that cannot be listed", "a folder of assets has a backslash or line break in its name", *args())
    fresh()
    os.makedirs("assets/arm64/vmlinuz")
    box.fails("an asset that is a folder", "assets/arm64/vmlinuz is in the way: not a regular file", *args())
    fresh(arm64__vmlinuz="k")
    os.makedirs("assets/manifest.json")
    box.fails("a manifest that is a folder", "open assets/manifest.json: Is a directory", *args())
    for bad in "1/2", "..", "a\\b":
        box.fails("binary version " + bad, "-B wants a version", *args(version=bad), status=2)
    shutil.rmtree("assets")
    code, said = box.run(*args())
    tap.ok((code, said) == (0, "") and os.path.exists("assets/manifest.json"), "no assets folder: it is made")

    # Several at once, while assets change: the end is the truth.
    fresh(arm64__vmlinuz="k", x86_64__vmlinuz="k")
    running = [subprocess.Popen([box.program, *args(out="stamp%d" % n)], stderr=subprocess.PIPE) for n in range(8)]
    for n in range(40):
        replace("x86_64/initrd.img", "initrd %d" % n)
        time.sleep(0.0005)
    said = [c.communicate()[1] for c in running]
    tap.ok(all(c.returncode == 0 for c in running) and not any(said), "eight at once", said)
    update()
    check = subprocess.run(["b3sum", "--check", "B3SUMS"], cwd="assets", capture_output=True)
    wrong = [n for n in names("x86_64") if "-" in n and b3(get("assets/x86_64/" + n))[:16] not in n]
    tap.ok(check.returncode == 0 and not wrong and not [n for n in names("") if n.endswith(".tmp")], "then all is true", check.stdout, wrong)

    # One edge for each architecture and one for all, in one build: ninja has nothing to do afterwards.
    if shutil.which("ninja"):
        fresh()
        rules = "rule copy\n  command = mkdir -p $$(dirname $out) && cp $in $out.t && mv $out.t $out\n"
        rules += "rule sum\n  command = %s/sum_blake3 -o $out -n $name $in\n  restat = 1\n" % os.path.dirname(box.program)
        rules += "rule manifest\n  command = %s -o $out -d $out.d -A assets -S sums -B 1 $in\n  depfile = $out.d\n  deps = gcc\n  restat = 1\n" % box.program
        for arch in "arm64", "x86_64":
            rules += "build assets/%s/vmlinuz: copy src-%s\n" % (arch, arch)
            rules += "build sums/%s/vmlinuz.b3: sum assets/%s/vmlinuz\n  name = %s/vmlinuz\n" % (arch, arch, arch)
            rules += "build stamp-%s: manifest sums/%s/vmlinuz.b3\n" % (arch, arch)
        rules += "build stamp-all: manifest sums/arm64/vmlinuz.b3 sums/x86_64/vmlinuz.b3\n"
        put("build.ninja", rules)
        def ninja(*targets):
            return subprocess.run(["ninja", *targets], capture_output=True, text=True).stdout
        for round_ in range(3):
            put("src-arm64", "a%d" % round_)
            put("src-x86_64", "x%d" % round_)
            first, second = ninja(), ninja()
            tap.ok("no work to do" in second, "several edges in one build, round %d: all content" % round_, first, second)
        for name in "manifest.json", "B3SUMS":
            os.remove("assets/" + name)
            ninja("stamp-x86_64")
            tap.ok(os.path.exists("assets/" + name), "a %s that was deleted comes back" % name)
            ninja()
        tap.ok("no work to do" in ninja(), "and all is content again")

    # Waiting for another one can be interrupted.
    lock = os.open("assets", os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    started = time.monotonic()
    box.interrupted("interrupted while another one writes", *args(), when=lambda: time.monotonic() > started + 0.2)
    os.close(lock)
sys.exit(box.done())
