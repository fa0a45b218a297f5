"""One ordinary run of each helper, for tests/rules/contract.t."""
import fcntl, io, json, os, shutil, stat, subprocess, sys, tarfile

from sandbox import BIN

EPOCH = "1700000000"


class P(str):
    """A path in the test's folder; the contract test passes it relative or absolute."""


class Program(P):
    """A path that is not an input."""


class Json(P):
    """A file with a JSON value: paths in it are written as the run passes paths."""
    def __new__(cls, name, value):
        self = super().__new__(cls, name)
        self.value = value
        return self

    def fill(self, d, spell):
        def spelt(v):
            if isinstance(v, dict):
                return {k: spelt(x) for k, x in v.items()}
            return [spelt(x) for x in v] if isinstance(v, list) else spell(v) if isinstance(v, P) else v
        path = os.path.join(d, self)
        text = json.dumps(spelt(self.value))
        if not os.path.exists(path) or open(path).read() != text:
            write(d, self, text)


class Settings(Json):
    """The same, but no input: about how to do a thing, or an input by other means."""


class Skip(Exception):
    pass


class Case:
    def __init__(self, args, clean=lambda b: b, usual_mode=0o644, reads=(), stride=1):
        self.args = args          # all but -o and -d
        self.clean = clean        # takes from the output what differs by its nature
        self.mode = usual_mode    # of the output
        self.reads = reads        # paths that are no arguments, but must be in the depfile
        self.stride = stride      # calls fail one by one: every how manyth; 1 where FULL is set


