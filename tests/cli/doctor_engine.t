#!/usr/bin/env python3
"""doctor: container engines that answer, say garbage, hang; memory, clocks and disks."""
import concurrent.futures, glob, os, re, shlex, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from doctor import HANG, HOST, NAPPING, TRIPLE, check, lines, namespace, skip
from sandbox import ROOT, read, write


def test_engines(tap, s):
    none = "[FAIL] container runtime not found: %s"
    s.lose("docker")
    status, out, _ = s.host()
    tap.same((status, lines(out, "runtime not found")), (1, none % "docker not found on PATH, podman not found on PATH, buildah not found on PATH" +
             "\n         fix: sudo apt install docker.io"), "no engine at all")
    tap.ok("RAM" not in out and "clock" not in out, "without an engine, nothing is said of its memory and clock", out)
    for name, package in ("docker", "docker.io"), ("podman", "podman"), ("buildah", "buildah"):
        tap.same(lines(s.host("container.runtime=" + name)[1], "runtime not found"), none % ("%s not found on PATH" % name) +
                 "\n         fix: sudo apt install " + package, "%s is asked for and not there" % name)
    tap.same(lines(s.host("container.docker=/no/docker")[1], "runtime not found").split("fix: ")[1], "name one that is there: container.docker comes from: argument",
             "an engine that a setting names is not installed")
    for what, script, why in (("says nothing", "exit 3", "exit status 3"), ("says why", "echo a >&2; echo 'Cannot connect' >&2; exit 1", "Cannot connect"),
                              ("says an empty version", "echo '{\"ServerVersion\": \"\"}'; echo 'No daemon?' >&2", "No daemon?"),
                              ("says garbage", "printf '\\377'; head -c 3000000 /dev/urandom", "its info is not JSON"), ("says null", "echo null", "null"),
                              ("says a list", "echo '[[[[]]]]'", "[[[[]]]]"), ("says numbers", "echo '{\"ServerVersion\": 5}'", "{\"ServerVersion\": 5}"),
                              ("says control characters", "printf 'a\\033[1mb\\001' >&2; exit 1", "a?[1mb?")):
        s.tool("docker", "PATH=/usr/bin:/bin\n" + script)
        tap.same(lines(s.host("container.runtime=docker")[1], "runtime not found"), none % ("docker does not answer (%s)" % why) +
                 "\n         fix: sudo systemctl start docker", "docker " + what)
    s.tool("docker", "echo 'Got permission denied while trying to connect' >&2; exit 1")
    tap.same(lines(s.host()[1], "runtime not found").split("fix: ")[1], "sudo usermod -aG docker $USER, and log in again", "docker is for others")
    write(os.path.join(s.bin, "docker"), "\0no program")
    tap.ok("[FAIL] container runtime not found: docker does not answer (" in s.host()[1], "docker is no program", s.host()[1])
    s.lose("docker")
    s.podman()
    s.buildah()
    out = s.host()[1]
    tap.same(lines(out, "podman version"), "[PASS] podman version 4.3.1; taken because docker not found on PATH", "auto takes podman")
    tap.same(lines(out, "RAM"), "[NOTE] podman: 9000MB RAM, 2 CPUs (the full desktop build wants 12288MB, recommended 16384MB)", "podman's memory")
    tap.same(lines(out, "clock"), "[PASS] podman clock skew: 0s (ok)", "podman has this machine's clock")
    s.podman(run="echo Error: no crun >&2; exit 126")
    out = s.host()[1]
    tap.same(lines(out, "buildah version"), "[PASS] buildah version 1.28.2 (x); taken because docker not found on PATH, podman runs no container (Error: no crun)",
             "auto takes buildah where podman runs nothing")
    tap.same(lines(out, "RAM"), "[PASS] buildah: 20000MB RAM, 8 CPUs", "buildah's memory")
    tap.ok("[PASS] podman version 4.3.1\n" in s.host("container.runtime=podman")[1], "podman, when asked for, is not tried out")
    s.podman(serviceIsRemote=True)
    tap.ok("clock" not in s.host()[1], "of a podman elsewhere the clock is not known")
    s.restore()
    s.tool("docker", read(os.path.join(s.bin, "docker")).replace("echo 'Docker version 28.0.1, build abc'; exit", "exit 1", 1))
    tap.same(lines(s.host()[1], "version unknown"), "[PASS] docker (version unknown)", "an engine without a version")


