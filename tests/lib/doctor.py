"""doctor's patients: a machine on which all is well, made of stand-ins, until a test changes that."""
import json, os, re, shlex, shutil, subprocess

from sandbox import Sandbox, Tap, end_politely, read, write

HOST, FOREIGN = {"x86_64": ("x86_64", "arm64"), "aarch64": ("arm64", "x86_64")}[os.uname().machine]
PLATFORM = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}
TRIPLE = {"x86_64": "x86_64", "arm64": "aarch64"}
DEBIAN = {"x86_64": "amd64", "arm64": "arm64"}
CROSS = {"x86_64": "gcc-x86-64-linux-gnu", "arm64": "gcc-aarch64-linux-gnu"}
QEMU = {"x86_64": "qemu-system-x86", "arm64": "qemu-system-arm"}
NAPPING = "9876.5"  # a sleep that nobody else has
HANG = "exec /bin/sleep %s" % NAPPING
SITES = ("debian site answers: http://deb.debian.org/debian/", "npm site answers: https://registry.npmjs.org/",
         "pypi site answers: https://pypi.org/simple/", "registry of debian:bookworm-slim answers: https://index.docker.io/v2/")


def compiler(arch, version="cc (Stand-in) 12.1"):
    """Makes a program of nothing but a header, when it is given an existing crt1.o and a program."""
    return r"""[ "$1" = --version ] && { echo '%s'; exit; }
IFS= read -r line && [ "$line" = '#include <stdio.h>' ] || { echo 'no program' >&2; exit 1; }
while [ $# -gt 0 ]; do [ "$1" = -o ] && out=$2; shift; done
printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\%s\0' > "$out" """ % (version, {"x86_64": "076", "arm64": "267"}[arch])


class Bench(Sandbox):
    """A machine on which all is well, until a test changes that."""

    def __init__(self, name="guest"):
        super().__init__(name)
        self.bin, self.log, self.musl = (os.path.join(self.dir, n) for n in ("bin", "log", "musl"))
        self.store = os.path.join(self.dir, "store")
        os.mkdir(self.store)
        for name in "stdio.h", "crt1.o", "crti.o", "crtn.o", "libc.a":
            write(os.path.join(self.musl, name), "")
        self.bundle = os.path.join(self.dir, "ca.pem")
        write(self.bundle, "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n" * 2)
        self.restore()

    def restore(self):
        shutil.rmtree(self.bin, ignore_errors=True)
        self.replies = {}
        self.docker()
        self.tool("cc", compiler(HOST))
        self.tool(TRIPLE[FOREIGN] + "-linux-gnu-gcc", compiler(FOREIGN))
        for name, version in (("ninja", "1.11.1"), ("b3sum", "b3sum 1.2.0"), ("mkfs.erofs", "mkfs.erofs 1.5"),
                              ("mmdebstrap", "mmdebstrap 1.3.5"), ("qemu-system-x86_64", "QEMU 7.2"), ("qemu-system-aarch64", "QEMU 7.3")):
            self.tool(name, "echo '%s'" % version)
        self.tool("env", "exec /usr/bin/env \"$@\"")
        self.curl()

    def tool(self, name, script):
        path = os.path.join(self.bin, name)
        write(path, "#!/bin/sh\n" + script + "\n")
        os.chmod(path, 0o755)
        return path

    def lose(self, *names):
        for name in names:
            os.unlink(os.path.join(self.bin, name))

    def docker(self, skew="0", before="", **members):
        info = {"ServerVersion": "28.0.1", "MemTotal": 16384 << 20, "NCPU": 4, "KernelVersion": os.uname().release,
                "DockerRootDir": self.store, "SystemTime": "@NOW@", "RegistryConfig": None, **members}
        text = json.dumps(info).replace("@NOW@", "'$now'")
        self.tool("docker", "[ \"$1\" = --version ] && { echo 'Docker version 28.0.1, build abc'; exit; }\n%s\n"
                  "[ \"$*\" = 'info --format {{json .}}' ] || exit 9\n"
                  "now=$(/bin/date -u -d \"%s seconds\" +%%Y-%%m-%%dT%%H:%%M:%%S.123456789Z)\necho '%s'" % (before, skew, text))

    def podman(self, run="exit 127", **members):
        info = {"host": {"memTotal": 9000 << 20, "cpus": 2, "kernel": os.uname().release, "serviceIsRemote": False, **members},
                "store": {"graphRoot": self.store}}
        self.tool("podman", "case \"$*\" in --version) echo 'podman version 4.3.1' ;; 'info --format json') echo '%s' ;;\n"
                  "'run --rm --network none --rootfs /:O /capsem-no-such-program') %s ;; *) exit 9 ;; esac" % (json.dumps(info), run))

    def buildah(self):
        info = {"host": {"MemTotal": 20000 << 20, "cpus": 8, "kernel": "x"}, "store": {"GraphRoot": self.store}}
        info["host"]["kernel"] = os.uname().release
        self.tool("buildah", "case \"$*\" in --version) echo 'buildah version 1.28.2 (x)' ;; info) echo '%s' ;; *) exit 9 ;; esac" % json.dumps(info))

    def curl(self, **replies):
        """What the stand-in says for each part of a URL: an HTTP code, or a shell command."""
        cases = "".join("*%s*) %s ;;\n" % (part, "printf %s" % said if said.isdigit() else said) for part, said in replies.items())
        self.tool("curl", "[ \"$1\" = --version ] && { echo 'curl 7.88.1 (x86_64) libcurl/7 a b'; exit; }\n"
                  "echo \"$* http_proxy=$http_proxy https_proxy=$https_proxy $HTTPS_PROXY no_proxy=$no_proxy $ALL_PROXY\" >> %s\n"
                  "for url; do :; done\ncase $url in\n%s*) printf 200 ;; esac" % (self.log, cases))

    def settings(self):
        return ["network.ca_bundle=" + self.bundle] + ["toolchain.%s.musl_%s=%s" % (a, k, self.musl) for a in (HOST, FOREIGN) for k in ("lib", "include")]

    def start(self, *args, wrap=(), cwd=None, **env):
        """Exit status, stdout, stderr."""
        return self.bare(*args, *self.settings(), wrap=wrap, cwd=cwd, **env)

    def bare(self, *args, wrap=(), cwd=None, **env):
        done = subprocess.run([*wrap, self.builder_program, "doctor", *args], cwd=cwd or self.dir, text=True, timeout=120, errors="replace",
                              capture_output=True, stdin=subprocess.DEVNULL, env={"PATH": self.bin, "HOME": self.dir, **env})
        return done.returncode, done.stdout, done.stderr

    def host(self, *args, **kw):
        return self.start("--arch", HOST, *args, **kw)


