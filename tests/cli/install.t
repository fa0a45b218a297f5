#!/usr/bin/env python3
"""From a clone to an installation and back: what `make install` puts where, that it works without the source
tree, that `uninstall` takes all of it away, and that `clean` leaves a clean clone."""
import os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from sandbox import BIN, DOCKER, ROOT, Tap, end_politely, read, work_in_memory

HOST = {"x86_64": "x86_64", "aarch64": "arm64"}[os.uname().machine]
OURS = ("usr/libexec/capsem-configure", "usr/share/capsem-configure")
BUILT = ("build", "build.ninja", "build.ninja.d", "compile_commands.json", ".git", "__pycache__")
HELPERS = sorted(n[:-2] for n in os.listdir(os.path.join(ROOT, "rules")) if n.endswith(".c"))
PAGES = ["man1/%s.1" % n for n in ["capsem-configure", "capsem-builder"] + HELPERS] + ["man5/capsem-guest.5", "man5/capsem-machine.5"]
COMPLETION = {"bash-completion/completions/capsem-configure": "bash", "zsh/site-functions/_capsem-configure": "zsh",
              "fish/vendor_completions.d/capsem-configure.fish": "fish"}
LINKS = ["usr/bin/capsem-builder", "usr/share/bash-completion/completions/capsem-builder",
         "usr/share/fish/vendor_completions.d/capsem-builder.fish"]
SHARED = ["usr", "usr/bin", "usr/libexec", "usr/share", "usr/share/bash-completion", "usr/share/bash-completion/completions", "usr/share/fish",
          "usr/share/fish/vendor_completions.d", "usr/share/man", "usr/share/man/man1", "usr/share/man/man5", "usr/share/zsh",
          "usr/share/zsh/site-functions"]


def walk(top, leave_out=()):
    """Every file and folder below TOP, as paths from there."""
    for folder, folders, names in os.walk(top):
        folders[:] = [f for f in folders if f not in leave_out]
        yield from (os.path.relpath(os.path.join(folder, n), top) for n in folders + names if n not in leave_out)


def tracked():
    """The files git knows; all that were not built, where there is no git."""
    done = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True)
    names = done.stdout.split("\0") if done.returncode == 0 else walk(ROOT, BUILT)
    return [n for n in names if os.path.isfile(os.path.join(ROOT, n))]


class Place:
    """A clone, a folder to install into, a guest folder of one's own with nothing but its config."""

    def __init__(self):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="capsem-install-"))
        self.tree, self.dest, self.guest, self.out = (os.path.join(self.dir, n) for n in ("tree", "dest", "my guest", "out"))
        for name in tracked():
            to = os.path.join(self.tree, name)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            shutil.copy2(os.path.join(ROOT, name), to)
            os.chmod(to, 0o755 if os.access(os.path.join(ROOT, name), os.X_OK) else 0o644)
        shutil.copytree(os.path.join(ROOT, "guest/config"), os.path.join(self.guest, "config"))
        os.mkdir(os.path.join(self.dir, "bin"))
        shutil.copy(DOCKER, os.path.join(self.dir, "bin"))
        self.program = os.path.join(self.dest, "usr/bin/capsem-configure")
        self.env = {"PATH": os.path.join(self.dir, "bin") + ":" + os.environ["PATH"], "HOME": self.dir, "LC_ALL": "C",
                    "CAPSEM_STANDIN": os.path.join(self.dir, "engine"), "TERM": "dumb"}

    def run(self, *argv, cwd=None, stdin=None):
        return subprocess.run(argv, cwd=cwd or self.dir, env=self.env, text=True, input=stdin, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=600, errors="replace", umask=0o077)

    def make(self, target, *more):
        return self.run("make", "-f", "Makefile.bootstrap", target, "DESTDIR=" + self.dest, "PREFIX=/usr", *more, cwd=self.tree)

    def borrow_objects(self):
        """What ninja compiled already, where it has the same commands: a matter of time only."""
        os.makedirs(os.path.join(self.tree, "build"), exist_ok=True)
        for name in ".ninja_log", ".ninja_deps", "lib", "obj":
            self.run("cp", "-a", os.path.join(os.path.dirname(BIN), name), os.path.join(self.tree, "build"))

    def git(self, *args):
        done = self.run("git", "-c", "user.name=t", "-c", "user.email=t@example.com", *args, cwd=self.tree)
        return done.stdout if done.returncode == 0 else "git failed: " + done.stdout


