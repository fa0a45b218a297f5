#!/usr/bin/env python3
"""fetch_base with a stand-in engine and a stand-in for mmdebstrap."""
import json, os, signal, subprocess, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import Box, Tar, get, listing, put, text_of
from sandbox import DOCKER

REF = "debian:bookworm-slim"
MACHINE = {"x86_64": "linux/amd64", "aarch64": "linux/arm64"}[os.uname().machine]


with Box("fetch_base") as box:
    tap = box.tap
    state = os.environ["CAPSEM_STANDIN"] = os.path.join(box.dir, "engine")

    def settings(**more):
        put("engine.json", json.dumps({"runtime": "docker", "docker": DOCKER, "mmdebstrap": "./mmdebstrap", **more}))

    def args(mode="auto", ref=REF, *more, platform=MACHINE):
        return ["-o", "out", "-e", "engine.json", "-p", platform, "-r", ref, "-m", mode, "-s", "1700000000", *more]

    def engine(*words):
        return subprocess.run([DOCKER, *words], check=True, capture_output=True, text=True).stdout.strip()

    def image_id(name):
        return subprocess.run([DOCKER, "image", "inspect", "--format", "{{.Id}}", name], capture_output=True, text=True).stdout.strip()

    def left():
        return {d: sorted(os.listdir(os.path.join(state, d))) for d in ("images", "containers", "tags")}

    NOTHING = {"images": [], "containers": [], "tags": []}
    Tar("tree.tar").folder("./etc").add("./etc/hostname", b"builder").folder("./etc/apt").add(
        "./etc/apt/sources.list", b"deb http://mirror x").add("./etc/apt/apt.conf.d/99mmdebstrap", b"proxy").add(
        "./etc/dpkg/dpkg.cfg.d/99mmdebstrap", b"path-exclude").device("./dev/null", 1, 3).folder("./usr/bin").add(
        "./usr/bin/env", b"program", mode=0o755, mtime=1900000000).close()
    put("mmdebstrap", '#!/bin/sh\nprintf "%s\\n" "$@" >said\nenv | grep -i -E "proxy|SOURCE_DATE|LC_ALL" | sort >>said\n'
        'echo "I: working" >&2\ncat tree.tar\n', 0o755)
    settings()

    # ---- pulled
    box.makes("pulled", *args("pull", REF, "-d", "out.d"))
    tap.same(sorted(listing()), ["etc", "etc/hostname", "etc/hosts", "etc/mtab", "etc/resolv.conf", "etc/standin-base", "usr"], "its tree")
    tap.same(text_of("etc/standin-base"), "%s %s\n" % (REF, MACHINE), "for the platform asked for")
    tap.same((left(), get("out.d")), (NOTHING, b"out:\n"), "nothing is left in the engine, and nothing was read")
    before = get("out")
    box.makes("auto pulls where the registry answers", *args())
    tap.ok(get("out") == before and not os.path.exists("said"), "the same")

    # ---- tags of the user
    engine("import", "tree.tar", REF)
    mine = image_id(REF)
    box.makes("where the user has an image of that name", *args("pull"))
    tap.same((image_id(REF), len(left()["images"]) // 2, len(left()["tags"])), (mine, 1, 1), "the user's tag is where it was")
    job = next(l for l in get(state + "/log").decode().splitlines() if "label=" in l).split("capsem.build=")[1]
    engine("tag", REF, job + "-kept")
    engine("pull", REF)
    tap.ok(image_id(REF) != mine, "(a run killed after its pull)")
    box.makes("after a run that was killed", *args("pull"))
    tap.same((image_id(REF), len(left()["tags"])), (mine, 1), "the user's tag is back")
    engine("rmi", REF)
    os.environ["STANDIN_FAIL"] = "export"
    engine("import", "tree.tar", REF)
    box.fails("the export fails", "export of the pulled image failed", *args("pull"), lines=2)
    tap.same((image_id(REF), len(left()["tags"])), (mine, 1), "the user's tag is where it was after a failure")
    engine("rmi", REF)
    del os.environ["STANDIN_FAIL"]

    # ---- made of packages
    os.environ["STANDIN_FAIL"] = "pull"
    box.makes("auto makes it of packages where no registry answers", *args("auto", REF, "-L", "log"))
    said = get("said").decode().splitlines()
    arch = MACHINE.split("/")[1]
    tap.same([l for l in said if not l.startswith("--dpkgopt")], [
        "--variant=minbase", "--format=tar", "--architectures=" + arch, '--aptopt=Acquire::Check-Valid-Until "false"',
        '--aptopt=Acquire::Check-Date "false"', "bookworm", "-", "deb http://deb.debian.org/debian bookworm main",
        "deb http://deb.debian.org/debian bookworm-updates main", "deb http://deb.debian.org/debian-security bookworm-security main",
        "LC_ALL=C.UTF-8", "SOURCE_DATE_EPOCH=1700000000"], "what mmdebstrap is told")
    tap.ok("--dpkgopt=path-exclude=/usr/share/man/*" in said, "slim is slim")
    tree = listing()
    tap.same([n for n in tree if "99mm" in n or n in ("etc/apt/sources.list", "dev/null")], [], "nothing of this machine is in the tree")
    tap.same(text_of("etc/apt/sources.list.d/debian.sources"), """Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://deb.debian.org/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
""", "apt's sources as in the official image")
    tap.ok(all(n in tree for n in ("etc/apt/apt.conf.d/docker-clean", "etc/dpkg/dpkg.cfg.d/docker")) and
           tree["usr/sbin/policy-rc.d"].mode == 0o755, "and its settings")
    tap.same((text_of("etc/hostname"), tree["usr/bin/env"].mtime), ("localhost\n", 1700000000), "name and times are nobody's")
    tap.ok("told to fail at pull" in get("log").decode() and "I: working" in get("log").decode(), "the log has both attempts")
    before = get("out")
    settings(runtime="auto", docker="./none", podman="./none", buildah="./none")
    box.makes("bootstrap needs no engine", *args("bootstrap"))
    tap.ok(get("out") == before, "and makes the same")
    box.makes("auto without an engine", *args())

    settings(network={"http_proxy": "http://p:1", "ca_bundle": "/ca.pem"}, mirrors={"debian": "https://mirror.example/debian/"})
    box.makes("network and mirror", *args("bootstrap", "debian:12"))
    said = get("said").decode().splitlines()
    tap.ok("deb https://mirror.example/debian-security bookworm-security main" in said and "http_proxy=http://p:1" in said and
           '--aptopt=Acquire::https::CaInfo "/ca.pem"' in said, "are used", *said)
    tap.ok("mirror.example" not in text_of("etc/apt/sources.list.d/debian.sources") and "etc/dpkg/dpkg.cfg.d/docker" not in listing(),
           "and not left behind; not slim is not slim")
    box.makes("a rolling suite", *args("bootstrap", "debian:sid-slim"))
    tap.same([l for l in get("said").decode().splitlines() if l.startswith("deb ")], ["deb https://mirror.example/debian sid main"],
             "has no updates")
    settings()

    # ---- failures
    box.fails("the registry does not answer", "docker pull %s fails: stand-in: told to fail at pull" % REF, *args("pull"))
    box.fails("no Debian image", "docker pull alpine:3 fails: stand-in: told to fail at pull; "
              "alpine:3 cannot be made of packages: it names no Debian suite", *args("auto", "alpine:3"))
    box.fails("no Debian image", "debian@sha256:01 cannot be made of packages: it names no Debian suite", *args("bootstrap", "debian@sha256:01"))
    settings(mmdebstrap="./none")
    box.fails("no mmdebstrap", "./none not found on PATH; to install it: sudo apt install mmdebstrap", *args("bootstrap"))
    settings(runtime="buildah", buildah="./none")
    box.fails("no engine", "buildah: ./none not found on PATH; to install it: sudo apt install buildah", *args("pull"), lines=2)
    settings()
    box.fails("a platform nobody can run", "this machine does not run programs of linux/none; to mend it: sudo apt install qemu-user-static",
              *args("bootstrap", platform="linux/none"))
    box.fails("an unknown mode", "-m wants auto, pull or bootstrap, not 'push'", *args("push"), status=2)
    put("mmdebstrap", "#!/bin/sh\necho 'E: no such suite' >&2\nhead -c 700 tree.tar\nexit 25\n", 0o755)
    box.fails("mmdebstrap fails", "making Debian bookworm of packages failed with exit status 25\n  | E: no such suite\n",
              *args("bootstrap"), lines=2)
    put("mmdebstrap", "#!/bin/sh\ntrap 'touch told; exit 1' TERM\ntouch started\ncat tree.tar\nsleep 60 &\nwait\n", 0o755)
    box.interrupted("interrupted while packages are installed", *args("bootstrap"), when=lambda: os.path.exists("started"))
    tap.ok(os.path.exists("told"), "mmdebstrap is told, so that it cleans up")
    del os.environ["STANDIN_FAIL"]
    tap.same(left(), NOTHING, "nothing is left in the engine")

    sys.exit(box.done())
