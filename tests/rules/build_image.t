#!/usr/bin/env python3
"""build_image with a stand-in engine: what it asks for, what it makes of the answer, what it leaves."""
import json, os, re, signal, subprocess, sys, tarfile, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import Box, Tar, get, listing, processes_of, put, text_of, wait_until
from sandbox import DOCKER

REF = "debian:bookworm-slim"
DOCKERFILE = """FROM --platform=linux/amd64 debian:bookworm-slim AS tools
RUN fetch
FROM debian:bookworm-slim
RUN install
COPY --from=tools /x /x
COPY hello /usr/local/bin/hello
COPY tree/ /opt/tree/
"""
HOSTS = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"


with Box("build_image") as box:
    tap = box.tap
    state = os.environ["CAPSEM_STANDIN"] = os.path.join(box.dir, "engine")

    def settings(**more):
        put("engine.json", json.dumps({"runtime": "docker", "docker": DOCKER, "builder": "classic", **more}))

    def args(*more, name="mini", platform="linux/amd64", dockerfile="Dockerfile", out="out", bases=True):
        bases = ["-b", "linux/amd64=%s=amd64.tar" % REF, "-b", "linux/arm64=%s=arm64.tar" % REF] if bases else []
        return ["-o", out, "-e", "engine.json", "-p", platform, "-t", name, "-s", "1700000000", *bases, *more,
                "-i", "context.json", dockerfile]

    def log():
        if not os.path.exists(state + "/log"):
            return []
        lines = get(state + "/log").decode().splitlines()
        os.remove(state + "/log")
        return lines

    def commands():
        return [line.split()[0] for line in log()]

    def what_is_left():
        return {d: os.listdir(os.path.join(state, d)) for d in ("images", "containers", "tags")}

    NOTHING = {"images": [], "containers": [], "tags": []}

    def engine(*words, **more):
        return subprocess.run([DOCKER, *words], check=True, capture_output=True, text=True, **more).stdout.strip()

    def built_from():
        with tarfile.open(state + "/context.tar") as tar:
            return tar.extractfile(".capsem-build/Dockerfile").read().decode()

    for arch in "amd64", "arm64":
        Tar(arch + ".tar").folder("etc").add("etc/arch", arch.encode()).close()
    put("hello", "#!/bin/sh\n", 0o644)
    put("tree/sub/file", "x")
    put("tree/tool", "y", 0o755)
    put("context.json", json.dumps({"entries": [{"path": "hello", "mode": "555", "from": "hello"},
                                                {"path": "tree", "tree": "tree"}]}))
    put("Dockerfile", DOCKERFILE)
    settings()

    # ---- an ordinary build
    box.makes("a build", *args("-L", "log", "-d", "out.d"))
    tap.same(what_is_left(), NOTHING, "nothing is left in the engine")
    calls = log()
    job = re.search(r"label=capsem\.build=(mini-[0-9a-f]{12})", calls[1]).group(1)
    tap.same([c.split()[0] for c in calls if not c.startswith(("ps", "images", "rm"))],
             ["version", "import", "build", "create", "export"], "what the engine is asked: one base, one build")
    tap.ok(all(job in c for c in calls[1:] if not c.startswith("rm")), "everything carries the job's name", *calls)
    with tarfile.open(state + "/context.tar") as tar:
        context = [(i.name, i.mode, i.uid, i.gid, i.uname, i.mtime) for i in tar]
    tap.same(context, [(n, m, 0, 0, "", 1700000000) for n, m in (
        (".capsem-build/Dockerfile", 0o644), ("hello", 0o555), ("tree", 0o755), ("tree/sub", 0o755),
        ("tree/sub/file", 0o644), ("tree/tool", 0o755))], "the context: sorted, fixed owners, modes and times")
    tap.same(built_from(), DOCKERFILE.replace(
        "linux/amd64 debian:bookworm-slim AS tools\n",
        "linux/amd64 %s-base0 AS tools\nLABEL capsem.build=%s\nENV SOURCE_DATE_EPOCH=1700000000\n" % (job, job)).replace(
        "FROM debian:bookworm-slim\n",
        "FROM --platform=linux/amd64 %s-base0\nLABEL capsem.build=%s\nENV SOURCE_DATE_EPOCH=1700000000\n" % (job, job)),
        "the Dockerfile starts from the imported base")
    tree = listing()
    tap.same([n for n in tree if n.split("/")[0] in (".dockerenv", "dev", "proc", "sys")], ["dev", "proc", "sys"],
             "the engine's own files are not in the tree")
    tap.same((text_of("etc/hosts"), text_of("etc/hostname"), text_of("etc/resolv.conf"), tree["etc/mtab"].linkname),
             (HOSTS, "localhost\n", "", "../proc/self/mounts"), "files engines hide are those of a fresh system")
    tap.same({n: tree[n].mode for n in ("usr/local/bin/hello", "opt/tree/tool", "opt/tree/sub/file")},
             {"usr/local/bin/hello": 0o555, "opt/tree/tool": 0o755, "opt/tree/sub/file": 0o644}, "modes are those of the context")
    tap.ok(all(i.mtime <= 1700000000 and not i.uname and not i.gname for i in tree.values()), "times are clamped, no names")
    tap.same(sorted(get("out.d").decode().replace("\\\n", "").split()),
             ["Dockerfile", "amd64.tar", "arm64.tar", "out:"],
             "the depfile: neither the engine's settings nor the context, whose sums stand for it")
    tap.ok("Step 1/" in get("log").decode() and "# Dockerfile, as it is built:" in get("log").decode(), "the log has it all")

    # ---- the same again, elsewhere, for another platform
    first = get("out")
    box.makes("in another place", *args(out="sub/dir/out"))
    tap.ok(get("sub/dir/out") == first, "another place makes the same tree")
    box.makes("another platform", *args(platform="linux/arm64"))
    calls = log()
    tap.same(sum(c.startswith("import") for c in calls), 2 + 1, "another platform: both bases are used")
    tap.ok("FROM --platform=linux/arm64 %s-base1\n" % job in built_from(), "each for its stages")

    # ---- from scratch: exactly what the build made
    put("Dockerfile.kernel", "FROM debian:bookworm-slim AS build\nRUN make vmlinuz\nFROM scratch AS output\nCOPY --from=build /out/ /\n")
    box.makes("a result from scratch", *args(dockerfile="Dockerfile.kernel"))
    tap.same(sorted(listing()), ["config", "vmlinuz"], "holds what the build made and nothing else")
    tap.ok(built_from().endswith("FROM scratch\nLABEL capsem.build=%s\nCOPY --from=output / /.capsem-build/tree/\n" % job),
           "it is copied below a folder of its own", built_from())

    # ---- versions and packages
    put("versions.sh", "echo '# System'\necho \"git=$(git --version || echo 'N/A')\"\necho \"codex=$(codex || echo 'N/A')\"\n")
    box.makes("versions and packages", *args("-V", "versions.sh", "-v", "versions", "-k", "codex", "-l", "lists"))
    tap.ok(re.fullmatch(r"# System\ngit=standin-\w+\ncodex=standin-\w+\n", get("versions").decode()), "versions as printed", get("versions"))
    tap.ok(re.fullmatch(r"standin\t1\+\w{8}\tall\n", get("lists.dpkg").decode()) is not None, "packages of dpkg")
    tap.same((get("lists.pip"), json.loads(get("lists.npm"))), (b"[]\n", {"dependencies": {}}), "no packages of pip and npm")
    put("versions", "old")
    box.fails("a version is missing", "Enabled AI CLIs returned N/A or empty version: claude, gemini.",
              *args("-V", "versions.sh", "-v", "versions", "-k", "claude", "-k", "codex", "-k", "gemini"))
    tap.same(get("versions"), b"old", "the file of versions is as it was")
    os.environ.update(STANDIN_FAIL="run", STANDIN_EXIT="3")
    box.fails("the version script fails", "the version script failed with exit status 3\n  | stand-in: told to fail at run\n",
              *args("-V", "versions.sh", "-v", "versions"), lines=2)
    del os.environ["STANDIN_FAIL"], os.environ["STANDIN_EXIT"]

    # ---- arguments and the network
    put("kernel.version", "6.6.130\n")
    put("ca.pem", "-----BEGIN CERTIFICATE-----\nCORPORATE\n-----END CERTIFICATE-----\n")
    settings(network={"https_proxy": "http://proxy:3128", "no_proxy": "intern", "ca_bundle": "ca.pem"},
             mirrors={"debian": "http://mirror.example/debian", "npm": "https://npm.example", "pypi": "https://pypi.example/simple"})
    log()
    box.makes("network and arguments", *args("-a", "KERNEL_VERSION=@kernel.version", "-a", "EMPTY="))
    given = [w for c in log() if c.startswith("build ") for w in re.findall(r"--build-arg (\S+)", c)]
    tap.same(given, ["https_proxy=http://proxy:3128", "HTTPS_PROXY=http://proxy:3128", "no_proxy=intern", "NO_PROXY=intern",
                     "KERNEL_VERSION=6.6.130", "EMPTY="], "build arguments")
    dockerfile = built_from()
    tap.same(dockerfile.count("COPY .capsem-build/net/ /.capsem-build/net/\nENV SSL_CERT_FILE="), 2, "each stage gets the certificates")
    tap.ok(" NPM_CONFIG_REGISTRY=https://npm.example PIP_INDEX_URL=https://pypi.example/simple " in dockerfile, "mirrors as variables")
    with tarfile.open(state + "/context.tar") as tar:
        tap.ok(b"CORPORATE" in tar.extractfile(".capsem-build/net/ca.pem").read(), "the certificates are in the context")
        tap.ok(b"http://mirror.example/debian" in tar.extractfile(".capsem-build/net/mirror.sh").read(), "and the mirror's script")
    tap.ok(b"CORPORATE" not in get("out") and b"mirror.example" not in get("out"), "nothing of it is in the tree")
    settings(network={"ca_bundle": "none.pem"})
    box.fails("no such bundle", "open the CA bundle none.pem: No such file", *args())
    settings()

    # ---- failures
    log()
    put("out", "before")
    os.environ.update(STANDIN_FAIL="build", STANDIN_EXIT="100")
    code, said = box.run(*args("-L", "log"))
    lines = said.splitlines()
    tap.ok(code == 1 and lines[0] == "build_image: error: mini: step 'RUN fetch' failed with exit status 100", "a failing step is named", said)
    tap.same(lines[1:], ["  | stand-in: told to fail", "  | The command '/bin/sh -c fetch' returned a non-zero code: 100",
                         "build_image: note: the whole output is in log"], "its last lines are repeated")
    tap.same((what_is_left(), get("out"), os.path.exists("out.tmp")), (NOTHING, b"before", False), "nothing is left, the old tree stays")
    os.environ["STANDIN_EXIT"] = "137"
    code, said = box.run(*args())
    tap.ok(code == 1 and "failed with exit status 137: out of memory, most likely: %s has 8192 MiB, an image wants 8192 or more" % DOCKER in said
           and "colima start --memory 8" in said, "out of memory, and what to raise", said)
    for what in "export", "create", "import":
        os.environ.update(STANDIN_FAIL=what, STANDIN_EXIT="5")
        box.fails("the engine fails at " + what, "told to fail at " + what if what != "export" else " export: exit status 5", *args())
        tap.same(what_is_left(), NOTHING, "nothing is left after it")
    del os.environ["STANDIN_FAIL"], os.environ["STANDIN_EXIT"]
    put("Dockerfile.bad", "FROM debian:bookworm-slim\nCOPY missing /x\n")
    code, said = box.run(*args(dockerfile="Dockerfile.bad"))
    tap.ok(code == 1 and "step 'COPY missing /x' failed with exit status 1\n  | COPY failed:" in said, "a file that is not in the context", said)
    put("Dockerfile.empty", "# nothing\n")
    box.fails("no FROM", "Dockerfile.empty has no FROM instruction", *args(dockerfile="Dockerfile.empty"))
    box.fails("a name that cannot be one", "-t wants a name of lower-case letters", *args(name="Mini/1"), status=2)
    box.fails("a base that is not there", "base image x: none does not exist", *args("-b", "linux/amd64=x=none"))

    # ---- what the user sees
    code, shown = box.on_terminal(*args())
    tap.ok(code == 0 and "Step 1/" in shown and "Successfully built" in shown, "on a terminal the engine's output is shown", shown)
    code, said = box.run(*args("-w"))
    tap.ok(code == 0 and "Step 1/" in said, "-w shows it elsewhere")

    # ---- signals, and runs that were killed
    def mid_build():
        return os.path.exists(state + "/log") and any(c.startswith("build ") for c in get(state + "/log").decode().splitlines())

    os.environ["STANDIN_SLEEP"] = "60"
    for sig in signal.SIGINT, signal.SIGTERM:
        log()
        box.interrupted("interrupted by %s" % sig.name, *args(), when=mid_build, sig=sig)
        tap.same((what_is_left(), [f for f in os.listdir(".") if f.startswith(".")]), (NOTHING, []), "nothing is left after " + sig.name)
    log()
    child = subprocess.Popen([box.program, *args()], stderr=subprocess.DEVNULL)
    wait_until(mid_build)
    child.kill()
    child.wait()
    del os.environ["STANDIN_SLEEP"]
    tap.ok(wait_until(lambda: not processes_of(state) or None, 20), "a killed run takes its worker with it", processes_of(state))
    engine("create", "--label", "capsem.build=" + job, "--name", job + "-export", "sha256:" + engine(
        "import", "--change", "LABEL capsem.build=" + job, "amd64.tar", job + "-base0").split(":")[1], "/bin/true")
    box.makes("after a run that was killed", *args())
    tap.same(what_is_left(), NOTHING, "its leftovers are gone")

    # ---- what is the user's stays the user's
    engine("import", "amd64.tar", REF)
    mine = engine("image", "inspect", "--format", "{{.Id}}", REF)
    engine("create", "--name", "mine", REF, "/bin/true")
    box.makes("beside images of the user", *args())
    tap.same((engine("image", "inspect", "--format", "{{.Id}}", REF), what_is_left()["containers"]), (mine, ["mine"]),
             "the user's image and container are untouched")
    engine("rm", "mine")
    engine("rmi", REF)

    # ---- kept layers
    settings(keep_layers=True)
    log()
    box.makes("with kept layers", *args())
    tags = sorted(what_is_left()["tags"])
    tap.ok(len(tags) == 2 and re.fullmatch(r"capsem-base-amd64-[0-9a-f]{16}:latest", tags[0]) and tags[1] == job + "-image:latest",
           "base and image stay", tags)
    log()
    box.makes("again", *args())
    tap.ok("import" not in commands(), "the base is not imported again")
    put("hello", "#!/bin/sh\necho 2\n")
    box.makes("after a change", *args())
    tap.same((len(what_is_left()["images"]) // 2, sorted(what_is_left()["tags"])), (2, tags), "the replaced image is gone")
    settings()
    box.makes("without kept layers", *args())
    tap.same(sorted(what_is_left()["tags"]), tags[:1], "only the shared base stays")

    # ---- which engine
    settings(runtime="auto", docker="./none", podman=DOCKER, buildah="./none")
    log()
    box.makes("podman where there is no docker", *args())
    tap.ok("FROM --platform=linux/amd64 localhost/%s-base0" % job in built_from() and "info --format {{.Host.Kernel}}" in log()[0],
           "its images are local ones")
    os.environ["STANDIN_RUNS"] = "126"
    box.fails("podman that runs nothing", "  podman: %s runs no container ()" % DOCKER, *args(), lines=4)
    settings(runtime="podman", podman=DOCKER)
    box.makes("podman is taken at its user's word", *args())
    del os.environ["STANDIN_RUNS"]
    settings(runtime="auto", docker="./none", podman="./nor-this", buildah="./neither")
    wanted = ["container runtime not found: none of docker, podman and buildah answers",
              "  docker: ./none not found on PATH; to install it: sudo apt install docker.io",
              "  podman: ./nor-this not found on PATH; to install it: sudo apt install podman",
              "  buildah: ./neither not found on PATH; to install it: sudo apt install buildah"]
    box.fails("no engine at all", "\n".join(wanted) + "\n", *args(), lines=4)
    settings(docker="docker")
    empty = {"PATH": box.dir}
    box.fails("docker is not installed", "docker not found on PATH", *args(), lines=2, env=dict(os.environ, **empty))
    settings()
    os.environ.update(STANDIN_FAIL="version", STANDIN_EXIT="1")
    box.fails("docker does not answer", "does not answer (stand-in: told to fail at version); to mend it: sudo systemctl start docker",
              *args(), lines=2)
    del os.environ["STANDIN_FAIL"], os.environ["STANDIN_EXIT"]

    sys.exit(box.done())
