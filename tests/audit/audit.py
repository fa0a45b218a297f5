#!/usr/bin/env python3
"""audit.py [-C DIR] [-f FILE] [--ignore PATH]... [OUTPUT...] -- what do the edges of a build.ninja read and write that
they do not declare? Those that are built and up to date (or those of the OUTPUTs) run once more, under strace, and what
each and its children open is held against its inputs, its outputs and its dependency file. Exit status 1: something was
found. `make -f Makefile.bootstrap audit` does it for the source tree.

What counts: files and folders that are opened, programs that are run, symbolic links that are read; files that are
written, renamed, linked or removed. Whether a file is there (stat) does not. An order-only input is declared: the graph
says that it is needed, and no reason to run again. What an edge has written itself, it may read.
"""
import argparse, fnmatch, glob, json, os, re, shutil, subprocess, sys, tempfile

# Not the project's: the system and its compilers. Where the project itself is below one of these, it counts.
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/proc", "/sys", "/dev", "/run", "/var", "/opt")
# (rule, pattern): read or written by design, and said in rules/README.md.
BY_DESIGN = (
    ("configure", "*/artifacts*"), ("configure", "*/defconfig*"),    # warnings about them, nothing in an output
    ("build_image", "*.log"), ("build_image", "*/build/cache/kernel*"), ("boot_image", "*/boot.json"),
    ("write_manifest", "*/build/assets*"), ("write_manifest", "*.b3"),   # speaks of all that exists, whoever built it
    ("write_manifest", "*/build"), ("write_manifest", "*/build/published*"),
    ("pack_initrd", "*/build/cache/initrd*"), ("pack_squashfs", "*/build/cache/blocks.sqlite*"), # of no effect on an output
    ("sum_blake3", "*/build/cache/sums*"), ("write_manifest", "*/build/cache/sums*"),
)
SKIPPED = {"phony", "run_tests", "run_image", "boot_image", "say", "missing", "draw_graph", "fetch_base", "resolve_kernel"}
CALLS = ("open,openat,openat2,creat,execve,readlink,readlinkat,rename,renameat,renameat2,link,linkat,symlink,symlinkat,"
         "unlink,unlinkat,mkdir,mkdirat,chdir,truncate,mknod,mknodat")


class Edge:
    def __init__(self, rule, outs, ins, order):
        self.rule, self.outs, self.ins, self.order = rule, outs, ins, order
        self.command = None


def words(text):
    """Paths of a build line: blanks and colons in them are written with a dollar."""
    return [re.sub(r"\$(.)", r"\1", w) for w in re.findall(r"(?:\$.|[^\s$])+", text)]


def read(path):
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        return f.read()


def load(folder, name):
    """The edges of a build.ninja, with their commands."""
    edges = {}
    for line in read(os.path.join(folder, name)).splitlines():
        m = re.match(r"build ((?:\$.|[^:$])+): (\w+)(.*)", line)
        if not m or m.group(2) in SKIPPED:
            continue
        ins, _, order = m.group(3).partition(" || ")
        outs = [w for w in words(m.group(1)) if w != "|"]
        edges[outs[0]] = Edge(m.group(2), outs, [w for w in words(ins) if w != "|"], words(order))
    done = subprocess.run(["ninja", "-C", folder, "-f", name, "-t", "compdb"], stdout=subprocess.PIPE, text=True, check=True)
    for entry in json.loads(re.sub(r"^ninja: .*\n", "", done.stdout)):
        if entry["output"] in edges:
            edges[entry["output"]].command = entry["command"]
    return edges


# ---- one run

def quoted(text):
    return [re.sub(r"\\(.)", r"\1", s) for s in re.findall(r'"((?:\\.|[^"\\])*)"', text)]


