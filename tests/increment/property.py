#!/usr/bin/env python3
"""Thousands of edits, an incremental build after each: the rules that ran are those that the rebuild table needs and
allows, and every tenth state is, byte for byte, what a clean build elsewhere gives. A failure is shrunk to the
fewest edits that still fail, and printed as a command that repeats it.
"""
import argparse, os, sys, time

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)), os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib")]
from edits import edits
from machine import Broken, Machine, contents
from model import CHECKS, expect, judge
import plants
from sandbox import end_politely, work_in_memory

EVERY, BATCH = 10, 250


class Run:
    """One machine, from its first build on."""

    def __init__(self, plant=None):
        self.m = Machine(plant)
        self.done = {}       # architecture -> states: of the last build, of the last images
        self.ran = 0         # edges, in all

    def __enter__(self):
        try:
            self.m.set_up()
            self.build(set(), ["*"], [])
            return self
        except BaseException:
            self.m.remove()
            raise

    def __exit__(self, *_):
        self.m.remove()

    def note(self, ran):
        """The images that were made: from what was there at that time, fallbacks too."""
        state = self.m.state
        for arch in state["option.archs"]:
            done = self.done.setdefault(arch, {"last": state, "rootfs": state, "kernel": state})
            for image in "rootfs", "kernel":
                if "build_image build/%s/%s.tar" % (arch, image) in ran:
                    done[image] = state

    def build(self, needed, may, before):
        """Build; BEFORE: what an interrupted build has done already."""
        m = self.m
        ran, said = m.build()
        if said:
            raise Broken("ninja failed:\n" + said)
        self.note(ran)
        for arch in m.state["option.archs"]:
            self.done[arch]["last"] = m.state
        wrong = judge(ran, needed - set(before), may)
        again, said = m.build()
        checks = [c for p in m.future for start, patterns in CHECKS.items() if p.startswith(start) for c in patterns]
        wrong += ["once more: " + w for w in judge(again, set(), checks)]
        self.ran += len(ran)
        if wrong:
            raise Broken("\n".join(wrong))

    def expected(self):
        m = self.m
        return expect(self.done, m.state, m.touched | m.future, m.configured)

    def step(self, edit):
        m = self.m
        m.touched, m.configured = set(m.future), False  # what had a time ahead is looked at once more
        if m.future:
            m.pass_time()
        if edit[0] == "interrupt":
            self.interrupted(*edit[1:])
            return
        m.edit(edit)
        self.build(*self.expected(), [])

    def interrupted(self, milliseconds, fact, value, taken_back):
        m, before = self.m, self.m.state
        m.edit_set(fact, value, "place")
        needed = self.expected()[0]
        ran = m.interrupt(milliseconds)
        self.note(ran)
        if taken_back:
            m.become(before)
            needed = set()
        self.build(needed, ["*"], ran)
        self.compare()

    def compare(self):
        m = self.m
        archs = m.state["option.archs"]
        ours = contents(m.out, m.dir)
        theirs = m.build_clean(self.done)
        if len(archs) == 1:  # the other one's are still there, and spoken of
            others = {"arm64", "x86_64"} - set(archs)
            skip = lambda p: p.endswith(("B3SUMS", "manifest.json")) or any(o in p for o in others)
            ours = {p: v for p, v in ours.items() if not skip(p)}
            theirs = {p: v for p, v in theirs.items() if not skip(p)}
        differ = sorted(p for p in {**ours, **theirs} if ours.get(p) != theirs.get(p))
        if differ:
            raise Broken("other than from a clean build: " + ", ".join(differ) + "".join(map(first_lines, (
                (p, ours.get(p), theirs.get(p)) for p in differ))))