def lines(text, part):
    """The lines of a check, with its fix."""
    found = re.search(r"^  (\[\w+(?=\] )[^\n]*%s[^\n]*(?:\n {9}[^\n]*)?)" % re.escape(part), text, re.M)
    return found.group(1) if found else None


def tail(text):
    return text.splitlines()[-1]


def namespace(setup):
    """A command that runs another one where SETUP was done, unseen by the rest of the machine; None where that cannot be."""
    path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin; set -e; "
    words = [shutil.which("unshare") or "/nonexistent", "-rm", "/bin/sh", "-c"]
    try:
        fine = subprocess.run([*words, path + setup], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60).returncode == 0
    except OSError:
        fine = False
    return [*words, "old=$PATH; " + path + setup + "; PATH=$old; export PATH; exec \"$@\"", "sh"] if fine else None


def binfmt(s, machine, state="enabled"):
    """A folder as the kernel shows it, with an emulator for MACHINE."""
    folder = os.path.join(s.dir, "binfmt")
    shutil.rmtree(folder, ignore_errors=True)
    os.mkdir(folder)
    for name in "register", "status":
        write(os.path.join(folder, name), "enabled\n")
    magic = "7f454c460201010000000000000000000200" + {"arm64": "b700", "x86_64": "3e00", "riscv64": "f300"}[machine]
    write(os.path.join(folder, "qemu-it"), "%s\ninterpreter /usr/bin/qemu-it\nflags: F\noffset 0\nmagic %s\nmask ff\n" % (state, magic))
    write(os.path.join(folder, "short"), "enabled\ninterpreter x\nmagic 7f454c46\n")
    write(os.path.join(folder, "python3"), "enabled\ninterpreter x\nmagic a70d0d0a\n")
    return namespace("mount --bind %s /proc/sys/fs/binfmt_misc" % shlex.quote(folder))


def asked(s):
    log = read(s.log).splitlines()
    os.unlink(s.log)
    return log


def skip(tap):
    tap.n += 1
    print("ok %d # SKIP no namespaces for users here" % tap.n, flush=True)


def check(*tests):
    """Run each test on a machine of its own; the exit status."""
    end_politely()
    tap = Tap()
    for test in tests:
        with Bench() as s:
            write(s.log, "")
            test(tap, s)
    return tap.done()