def expected(p):
    """Path -> mode of all that is installed."""
    share = OURS[1] + "/"
    files = {"usr/bin/capsem-configure": 0o755}
    files.update((n, 0o777) for n in LINKS)
    files.update(("usr/share/" + n, 0o644) for n in ["man/" + page for page in PAGES] + list(COMPLETION))
    for name in walk(p.tree, BUILT):
        full = os.path.join(p.tree, name)
        if re.fullmatch(r"rules/\w+\.c", name):
            files["%s/%s" % (OURS[0], name[len("rules/"):-len(".c")])] = 0o755
        elif re.fullmatch(r"templates/.*\.j2|guest|guest/.*", name):
            files[share + name] = os.stat(full).st_mode & 0o777
    for name in list(files):
        while os.path.dirname(name):
            name = os.path.dirname(name)
            files[name] = 0o755
    return files


def test_files(tap, p):
    p.git("init", "-q")
    p.git("add", "-f", "-A")
    tap.same(p.git("commit", "-q", "-m", "clone"), "", "a clone")
    done = p.make("program", "CFLAGS=-O0")
    tap.ok(done.returncode == 0, "make program, with compilers alone", done.stdout[-3000:])
    p.borrow_objects()
    done = p.make("install")
    tap.ok(done.returncode == 0, "make install", done.stdout[-3000:])
    found = {n: os.lstat(os.path.join(p.dest, n)).st_mode & 0o7777 for n in walk(p.dest)}
    want = expected(p)
    tap.same(sorted(set(found) ^ set(want)), [], "exactly these files and folders are installed")
    tap.same({n: oct(found[n]) for n in found if found[n] != want.get(n)}, {}, "with these modes")
    tap.same(p.git("status", "--porcelain"), "", "what was built for it is none of git's business")


def test_program(tap, p):
    """The clone is away: nothing can come from there."""
    os.rename(p.tree, p.tree + ".away")
    done = p.run(p.program, "--version")
    tap.ok(re.fullmatch(r"capsem-configure \d+\.\d+\.\d+\n", done.stdout) is not None, "--version", done.stdout)
    usage = p.run(p.program, "--help").stdout
    tap.ok(usage.startswith("usage: capsem-configure "), "--help", usage)
    for name in PAGES:
        page = re.sub(r".*/(.*)\..", r"\1", name)
        tap.ok(p.run(p.program, "manpage", page).stdout == read(os.path.join(p.dest, "usr/share/man", name)), page + ": manpage prints what is installed")
    for name, shell in COMPLETION.items():
        tap.ok(p.run(p.program, "completion", shell).stdout == read(os.path.join(p.dest, "usr/share", name)), shell + ": the completion is installed")
    tap.same([n for n in LINKS if not os.path.isfile(os.path.join(p.dest, n))], [], "the links lead to a file")
    tap.ok("\nNAME\n" in p.run("man", "-M", os.path.join(p.dest, "usr/share/man"), "capsem-guest").stdout if shutil.which("man") else True, "man finds a page")
    test_build(tap, p)
    os.rename(p.tree + ".away", p.tree)


def test_build(tap, p):
    done = p.run(p.program, "-C", p.out, p.guest, "--arch", HOST, "container.runtime=docker", "container.base=pull")
    tap.ok(done.returncode == 0 and "build.ninja written for " + HOST in done.stdout, "a guest folder is configured", done.stdout)
    done = p.run("ninja", "-C", p.out, "settings", "agents", "initrd")
    tap.ok(done.returncode == 0, "settings, agents and initrd are built", done.stdout[-3000:])
    programs = [n[:-2] for n in os.listdir(os.path.join(ROOT, "guest/agent")) if n.endswith(".c")]
    wanted = ["settings/defaults.json", "assets/%s/initrd.img" % HOST] + ["%s/agents/%s" % (HOST, n) for n in programs]
    tap.same([n for n in wanted if not os.path.isfile(os.path.join(p.out, "build", n))], [], "they are there")
    tap.ok("no work to do" in p.run("ninja", "-C", p.out, "settings", "agents", "initrd").stdout, "once")
    texts = [os.path.join(p.out, n) for n in walk(p.out) if n.endswith((".ninja", ".ninja.d", ".json", ".log", "Dockerfile"))]
    named = [n for n in texts if any(place in read(n) for place in (p.tree, ROOT + "/", "build/bin/"))]
    tap.ok(len(texts) > 10 and not named, "nothing names the source tree", *named)


def test_end(tap, p):
    done = p.make("uninstall")
    tap.same((done.returncode, sorted(walk(p.dest))), (0, SHARED), "uninstall leaves only folders that are not ours alone")
    done = p.make("clean")
    tap.same((done.returncode, p.git("status", "--porcelain", "--ignored")), (0, ""), "clean leaves a clean clone")


def main():
    work_in_memory()
    end_politely()
    tap, p = Tap(), Place()
    try:
        for test in test_files, test_program, test_end:
            test(tap, p)
    finally:
        shutil.rmtree(p.dir, ignore_errors=True)
    return tap.done()


sys.exit(main())
