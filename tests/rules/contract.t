#!/usr/bin/env python3
"""Hold every program of rules/ to the contract of rules/README.md.

tests/lib/cases.py has one ordinary run for each; a helper without one fails.
"""
import glob, os, re, resource, shlex, shutil, signal, stat, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests/lib"))
sys.dont_write_bytecode = True
from cases import CASES, Json, P, Program, Settings, Skip
from sandbox import BIN, TESTS, Tap, end_politely, preload, work_in_memory

# Some thousand runs, each of which writes through to the disk: a disk of memory makes that a matter
# of seconds.
work_in_memory()

OLD, OLD_TIME = b"old bytes\n", 1000000000
tap = Tap()


class Run:
    """One fresh folder with the inputs of a case, and how to run the helper in it."""

    def __init__(self, helper, case, template):
        self.helper, self.case = helper, case
        self.dir = os.path.join(tempfile.mkdtemp(prefix="capsem-contract-"), "d")
        shutil.copytree(template, self.dir, symlinks=True)
        self.out = os.path.join(self.dir, "out/OUT")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(os.path.dirname(self.dir), ignore_errors=True)

    def argv(self, absolute=False, depfile=True):
        spell = (lambda p: os.path.join(self.dir, p)) if absolute else str
        for arg in self.case.args:
            if isinstance(arg, Json):
                arg.fill(self.dir, spell)
        words = [spell(a) if isinstance(a, P) else a for a in self.case.args]
        out = spell("out/OUT")
        return [os.path.join(BIN, self.helper), "-o", out] + (["-d", out + ".d"] if depfile else []) + words

    def start(self, argv=None, cwd=None, umask=0o022, env={}, **more):
        def prepare():
            os.umask(umask)
            if more.get("no_space"):
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        return subprocess.Popen(argv or self.argv(), cwd=cwd or self.dir, preexec_fn=prepare, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ, **env),
                                restore_signals=not more.get("no_space"))

    def run(self, **how):
        child = self.start(**how)
        out, err = child.communicate(timeout=120)
        return child.returncode, out.decode(errors="replace"), err.decode(errors="replace")

    def put_old(self):
        os.makedirs(os.path.dirname(self.out), exist_ok=True)
        with open(self.out, "wb") as f:
            f.write(OLD)
        os.utime(self.out, (OLD_TIME, OLD_TIME))

    def is_old(self):
        st = os.lstat(self.out)
        return self.raw() == OLD and st.st_mtime == OLD_TIME

    def raw(self):
        with open(self.out, "rb") as f:
            return f.read()

    def made(self):
        return self.case.clean(self.raw()), stat.S_IMODE(os.stat(self.out).st_mode)

    def leftovers(self):
        return [os.path.join(d, f) for d, _, files in os.walk(self.dir) for f in files if f.endswith(".tmp")]


def one_line(helper, err):
    return re.fullmatch(re.escape(helper) + r": error: [^\n]+\n", err) is not None


def usage(helper):
    program = os.path.join(BIN, helper)
    def run(*args):
        done = subprocess.run([program, *args], stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd="/", timeout=20)
        return done.returncode, done.stdout, done.stderr
    code, out, err = run("--help")
    tap.ok(code == 0 and out.startswith("usage: %s -o OUT [-d DEPFILE] " % helper) and err == "", helper + ": --help on stdout", out, err)
    code, out, err = run("-o", "x", "-Z")
    tap.ok(code == 2 and out == "" and "usage: " + helper in err, helper + ": a wrong option is exit 2 and the usage", code, out, err)
    code, out, err = run()
    tap.ok(code == 2 and out == "" and "usage: " + helper in err, helper + ": no -o is exit 2 and the usage", code, out, err)
    missing = os.path.join(tempfile.gettempdir(), "capsem-contract-%d/none" % os.getpid())
    code, out, err = run("-o", missing)
    tap.ok(code == 2 and out == "" and err and not os.path.exists(missing), helper + ": too few arguments are exit 2", code, out, err)