def write(d, name, data=b"", mode=0o644):
    path = os.path.join(d, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    os.chmod(path, mode)
    return P(name)


def member(tar, name, data=b"", **more):
    info = tarfile.TarInfo(name)
    info.size = len(data)
    for key, value in more.items():
        setattr(info, key, value)
    tar.addfile(info, io.BytesIO(data))


def small_tar(d, name):
    write(d, name)
    with tarfile.open(os.path.join(d, name), "w", format=tarfile.PAX_FORMAT) as tar:
        member(tar, "bin", type=tarfile.DIRTYPE, mode=0o755)
        member(tar, "bin/busybox", bytes(range(256)) * 500, mode=0o755)
        member(tar, "bin/sh", type=tarfile.SYMTYPE, linkname="busybox")
        member(tar, "etc/motd", b"hello\n", mode=0o644)
    return P(name)


def static_binary(d, name):
    """The smallest x86_64 program there is: it exits."""
    code = bytes.fromhex("31ffb83c0000000f05")
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + (2).to_bytes(2, "little") + (62).to_bytes(2, "little")
    def le(*numbers):
        return b"".join(n.to_bytes(size, "little") for n, size in numbers)
    head += le((1, 4), (0x400078, 8), (64, 8), (0, 8), (0, 4), (64, 2), (56, 2), (1, 2), (0, 2), (0, 2), (0, 2))
    head += le((1, 4), (5, 4), (0, 8), (0x400000, 8), (0x400000, 8), (120 + len(code), 8), (120 + len(code), 8), (4096, 8))
    return write(d, name, head + code, 0o755)


def need(program):
    if not shutil.which(program):
        raise Skip("no " + program)


def seal_binary(d):
    return Case(["-m", "555", "-a", "x86_64", static_binary(d, "in/agent")], usual_mode=0o555)


def extract_files(d):
    return Case(["-p", "bin/busybox", "-m", "640", small_tar(d, "in/a.tar")], usual_mode=0o640)


def pack_squashfs(d):
    return Case(["-c", "zstd", "-l", "3", "-b", "131072", "-s", EPOCH, small_tar(d, "in/a.tar")])


def pack_erofs(d):
    need("mkfs.erofs")
    if os.geteuid() != 0:
        raise Skip("not root")
    return Case(["-l", "9", "-s", EPOCH, small_tar(d, "in/a.tar")], stride=3)


def cache_blocks(d):
    return Case(["-k", P("cache/blocks")])


def listing(d):
    """A layout list of all kinds of entries, and what in the folder it names."""
    write(d, "in/tree/one.py", "1")
    write(d, "in/tree/sub/two", "2")
    entries = [{"path": "init", "mode": "755", "text": "#!/bin/sh\n"},
               {"path": "motd", "mode": "444", "from": write(d, "in/motd", "hello\n")},
               {"path": "diagnostics", "tree": P("in/tree")}]
    return Json("in/list.json", {"entries": entries}), ["in/motd", "in/tree", "in/tree/one.py", "in/tree/sub", "in/tree/sub/two"]


def pack_initrd(d):
    base = small_tar(d, "in/base.tar")
    entries, reads = listing(d)
    return Case(["-s", EPOCH, "-c", Program("cache"), base, entries], reads=reads)


def sum_context(d):
    entries, reads = listing(d)
    return Case([entries], reads=reads)


def sum_blake3(d):
    return Case(["-n", "x86_64/vmlinuz", write(d, "in/file", b"some bytes" * 1000)])


def write_manifest(d):
    for arch in "arm64", "x86_64":
        for name in "vmlinuz", "initrd.img", "rootfs.squashfs":
            write(d, "assets/%s/%s" % (arch, name), "%s of %s" % (name, arch))
    write(d, "assets/x86_64/vmlinuz-0123456789abcdef", "stale")
    write(d, "sums/x86_64/vmlinuz.b3", "of no use\n")
    return Case(["-A", P("assets"), "-B", "1.2.3", "-S", P("sums"), "-s", EPOCH, P("sums/x86_64/vmlinuz.b3")],
                reads=["assets/B3SUMS", "assets/manifest.json"])


def check_toolchain(d):
    include, lib = "/usr/include/x86_64-linux-musl", "/usr/lib/x86_64-linux-musl"
    need("gcc")
    if not os.path.exists(lib + "/libc.a") or os.uname().machine != "x86_64":
        raise Skip("no musl for x86_64")
    return Case(["-c", "gcc", "-a", "x86_64", "-I", include, "-L", lib, "-f", "-O2"])


def b3(path):
    """The hash as our own helper has it; tests/rules/sum_blake3.t compares that with b3sum."""
    out = path + ".b3"
    subprocess.run([os.path.join(BIN, "sum_blake3"), "-o", out, "-n", "x", path], check=True)
    with open(out) as f:
        line = f.read()
    os.remove(out)
    return line.split()[0]


def image(d):
    """The options of a machine: three files, and a manifest that has their hashes."""
    args, files = [], {}
    for flag, name in zip("kir", ("vmlinuz", "initrd.img", "rootfs.squashfs")):
        args += ["-" + flag, write(d, "in/x86_64/" + name, name)]
        files[name] = {"hash": b3(os.path.join(d, "in/x86_64", name)), "size": len(name)}
    manifest = {"format": 2, "assets": {"current": "1", "releases": {"1": {"arches": {"x86_64": files}}}}}
    return ["-a", "x86_64"] + args + ["-m", write(d, "in/manifest.json", json.dumps(manifest))]


def boot_image(d):
    qemu = write(d, "in/qemu", "#!/bin/sh\nprintf 'Linux version\\r\\ncapsem: mark network 5 ms\\ncapsem: ready\\n'\n", 0o755)
    return Case(image(d) + ["-q", Program(qemu), "-t", "20", "-j", Program("report.json")],
                clean=lambda b: b"\n".join(line[11:] for line in b.split(b"\n")), stride=2)


def run_image(d):
    script = "#!/bin/sh\nexec 2>/dev/null\nfor a; do case $a in *logfile=*) f=${a#*logfile=}; echo hello >\"${f%,logappend=off}\" ;; esac; done\n"
    return Case(image(d) + ["-q", Program(write(d, "in/qemu", script, 0o755)), "-S", Program("socket")], stride=2)


def render_dockerfile(d):
    values = write(d, "in/values.json", json.dumps({"arch": {"base_image": "debian:bookworm"}, "apt_packages": ["git", "tmux"]}))
    return Case([values, write(d, "in/Dockerfile.j2", "FROM {{ arch.base_image }}\nRUN install {{ apt_packages | join(' ') }}\n")])


def resolve_kernel(d):
    need("curl")
    write(d, "in/releases.json", json.dumps({"releases": [{"moniker": "longterm", "version": "6.6.100", "iseol": False}]}))
    # What is found is remembered, whatever the proxies become.
    return Case(["-e", Settings("in/engine.json", {"network": {}}), "-b", "6.6", "-u", "file://" + os.path.join(d, "in/releases.json")])


ENGINE = """#!/bin/sh
# The quickest engine there is: without a state, every build gives the same tree. (tests/bin/docker is
# the one for tests of the graph; hundreds of runs would take minutes with it.)
case "$1 $2" in
version*) echo 20.10 ;;
build*) cat > /dev/null ;;
export*) cat "${0%/*}/tree.tar" ;;
run*) echo git=2.39 ;;
"image inspect" | "buildx version") exit 1 ;;
esac
"""


def engine(d):
    small_tar(d, "in/tree.tar")
    docker = Program(write(d, "in/docker", ENGINE, 0o755))
    return Settings("in/engine.json", {"runtime": "docker", "docker": docker, "builder": "classic"})


def fetch_base(d):
    return Case(["-e", engine(d), "-p", "linux/amd64", "-r", "debian:bookworm-slim", "-m", "pull", "-s", EPOCH], stride=5)


def build_image(d):
    write(d, "in/tree/one.py", "1")
    entries = [{"path": "hello", "mode": "555", "from": write(d, "in/hello", "#!/bin/sh\n")},
               {"path": "tree", "tree": P("in/tree")}]
    dockerfile = write(d, "in/Dockerfile", "FROM debian:bookworm-slim\nRUN true\nCOPY hello /usr/bin/hello\nCOPY tree/ /opt/tree/\n")
    script = write(d, "in/versions.sh", 'echo "git=$(git --version || echo N/A)"\n')
    return Case(["-e", engine(d), "-p", "linux/amd64", "-t", "mini", "-s", EPOCH, "-V", script, "-v", "out/versions",
                 "-k", "git", "-l", "out/packages", "-L", "out/log", "-i", Settings("in/context.json", {"entries": entries}), dockerfile],
                reads=["in/versions.sh"], stride=5)


CASES = {f.__name__: f for f in (seal_binary, extract_files, pack_squashfs, pack_erofs, cache_blocks, pack_initrd, sum_blake3,
                                 write_manifest, check_toolchain, boot_image, run_image, render_dockerfile, resolve_kernel,
                                 fetch_base, build_image, sum_context)}
