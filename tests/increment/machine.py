"""One guest on the disk, its incremental build, and the same state built clean elsewhere."""
import json, os, re, shutil, signal, struct, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from engine import Engine
from guest import ARCHS, HELPERS, SLACK, TIME_AHEAD, TIME_BACK, apply, files_of, first_state, options_of, remove
from model import FALLBACK
from sandbox import Sandbox, read, write

# What tells of earlier builds. A stamp in build/published has the sum of a manifest, which counts releases; that of
# configure has the sum of build.ninja, in which folders are.
HISTORY = re.compile(r"(^|/)\.ninja_\w+$|\.log$|/agents/obj/|^build/published/|^build/configure.stamp|^build/cache/(kernel|initrd|sums|blocks)")


SECOND = 10**9
LONG_AGO = 1600000000 * SECOND


def move_deps(data, earlier):
    """.ninja_deps with all times moved: records of a size, whose highest bit says that it is one of dependencies."""
    out, at = bytearray(data), len(b"# ninjadeps\n") + 4
    while at < len(data):
        size, = struct.unpack_from("<I", data, at)
        if size >> 31:
            time, = struct.unpack_from("<q", data, at + 8)
            struct.pack_into("<q", out, at + 8, earlier(time))
        at += 4 + (size & 0x7fffffff)
    return bytes(out)


def move_log(text, earlier):
    head, *lines = text.splitlines()
    rows = [line.split("\t") for line in lines]
    return "\n".join([head] + ["\t".join([r[0], r[1], str(earlier(int(r[2]))), *r[3:]]) for r in rows]) + "\n"


class Broken(Exception):
    """The program under test did something wrong."""