def test_engine_values(tap, s):
    here = "\n         fix: give this machine more memory, or build on a larger one"
    for mib, want in ((2047, "[FAIL] docker: 2047MB RAM, 4 CPUs (minimum 4096MB)" + here), (4095, "[FAIL] docker: 4095MB RAM, 4 CPUs (minimum 4096MB)" + here),
                      (4096, "[WARN] docker: 4096MB RAM, 4 CPUs (recommended 8192MB)" + here), (8191, "[WARN] docker: 8191MB RAM, 4 CPUs (recommended 8192MB)" + here),
                      (8192, "[NOTE] docker: 8192MB RAM, 4 CPUs (the full desktop build wants 12288MB, recommended 16384MB)"),
                      (16383, "[NOTE] docker: 16383MB RAM, 4 CPUs (the full desktop build wants 12288MB, recommended 16384MB)"),
                      (16384, "[PASS] docker: 16384MB RAM, 4 CPUs"), (0, None), (-5, None)):
        s.docker(MemTotal=(mib << 20) + 1000)
        if mib <= 0:
            s.docker(MemTotal=mib)
        status, out, _ = s.host()
        tap.same((status, lines(out, "RAM")), (int(0 < mib < 4096), want), "%d MB of memory" % mib)
    s.docker(MemTotal=2000 << 20, KernelVersion="another")
    tap.same(lines(s.host()[1], "RAM"), "[FAIL] docker: 2000MB RAM, 4 CPUs (minimum 4096MB)\n         fix: give the machine that runs docker 8 GB of memory",
             "memory of an engine elsewhere")
    for skew, want in (("-100", "behind"), ("100", "ahead")):
        s.docker(skew=skew)
        status, out, _ = s.host()
        found = re.fullmatch(r"\[FAIL\] docker clock is (\d+)s %s host\n         fix: sudo timedatectl set-ntp true, here and where docker runs" % want,
                             lines(out, "clock") or "")
        tap.ok(status == 1 and found and 90 < int(found.group(1)) < 110, "a clock that is %s" % want, out)
    for time, skewed in (("2020-02-29T23:59:59Z", True), ("garbage", None), ("2020-01-01T00:00:00", None), ("", False)):
        s.docker(SystemTime=time)
        found = lines(s.host()[1], "clock")
        tap.ok(found is None if skewed is None else found.startswith("[FAIL] docker clock is" if skewed else "[PASS]"), "a clock that says '%s'" % time, found)
    s.docker(SystemTime=subprocess.check_output(["date", "+%Y-%m-%dT%H:%M:%S+05:30"], env={"TZ": "XXX-5:30"}, text=True).strip())
    tap.ok((lines(s.host()[1], "clock") or "").startswith("[PASS] docker clock skew: "), "a clock of another time zone")


def sleepers():
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            found += [path] if NAPPING in read(path) else []
        except (OSError, UnicodeDecodeError):
            pass
    return found