def accesses(prefix, folder):
    """What the traces say: paths read, paths written, paths removed."""
    reads, writes, removed = set(), set(), set()
    for trace in glob.glob(glob.escape(prefix) + ".*"):
        here = folder
        for line in read(trace).splitlines():
            m = re.match(r"(\w+)\((.*)\)\s+= (-?\d+)(?:<(.*?)>)?", line)
            if not m or m.group(3).startswith("-"):
                continue
            call, rest, _, opened = m.groups()
            base = re.match(r"(?:AT_FDCWD|\d+)<([^>]*)>", rest)
            paths = [os.path.normpath(os.path.join(base.group(1) if base else here, p)) for p in quoted(rest)[:2]]
            if call == "chdir":
                here = paths[0]
            elif call.startswith(("open", "creat")):
                path = (opened or paths[0]).replace(" (deleted)", "")
                (writes if call == "creat" or re.search(r"O_WRONLY|O_RDWR|O_CREAT", rest) else reads).add(path)
            elif call in ("execve", "readlink", "readlinkat"):
                reads.add(paths[0])
            elif call.startswith("unlink"):
                removed.add(paths[0])
            elif call.startswith("symlink"):
                writes.add(paths[-1])
            else:
                writes.update(paths[-1:])
                removed.update(paths[:-1] if call.startswith("rename") else ())
    return reads, writes, removed


