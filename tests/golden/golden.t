#!/usr/bin/env python3
"""Golden cases: what the programs print and write, compared byte for byte.

tests/golden/cases/NAME/ holds, each of them optional:
  args     the command line ({bin}: the folder of the programs); default: {bin}/capsem-configure guest
  files/   laid over a copy of tests/golden/base, which becomes the folder guest/ of the case
  root/    laid over the folder that guest/ is in
  remove   paths below guest/ that are taken away, one a line
  err out  what must come out on stderr and stdout (absent: nothing)
  status   the exit status (absent: 0)
  expect/  files that must have been written, with these bytes
UPDATE=1 rewrites err, out, status and what is in expect/; read the diff. A case that fails must leave
build.ninja as it was. Every code of codes.def must occur in some case's err.
"""
import os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BIN = os.path.abspath(os.environ.get("BIN", os.path.join(ROOT, "build", "bin")))
UPDATE = os.environ.get("UPDATE") == "1"
SENTINEL = "# the build.ninja of before\n"


def read(path):
    with open(path, "rb") as f:
        return f.read().decode("utf-8", "surrogateescape")


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(text.encode("utf-8", "surrogateescape"))


def optional(case, name, default=""):
    path = os.path.join(case, name)
    return read(path) if os.path.exists(path) else default


def overlay(src, dst):
    if os.path.isdir(src):
        shutil.copytree(src, dst, dirs_exist_ok=True, symlinks=True)


def prepare(case, folder):
    overlay(os.path.join(HERE, "base"), os.path.join(folder, "guest"))
    overlay(os.path.join(case, "files"), os.path.join(folder, "guest"))
    overlay(os.path.join(case, "root"), folder)
    for line in optional(case, "remove").split():
        path = os.path.join(folder, "guest", line)
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)


def portable(text, folder):
    """Without the paths of this machine."""
    return text.replace(folder, "@HERE@").replace(BIN, "@BIN@").replace(os.path.dirname(os.path.dirname(BIN)), "@SRC@")


def guest_edges(ninja):
    """build.ninja without the edges that build the programs themselves."""
    blocks = re.split(r"^(?=build |rule |default |pool )", ninja, flags=re.M)
    own = re.compile(r"build (build/(obj|lib|bin|tests)/|test-programs|check)")
    return "".join(b for b in blocks if not own.match(b))


def run(case, folder):
    args = optional(case, "args", "{bin}/capsem-configure guest").replace("{bin}", BIN).split()
    env = {"PATH": os.environ["PATH"], "HOME": folder, "LC_ALL": "C"}
    done = subprocess.run(args, cwd=folder, env=env, capture_output=True, timeout=60)
    decode = lambda b: portable(b.decode("utf-8", "surrogateescape"), folder)
    return decode(done.stdout), decode(done.stderr), done.returncode


def compare(case, name, got, mistakes):
    want = optional(case, name)
    if got == want:
        return
    if UPDATE:
        path = os.path.join(case, name)
        if got:
            write(path, got)
        else:
            os.unlink(path)
    else:
        mistakes.append("%s differs\n--- wanted\n%s--- got\n%s" % (name, want, got))


def check_written(case, folder, mistakes):
    expect = os.path.join(case, "expect")
    for top, _, names in sorted(os.walk(expect)):
        for name in sorted(names):
            rel = os.path.relpath(os.path.join(top, name), case)
            path = os.path.join(folder, os.path.relpath(os.path.join(top, name), expect))
            got = portable(read(path), folder) if os.path.exists(path) else ""
            if name == "build.ninja":
                got = guest_edges(got)
            compare(case, rel, got, mistakes)


def try_case(case):
    mistakes = []
    folder = os.path.realpath(tempfile.mkdtemp(prefix="golden-"))
    try:
        prepare(case, folder)
        sentinel = os.path.join(folder, "build.ninja")
        write(sentinel, SENTINEL)
        out, err, status = run(case, folder)
        compare(case, "out", out, mistakes)
        compare(case, "err", err, mistakes)
        compare(case, "status", "%d\n" % status if status else "", mistakes)
        if status and read(sentinel) != SENTINEL:
            mistakes.append("build.ninja was touched by a run that failed")
        leftovers = [n for n in os.listdir(folder) if n.endswith(".tmp")]
        if leftovers:
            mistakes.append("left behind: %s" % ", ".join(leftovers))
        if not status:
            check_written(case, folder, mistakes)
    finally:
        shutil.rmtree(folder)
    return mistakes


def codes():
    with open(os.path.join(ROOT, "gen/base/codes.def")) as f:
        return re.findall(r"^CODE\((\w+)", f.read(), re.M)


def main():
    cases = sorted(os.listdir(os.path.join(HERE, "cases")))
    seen, bad = "", 0
    print("1..%d" % (len(cases) + 1))
    for i, name in enumerate(cases, 1):
        case = os.path.join(HERE, "cases", name)
        mistakes = try_case(case)
        seen += optional(case, "err")
        bad += bool(mistakes)
        print("%sok %d - %s" % ("not " if mistakes else "", i, name))
        for line in "\n".join(mistakes).splitlines():
            print("#", line)
    missing = [c for c in codes() if "[%s]" % c not in seen]
    bad += bool(missing)
    print("%sok %d - every code has a case" % ("not " if missing else "", len(cases) + 1))
    if missing:
        print("# without a case:", " ".join(missing))
    return bad != 0


sys.exit(main())