class Machine(Sandbox):
    """A sandbox whose guest, templates and machine file are made from a state. PLANT spoils build.ninja."""

    def __init__(self, plant=None):
        super().__init__(guest=os.path.dirname(os.path.abspath(__file__)))
        shutil.rmtree(self.guest)
        self.engine = Engine(os.path.join(self.dir, "engine"))
        self.plant, self.clean_folder = plant, os.path.join(self.dir, "clean")
        self.helpers = {name: read_bytes(os.path.join(self.libexec, name)) for name in HELPERS}
        if plant:
            plant.prepare(self)
        self.age(os.path.join(self.dir, "usr"))
        self.born = time.time_ns()
        self.state = self.other = first_state()
        self.touched, self.future, self.configured = set(), set(), True
        apply(self.dir, {}, files_of(self.state))

    def age(self, top):
        """The programs were not made a moment ago: pass_time leaves them where they are."""
        for folder, _, names in os.walk(top):
            for path in [folder] + [os.path.join(folder, n) for n in names]:
                os.utime(path, ns=(LONG_AGO, LONG_AGO), follow_symlinks=False)

    def remove(self):
        self.engine.stop()
        super().remove()

    # ---- edits

    def become(self, state, style="place"):
        changed = apply(self.dir, files_of(self.state), files_of(state), style)
        self.touched.update(changed)
        self.future -= set(changed)
        if style == "future":
            self.future.update(p for p in changed if p in files_of(state))
        for name in HELPERS:
            if state["helper." + name] != self.state["helper." + name]:
                self.replace_helper(name, state["helper." + name])
        if options_of(state, "") != options_of(self.state, ""):
            self.state = state
            self.set_up()
        self.state = state

    def replace_helper(self, name, number):
        """Another program that does the same: as after an edit of its source that changes none of its outputs."""
        path = os.path.join(self.libexec, name)
        with open(path + "~", "wb") as f:
            f.write(self.helpers[name] + b"%d" % number)
        os.chmod(path + "~", 0o755)
        os.rename(path + "~", path)

    def edit(self, edit):
        kind, rest = edit[0], edit[1:]
        getattr(self, "edit_" + kind)(*rest)

    def edit_set(self, fact, value, style):
        self.become(dict(self.state, **{fact: value}), style)

    def edit_member(self, fact, name, value, style):
        members = dict(self.state[fact])
        if value == "mode":
            if members.get(name, ("link",))[0] != "file":
                return
            value, style = ("file", members[name][1], not members[name][2]), "moved"  # as git does it
        if value:
            members[name] = value
        elif len(members) > 1:
            members.pop(name, None)
        self.become(dict(self.state, **{fact: members}), style)

    def edit_rename(self, fact, old, new):
        members = dict(self.state[fact])
        if old in members and old != new:
            os.makedirs(os.path.dirname(os.path.join(self.guest, "artifacts", fact, new)), exist_ok=True)
            os.rename(*(os.path.join(self.guest, "artifacts", fact, n) for n in (old, new)))
            remove(os.path.join(self.guest, "artifacts", fact, old), moved=True)
            members[new] = members.pop(old)
            self.touched.add("guest/artifacts/" + fact)
            self.future = {p for p in self.future if not p.startswith("guest/artifacts/" + fact)}
            self.state = dict(self.state, **{fact: members})
            self.note_future("guest/artifacts/" + fact)

    def note_future(self, below):
        now = time.time()
        for path in files_of(self.state):
            full = os.path.join(self.dir, path)
            if path.startswith(below) and os.path.lexists(full) and os.lstat(full).st_mtime > now:
                self.future.add(path)

    def edit_touch(self, which, hours):
        paths = [p for p, f in files_of(self.state).items() if f[0] != "link" and (which == "all" or p.startswith(which))]
        if hours < 0 and len(self.state["option.archs"]) < len(ARCHS):
            # What an architecture that is left out has not seen yet, and would not see: ninja goes by times alone there.
            paths = [p for p in paths if p.startswith(("guest/config", "guest/artifacts"))]
        for path in paths:
            now = time.time_ns() + (hours * TIME_BACK if hours < 0 else hours * (TIME_AHEAD - SLACK)) * SECOND
            os.utime(os.path.join(self.dir, path), ns=(now, now))
        self.touched.update(paths)
        self.future = self.future | set(paths) if hours > 0 else self.future - set(paths)

    def swap(self, state, style):
        """Another branch: options and programs stay as they are."""
        kept = {f: v for f, v in self.state.items() if f.startswith(("option.", "helper."))}
        self.become(dict(state, **kept), style)

    def edit_branch(self):
        here = self.state
        self.swap(self.other, "moved")
        self.other = here

    def edit_back(self):
        here = self.state
        self.swap(self.other, "moved")
        self.swap(here, "moved")

    def edit_stash(self):
        here = self.state
        self.swap(first_state(), "moved")
        self.swap(here, "moved")

    def earlier(self, when):
        """A time as it is after pass_time: what was there before us stays as it is."""
        return when - TIME_AHEAD * SECOND if when > self.born else when

    def pass_time(self):
        """A while goes by, until no file is of the future: all that is ours becomes older."""
        log, deps = (os.path.join(self.out, "build", name) for name in (".ninja_log", ".ninja_deps"))
        text, data = move_log(read(log), self.earlier), move_deps(read_bytes(deps), self.earlier)
        write(log, text)
        with open(deps, "wb") as f:
            f.write(data)
        for top in self.guest, self.dir + "/templates", self.out, os.path.join(self.dir, "usr"):
            for folder, _, names in os.walk(top):
                for path in [folder] + [os.path.join(folder, n) for n in names]:
                    self.make_earlier(path)
        self.make_earlier(self.dir + "/machine.ini")
        self.born -= TIME_AHEAD * SECOND
        self.future.clear()

    def make_earlier(self, path):
        when = self.earlier(os.lstat(path).st_mtime_ns)
        os.utime(path, ns=(when, when), follow_symlinks=False)

    # ---- builds

    def arguments(self, state, folder, out):
        return [self.configure_program, "-C", out, folder + "/guest", *options_of(state, folder), "container.runtime=docker",
                "container.docker=" + self.engine.program, "container.base=pull", "container.builder=classic"]

    def set_up(self, state=None, folder=None, out=None):
        done = self.run(*self.arguments(state or self.state, folder or self.dir, out or self.out))
        if done.returncode:
            raise Broken("configure failed:\n" + done.stdout)
        self.configured = True

    def log(self):
        """What ninja has written down of each output: another line after each run of its edge."""
        path = os.path.join(self.out, "build/.ninja_log")
        lines = read(path).splitlines()[1:] if os.path.exists(path) else []
        return {fields[3]: line for line in lines for fields in (line.split("\t"),)}

    def rules(self):
        """output -> the first output of its edge and the edge's rule."""
        found = {}
        for line in read(os.path.join(self.out, "build.ninja")).splitlines():
            m = re.match(r"build (.*?): (\w+)", line)
            if m:
                outs = m.group(1).replace(" |", "").split(" ")
                found.update((o, "%s %s" % (m.group(2), outs[0])) for o in outs)
        return found

    def build(self):
        """The edges that ran, and what ninja said if it failed."""
        before = self.log()
        done = self.ninja("assets", "settings")
        return self.ran_since(before), done.stdout if done.returncode else None

    def ran_since(self, before):
        after, rules = self.log(), self.rules()
        return sorted({rules[o] for o in after if after[o] != before.get(o) and o in rules})

    def interrupt(self, milliseconds, sign=None):
        """Ctrl-C after so long a time, or when the file SIGN is there."""
        before = self.log()
        child = subprocess.Popen(["ninja", "-C", self.out, "assets", "settings"], env=self.env, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(milliseconds / 1000)
        while sign and not os.path.exists(sign) and child.poll() is None:
            time.sleep(0.01)
        time.sleep(0.3 if sign else 0)  # a shell whose command ends well at that moment does not end
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGINT)
        child.wait(timeout=60)
        self.engine.forget()
        return self.ran_since(before)

    # ---- the same, clean

    def build_clean(self, imaged):
        """IMAGED: architecture -> the states its images were made from."""
        folder, out = self.clean_folder, self.clean_folder + "/out"
        shutil.rmtree(folder, ignore_errors=True)
        old = {}
        for arch in self.state["option.archs"]:
            state = dict(self.state, **{f: imaged[arch][image][f] for image in FALLBACK for f in FALLBACK[image]})
            if files_of(state) != files_of(self.state):
                self.make_clean(old, state, folder, out, *("build/assets/%s/%s" % (arch, n) for n in ("vmlinuz", "rootfs.squashfs")))
                old = files_of(state)
        self.make_clean(old, self.state, folder, out, "assets", "settings")
        return contents(out, folder)

    def make_clean(self, old, state, folder, out, *targets):
        apply(folder, old, files_of(state))
        configured = self.configured
        self.set_up(state, folder, out)
        self.configured = configured
        done = self.run("ninja", "-C", out, *targets)
        if done.returncode:
            raise Broken("a clean build fails:\n" + done.stdout)


def read_bytes(path):
    with open(path, "rb") as f:
        return f.read()


def without_history(text):
    """A manifest counts the releases of a day."""
    value = json.loads(text)
    for kind in "assets", "binaries":
        value[kind] = list(value[kind]["releases"].values())
        for release in value[kind]:
            release.pop("min_assets", None)
    return value


def contents(out, folder):
    """path -> what is in it, but for what tells of earlier builds; FOLDER is where the guest is."""
    found = {}
    for top, _, names in os.walk(out):
        for name in names:
            full = os.path.join(top, name)
            path = os.path.relpath(full, out)
            if HISTORY.search(path):
                continue
            if os.path.islink(full):
                found[path] = os.readlink(full)
            elif name == "manifest.json":
                found[path] = without_history(read(full))
            else:
                data = read_bytes(full).replace(out.encode(), b"OUT")
                for part in b"/guest", b"/templates", b"/machine.ini":
                    data = data.replace(folder.encode() + part, b"HERE" + part)
                found[path] = (data, os.stat(full).st_mode)
    return found