def makes(t, helper):
    """Returns what the helper makes, for the others to compare with."""
    code, out, err = t.run()
    if not tap.ok((code, out, err) == (0, "", "") and not t.leftovers(), helper + ": silent success", code, out, err):
        return None
    want = t.made()
    tap.same(want[1], t.case.mode, helper + ": permission bits")
    before = os.stat(t.out)
    code, out, err = t.run()
    after = os.stat(t.out)
    if t.case.clean(b"[   0.000] x") == b"[   0.000] x":
        tap.ok(code == 0 and (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns) and not t.leftovers(),
               helper + ": equal bytes leave the file alone", code, err)
    return want


def elsewhere(t, helper, want):
    code, out, err = t.run(argv=t.argv(absolute=True), cwd="/", umask=0o077,
                           env={"TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"})
    tap.ok(code == 0 and t.made() == want, helper + ": same bytes in another folder, umask, locale and time zone", code, out, err)


def escape(text):
    return re.sub(r"([$ :])", r"$\1", text)


def with_ninja(helper, case, template):
    """In a folder whose name needs every escape: ninja reads the depfile, and is content after one run."""
    if not shutil.which("ninja"):
        return
    with Run(helper, case, template) as t:
        odd = os.path.join(os.path.dirname(t.dir), "a b#c$d\\e:f")
        os.rename(t.dir, odd)
        t.dir, t.out = odd, os.path.join(odd, "out/OUT")
        command = " ".join(shlex.quote(a) for a in t.argv(absolute=True))
        with open(os.path.join(odd, "build.ninja"), "w") as f:
            f.write("rule r\n  command = %s\n  depfile = %s\n  deps = gcc\n  restat = 1\n" %
                    (command.replace("$", "$$"), escape(t.out + ".d")))
            f.write("build %s: r\n" % escape(t.out))
        def ninja(*args):
            return subprocess.run(["ninja", "-C", odd, *args], capture_output=True, text=True, timeout=120).stdout
        first, second = ninja(), ninja()
        tap.ok("no work to do" in second, helper + ": ninja has nothing to do after it", first, second)
        known = set(line[4:] for line in ninja("-t", "deps", t.out).splitlines() if line.startswith("    "))
        inputs = set(os.path.join(odd, a) for a in case.args if isinstance(a, P) and not isinstance(a, (Program, Settings)) and
                     os.path.isfile(os.path.join(odd, a))) | set(os.path.join(odd, r) for r in case.reads)
        tap.ok(inputs <= known and all(os.path.exists(k) for k in known), helper + ": the depfile names what was read",
               "wanted: %s" % sorted(inputs), "known: %s" % sorted(known))


def refuses_nodes(helper, case, template):
    kinds = {"folder": os.mkdir, "fifo": os.mkfifo, "link": lambda p: os.symlink("nowhere", p)}
    if os.geteuid() == 0:
        kinds["device"] = lambda p: os.mknod(p, stat.S_IFCHR | 0o666, os.makedev(1, 7))
    for kind, make in kinds.items():
        with Run(helper, case, template) as t:
            os.makedirs(os.path.dirname(t.out), exist_ok=True)
            make(t.out)
            before = os.lstat(t.out)
            code, out, err = t.run()
            after = os.lstat(t.out)
            tap.ok(code == 1 and one_line(helper, err) and not t.leftovers() and before.st_ino == after.st_ino,
                   "%s: a %s in the way is refused" % (helper, kind), code, out, err)


def missing_inputs(helper, case, template):
    for arg in case.args:
        if not isinstance(arg, Json) and (not isinstance(arg, P) or not os.path.isfile(os.path.join(template, arg))):
            continue
        if arg.endswith(".b3"):     # only their times count
            continue
        with Run(helper, case, template) as t:
            t.put_old()
            argv = t.argv()
            os.remove(os.path.join(t.dir, arg))
            code, out, err = t.run(argv=argv)
            tap.ok(code == 1 and one_line(helper, err) and t.is_old() and not t.leftovers(),
                   "%s: without %s: one line, old output kept" % (helper, arg), code, out, err)


