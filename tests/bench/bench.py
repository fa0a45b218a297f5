#!/usr/bin/env python3
"""bench.py [-n RUNS] [ROW]... -- time and memory of each step, beside a command that does the same job
or a like one, in the same run: machines and their loads differ, ratios less so.

Prints one table, and writes build/bench.json (every sample) and build/bench.svg (the edit loop). Rows are
tables of rows/*.toml; a new file there is all that a new step needs:

  [[row]]
  name = "word"               # to ask for it: bench.py word
  step = "what is done"       # as the table shows it
  setup = "shell"             # once; $DIR is a folder for it, shared by the rows of one file
  before = "shell"            # before each run, not timed (before_peer: before each of the peer's)
  ours = "command"            # no shell: quotes and $VARIABLES only
  peer = "command"            # the same; left out where there is none
  peer_name = "as shown"
  peer_row = "word"           # instead of a command: what that row, an earlier one, measured of ours
  limit = {seconds = 0.1, ratio = 0.95, over = 0.005, mib = 200}   # any of them
  unit = "bytes"              # instead of times: both commands print a number, once
  loop = true                 # drawn in the plot
  slow = true                 # only when asked for by name

Variables: ROOT, BIN, TESTS, ARCH, ASSETS (of this tree's build), HERE (tests/bench), DIR, PYTHON. Ratio is ours by peer; over is
ours less peer, in seconds. Each row runs five times, the two in turn; times are medians. Needs an image in
build/ (make -f Makefile.bootstrap image).
"""
import argparse, json, os, platform, re, shlex, statistics, subprocess, sys, tempfile, time, tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ARCH = platform.machine().replace("aarch64", "arm64")
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
import plot


def fail(text):
    sys.exit("bench.py: " + text)


def rows_of(names):
    rows = []
    for file in sorted(os.listdir(os.path.join(HERE, "rows"))):
        with open(os.path.join(HERE, "rows", file), "rb") as f:
            rows += [dict(row, file=file) for row in tomllib.load(f)["row"]]
    unknown = set(names) - {r["name"] for r in rows} - {r["file"][:-5] for r in rows}
    if unknown:
        fail("no row is called %s; there are: %s" % (", ".join(sorted(unknown)), " ".join(r["name"] for r in rows)))
    return [r for r in rows if (r["name"] in names or r["file"][:-5] in names if names else not r.get("slow"))]


