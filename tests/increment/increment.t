#!/usr/bin/env python3
"""Incremental builds are exact: a short run of property.py; its model says what the README's table says; it finds
mistakes that are planted; and a change of nothing but times makes no image, kernel, squashfs or initrd.

EDITS=N makes the run longer (tests/run.sh check: 300), SEED=N another one, FAST=1 leaves the planted mistakes out.
"""
import os, subprocess, sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib")]
import model, plants
from edits import edits
from property import Run, attempt, explain
from sandbox import Tap, end_politely, read, readme_rows, work_in_memory, write

EDITS, SEED = int(os.environ.get("EDITS", "40")), int(os.environ.get("SEED", "1"))
HEAVY = {"build_image", "extract_files", "pack_squashfs", "pack_initrd", "fetch_base", "seal_binary", "sum_blake3", "write_manifest"}

# Edits of which a planted mistake must spoil at least one.
PROVOKE = {"dropped-input": [("set", "template.kernel", 7, "place")], "dropped-helper": [("set", "helper.pack_squashfs", 7, "moved")],
           "dropped-header": [("set", "agent.header", 7, "place")], "dropped-folder": [("member", "diagnostics", "test_b.py", ("file", 7, False), "place")],
           "no-restat": [("touch", "guest/artifacts", 0)], "too-many-inputs": [("set", "vm.cpu", 7, "place")],
           "not-deterministic": [("set", "init", 7, "place")]}


def same_table(tap):
    rows = dict(readme_rows())
    for fact, row in model.README_ROW.items():
        rules = {e.split()[0] for e in model.NEEDED[fact]}
        tap.same(sorted(rules), sorted(rows.get(row, ())), "the model and the README agree on " + fact)
    checks = {c.split()[0] for some in model.CHECKS.values() for c in some}
    tap.ok(checks <= rows[model.TOUCHED], "and on what looks at a file that was touched", checks)


def short_run(tap):
    found = attempt(edits(SEED, EDITS))
    if found:
        explain(SEED, EDITS, *found)
    tap.ok(found is None, "%d edits from seed %d, each built exactly" % (EDITS, SEED), found and found[1])


def finds_plants(tap):
    tap.same(sorted(PROVOKE), sorted(plants.ALL), "each kind of mistake has an edit that it spoils")
    for name, some in PROVOKE.items():
        found = attempt(some, plants.ALL[name])
        tap.ok(found is not None, "a planted mistake is found: " + name)
        tap.ok(attempt(some) is None, "and not there without it: " + name)


def shrinks(tap):
    """The report names the one edit that matters, and its command fails the same way."""
    some = edits(5, 30)
    at = next(i for i, e in enumerate(some) if e[1:2] in (("agent.header",), ("template.kernel",)))
    plant = plants.ALL["dropped-header" if some[at][1] == "agent.header" else "dropped-input"]
    numbers = explain(5, 30, at, "after x: " + first_line(some[:at + 1], plant), plant)
    tap.same(numbers, [at], "a failure is shrunk to its edit")
    done = subprocess.run([sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "property.py"), "--seed", "5", "--edits", "30",
                           "--only", str(at), "--plant", plant.name], stdout=subprocess.PIPE, text=True, timeout=300)
    tap.ok(done.returncode == 1 and "must" in done.stdout, "and repeated by the command that is printed", done.stdout)


def first_line(some, plant):
    return attempt(some[-1:], plant)[1].split(": ", 1)[1]


def only_times(tap):
    with Run() as run:
        for what, edit in (("touch", ("touch", "all", 0)), ("older times", ("touch", "all", -1)), ("newer times", ("touch", "all", 1))):
            run.m.edit(edit)
            ran, said = run.m.build()
            tap.ok(not said and not HEAVY & {e.split()[0] for e in ran}, "%s of every file: only checks run" % what, ran, said)
        run.m.pass_time()
        git_round_trip(tap, run)


def git_round_trip(tap, run):
    m = run.m
    def git(*words):
        done = m.run("git", "-c", "user.name=x", "-c", "user.email=x@example.com", *words, cwd=m.guest)
        assert done.returncode == 0, done.stdout
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    m.edit(("set", "init", 99, "place"))
    m.edit(("set", "apt.packages", ("jq",), "place"))
    m.edit(("set", "agent.lib", 99, "place"))
    m.build()
    git("stash")
    git("stash", "pop")
    ran, said = m.build()
    tap.ok(ran and not said and not HEAVY & {e.split()[0] for e in ran}, "git stash and back: only checks run", ran, said)
    git("commit", "-q", "-a", "-m", "second")
    git("checkout", "-q", "HEAD~1")
    git("checkout", "-q", "-")
    ran, said = m.build()
    tap.ok(ran and not said and not HEAVY & {e.split()[0] for e in ran}, "git checkout and back: only checks run", ran, said)


def once_missed(tap):
    """What the long runs have found."""
    some = [("set", "tips", 7, "old"), ("set", "defconfig.arm64", 7, "old"), ("set", "tips.link", "two", "place"),
            ("member", "diagnostics", "test_a.py", ("file", 7, False), "old"), ("set", "snapshots", None, "place"), ("set", "snapshots", 8, "place")]
    found = attempt(some)
    tap.ok(found is None, "older files, links to older files, files of ours that step in and out", found and found[1])
    with Run() as run:
        m = run.m
        path = os.path.join(m.out, "build.ninja")
        good = read(path)
        write(path, good.replace("rule configure\n  command = ", "rule configure\n  command = touch started && sleep 60 && "))
        m.edit(("set", "vm.cpu", 7, "place"))
        m.interrupt(0, os.path.join(m.out, "started"))
        tap.ok(os.path.exists(path), "Ctrl-C while build.ninja is made anew leaves it")
        write(path, good)
        ran, said = m.build()
        tap.ok(not said and model.CONFIGURE[0] in ran, "and the next run makes it", said)


def main():
    work_in_memory()
    end_politely()
    tap = Tap()
    for test in (same_table, short_run, once_missed, only_times) if os.environ.get("FAST") else (
            same_table, short_run, once_missed, only_times, finds_plants, shrinks):
        test(tap)
    return tap.done()


sys.exit(main())
