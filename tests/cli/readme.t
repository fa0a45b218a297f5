#!/usr/bin/env python3
"""What the READMEs say is so: their commands are run, in a copy of what git knows, with a stand-in engine as docker
and a stand-in for QEMU; the files, folders and targets they name exist.

Each line of a block marked sh is run, in order. One this test cannot run fails it; none is skipped. What would
install packages or run all tests is run with `make -n`.
"""
import fnmatch, glob, os, re, shlex, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import put
from sandbox import BIN, ROOT, Tap, end_politely, read, work_in_memory

READMES = "README.md", "guest/README.md", "rules/README.md", "gen/README.md", "tests/README.md"
ARCHES = "x86_64", "arm64"
HOST = {"x86_64": "x86_64", "aarch64": "arm64"}[os.uname().machine]
MAKE = "make -f Makefile.bootstrap "
NOT_HERE = re.compile(MAKE + r"(image|check|check-fast|deps|deps-\w+)$")
BLOCKS = {"sh", "toml", "mermaid", ""}      # languages of blocks; "": a drawing

# What a path looks like, and the words in it that stand for others.
PATH = re.compile(r"\w[\w.*-]*(/[\w.*-]+)*/|\w[\w.*-]*(/[\w.*-]+)+|"
                  r"[\w.*-]+\.(md|toml|cc?|h|def|t|py|txt|json|j2|img|squashfs|ninja)")
STANDS_FOR = re.compile(r"\b(NAME|ARCH|A|verb_noun)\b")

# What is there after a command, or what it says.
MAKES = {
    "./configure guest/": "build.ninja",
    "./configure new my-image/ --from guest/": "my-image/config/manifest.toml",
    "./configure add mcp my-server --dir my-image/": "my-image/config/mcp/my-server.toml",
    "./configure init empty/": "empty/config/build.toml",
    "ninja": "build/assets/%s/rootfs.squashfs" % HOST,
    "ninja initrd": "build/assets/%s/initrd.img" % HOST,
    "ninja rootfs-arm64": "build/assets/arm64/rootfs.squashfs",
    "ninja boot": "build/%s/boot.log" % HOST,
    "ninja doctor": "build/%s/doctor.log" % HOST,
}
SAYS = {
    "./configure guest/": "next: ninja\n",
    "ninja -n": "ninja: no work to do.\n",
    "./configure --machine ci.ini guest/": "build.ninja written for ",
    "./configure machine": "container.runtime = auto    (default)\n",
}


def tracked():
    """The files git knows; all that were not built, where there is no git."""
    done = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True)
    names = done.stdout.split("\0")
    if done.returncode:
        names = [os.path.relpath(os.path.join(top, n), ROOT) for top, _, files in os.walk(ROOT) for n in files]
        names = [n for n in names if not re.match(r"build/|\.git/|build\.ninja|compile_commands|.*__pycache__/", n)]
    return [n for n in names if os.path.isfile(os.path.join(ROOT, n))]


class Clone:
    def __init__(self):
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="capsem-readme-"))
        self.tree, bin = os.path.join(self.dir, "tree"), os.path.join(self.dir, "bin")
        for name in tracked():
            to = os.path.join(self.tree, name)
            os.makedirs(os.path.dirname(to), exist_ok=True)
            shutil.copy2(os.path.join(ROOT, name), to)
        for name in "qemu-system-x86_64", "qemu-system-aarch64":
            put(os.path.join(bin, name), "#!/bin/sh\necho 'capsem: ready'\necho 'capsem: capsem-doctor ended with exit code 0'\n", 0o755)
        put(os.path.join(self.tree, "ci.ini"), "[qemu]\ncpus = 3\n")
        os.mkdir(os.path.join(self.tree, "DIR"))
        self.env = {"PATH": ":".join((bin, os.path.join(self.tree, "tests/bin"), os.environ["PATH"])), "HOME": self.dir,
                    "LC_ALL": "C", "CAPSEM_STANDIN": os.path.join(self.dir, "engine"), "TERM": "dumb"}
        self.borrow_programs()

    def borrow_programs(self):
        """What was compiled already, where it is up to date: a matter of time only."""
        os.mkdir(os.path.join(self.tree, "build"))
        for name in ".ninja_log", ".ninja_deps", "lib", "obj", "bin":
            self.run("cp -a %s build" % shlex.quote(os.path.join(os.path.dirname(BIN), name)))

    def run(self, command):
        return subprocess.run(["sh", "-c", command], cwd=self.tree, env=self.env, text=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600, errors="replace")

    def files(self):
        """All that is there, with what was built; folders end in a slash."""
        for top, folders, names in os.walk(self.tree):
            yield from (os.path.relpath(os.path.join(top, n), self.tree) + "/" for n in folders)
            yield from (os.path.relpath(os.path.join(top, n), self.tree) for n in names)