def run(edge, folder, env):
    with tempfile.TemporaryDirectory(prefix="audit-") as traces:
        prefix = os.path.join(traces, "t")
        done = subprocess.run(["strace", "-ff", "-y", "-qq", "-e", "signal=none", "-e", "trace=" + CALLS, "-o", prefix, "sh", "-c", edge.command],
                              cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            sys.exit("audit: error: %s fails: %s" % (edge.outs[0], done.stdout))
        return accesses(prefix, folder)


# ---- what is declared

def depfile(folder, name, keep):
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        return []
    text = read(path).replace("\\\n", " ").replace("\\ ", "\0").replace("$$", "$")
    if not keep:
        os.unlink(path)
    return [w.replace("\0", " ").replace("\\#", "#") for w in text.split(":", 1)[1].split()]


def listed(folder, paths):
    """Order-only entries of the lists among PATHS (rules/lib/layout.h): needed, and no reason to run again."""
    for path in paths:
        if path.endswith((".context.json", ".list.json")) and os.path.exists(os.path.join(folder, path)):
            for entry in json.loads(read(os.path.join(folder, path)))["entries"]:
                if entry.get("order_only"):
                    yield entry.get("from") or entry.get("tree")


class Audit:
    def __init__(self, folder, name="build.ninja", ignore=(), env=None):
        self.folder, self.env = os.path.realpath(folder), env
        self.edges, self.text = load(self.folder, name), read(os.path.join(self.folder, name))
        self.ignore = tuple(os.path.realpath(p) for p in ignore)
        self.deps = {}      # output -> what its dependency file named
        self.roots = {self.folder}
        for edge in self.edges.values():
            self.roots.update(os.path.dirname(self.real(p)) for p in edge.ins + edge.order)
        self.roots = {r for r in self.roots if not self.of_system(r)}

    def real(self, path):
        return os.path.realpath(os.path.join(self.folder, path))

    def both(self, names):
        """The files of these names, and the links that the names may be."""
        return {f(os.path.join(self.folder, p)) for p in names for f in (os.path.realpath, same)}

    def is_there(self, edge):
        return all(os.path.exists(self.real(out)) for out in edge.outs)

    def old(self, edges):
        """Outputs that ninja would make anew: an edge that runs by itself takes its inputs as they are."""
        done = subprocess.run(["ninja", "-C", self.folder, "-n", *(e.outs[0] for e in edges)], stdout=subprocess.PIPE, text=True)
        if done.returncode:
            sys.exit("audit: error: " + done.stdout)
        return set(re.findall(r"^\[\d+/\d+\] \w+ (.*)$", done.stdout, re.M)) if edges else set()

    @staticmethod
    def of_system(path):
        return not path.startswith("/dev/shm/") and any(path == s or path.startswith(s + "/") for s in SYSTEM)

    def counts(self, path):
        if any(path == i or path.startswith(i + "/") for i in self.ignore):
            return False
        below_root = any(path == r or path.startswith(r + "/") for r in self.roots)
        return below_root or not self.of_system(path)

    def trace(self, edge):
        """Run it; note what its dependency file names."""
        seen = run(edge, self.folder, self.env)
        has = self.has_depfile(edge)
        names = depfile(self.folder, "build.ninja.d" if edge.rule == "configure" else edge.outs[0] + ".d", edge.rule == "configure") if has else []
        self.deps[edge.outs[0]] = self.both(names)
        return [{same(p) for p in paths if not p.startswith("/proc/")} for paths in seen]

    def has_depfile(self, edge):
        """Whether ninja is told to read one."""
        return bool(re.search(r"^rule %s\n(?:  .*\n)*?  depfile = " % edge.rule, self.text, re.M))

    def declared_reads(self, edge):
        named = edge.ins + edge.order
        trees = self.both(listed(self.folder, named))
        paths = self.both(named + edge.outs) | trees | self.deps[edge.outs[0]]
        for p in edge.ins:      # the output of sum_context stands for what that has read
            maker = self.edges.get(p)
            if maker and maker.rule == "sum_context":
                if p not in self.deps:
                    self.trace(maker)
                paths |= self.both(maker.ins) | self.deps[p]
        return paths, trees

    def check(self, edge):
        """What it reads and writes without a word, as (edge, kind, path)."""
        reads, writes, removed = self.trace(edge)
        outs = {self.real(p) for p in edge.outs}
        if edge.rule == "configure":
            outs |= {self.real("build.ninja"), self.real("build.ninja.d")}
        around = {p for o in outs for p in parents(o)}      # made where missing, and synced
        own = outs | {o + end for o in outs for end in (".tmp", ".d")}
        temporary = {p for p in writes if not os.path.lexists(p)}
        declared, trees = self.declared_reads(edge)
        known = declared | own | writes | around
        found = [("reads", p) for p in reads if not (p in known or os.path.realpath(p) in known or any(p.startswith(t + "/") for t in trees)
                                                     or os.path.islink(p) and os.path.dirname(p) in declared)]
        found += [("writes", p) for p in writes - own - around - temporary]
        found += [("removes", p) for p in removed - own - writes]
        return sorted({(edge.outs[0], kind, p) for kind, p in found if self.counts(p) and not by_design(edge.rule, p)})


def same(path):
    """The path with all links resolved but the last one."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def parents(path):
    while path != "/":
        path = os.path.dirname(path)
        yield path


def by_design(rule, path):
    path = path.removesuffix(".tmp")
    return any(rule == r and fnmatch.fnmatchcase(path, pattern) for r, pattern in BY_DESIGN)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-C", dest="folder", default=".")
    p.add_argument("-f", dest="file", default="build.ninja")
    p.add_argument("--ignore", action="append", default=[])
    p.add_argument("outputs", nargs="*")
    o = p.parse_args()
    if not shutil.which("strace"):
        sys.exit("audit: error: strace not found: apt-get install strace")
    audit, bad = Audit(o.folder, o.file, o.ignore), 0
    edges = [e for e in audit.edges.values() if (not o.outputs or set(o.outputs) & set(e.outs)) and audit.is_there(e)]
    old = audit.old(edges)
    if old and o.outputs:
        sys.exit("audit: error: not up to date; build first: ninja %s" % " ".join(o.outputs))
    edges = [e for e in edges if not old & set(e.outs)]
    for edge in edges:
        for out, kind, path in audit.check(edge):
            bad += 1
            print("%s: %s %s %s, and does not say so" % (out, edge.rule, kind, path), flush=True)
    print("audit: %d edges, %d undeclared; %d that are not built or not up to date were left out" % (len(edges), bad, len(audit.edges) - len(edges)))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
