#!/usr/bin/env python3
"""A kernel built from the tree and the tools that the last build left: another configuration compiles what it reaches,
and the old one again gives the old bytes. Tools that were damaged, or are for another base image, are installed anew.
The steps are those of the image of this machine, with another output."""
import io, json, os, re, shutil, subprocess, sys, tarfile, tempfile, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from sandbox import ROOT, Tap, edge_command, end_politely, read, with_options, write

ARCH = {"x86_64": "x86_64", "aarch64": "arm64"}[os.uname().machine]
BUILD = os.path.join(ROOT, "build")
CACHE = os.path.join(BUILD, "cache/kernel", ARCH)
TREE = "build/%s/kernel.tar" % ARCH
EDIT = "CONFIG_EXT4_FS_POSIX_ACL=y", "# CONFIG_EXT4_FS_POSIX_ACL is not set"
FEW = 200  # of some 1 300 files


def build(tap, folder, name, config, base=None):
    """The kernel of a configuration; how many files were compiled for it, and how many packages installed."""
    path = lambda what: os.path.join(folder, name + what)
    write(path(".config"), config)
    context = json.loads(read(os.path.join(BUILD, ARCH, "kernel.context.json")))
    for entry in context["entries"]:
        if entry["path"].startswith("kernel/"):
            entry["from"] = path(".config")
    write(path(".json"), json.dumps(context))
    argv = with_options(edge_command(TREE), o=path(".tar"), L=path(".log"), i=path(".json"))
    if base:
        at = argv.index("-b") + 1
        argv[at] = argv[at].rpartition("=")[0] + "=" + base
    start = time.monotonic()
    done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1800)
    tap.ok(done.returncode == 0, "%s: a kernel (%.0f s)" % (name, time.monotonic() - start), done.stdout)
    subprocess.run([os.path.join(BUILD, "bin/extract_files"), "-o", path(".vmlinuz"), "-p", "vmlinuz", "-m", "644", path(".tar")], check=True)
    log = read(path(".log"))
    with open(path(".vmlinuz"), "rb") as f:
        return f.read(), len(re.findall(r"^  CC  ", log, re.M)), len(re.findall(r"^Setting up ", log, re.M))


def damage(path):
    """One bit of a file, in its middle."""
    with open(path, "r+b") as f:
        f.seek(os.path.getsize(path) // 2)
        byte = f.read(1)
        f.seek(-1, os.SEEK_CUR)
        f.write(bytes([byte[0] ^ 1]))


def other_base(folder):
    """The base image of this machine with a file more."""
    argv = edge_command(TREE)
    path = os.path.join(folder, "base.tar")
    shutil.copyfile(os.path.join(ROOT, argv[argv.index("-b") + 1].rpartition("=")[2]), path)
    with tarfile.open(path, "a") as tar:
        entry = tarfile.TarInfo("usr/share/another")
        entry.size = 1
        tar.addfile(entry, io.BytesIO(b"x"))
    return path


def main():
    if not os.path.exists(os.path.join(CACHE, "key")):
        print("1..0 # SKIP the engine that made this kernel mounts no folder")
        return 0
    end_politely()
    tap = Tap()
    config = read(os.path.join(ROOT, "guest/config/kernel/defconfig." + ARCH))
    with open(os.path.join(BUILD, "assets", ARCH, "vmlinuz"), "rb") as f:
        first = f.read()
    with tempfile.TemporaryDirectory(prefix="capsem-kernel-") as folder:
        other, n, packages = build(tap, folder, "edited", config.replace(*EDIT))
        tap.ok(EDIT[0] in config and other != first and n < FEW, "an edit compiles what it reaches: %d files" % n)
        tap.same(packages, 0, "the tools are those of the last build")
        damage(os.path.join(CACHE, "tools.tar"))
        again, n, packages = build(tap, folder, "back", config)
        tap.ok(again == first and n < FEW, "the old configuration gives the old bytes: %d files" % n)
        tap.ok(packages > 0, "tools that were damaged are installed anew: %d packages" % packages)
        again, n, packages = build(tap, folder, "base", config, other_base(folder))
        tap.ok(again == first and n < FEW, "so does another base image with the same compiler: %d files" % n)
        tap.ok(packages > 0, "which has its own tools: %d packages" % packages)
    return tap.done()


sys.exit(main())
