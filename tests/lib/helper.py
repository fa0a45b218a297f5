"""A fresh folder, and one helper program run in it."""
import io, os, re, shutil, signal, subprocess, sys, tarfile, tempfile, time

from sandbox import BIN, Tap, end_politely


class Box:
    """The current folder for the time of a test; `with Box("pack_initrd") as box:`"""

    def __init__(self, helper):
        self.helper, self.tap = helper, Tap()
        self.program = os.path.join(BIN, helper)
        self.dir = os.path.realpath(tempfile.mkdtemp(prefix="capsem-%s-" % helper))

    def __enter__(self):
        end_politely()
        os.chdir(self.dir)
        return self

    def __exit__(self, *_):
        os.chdir("/")
        shutil.rmtree(self.dir, ignore_errors=True)

    def run(self, *args, **more):
        """Exit status and what it said on stderr; stdout must be empty."""
        done = subprocess.run([self.program, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=120, **more)
        return done.returncode, (done.stdout + done.stderr).decode(errors="replace")

    def makes(self, name, *args, **more):
        """The helper succeeds in silence; returns whether it did."""
        return self.tap.same(self.run(*args, **more), (0, ""), name)

    def fails(self, name, text, *args, status=1, lines=1, out="out", **more):
        """One clear line that holds TEXT; the output is as it was, and nothing else is left."""
        put(out, b"before")
        code, said = self.run(*args, **more)
        fine = (code == status and text in said and said.startswith(self.helper + ": error: ") and
                said.count("\n") == lines and get(out) == b"before" and not os.path.exists(out + ".tmp"))
        self.tap.ok(fine, name, "exit %d" % code, said, "wanted: " + text)
        os.remove(out)

    def interrupted(self, name, *args, when, sig=signal.SIGINT, out="out"):
        """Send a signal as soon as WHEN() is true."""
        put(out, b"before")
        child = subprocess.Popen([self.program, *args], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
        reached = wait_until(lambda: when() or child.poll() is not None)
        child.send_signal(sig)
        said = child.communicate(timeout=30)[1]
        self.tap.ok(reached and child.returncode == 128 + sig and said == b"" and get(out) == b"before" and
                    not os.path.exists(out + ".tmp"), name, child.returncode, said)
        os.remove(out)

    def on_terminal(self, *args, stdout=False, columns=80):
        """Run with stderr (or stdout) on a terminal; exit status and what came there."""
        import pty
        ours, theirs = pty.openpty()
        ends = {"stdout": theirs, "stderr": subprocess.PIPE} if stdout else {"stderr": theirs}
        child = subprocess.Popen([self.program, *args], stdin=subprocess.DEVNULL, **ends)
        os.close(theirs)
        shown = b""
        while True:
            try:
                block = os.read(ours, 65536)
            except OSError:
                break
            if not block:
                break
            shown += block
        child.communicate(timeout=60)
        os.close(ours)
        return child.returncode, shown.decode(errors="replace")

    def done(self):
        return self.tap.done()


def put(path, data=b"", mode=0o644):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    os.chmod(path, mode)
    return path


def get(path):
    with open(path, "rb") as f:
        return f.read()


def wait_until(what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.005)
    return False


def is_running(pid):
    """Whether the process is there and not only waiting to be buried."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def listing(path="out"):
    """The members of a tar file by name."""
    with tarfile.open(path) as tar:
        return {i.name: i for i in tar}


def text_of(name, path="out"):
    """The text of one member of a tar file."""
    with tarfile.open(path) as tar:
        return tar.extractfile(name).read().decode()


def processes_of(engine):
    """The command lines of what runs with the stand-in engine's folder ENGINE in its environment."""
    mark, found = ("CAPSEM_STANDIN=%s\0" % engine).encode(), []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if int(pid) != os.getpid() and mark in get("/proc/%s/environ" % pid) and is_running(int(pid)):
                found.append(get("/proc/%s/cmdline" % pid))
        except OSError:
            pass            # it ended meanwhile, or is somebody else's
    return found


class Tar:
    """A tar file, member by member."""

    def __init__(self, path, format=tarfile.PAX_FORMAT, mtime=1234567890, **more):
        self.path, self.mtime = path, mtime
        self.tar = tarfile.open(path, "w", format=format, encoding="utf-8", errors="surrogateescape", **more)

    def add(self, name, data=b"", **more):
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = len(data), self.mtime, 0o644
        for key, value in more.items():
            setattr(info, key, value)
        self.tar.addfile(info, io.BytesIO(data))
        return self

    def folder(self, name, mode=0o755, **more):
        return self.add(name, type=tarfile.DIRTYPE, mode=mode, **more)

    def link(self, name, target, **more):
        return self.add(name, type=tarfile.SYMTYPE, linkname=target, mode=0o777, **more)

    def hard(self, name, target, **more):
        return self.add(name, type=tarfile.LNKTYPE, linkname=target, **more)

    def device(self, name, major, minor, mode=0o600, **more):
        return self.add(name, type=tarfile.CHRTYPE, devmajor=major, devminor=minor, mode=mode, **more)

    def close(self):
        self.tar.close()
        return self.path
