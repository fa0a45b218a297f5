"""A guest folder, an installed copy of the programs and a stand-in engine, in a fresh folder."""
import os, re, shlex, shutil, signal, subprocess, sys, tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.path.abspath(os.environ.get("BIN", os.path.join(ROOT, "build", "bin")))
TESTS = os.environ.get("TESTS", os.path.join(ROOT, "build/tests"))
DOCKER = os.path.join(ROOT, "tests", "bin", "docker")

# What ninja prints before an output's name, by rule.
RULES = {}
for line in open(os.path.join(ROOT, "gen/plan/rules.def")):
    m = re.match(r"HELPER\((\w+), \"(\w+)\"", line) or re.match(r"RULE\((\w+),.*\"(\w+)\", [A-Z0-9| ]+\)", line)
    if m:
        RULES[m.group(2)] = m.group(1)
RULES["LINK"] = "link"


def end_politely():
    """SIGTERM ends a test like an exception does, so that its folders and machines go."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))


def work_in_memory():
    """Temporary folders that need no disk, where programs can be run from such."""
    if os.access("/dev/shm", os.W_OK) and not os.statvfs("/dev/shm").f_flag & os.ST_NOEXEC:
        tempfile.tempdir = "/dev/shm"


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def preload():
    """tests/preload/fail_nth.c as a library; made anew where the build has it for another machine."""
    library = os.path.join(TESTS, "preload/fail_nth.so")
    if os.path.exists(library) and open(library, "rb").read(18)[16:] == b"\3\0":    # a shared object
        return library
    library = os.path.join(tempfile.mkdtemp(prefix="capsem-preload-"), "fail_nth.so")
    subprocess.run([os.environ.get("CC", "cc"), "-fPIC", "-shared", "-o", library,
                    os.path.join(ROOT, "tests/preload/fail_nth.c")], check=True)
    return library


def readme_rows():
    """The rebuild table of the README: what is edited, and the rules that run."""
    text = read(os.path.join(ROOT, "README.md"))
    table = text.split("<!-- rebuild table -->")[1].split("<!-- end -->")[0]
    for line in table.strip().splitlines()[2:]:
        cells = [c.strip() for c in line.strip("|").split("|")]
        yield cells[0], set(re.findall(r"`(\w+)`", cells[1]))


class Sandbox:
    def __init__(self, name="guest", guest=None):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="capsem-test-"))
        self.guest = os.path.join(self.dir, name)
        self.out = os.path.join(self.dir, "out")
        shutil.copytree(guest or os.path.join(ROOT, "guest"), self.guest, symlinks=True)
        self.install()
        self.env = {"PATH": os.environ["PATH"], "HOME": self.dir, "LC_ALL": "C",
                    "CAPSEM_STANDIN": os.path.join(self.dir, "engine"), "TERM": "dumb"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.remove()

    def install(self):
        """The layout of `make install`: no edges that build the programs themselves."""
        prefix = os.path.join(self.dir, "usr")
        libexec = os.path.join(prefix, "libexec/capsem-configure")
        share = os.path.join(prefix, "share/capsem-configure")
        os.makedirs(os.path.join(prefix, "bin"))
        os.makedirs(libexec)
        self.configure_program = shutil.copy2(os.path.join(BIN, "capsem-configure"), os.path.join(prefix, "bin"))
        self.builder_program = os.path.join(prefix, "bin/capsem-builder")
        os.symlink("capsem-configure", self.builder_program)
        for name in os.listdir(os.path.join(ROOT, "rules")):
            if name.endswith(".c"):
                shutil.copy2(os.path.join(BIN, name[:-2]), libexec)
        self.templates = shutil.copytree(os.path.join(ROOT, "templates"), os.path.join(share, "templates"))
        shutil.copytree(os.path.join(ROOT, "guest"), os.path.join(share, "guest"), symlinks=True)
        self.libexec = libexec

    def run(self, *argv, cwd=None, **env):
        return subprocess.run(argv, cwd=cwd or self.dir, env=dict(self.env, **env), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, errors="replace")

    def configure(self, *args, **env):
        return self.run(self.configure_program, "-C", self.out, self.guest, "container.runtime=docker",
                        "container.docker=" + DOCKER, "container.base=pull", *args, **env)

    def ninja(self, *args, **env):
        return self.run("ninja", "-C", self.out, *args, **env)

    def edges(self, *targets):
        """Build; the edges that ran, as a sorted list of "rule output"."""
        done = self.ninja(*targets)
        if done.returncode:
            raise RuntimeError("ninja failed:\n" + done.stdout)
        ran = re.findall(r"^\[\d+/\d+\] (\w+) (\S+)$", done.stdout, re.M)
        return sorted("%s %s" % (RULES[label], out) for label, out in ran)

    def edit(self, rel, old, new, count=1):
        """Replace text in a file of the guest folder."""
        path = os.path.join(self.guest, rel)
        text = read(path)
        if old not in text:
            raise RuntimeError("%s does not hold %r" % (rel, old))
        write(path, text.replace(old, new, count))

    def append(self, rel, text):
        with open(os.path.join(self.guest, rel), "a", encoding="utf-8") as f:
            f.write(text)

    def remove(self):
        shutil.rmtree(self.dir, ignore_errors=True)


class Tap:
    def __init__(self):
        self.n = self.bad = 0

    def ok(self, fine, name, *details):
        self.n += 1
        self.bad += not fine
        print("%sok %d - %s" % ("" if fine else "not ", self.n, name), flush=True)
        for detail in () if fine else details:
            for line in str(detail).splitlines():
                print("#", line, flush=True)
        return fine

    def same(self, got, want, name):
        return self.ok(got == want, name, "got:  %s" % (got,), "want: %s" % (want,))

    def done(self):
        print("1..%d" % self.n)
        return self.bad != 0


def edge_command(output):
    """The command that makes a file of this tree's build, as its words."""
    said = subprocess.run(["ninja", "-t", "commands", output], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout
    return shlex.split(said.splitlines()[-1])


def with_options(argv, **options):
    """The same with other values for options of one letter that it has."""
    argv = list(argv)
    for letter, value in options.items():
        argv[argv.index("-" + letter) + 1] = value
    return argv


def run_tests(sandbox, *tests):
    """The tests of a script, one after another in one sandbox; what its exit status is."""
    tap = Tap()
    with sandbox:
        for test in tests:
            test(tap, sandbox)
    return tap.done()