def cannot_write(helper, case, template):
    with Run(helper, case, template) as t:
        argv = [a if a != "out/OUT" else "/proc/capsem/OUT" for a in t.argv(depfile=False)]
        code, out, err = t.run(argv=argv)
        tap.ok(code == 1 and one_line(helper, err), helper + ": a folder that cannot be written", code, out, err)
    with Run(helper, case, template) as t:
        t.put_old()
        code, out, err = t.run(no_space=True)
        tap.ok(code == 1 and one_line(helper, err) and t.is_old() and not t.leftovers(),
               helper + ": no byte can be written: one line, old output kept", code, out, err, t.leftovers())


def step(t, n, library, hang):
    """Let call N fail or hang. Returns exit status, messages, and whether it came to that call."""
    mark = os.path.join(os.path.dirname(t.dir), "mark")
    env = {"LD_PRELOAD": library, "FAIL_AT": str(n), "FAIL_PROGRAM": t.helper, "FAIL_MARK": mark,
           "ASAN_OPTIONS": "verify_asan_link_order=0"}
    child = t.start(env=dict(env, FAIL_HANG="1") if hang else env)
    while hang and child.poll() is None:
        if os.path.exists(mark):
            child.send_signal(signal.SIGINT)
            break
        time.sleep(0.001)
    out, err = child.communicate(timeout=120)
    return child.returncode, out.decode(), err.decode(errors="replace"), os.path.exists(mark)


def whole(t, want):
    return t.is_old() or t.made() == want


def walk(helper, case, template, want, library, hang):
    """Every call that writes fails (or is interrupted) once; a plain run afterwards makes all good."""
    stride = 1 if os.environ.get("FULL") else case.stride
    bad, n, reached = [], 0, True
    while reached and n < 500:
        n += stride
        with Run(helper, case, template) as t:
            t.put_old()
            code, out, err, reached = step(t, n, library, hang)
            if not reached:
                fine = code == 0
            elif hang:
                fine = code == 130 and err == "" and whole(t, want)
            elif code == 0:
                fine = t.made() == want
            else:
                fine = code == 1 and one_line(helper, err) and t.is_old()
            told = "call %d: exit %d, %r" % (n, code, err)
            if not fine or t.leftovers():
                bad.append("%s, left %s" % (told, t.leftovers()))
                continue
            again = t.run()
            if again[0] != 0 or t.made() != want or t.leftovers():
                bad.append("%s; the next run: %s, left %s" % (told, again, t.leftovers()))
    what = "interrupted at" if hang else "a full disk at"
    which = "each" if stride == 1 else "one in %d" % stride
    tap.ok(not bad and 3 < n < 500, "%s: %s %s of %d calls" % (helper, what, which, n - stride), *bad)


def hold(helper, library):
    usage(helper)
    if helper not in CASES:
        tap.ok(False, "%s: has a case in tests/lib/cases.py" % helper)
        return
    template = tempfile.mkdtemp(prefix="capsem-template-")
    try:
        case = CASES[helper](template)
        with Run(helper, case, template) as t:
            want = makes(t, helper)
        if want is None:
            return
        with Run(helper, case, template) as t:
            elsewhere(t, helper, want)
        with_ninja(helper, case, template)
        refuses_nodes(helper, case, template)
        missing_inputs(helper, case, template)
        cannot_write(helper, case, template)
        walk(helper, case, template, want, library, hang=False)
        walk(helper, case, template, want, library, hang=True)
    except Skip as why:
        tap.ok(True, "%s: its run # SKIP %s" % (helper, why))
    finally:
        shutil.rmtree(template)


def main():
    end_politely()
    helpers = sorted(os.path.basename(f)[:-2] for f in glob.glob(os.path.join(ROOT, "rules/*.c")))
    library = preload()
    try:
        for helper in sys.argv[1:] or helpers:
            if tap.ok(os.access(os.path.join(BIN, helper), os.X_OK), helper + ": is built"):
                hold(helper, library)
    finally:
        if not library.startswith(TESTS):
            shutil.rmtree(os.path.dirname(library))
    return tap.done()


sys.exit(main())
