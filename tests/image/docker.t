#!/usr/bin/env python3
"""A small guest built by docker, with the classic builder and with BuildKit where the client has it.

Starts a daemon of its own where none answers, and stops it afterwards; that takes root.
"""
import os, shutil, subprocess, sys, tempfile, time
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from engines import Guest, skip
from helper import get, put

# Debian's, where there is a choice: another client may be too new for the daemon.
DOCKER = "/usr/bin/docker" if os.path.exists("/usr/bin/docker") else shutil.which("docker")


def docker(*words):
    return subprocess.run([DOCKER, *words], capture_output=True, text=True, timeout=60)


class Daemon:
    """A dockerd in a folder of its own."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="capsem-dockerd-")
        os.environ["DOCKER_HOST"] = "unix://%s/socket" % self.dir
        self.log = open(self.dir + "/log", "wb")
        self.child = subprocess.Popen(["dockerd", "--data-root", self.dir + "/data", "--exec-root", self.dir + "/exec", "--pidfile",
                                       self.dir + "/pid", "-H", os.environ["DOCKER_HOST"]], stdout=self.log, stderr=self.log)

    def answers(self):
        for _ in range(120):
            if docker("version").returncode == 0:
                return True
            if self.child.poll() is not None:
                return False
            time.sleep(0.5)
        return False

    def stop(self):
        self.child.terminate()
        try:
            self.child.wait(60)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.log.close()
        shutil.rmtree(self.dir, ignore_errors=True)


def left():
    """Images and containers of the engine, temporary files of ours."""
    return (docker("images", "-aq").stdout.split(), docker("ps", "-aq").stdout.split(),
            [f for f in os.listdir(".") if f.startswith(".") or f.endswith(".tmp")])


def has_buildkit():
    if docker("buildx", "version").returncode == 0:
        return True
    version = docker("version", "--format", "{{.Client.Version}}").stdout.split(".")
    return version[0] in ("19", "20") # it was part of the client


def test():
    guest = Guest("docker")
    tap = guest.tap
    left.nothing = left()
    guest.settings(runtime="docker", docker=DOCKER, builder="classic")
    if guest.base():
        more = ("-V", "versions.sh", "-v", "versions", "-k", "node", "-k", "semver", "-l", "packages")
        if guest.build("the rootfs, with the classic builder", "one", *more, dockerfile="rootfs", context="context.json"):
            guest.check_rootfs("one")
            tap.same(guest.check_versions("versions")["network"], "lo", "versions are asked for without a network")
            guest.check_packages("packages")
            tap.same(left(), left.nothing, "nothing is left in the engine")
            guest.build("the same again", "two", dockerfile="rootfs", context="context.json")
            tap.same(guest.differences("one", "two"), [], "two builds make the same tree")
        if has_buildkit():
            guest.settings(runtime="docker", docker=DOCKER, builder="buildkit")
            if guest.build("the rootfs, with BuildKit", "three", dockerfile="rootfs", context="context.json"):
                tap.same(guest.differences("one", "three"), [], "it makes the same tree")
            guest.failures(left)
        guest.build("the base of the initrd", "initrd.tar", dockerfile="initrd", context="empty.json")
        guest.check_initrd("initrd.tar")
        guest.settings(runtime="docker", docker=DOCKER, builder="classic")
        guest.failures(left)
        guest.interruptions(left)
    os.environ["DOCKER_HOST"] = "unix:///nonexistent/docker.sock"
    guest.settings(runtime="docker", docker=DOCKER)
    put("out", "before")
    code, said = guest.box.run(*guest.args("out", "quick", "empty.json"))
    tap.ok(code == 1 and "container runtime not found" in said and "Cannot connect to the Docker daemon" in said and
           "sudo systemctl start docker" in said and get("out") == b"before", "no daemon", said)
    return guest.done()


if not DOCKER:
    skip("docker is not installed")
daemon = None
if docker("version").returncode != 0:
    if os.geteuid() != 0 or not shutil.which("dockerd"):
        skip("no docker daemon answers, and none can be started")
    daemon = Daemon()
try:
    if daemon and not daemon.answers():
        print("#", get(daemon.dir + "/log").decode(errors="replace").replace("\n", "\n# "))
        skip("dockerd does not start")
    code = test()
finally:
    if daemon:
        daemon.stop()
sys.exit(code)
