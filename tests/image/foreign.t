#!/usr/bin/env python3
"""A small root filesystem for the other architecture: its steps run programs of this machine where they can, what is
emulated is counted and listed, and the tree is the one that emulation alone makes (with TWICE=1, since that takes long)."""
import json, os, re, subprocess, sys, tarfile, tempfile, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from sandbox import ROOT, Tap, edge_command, end_politely, read, with_options, write

OTHER, SHORT, MACHINE, ELF = {"x86_64": ("arm64", "arm64", "aarch64", 183), "aarch64": ("x86_64", "amd64", "x86_64", 62)}[os.uname().machine]
BUILD = os.path.join(ROOT, "build")
SMALL = {"apt_packages": ["ca-certificates", "jq", "python3"], "python_packages": ["markupsafe"], "npm_packages": ["semver"],
         "curl_installs": [], "curl_sha256": [], "ai_apt_packages": [], "ai_uv_packages": [], "ai_pip_packages": []}
VERSIONS = """echo "jq=$(jq --version)"
echo "machine=$(python3 -c 'import platform, markupsafe._speedups; print(platform.machine())')"
echo "node=$(node -p process.arch)"
echo "semver=$(semver 1.2.3)"
"""
# Nothing of what these do depends on the machine.
NATIVE = {"apt-get", "cp", "curl", "dpkg-deb", "find", "grep", "gzip", "mkdir", "rm", "sed", "tar", "xz"}
SWITCH = r"^ENV PATH=/\.capsem-build/native/bin:.*\n"


def run(tap, argv, what):
    start = time.monotonic()
    done = subprocess.run(argv, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=1800)
    tap.ok(done.returncode == 0, "%s (%.0f s)" % (what, time.monotonic() - start), done.stdout[-4000:])


def base(tap, folder, argv):
    """The base of the other architecture, made where there is none yet."""
    at = next(i for i, word in enumerate(argv) if word.startswith("linux/") and "_%s.tar" % SHORT in word)
    head, path = argv[at].rsplit("=", 1)
    if not os.path.exists(os.path.join(ROOT, path)):
        made = os.path.join(folder, "base.tar")
        run(tap, with_options(edge_command(path), o=made), "a base for " + OTHER)
        argv[at] = head + "=" + made


def prepare(folder):
    """What build_image reads, in small."""
    path = lambda name: os.path.join(folder, name)
    values = dict(json.loads(read(os.path.join(BUILD, OTHER, "rootfs.values.json"))), **SMALL)
    context = json.loads(read(os.path.join(BUILD, OTHER, "rootfs.context.json")))
    write(path("program"), "a guest program\n")
    for entry in context["entries"]:
        if "/agents/" in entry.get("from", ""):
            entry["from"] = path("program")
    write(path("values.json"), json.dumps(values))
    write(path("context.json"), json.dumps(context))
    write(path("versions.sh"), VERSIONS)
    subprocess.run([os.path.join(BUILD, "bin/render_dockerfile"), "-o", path("Dockerfile"), path("values.json"),
                    os.path.join(ROOT, "templates/Dockerfile.rootfs.j2")], check=True)


def image(tap, folder, name, argv, dockerfile):
    path = lambda what: os.path.join(folder, what)
    while "-k" in argv:
        del argv[argv.index("-k"):argv.index("-k") + 2]
    argv = with_options(argv, o=path(name + ".tar"), L=path(name + ".log"), i=path("context.json"), V=path("versions.sh"),
                    v=path(name + ".txt"), l=path(name + ".packages"))
    run(tap, argv[:-1] + [dockerfile], name + ": an image")
    return path(name)


def check_tree(tap, tree):
    wrong, odd = [], []
    with tarfile.open(tree) as tar:
        for member in tar:
            start = tar.extractfile(member).read(20) if member.isreg() else b""
            if start[:4] == b"\x7fELF" and int.from_bytes(start[18:20], "little") != ELF:
                wrong.append(member.name)
            if ".capsem-build" in member.name:
                odd.append(member.name)
    tap.same(wrong, [], "every program in it is for " + MACHINE)
    tap.same(odd, [], "nothing of the build is left in it")


def check_log(tap, log):
    if "emulated programs are not counted" in log:
        return tap.ok(True, "what was emulated is counted # SKIP the kernel does not tell us")
    found = re.search(r"^# Emulated.*\n(\d+) runs of (\d+) programs\n((?: +\d+ \S+\n)*)", log, re.M)
    tap.ok(found, "what was emulated is counted", log[-2000:])
    if found:
        listed = {line.split()[1]: int(line.split()[0]) for line in found[3].splitlines()}
        tap.same((sum(listed.values()), len(listed)), (int(found[1]), int(found[2])), "and listed: %s runs of %s programs" % (found[1], found[2]))
        tap.ok("dpkg" in listed and not NATIVE & set(listed), "what moves bytes is not among it", listed)


def main():
    if not os.path.exists("/proc/sys/fs/binfmt_misc/qemu-" + MACHINE):
        print("1..0 # SKIP the kernel has no emulator for programs of %s; make -f Makefile.bootstrap deps-cross registers it" % MACHINE)
        return 0
    end_politely()
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="capsem-foreign-") as folder:
        prepare(folder)
        argv = edge_command("build/%s/rootfs.tar" % OTHER)
        base(tap, folder, argv)
        made = image(tap, folder, "mixed", argv, os.path.join(folder, "Dockerfile"))
        versions = dict(line.split("=", 1) for line in read(made + ".txt").splitlines())
        tap.same((versions.get("machine"), versions.get("semver")), (MACHINE, "1.2.3"), "its programs run")
        check_tree(tap, made + ".tar")
        check_log(tap, read(made + ".log"))
        if os.environ.get("TWICE"):
            text, n = re.subn(SWITCH, "", read(os.path.join(folder, "Dockerfile")), flags=re.M)
            write(os.path.join(folder, "Dockerfile.slow"), text)
            slow = image(tap, folder, "emulated", argv, os.path.join(folder, "Dockerfile.slow"))
            with open(made + ".tar", "rb") as a, open(slow + ".tar", "rb") as b:
                tap.ok(n == 1 and a.read() == b.read(), "emulation alone makes the same tree")
    return tap.done()


sys.exit(main())