def test_hanging(tap, s):
    late = "(no answer within 1 s)"
    engines = {"that hangs": HANG, "that hangs and does not want to end": "trap '' TERM\nwhile :; do /bin/sleep %s; done" % NAPPING,
               "that hangs with its output closed": "exec >&- 2>&-; " + HANG, "that never stops talking": "while :; do echo; done",
               "that leaves a child": "/bin/sleep %s & exit 0" % NAPPING}
    programs = {what: s.tool("docker%d" % n, script) for n, (what, script) in enumerate(engines.items())}
    with concurrent.futures.ThreadPoolExecutor() as pool:
        runs = {what: pool.submit(s.host, "doctor.timeout=1", "container.runtime=docker", "container.docker=" + path) for what, path in programs.items()}
    for what, run in runs.items():
        tap.same(lines(run.result()[1], "runtime not found"), "[FAIL] container runtime not found: %s does not answer %s\n         fix: sudo systemctl start docker" %
                 (programs[what], late), "an engine " + what)
    for name in "ninja", "b3sum", "mmdebstrap", "qemu-system-" + TRIPLE[HOST]:
        s.tool(name, HANG)
    s.tool("cc", "case $1 in --version) %s ;; *) /bin/sleep %s & wait ;; esac" % (HANG, NAPPING))
    status, out, _ = s.host("doctor.timeout=1", TMPDIR=os.path.join(s.dir, "guest"))
    for name in "ninja", "b3sum", "mmdebstrap", "qemu-system-" + TRIPLE[HOST], "cc":
        tap.ok("%s does not tell its version %s" % (name, late) in out, "%s hangs" % name, out)
    tap.ok("] target %s-unknown-linux-musl: cc fails %s" % (TRIPLE[HOST], late) in out, "the compiler hangs", out)
    s.restore()
    s.curl(npm=HANG)
    slow = s.host("doctor.timeout=6")[1]
    tap.ok("[FAIL] npm site does not answer: https://registry.npmjs.org/ (no answer within 6 s)" in slow and "pypi site answers" in slow, "a site hangs, curl with it", slow)
    tap.same((status, sleepers()), (1, []), "none of them stays behind")
    tap.same(sorted(os.listdir(s.guest)), sorted(os.listdir(os.path.join(ROOT, "guest"))), "no temporary file stays behind")


def test_disk(tap, s):
    full, here = os.path.join(s.dir, "full"), os.path.join(s.dir, "here")
    os.mkdir(full)
    os.mkdir(here)
    s.docker(DockerRootDir=os.path.join(full, "not", "yet", "there"))
    wrap = namespace("mount -t tmpfs -o size=1100m,nr_inodes=500 none %s" % shlex.quote(full))
    if not wrap:
        skip(tap)
        return
    status, out, _ = s.host("../guest", wrap=wrap, cwd=here)
    tap.same((status, lines(out, "GB free in " + full), lines(out, "inodes free in " + full)), (1,
             "[FAIL] 1 GB free in %s (8 GB needed: the images of docker)\n         fix: docker system prune" % full,
             "[FAIL] 499 inodes free in %s (150000 needed: the images of docker)\n         fix: docker system prune" % full), "the engine's disk is too small")
    tap.ok("GB free in %s (5 GB needed: build/ of 1 architecture)" % here in out and "free in %s (10000 needed: build/ of 1 architecture)" % here in out,
           "that of build/ is told apart", out)
    wrap = namespace("mount -t tmpfs -o size=1100m,nr_inodes=500 none {0}; cp -R {1}/config {1}/artifacts {0}/; cd {0}".format(shlex.quote(here), shlex.quote(s.guest)))
    s.docker(KernelVersion="another")
    status, out, _ = s.start(".", wrap=wrap)
    tap.ok(status == 1 and re.search(r"\[FAIL\] 1 GB free in %s \(10 GB needed: build/ of 2 architectures\)\n         fix: rm -rf build, or capsem-configure -C DIR \. on another disk\n"
           % re.escape(here), out), "the disk of build/ is too small; of an engine elsewhere nothing is known", out)
    s.docker(DockerRootDir=os.path.join(here, "store"))
    status, out, _ = s.start(".", wrap=wrap)
    tap.ok(re.search(r"\[FAIL\] 1 GB free in %s \(18 GB needed: build/ of 2 architectures, the images of docker\)\n         fix: docker system prune, or rm -rf build" % re.escape(here), out)
           and re.search(r"\[FAIL\] \d+ inodes free in %s \(170000 needed: " % re.escape(here), out), "both are on one disk", out)
    s.tool("docker", "exit 1")
    s.buildah()
    tap.ok("fix: buildah prune --all" in s.host(wrap=namespace("mount -t tmpfs -o size=10m none " + shlex.quote(s.store)))[1], "buildah is told to make room in its own way")


sys.exit(check(test_engines, test_engine_values, test_hanging, test_disk))
