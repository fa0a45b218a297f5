"""What the tests of init, add and new share: commands as a person types them, what is there afterwards, and what goes wrong."""
import ctypes, os, pty, re, select, shutil, signal, stat, subprocess, termios, time, tomllib

from sandbox import DOCKER, ROOT, Sandbox, Tap, end_politely, preload, read, work_in_memory, write

CLONE_NEWNS = 0x20000       # <sched.h>


class Desk(Sandbox):
    """A folder with an empty folder "here" in it, in which capsem-builder runs."""

    def __init__(self):
        super().__init__()
        self.here = os.path.join(self.dir, "here")
        os.mkdir(self.here)

    def clear(self):
        shutil.rmtree(self.here)
        os.mkdir(self.here)

    def path(self, *names):
        return os.path.join(self.here, *names)

    def call(self, *args, **env):
        """Exit status, stdout, stderr of the builder; nobody is at a terminal."""
        done = subprocess.run([self.builder_program, *args], cwd=self.here, env=dict(self.env, **env), text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60, errors="backslashreplace")
        return done.returncode, done.stdout, done.stderr

    def talk(self, args, answers, **env):
        """The same on a terminal that shows no answers: each prompt gets the next one."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.here)
            os.dup2(os.open(os.path.join(self.dir, "said"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 2)
            modes = termios.tcgetattr(0)
            modes[1] &= ~termios.OPOST
            modes[3] &= ~termios.ECHO
            termios.tcsetattr(0, termios.TCSANOW, modes)
            os.execve(self.builder_program, [self.builder_program, *args], dict(self.env, **env))
        out, answers = b"", list(answers)
        while select.select([terminal], [], [], 60)[0]:
            try:
                out += os.read(terminal, 4096)
            except OSError:         # the other end is closed
                break
            if out.endswith(b": ") and answers:
                os.write(terminal, answers.pop(0))
        os.close(terminal)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        return status, out.decode(errors="backslashreplace"), read(os.path.join(self.dir, "said"))

    def validate(self, guest, *args):
        """The exit status, and each mistake as its code and file."""
        status, out, _ = self.call("validate", guest, "--format=short", *args)
        return status, sorted({(path, code) for code, path in re.findall(r"^\w+\[([EW]\d+)\] (.+?):\d+:\d+: ", out, re.M)})

    def configures(self, tap, guest, name):
        """configure accepts the folder, ninja its build.ninja."""
        out = os.path.join(self.dir, "build of " + name)
        done = self.run(self.configure_program, "-C", out, os.path.join(self.here, guest), "container.runtime=docker",
                        "container.docker=" + DOCKER, "container.base=pull")
        if tap.ok(done.returncode == 0 and "build.ninja written" in done.stdout, name + ": configure takes it", done.stdout):
            done = self.run("ninja", "-C", out, "-n", "assets")
            tap.ok(done.returncode == 0 and "SQUASHFS" in done.stdout, name + ": ninja knows what to do", done.stdout)
        return out


def tree(folder):
    """Path -> mode and bytes, or mode and target, of all that is below a folder."""
    found = {}
    for top, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(top, name)
            mode = os.lstat(path).st_mode
            what = os.readlink(path).encode() if stat.S_ISLNK(mode) else None
            if stat.S_ISREG(mode):
                with open(path, "rb") as f:
                    what = f.read()
            found[os.path.relpath(path, folder)] = (oct(mode), what)
    return found


def toml(path):
    with open(path, "rb") as f:
        return tomllib.load(f)


def usage(command, reason):
    """What a mistake on the command line says."""
    operands = {"init": "[TARGET]", "new": "TARGET"}.get(command, "NAME")
    return (2, "", "Usage: capsem-builder %s [OPTIONS] %s\nTry 'capsem-builder %s --help' for help.\n\nError: %s\n"
            % (command, operands, command, reason))


def walk(tap, desk, what, args, prepare, together=True, stride=1):
    """Every call that changes a file fails once, as on a full disk, and is interrupted once (one in STRIDE, without FULL in
    the environment): one clear line, and what was there is as it was. Where files that are there are replaced (TOGETHER
    false), each is the old one or the new one."""
    library = preload()
    prepare()
    before = tree(desk.here)
    if not tap.same(desk.call(*args)[0], 0, what):
        return
    after = tree(desk.here)
    for hang in False, True:
        bad, n, reached = [], 0, True
        step = stride if hang and not os.environ.get("FULL") else 1
        while reached and n < 500:
            n += step
            prepare()
            status, err, reached = one_call(desk, args, n, library, hang)
            now = tree(desk.here)
            fine = now in (before, after) if together else all(now[p] in (before.get(p), after.get(p)) for p in now)
            if not reached:
                fine = fine and status == 0 and now == after
            elif hang:
                fine = fine and (status, err) == (130, "")
            elif status:
                fine = fine and status == 1 and re.fullmatch(r"error: .+: No space left on device\n", err)
            if not fine:
                bad.append("call %d: exit %d, %r, %s" % (n, status, err, sorted(set(now) ^ set(before))))
        which = "each" if step == 1 else "one in %d" % step
        tap.ok(not bad and 3 < n < 500, "%s: %s %s of %d calls" % (what, "interrupted at" if hang else "a full disk at", which, n - step), *bad)


def one_call(desk, args, n, library, hang):
    mark = os.path.join(desk.dir, "mark")
    if os.path.exists(mark):
        os.unlink(mark)
    env = dict(desk.env, LD_PRELOAD=library, FAIL_AT=str(n), FAIL_PROGRAM="capsem-builder", FAIL_MARK=mark,
               ASAN_OPTIONS="verify_asan_link_order=0")
    if hang:
        env["FAIL_HANG"] = "1"
    child = subprocess.Popen([desk.builder_program, *args], cwd=desk.here, env=env, stdin=subprocess.DEVNULL,
                             stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while hang and child.poll() is None:
        if os.path.exists(mark):
            child.send_signal(signal.SIGINT)
            break
        time.sleep(0.001)
    err = child.communicate(timeout=60)[1]
    return child.returncode, err, os.path.exists(mark)


def mount(folder, options):
    """A disk of memory that no other process sees, gone when we are. Returns why there is none, or None."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        return os.strerror(ctypes.get_errno())
    for args in ["--make-rprivate", "/"], ["-t", "tmpfs", "-o", options, "tmpfs", folder]:
        done = subprocess.run(["mount", *args], stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            return done.stderr.strip()


def read_only(tap, desk, name, args, prepare, error, out=""):
    """The command says ERROR where nothing can be written, and nothing changes."""
    disk = desk.path("disk")
    os.makedirs(disk)
    why = mount(disk, "size=1m")
    if why:
        tap.ok(True, "%s # SKIP no disk of one's own: %s" % (name, why))
        return
    prepare(disk)
    before = tree(disk)
    subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    tap.same((desk.call(*args), tree(disk) == before), ((1, out, error), True), name)
    subprocess.run(["umount", disk], check=True)
    os.rmdir(disk)


def run(*tests):
    end_politely()
    work_in_memory()
    tap, desk = Tap(), Desk()
    try:
        for test in tests:
            desk.clear()
            test(tap, desk)
    finally:
        desk.remove()
    return tap.done()
