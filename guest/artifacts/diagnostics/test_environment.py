# SPDX-License-Identifier: Apache-2.0
"""What a program finds around itself: kernel, folders, variables, boot times."""

import json
import os
import stat

import pytest

from conftest import read

MARKS = ["overlayfs", "workspace", "network", "net_proxy", "dns_proxy", "deploy", "agent_start"]


@pytest.fixture(scope="module")
def stages():
    return [json.loads(line) for line in read("/run/capsem-boot-timing").splitlines()]


def test_kernel_is_recent():
    assert int(os.uname().release.split(".")[0]) >= 6


def test_machine_is_known():
    assert os.uname().machine in ("x86_64", "aarch64")


@pytest.mark.parametrize("path", ["/proc", "/sys", "/dev", "/dev/pts", "/dev/shm"])
def test_is_mounted(mounts, path):
    assert path in mounts


@pytest.mark.parametrize("path", ["/dev/null", "/dev/zero", "/dev/urandom", "/dev/tty"])
def test_is_a_device(path):
    assert stat.S_ISCHR(os.stat(path).st_mode)


@pytest.mark.parametrize("kind", ["virtiofs", "overlay", "ext4", "squashfs", "erofs"])
def test_kernel_knows_file_system(kind):
    assert kind in read("/proc/filesystems").split()


@pytest.mark.parametrize("name,target", [("fd", "fd"), ("stdin", "fd/0"), ("stderr", "fd/2")])
def test_dev_has_link(name, target):
    assert os.readlink(f"/dev/{name}") == f"/proc/self/{target}"


def test_pty_can_be_opened():
    for fd in os.openpty():
        os.close(fd)


def test_workspace(mounts, virtiofs):
    kinds = ("virtiofs",) if virtiofs else ("ext4", "tmpfs")
    assert mounts["/root"][1] in kinds


@pytest.mark.parametrize("folder", ["/usr/local/bin", "/usr/bin"])
def test_path_has(folder):
    assert folder in os.environ["PATH"].split(":")


def test_home():
    assert os.environ["HOME"] == "/root"


def test_terminal(host):
    assert os.environ["TERM"] == "xterm-256color"


def test_login_shell_enters_the_python_environment(run):
    assert os.path.isdir(run("bash", "-lc", 'echo "$VIRTUAL_ENV"').strip())


@pytest.mark.heavy
def test_python_environment_is_entered(host):
    """The agent waits three seconds for it: enough, unless the processor is emulated."""
    assert os.path.isdir(os.environ["VIRTUAL_ENV"])


def test_every_stage_was_timed(stages):
    names = [s["name"] for s in stages]
    assert [m for m in MARKS if m not in names] == []
    assert names[0] in ("squashfs", "erofs", "erofs_dax")


def test_stages_have_the_form_the_host_reads(stages):
    for stage in stages:
        assert stage["name"].replace("_", "a").isalnum() and len(stage["name"]) <= 64
        assert isinstance(stage["duration_ms"], int) and 0 <= stage["duration_ms"] <= 600000


@pytest.mark.heavy
def test_boot_is_fast(stages, host):
    assert sum(s["duration_ms"] for s in stages) <= 1000
