"""A small guest, built with real engines: what docker.t and buildah.t share."""
import hashlib, json, os, re, shutil, signal, subprocess, sys, tarfile, tempfile, time

from helper import Box, get, put, wait_until
from sandbox import BIN, ROOT, Sandbox, read

REF = "debian:bookworm-slim"
EPOCH = 1700000000
PLATFORM, ARCH, NPM_CPU, PYTHON = {"x86_64": ("linux/amd64", "x86_64", "x64", "x86_64"),
                                   "aarch64": ("linux/arm64", "arm64", "arm64", "aarch64")}[os.uname().machine]
BINARIES = ["capsem-pty-agent", "capsem-net-proxy", "capsem-dns-proxy", "capsem-mcp-server", "capsem-sysutil"]
SYSTEM_BUNDLE = "/etc/ssl/certs/ca-certificates.crt"

# What "curl | bash" fetches: from a file of the image, so that the test needs no server.
INSTALLER = """#!/bin/bash
mkdir -p "$HOME/.local/bin"
printf '#!/bin/sh\\necho installed\\n' >"$HOME/.local/bin/from-installer"
chmod 6755 "$HOME/.local/bin/from-installer"
touch "$HOME/rubbish" /var/log/rubbish.log
"""


def skip(why):
    """One line when something is not here; a failure for root, who can install and start all of it."""
    root = os.geteuid() == 0
    print(("not ok 1 - %s\n1..1" if root else "1..0 # SKIP %s") % why)
    sys.exit(root)