class Place:
    """A folder for the rows of one file, and what their commands see."""

    def __init__(self, top, file):
        self.dir = os.path.join(top, file[:-5])
        os.makedirs(self.dir, exist_ok=True)
        python = subprocess.run([sys.executable, "-c", "import sys; print(sys.executable)"], capture_output=True, text=True).stdout.strip()
        self.env = dict(os.environ, ROOT=ROOT, BIN=os.path.join(ROOT, "build/bin"), TESTS=os.path.join(ROOT, "build/tests"), ARCH=ARCH, HERE=HERE, DIR=self.dir, LC_ALL="C",
                        ASSETS=os.path.join(ROOT, "build/assets", ARCH), PYTHON=os.path.realpath(python))

    def shell(self, text):
        done = subprocess.run(["sh", "-euc", text], cwd=ROOT, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            fail("'%s' failed:\n%s" % (text.strip(), done.stdout))
        return done.stdout

    def argv(self, command):
        return [re.sub(r"\$(\w+)", lambda m: self.env[m.group(1)], word) for word in shlex.split(command)]

    def time(self, command):
        """One run: seconds, seconds of processors, peak memory in MiB."""
        argv = self.argv(command)
        with open(os.path.join(self.dir, "said"), "w+") as said:
            start = time.perf_counter()
            child = subprocess.Popen(argv, cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
            _, status, used = os.wait4(child.pid, 0)
            seconds = time.perf_counter() - start
            child.returncode = os.waitstatus_to_exitcode(status)
            if status:
                said.seek(0)
                fail("'%s' failed:\n%s" % (command, said.read()[-2000:]))
        return {"seconds": seconds, "cpu": used.ru_utime + used.ru_stime, "mib": used.ru_maxrss / 1024}


def measure(row, place, runs, earlier):
    """The samples of a row: {"ours": [...], "peer": [...]}, the two in turn."""
    sides = [s for s in ("ours", "peer") if s in row]
    if row.get("unit"):
        return {s: [{row["unit"]: int(place.shell(row[s]))}] for s in sides}
    samples = {s: [] for s in sides}
    if "peer_row" in row:
        if row["peer_row"] not in earlier:
            fail("%s goes with %s: ask for both" % (row["name"], row["peer_row"]))
        samples["peer"] = earlier[row["peer_row"]]["ours"]
    for i in range(-1, runs):                     # the first warms up the caches of both
        for side in sides:
            before = row.get("before" if side == "ours" else "before_peer")
            if before:
                place.shell(before)
            sample = place.time(row[side])
            if i >= 0:
                samples[side].append(sample)
    return samples


def judge(row, ours, peer, mib):
    """Each limit as text, and whether all are kept."""
    values = {"seconds": ours, "mib": mib}
    if peer:
        values.update(ratio=ours / peer, over=ours - peer)
    texts = {"seconds": lambda v: "<= " + duration(v), "ratio": lambda v: "<= %g x" % v, "over": lambda v: "peer + " + duration(v), "mib": lambda v: "<= %g MiB" % v}
    limit = row.get("limit", {})
    return ", ".join(texts[k](v) for k, v in limit.items()), all(values[k] <= v for k, v in limit.items())


def duration(seconds):
    return "%.3g s" % seconds if seconds >= 1 else "%.3g ms" % (seconds * 1000)


def result_of(row, samples):
    key = row.get("unit", "seconds")
    middle = {s: statistics.median(x[key] for x in list_) for s, list_ in samples.items()}
    mib = max((x.get("mib", 0) for x in samples["ours"]), default=0)
    ours, peer = middle["ours"], middle.get("peer")
    limit, kept = judge(row, ours, peer, mib)
    cpu = {s: statistics.median(x.get("cpu", 0) for x in list_) for s, list_ in samples.items()}

    def shown(side):
        return "%s (%s)" % (duration(middle[side]), duration(cpu[side])) if key == "seconds" else "{:,} {}".format(int(middle[side]), key)
    text = shown("ours") + (", %.0f MiB" % mib if "mib" in row.get("limit", {}) else "")
    return {"name": row["name"], "step": row["step"], "peer": row.get("peer_name", ""), "loop": row.get("loop", False),
            "limit": limit, "kept": kept, "samples": samples, "median": middle, "cpu": cpu,
            "cells": [row["step"], text, "%s: %s" % (row["peer_name"], shown("peer")) if peer else "",
                      "%.2f" % (ours / peer) if peer else "", limit + ("" if kept else " MISSED")]}


def machine():
    """In a few words, so that figures can be compared."""
    with open("/proc/meminfo") as f:
        gib = round(int(f.readline().split()[1]) / 2**20)
    with open("/proc/cpuinfo") as f:
        virtual = " virtual machine" if "hypervisor" in f.read() else ""
    with open("/etc/os-release") as f:
        system = dict(re.findall(r'^(\w+)="?([^"\n]*)', f.read(), re.M)).get("PRETTY_NAME", "")
    return "%d-core %s%s, %d GiB, %s" % (os.cpu_count(), platform.machine(), virtual, gib, system)


def table(results):
    rows = [["step", "ours", "peer", "ratio", "limit"]] + [r["cells"] for r in results]
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths)) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "|".join("-" * (w + 2) for w in widths) + "|"] + lines[1:])


def main():
    args = argparse.ArgumentParser(usage=__doc__)
    args.add_argument("-n", type=int, default=5)
    args.add_argument("rows", nargs="*")
    args = args.parse_args()
    results, places, load = [], {}, os.getloadavg()[0]
    if not os.path.exists(os.path.join(ROOT, "build/assets", ARCH, "initrd.img")):
        fail("there is no image in build/; run: make -f Makefile.bootstrap image")
    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.path.join(ROOT, "build")) as top:
        for row in rows_of(args.rows):
            place = places.setdefault(row["file"], Place(top, row["file"]))
            place.shell(row.get("setup", ":"))
            results.append(result_of(row, measure(row, place, args.n, {r["name"]: r["samples"] for r in results})))
            print("measured: " + row["name"], file=sys.stderr, flush=True)
    about = {"machine": machine(), "runs": args.n, "load": [round(load, 1), round(os.getloadavg()[0], 1)]}
    with open(os.path.join(ROOT, "build/bench.json"), "w") as f:
        json.dump(dict(about, rows=results), f, indent=1)
    with open(os.path.join(ROOT, "build/bench.svg"), "w") as f:
        f.write(plot.draw([r for r in results if r["loop"]], about["machine"]))
    print(table(results))
    print("\n%s; medians of %d, in turn, in brackets the time of processors; load %s before, %s after" %
          (about["machine"], args.n, *about["load"]))


main()
