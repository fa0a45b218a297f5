#!/usr/bin/env python3
"""A kernel built from the tree that the last build left: another configuration compiles what it reaches, and the old
one again gives the old bytes. The steps are those of the image of this machine, with another output."""
import json, os, re, shlex, subprocess, sys, tempfile, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from sandbox import ROOT, Tap, end_politely, read, write

ARCH = {"x86_64": "x86_64", "aarch64": "arm64"}[os.uname().machine]
BUILD = os.path.join(ROOT, "build")
EDIT = "CONFIG_EXT4_FS_POSIX_ACL=y", "# CONFIG_EXT4_FS_POSIX_ACL is not set"
FEW = 200  # of some 1 300 files


def command():
    said = subprocess.run(["ninja", "-t", "commands", "build/%s/kernel.tar" % ARCH], cwd=ROOT, text=True, stdout=subprocess.PIPE, check=True).stdout
    return shlex.split(said.splitlines()[-1])


def build(tap, folder, name, config):
    """The kernel of a configuration; how many files were compiled for it."""
    path = lambda what: os.path.join(folder, name + what)
    write(path(".config"), config)
    context = json.loads(read(os.path.join(BUILD, ARCH, "kernel.context.json")))
    for entry in context["entries"]:
        if entry["path"].startswith("kernel/"):
            entry["from"] = path(".config")
    write(path(".json"), json.dumps(context))
    argv = command()
    for option, value in ("-o", path(".tar")), ("-L", path(".log")), ("-i", path(".json")):
        argv[argv.index(option) + 1] = value
    start = time.monotonic()
    done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1800)
    tap.ok(done.returncode == 0, "%s: a kernel (%.0f s)" % (name, time.monotonic() - start), done.stdout)
    subprocess.run([os.path.join(BUILD, "bin/extract_files"), "-o", path(".vmlinuz"), "-p", "vmlinuz", "-m", "644", path(".tar")], check=True)
    with open(path(".vmlinuz"), "rb") as f:
        return f.read(), len(re.findall(r"^  CC  ", read(path(".log")), re.M))


def main():
    if not os.path.exists(os.path.join(BUILD, "cache/kernel", ARCH, "key")):
        print("1..0 # SKIP the engine that made this kernel mounts no folder")
        return 0
    end_politely()
    tap = Tap()
    config = read(os.path.join(ROOT, "guest/config/kernel/defconfig." + ARCH))
    with open(os.path.join(BUILD, "assets", ARCH, "vmlinuz"), "rb") as f:
        first = f.read()
    with tempfile.TemporaryDirectory(prefix="capsem-kernel-") as folder:
        other, n = build(tap, folder, "edited", config.replace(*EDIT))
        tap.ok(EDIT[0] in config and other != first and n < FEW, "an edit compiles what it reaches: %d files" % n)
        again, n = build(tap, folder, "back", config)
        tap.ok(again == first and n < FEW, "the old configuration gives the old bytes: %d files" % n)
    return tap.done()


sys.exit(main())