def blocks(text):
    """Language and lines of each block."""
    return [(m[1], m[2].splitlines()) for m in re.finditer(r"^```(.*)\n((?:.*\n)*?)```$", text, re.M)]


def spans(text):
    """What stands between backticks, outside of blocks, without line breaks."""
    return [" ".join(s.split()) for s in re.findall(r"`([^`]+)`", re.sub(r"^```(?:.*\n)*?```$", "", text, flags=re.M))]


def is_command(line):
    return re.match(r"(%s|(ninja|\./configure)( |$))" % re.escape(MAKE), line) is not None


def commands(readme):
    """The lines of its sh blocks, without comments."""
    lines = [line for language, lines in blocks(read(os.path.join(ROOT, readme))) if language == "sh" for line in lines]
    return [c for c in (re.sub(r"(^|\s+)#.*", "", line).strip() for line in lines) if c]


def run_command(tap, c, command, name):
    if not is_command(command):
        return tap.ok(False, name, "this test does not know how to run that: teach tests/cli/readme.t to")
    done = c.run(command + " -n" if NOT_HERE.match(command) else command)
    tap.ok(done.returncode == 0 and SAYS.get(command, "") in done.stdout, name, "exit %d" % done.returncode, done.stdout[-3000:])
    if command in MAKES:
        tap.ok(os.path.exists(os.path.join(c.tree, MAKES[command])), "%s: makes %s" % (name, MAKES[command]))


def mentioned_commands(tap, c, readme):
    """Commands in the text have targets and options that exist: they are run too, builds as `ninja -n`."""
    for command in dict.fromkeys(filter(is_command, spans(read(os.path.join(ROOT, readme))))):
        dry = re.sub(r"^ninja(?! -t)", "ninja -n", command) + (" -n" if command.startswith(MAKE) else "")
        done = c.run(dry)
        fine = done.returncode == 0 and "] CONFIGURE " not in done.stdout      # else ninja -n looks no further
        tap.ok(fine, "%s: `%s`" % (readme, command), done.stdout[-3000:])


def mentioned_targets(tap, c):
    table = re.search(r"^\| target \|.*\n\|---.*\n((?:\|.*\n)+)", read(os.path.join(ROOT, "README.md")), re.M)[1]
    names = [n for row in table.splitlines() for n in re.findall(r"`([\w-]+)`", row.split("|")[1])]
    names = [n.replace("-A", "-" + a) for n in names for a in (ARCHES if n.endswith("-A") else ("",))]
    bare = [n[:-len(HOST) - 1] for n in names if n.endswith(HOST)]
    tap.ok(len(names) > 10, "README.md: has a table of targets", names)
    for name in names + bare:
        tap.same(c.run("ninja -t query " + name).returncode, 0, "README.md: target " + name)


def exists(c, files, folder, path):
    """Below the README's folder, the tree or the guest; a name alone anywhere; or something ninja makes."""
    pattern = STANDS_FOR.sub("*", path)
    if any(glob.glob(os.path.join(c.tree, base, pattern)) for base in (folder, "", "guest")):
        return True
    if "/" not in pattern.rstrip("/"):
        return any(fnmatch.fnmatch(os.path.basename(f.rstrip("/")), pattern.rstrip("/")) for f in files)
    return path.startswith("build/") and c.run("ninja -t query " + shlex.quote(path)).returncode == 0


def mentioned_paths(tap, c, readme):
    words = {w for s in spans(read(os.path.join(ROOT, readme))) for w in s.split() if PATH.fullmatch(w)}
    files = list(c.files())
    missing = [w for w in sorted(words) if re.search("[a-z]", w) and not exists(c, files, os.path.dirname(readme), w)]
    tap.ok(words and not missing, "%s: the %d files and folders it names exist" % (readme, len(words)), *missing)


def main():
    work_in_memory()
    end_politely()
    tap, c = Tap(), Clone()
    try:
        all = [b for readme in READMES for b in blocks(read(os.path.join(ROOT, readme)))]
        tap.same({language for language, _ in all} - BLOCKS, set(), "the languages of blocks are known")
        hidden = [line for language, lines in all if language != "sh" for line in lines if is_command(line)]
        tap.same(hidden, [], "commands stand in blocks marked sh")
        for readme in READMES:
            for command in commands(readme):
                run_command(tap, c, command, "%s: %s" % (readme, command))
        tap.same([m for m in (*MAKES, *SAYS) if m not in commands("README.md")], [], "what this test knows of is still there")
        for readme in READMES:
            mentioned_commands(tap, c, readme)
        mentioned_targets(tap, c)
        for readme in READMES:
            mentioned_paths(tap, c, readme)
    finally:
        shutil.rmtree(c.dir, ignore_errors=True)
    return tap.done()


sys.exit(main())