def first_lines(difference):
    """Where two short texts begin to differ."""
    path, ours, theirs = difference
    if not isinstance(ours, tuple) or not isinstance(theirs, tuple) or len(ours[0]) > 20000:
        return ""
    pairs = zip(ours[0].decode(errors="replace").splitlines(), theirs[0].decode(errors="replace").splitlines())
    return "".join(["\n%s: %s, clean: %s" % (path, a, b) for a, b in pairs if a != b][:1])


def attempt(list_of_edits, plant=None):
    """None, or (index of the edit that failed, why)."""
    last, i, edit = len(list_of_edits) - 1, -1, "nothing"
    try:
        with Run(plant) as run:
            for i, edit in enumerate(list_of_edits):
                run.step(edit)
                if (i + 1) % EVERY == 0 or i == last:
                    run.compare()
    except Broken as e:
        return i, "after %s: %s" % (edit, e)
    return None


def shrink(numbers, fails):
    """The shortest list found of these NUMBERS that still FAILS: delta debugging."""
    parts = 2
    while len(numbers) > 1:
        size = -(-len(numbers) // parts)
        chunks = [numbers[i:i + size] for i in range(0, len(numbers), size)]
        for i in range(len(chunks)):
            rest = [n for k, c in enumerate(chunks) if k != i for n in c]
            if fails(rest):
                numbers, parts = rest, max(parts - 1, 2)
                break
        else:
            if size == 1:
                break
            parts = min(parts * 2, len(numbers))
    return numbers


def tail(numbers, fails):
    """Most failures need only what came last."""
    n = 1
    while n < len(numbers):
        if fails(numbers[-n:]):
            return numbers[-n:]
        n *= 4
    return numbers


def kind_of(why):
    """A list that fails for another reason is no shorter form of the same failure."""
    return why.split(": ", 1)[1].splitlines()[0]


SHRINKING = 120     # seconds, at most


def explain(seed, n, index, why, plant=None):
    """The report of a failure, shrunk."""
    every = edits(seed, n)
    end = time.time() + SHRINKING
    def fails(numbers):
        if time.time() > end:
            return False
        found = attempt([every[i] for i in numbers], plant)
        return found is not None and kind_of(found[1]) == kind_of(why)
    numbers = list(range(index + 1))
    print("failed: seed %d, edit %d\n%s\nshrinking ..." % (seed, index, why), flush=True)
    if fails(numbers):
        numbers = shrink(tail(numbers, fails), fails)
    found = attempt([every[i] for i in numbers], plant)
    for i in numbers:
        print("  %d: %s" % (i, every[i]))
    print("why: %s" % (found[1] if found else "it did not fail again: " + why))
    print("repeat: python3 tests/increment/property.py --seed %d --edits %d --only %s%s"
          % (seed, n, ",".join(map(str, numbers)), " --plant " + plant.name if plant else ""), flush=True)
    return numbers


def soak(seed, n):
    """N edits in batches, each from a seed of its own; whether none failed."""
    start, done, good = time.time(), 0, True
    while done < n:
        size = min(BATCH, n - done)
        found = attempt(edits(seed, size))
        if found:
            good = False
            explain(seed, size, *found)
        done, seed = done + size, seed + 1
        print("%d edits, %.0f s, %.3f s each" % (done, time.time() - start, (time.time() - start) / done), flush=True)
    return good


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "little"))
    p.add_argument("--edits", type=int, default=300)
    p.add_argument("--only", help="numbers of edits, separated by commas")
    p.add_argument("--plant", choices=sorted(plants.ALL))
    o = p.parse_args()
    work_in_memory()
    end_politely()
    print("seed %d" % o.seed, flush=True)
    plant = plants.ALL[o.plant] if o.plant else None
    if not o.only and not plant:
        return 0 if soak(o.seed, o.edits) else 1
    every = edits(o.seed, o.edits)
    numbers = [int(i) for i in o.only.split(",")] if o.only else range(o.edits)
    found = attempt([every[i] for i in numbers], plant)
    if found and not o.only:
        explain(o.seed, o.edits, *found, plant)
    elif found:
        print(found[1])
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