class Guest:
    """A box with all that a root filesystem needs, in small."""

    def __init__(self, name):
        self.box = Box("build_image")
        self.box.__enter__()
        self.tap, self.name = self.box.tap, name
        put("artifacts/installer.sh", INSTALLER, 0o644)
        put("artifacts/test_one.py", "def test():\n    pass\n")
        put("artifacts/sub/tool", "#!/bin/sh\n", 0o755)
        entries = [{"path": n, "mode": "555", "text": "#!/bin/sh\necho %s\n" % n} for n in BINARIES + ["capsem-doctor", "capsem-bench", "snapshots"]]
        entries += [{"path": n, "mode": "644", "text": n + "\n"} for n in ("capsem-bashrc", "banner.txt", "tips.txt", "mcp.json")]
        entries += [{"path": "diagnostics", "tree": "artifacts"}, {"path": "capsem_bench", "tree": "artifacts/sub"},
                    {"path": "capsem-ca.crt", "mode": "644", "from": os.path.join(ROOT, "guest/artifacts/capsem-ca.crt")}]
        put("context.json", json.dumps({"entries": entries}))
        put("empty.json", '{"entries": []}')
        put("versions.sh", "".join("echo \"%s=$(%s || echo 'N/A')\"\n" % v for v in (
            ("node", "node --version"), ("npm", "npm --version"), ("uv", "uv --version"), ("semver", "semver 1.2.3"),
            ("idna", "python3 -c 'import idna; print(idna.__version__)'"), ("prefix", "npm prefix --global"),
            ("installed", "from-installer"), ("network", "echo $(ls /sys/class/net)"))))
        self.authority()
        self.values()

    def authority(self):
        """A bundle with a certificate that is in no other: nothing of it may be left in an image."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-out", "corporate.pem",
                        "-days", "2", "-subj", "/CN=capsem test of certificates"], check=True, capture_output=True)
        self.marker = get("corporate.pem").splitlines()[5]
        put("bundle.pem", get("corporate.pem") + (get(SYSTEM_BUNDLE) if os.path.exists(SYSTEM_BUNDLE) else b""))

    def shipped(self):
        """Empty lists for what the templates also know: the names that configure writes for the shipped guest."""
        with Sandbox() as s:
            s.configure()
            names = json.loads(read(os.path.join(s.out, "build", ARCH, "rootfs.values.json")))
        return {name: [] for name, value in names.items() if isinstance(value, list)}

    def values(self):
        values = {
            "arch": {"base_image": REF, "docker_platform": PLATFORM, "rust_target": "static", "node_major": 24,
                     "kernel_branch": "6.1", "kernel_image": "arch/%s/boot/Image" % ARCH, "defconfig": "defconfig"},
            "arch_name": ARCH, "host": {"docker_platform": PLATFORM, "base_image": REF}, "foreign": False,
            "debian_arch": PLATFORM.split("/")[1], "npm_cpu": NPM_CPU, "python_platform": PYTHON,
            "apt_packages": ["ca-certificates", "curl", "python3", "iputils-ping", "passwd"], "python_packages": ["idna"],
            "python_install_cmd": "uv pip install --system --break-system-packages", "npm_packages": ["semver"],
            "npm_prefix": "/opt/ai-clis", "guest_binaries": BINARIES,
            "curl_installs": ["file:///usr/local/lib/capsem-tests/installer.sh"], "curl_sha256": [hashlib.sha256(INSTALLER.encode()).hexdigest()]}
        put("values.json", json.dumps({**self.shipped(), **values}))
        for name in "rootfs", "initrd":
            subprocess.run([os.path.join(BIN, "render_dockerfile"), "-o", name, "values.json",
                            os.path.join(ROOT, "templates/Dockerfile.%s.j2" % name)], check=True)

    def settings(self, **more):
        put("engine.json", json.dumps({"network": {"ca_bundle": "bundle.pem"}, **more}))

    def base(self):
        done = subprocess.run([os.path.join(BIN, "fetch_base"), "-o", "base.tar", "-e", "engine.json", "-p", PLATFORM, "-r", REF,
                               "-m", "auto", "-s", str(EPOCH)], capture_output=True, text=True, timeout=900)
        return self.tap.ok(done.returncode == 0, "the base image, pulled or made of packages", done.stdout, done.stderr)

    def args(self, out, dockerfile="rootfs", context="context.json", *more):
        return ["-o", out, "-e", "engine.json", "-p", PLATFORM, "-t", "capsem-test", "-s", str(EPOCH), "-L", out + ".log",
                "-b", "%s=%s=base.tar" % (PLATFORM, REF), *more, "-i", context, dockerfile]

    def build(self, name, out, *more, **which):
        start = time.monotonic()
        done = subprocess.run([self.box.program, *self.args(out, *which.values(), *more)], capture_output=True, text=True, timeout=1800)
        return self.tap.ok(done.returncode == 0 and done.stderr == "" and done.stdout == "",
                           "%s (%.0f s)" % (name, time.monotonic() - start), done.stderr)

    # ---- what an image must hold

    def check_rootfs(self, out):
        with tarfile.open(out) as tar:
            tree = {i.name: i for i in tar}
            mode = lambda n: (oct(tree[n].mode), tree[n].uid, tree[n].gid)
            self.tap.same({n: mode("usr/local/bin/" + n) for n in BINARIES + ["capsem-doctor", "capsem-bench", "snapshots"]},
                          {n: ("0o555", 0, 0) for n in BINARIES + ["capsem-doctor", "capsem-bench", "snapshots"]}, "programs of the guest are 555 and root's")
            self.tap.same((mode("usr/local/bin/from-installer")[0], tree["usr/local/bin/capsem-test"].linkname,
                           mode("usr/local/lib/capsem-tests/sub/tool")[0], mode("etc/capsem/mcp.json")[0]),
                          ("0o555", "capsem-doctor", "0o755", "0o644"), "installed programs, links and scripts")
            self.tap.same([n for n, i in tree.items() if i.isfile() and i.mode & 0o6000], [], "no file is setuid or setgid")
            self.tap.ok("usr/bin/passwd" in tree, "though programs that want it are there")
            self.tap.same([n for n, i in tree.items() if n.startswith(("root/", "tmp/", "dev/", "var/lib/apt/lists/")) or
                           n.startswith("var/log/") and i.size], [], "no rubbish is left")
            self.tap.ok(b"https://deb.debian.org" in tar.extractfile("etc/apt/sources.list.d/debian.sources").read(), "apt uses https")
            self.tap.ok("SCHILY.xattr.security.capability" in tree["usr/bin/ping"].pax_headers, "file capabilities are kept", tree["usr/bin/ping"].pax_headers)
            self.tap.ok(all(i.mtime <= EPOCH and not i.uname for i in tree.values()), "times are clamped, no names")
        bytes_of = get(out)
        self.tap.ok(self.marker not in bytes_of and b".capsem-build" not in bytes_of, "nothing of the certificates is left")

    def check_versions(self, path):
        versions = dict(line.split("=", 1) for line in get(path).decode().splitlines())
        self.tap.ok(re.match(r"v24\.", versions["node"]) and re.match(r"\d+\.", versions["npm"]) and versions["uv"].startswith("uv ") and
                    versions["semver"] == "1.2.3" and re.match(r"\d+\.", versions["idna"]) and versions["installed"] == "installed" and
                    versions["prefix"] == "/opt/ai-clis", "what was installed runs", versions)
        return versions

    def check_packages(self, prefix):
        dpkg = dict(line.split("\t")[:2] for line in get(prefix + ".dpkg").decode().splitlines())
        pip = {p["name"] for p in json.loads(get(prefix + ".pip"))}
        npm = set(json.loads(get(prefix + ".npm"))["dependencies"])
        self.tap.ok({"curl", "python3", "bash"} <= set(dpkg) and {"idna", "certifi"} <= pip and {"semver", "npm"} <= npm,
                    "the lists of packages", sorted(pip), sorted(npm))

    def differences(self, a, b):
        """Paths of which two trees hold different things."""
        def tree(path):
            with tarfile.open(path) as tar:
                return {i.name: (i.type, i.mode, i.uid, i.gid, i.mtime, i.linkname,
                                 hashlib.sha256(tar.extractfile(i).read()).digest() if i.isreg() else b"") for i in tar}
        a, b = tree(a), tree(b)
        return sorted(n for n in set(a) | set(b) if a.get(n) != b.get(n))

    def check_initrd(self, out):
        with tarfile.open(out) as tar:
            tree = {i.name: i for i in tar}
        folders = sorted(n for n, i in tree.items() if i.isdir())
        self.tap.same(folders, ["bin", "conf", "dev", "dev/pts", "newroot", "proc", "sbin", "sys", "tmp", "var", "var/log", "var/tmp"],
                      "the initrd's folders, and no others")
        links = sorted(n for n, i in tree.items() if i.issym() and i.linkname == "busybox")
        self.tap.same(links, sorted("bin/" + n for n in """sh mount umount mkdir rmdir sleep ls echo cat chmod cp ln chroot mknod mv rm
            find grep sed awk dd od touch mkswap swapon poweroff reboot""".split()), "its commands")
        self.tap.ok(tree["sbin/modprobe"].linkname == "../bin/busybox" and tree["bin/busybox"].mode == 0o755 and
                    tree["bin/busybox"].size > 500000 and len(tree) == len(folders) + len(links) + 2, "busybox, and nothing else")

    # ---- what goes wrong

    def failures(self, left):
        put("fails", "FROM %s\nRUN echo fine\nRUN for i in $(seq 60); do echo line $i; done; echo oops; exit 3\n" % REF)
        put("out", "before")
        code, said = self.box.run(*self.args("out", "fails", "empty.json"))
        lines = said.splitlines()
        self.tap.ok(code == 1 and lines[0].startswith("build_image: error: capsem-test: step 'RUN for i in $(seq 60)") and
                    lines[0].endswith("failed with exit status 3"), "a failing step is named", said)
        self.tap.ok("  | line 60" in lines and "  | oops" in lines and "  | fine" not in lines and len(lines) == 42 and
                    "the whole output is in out.log" in lines[-1], "its last 40 lines are repeated", said)
        put("killed", "FROM %s\nRUN sh -c 'kill -9 $$'\n" % REF)
        code, said = self.box.run(*self.args("out", "killed", "empty.json"))
        self.tap.ok(code == 1 and re.search(r"failed with exit status 137: out of memory, most likely: .* has \d+ MiB", said) is not None,
                    "a killed step: out of memory", said)
        self.tap.same((get("out"), left()), (b"before", left.nothing), "the old output stays, nothing else does")

    def interruptions(self, left):
        put("sleeps", "FROM %s\nRUN echo asleep; sleep 100\n" % REF)
        def asleep():
            return os.path.exists("out.log") and b"\nasleep" in get("out.log").replace(b" asleep\n", b"\nasleep\n")
        for sig, when in (signal.SIGINT, asleep), (signal.SIGTERM, asleep), (signal.SIGINT, lambda: os.path.exists("out.log")):
            if os.path.exists("out.log"):
                os.remove("out.log")
            self.box.interrupted("%s %s" % (sig.name, "in a step" if when is asleep else "at the start"),
                                 *self.args("out", "sleeps", "empty.json"), when=when, sig=sig)
            time.sleep(1)
            self.tap.same(left(), left.nothing, "nothing is left of it")
        child = subprocess.Popen([self.box.program, *self.args("out", "sleeps", "empty.json")], stderr=subprocess.DEVNULL)
        os.remove("out.log") if os.path.exists("out.log") else None
        wait_until(asleep, 60)
        child.kill()
        child.wait()
        put("quick", "FROM %s\nRUN true\n" % REF)
        wait_until(lambda: not running("sleep 100"), 30)
        self.build("the next build after one that was killed", "out", dockerfile="quick", context="empty.json")
        self.tap.same((left(), running("sleep 100")), (left.nothing, []), "cleans up after it")

    def done(self):
        code = self.box.done()
        self.box.__exit__()
        return code


def running(text):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if text.encode() in get("/proc/%s/cmdline" % pid).replace(b"\0", b" ") and int(pid) != os.getpid():
                found.append(pid)
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found
