"""The image that was built, in QEMU: its console, with more files in the initrd, under a watchdog."""
import gzip, os, shutil, subprocess, sys, tempfile

from sandbox import ROOT

MACHINE = os.uname().machine
ARCH = os.environ.get("VM_ARCH", {"aarch64": "arm64"}.get(MACHINE, MACHINE))
ASSETS = os.environ.get("ASSETS", os.path.join(ROOT, "build/assets", ARCH))
BASE = os.environ.get("INITRD_TAR", os.path.join(ASSETS, "../..", ARCH, "initrd.tar"))
NAMES = "vmlinuz", "initrd.img", "rootfs.squashfs"
QEMU, BOARD, CONSOLE = {"x86_64": ("qemu-system-x86_64", "q35", "ttyS0"), "arm64": ("qemu-system-aarch64", "virt", "ttyAMA0")}[ARCH]
WORDS = "console=%s ro init_on_alloc=1 slab_nomerge page_alloc.shuffle=1 random.trust_cpu=1 panic=-1 quiet loglevel=1" % CONSOLE


def need_image():
    """Fail when there is nothing to boot; `ninja check` builds it before the tests start."""
    missing = [n for n in NAMES if not os.path.exists(os.path.join(ASSETS, n))]
    if missing:
        print("1..1\nnot ok 1 - no %s in %s: run ninja assets-%s, or set ASSETS" % (", ".join(missing), ASSETS, ARCH))
        sys.exit(1)


def put(source, target, as_old=False):
    """As a helper does it: a new file, in one step. AS_OLD: with the old one's time, so that ninja does not
    make it again."""
    st = os.stat(target)
    shutil.copy(source, target + ".new")
    if as_old:
        os.utime(target + ".new", ns=(st.st_atime_ns, st.st_mtime_ns))
    os.rename(target + ".new", target)


def furnish(sandbox):
    """Configure and build in SANDBOX, and put what was built for real in the place of the stand-in's images."""
    built = lambda *parts: os.path.join(sandbox.out, "build", *parts)
    if sandbox.configure().returncode != 0:
        return False
    sandbox.edges("assets-" + ARCH)
    put(BASE, built(ARCH, "initrd.tar"), as_old=True)
    os.remove(built("assets", ARCH, "initrd.img"))
    for name in "vmlinuz", "rootfs.squashfs":
        put(os.path.join(ASSETS, name), built("assets", ARCH, name))
    sandbox.edges("assets-" + ARCH)
    return True


def cpio(files):
    """A cpio archive (newc) of {path: (bytes, mode)}; the kernel unpacks it over what came before."""
    out, folders = b"", sorted({os.path.dirname(p) for p in files} - {""})
    entries = [(f, b"", 0o40755) for f in folders] + [(p, d, 0o100000 | m) for p, (d, m) in files.items()]
    for n, (path, data, mode) in enumerate(entries + [("TRAILER!!!", b"", 0)]):
        fields = (n, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path) + 1, 0)
        head = b"070701" + b"".join(b"%08x" % f for f in fields) + path.encode() + b"\0"
        out += head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)
    return out


def read_file(path, mode=0o644):
    with open(os.path.join(ROOT, path), "rb") as f:
        return f.read(), mode


class Vm:
    """with Vm("words of the kernel command line", {path in the initrd: (bytes, mode)}, "-device", ...) as vm: ..."""

    def __init__(self, words, files=None, *options):
        self.words, self.files, self.options = words, files or {}, options

    def __enter__(self):
        self.dir = tempfile.TemporaryDirectory(prefix="capsem-vm-")
        initrd = os.path.join(self.dir.name, "initrd.img")
        with open(initrd, "wb") as f, open(os.path.join(ASSETS, "initrd.img"), "rb") as base:
            f.write(base.read() + gzip.compress(cpio(self.files), mtime=0))
        self.log = os.path.join(self.dir.name, "console")
        drive = "if=none,id=root,format=raw,readonly=on,file=" + os.path.join(ASSETS, "rootfs.squashfs").replace(",", ",,")
        argv = [QEMU, "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-M", BOARD, "-accel", "tcg", "-cpu", "max", "-m", "1024",
                "-smp", "2", "-kernel", os.path.join(ASSETS, "vmlinuz"), "-initrd", initrd, "-append", WORDS + " " + self.words, "-drive", drive,
                "-device", "virtio-blk-pci,drive=root", "-serial", "file:" + self.log, *self.options]
        self.child = subprocess.Popen(argv, stdin=subprocess.DEVNULL)
        return self

    def __exit__(self, *_):
        self.child.kill()
        self.child.wait()
        self.dir.cleanup()

    def console(self):
        with open(self.log, encoding="utf-8", errors="replace") as f:
            return f.read().replace("\r", "")

    def wait(self, seconds=600):
        """The console at the end of the machine, or of the watchdog's patience."""
        try:
            self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            return self.console() + "\n(killed after %d seconds)\n" % seconds
        return self.console()
