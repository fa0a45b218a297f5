# SPDX-License-Identifier: Apache-2.0
"""The walls: root image, kernel, programs that nobody may change, no way out but the proxies."""

import os
import stat
import subprocess

import pytest

from conftest import read

PROGRAMS = [
    "/usr/local/bin/capsem-pty-agent",
    "/usr/local/bin/capsem-net-proxy",
    "/run/capsem-pty-agent",
    "/run/capsem-net-proxy",
    "/run/capsem-dns-proxy",
    "/run/capsem-mcp-server",
    "/run/capsem-sysutil",
    "/usr/local/bin/capsem-doctor",
    "/usr/local/bin/capsem-bench",
    "/usr/local/bin/snapshots",
]


def processes():
    """{pid: command line} of everything that runs."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found[int(pid)] = read(f"/proc/{pid}/cmdline").replace("\0", " ").strip()
        except OSError:
            continue
    return found


def test_root_image_is_read_only_format():
    with open("/dev/vda", "rb") as f:
        start = f.read(1028)
    assert start[:4] == b"hsqs" or start[1024:1028] == b"\xe2\xe1\xf5\xe0"


def test_root_image_cannot_be_written():
    with pytest.raises(OSError):
        with open("/dev/vda", "r+b", buffering=0) as f:
            f.write(b"\0")


def test_root_is_an_overlay(mounts):
    _, kind, options = mounts["/"]
    assert kind == "overlay"
    assert any(o.startswith("lowerdir=") for o in options) and any(
        o.startswith("upperdir=") for o in options
    )


@pytest.mark.parametrize("folder", ["/usr/bin", "/root", "/tmp", "/run", "/var/log", "/var/tmp"])
def test_folder_is_writable(folder):
    path = os.path.join(folder, ".capsem-doctor")
    with open(path, "w", encoding="ascii") as f:
        f.write("x")
    assert read(path) == "x"
    os.unlink(path)


@pytest.mark.parametrize("path", PROGRAMS)
def test_program_has_mode_555_and_owner_root(path):
    st = os.stat(path)
    assert (stat.S_IMODE(st.st_mode), st.st_uid, st.st_gid) == (0o555, 0, 0)


def test_no_setuid_or_setgid_file():
    found = []
    root = os.stat("/").st_dev
    for folder, folders, files in os.walk("/"):
        folders[:] = [d for d in folders if os.lstat(os.path.join(folder, d)).st_dev == root]
        for name in files:
            st = os.lstat(os.path.join(folder, name))
            if stat.S_ISREG(st.st_mode) and st.st_mode & (stat.S_ISUID | stat.S_ISGID):
                found.append(os.path.join(folder, name))
    assert found == []


@pytest.mark.parametrize(
    "path",
    [
        "/dev/mem",
        "/dev/port",
        "/dev/kmem",
        "/proc/kcore",
        "/sys/kernel/debug/tracing",
        "/proc/sys/net/ipv6",
    ],
)
def test_kernel_offers_no(path):
    assert not os.path.exists(path)


@pytest.mark.parametrize("path", ["/proc/modules", "/proc/kallsyms"])
def test_kernel_list_is_empty_or_absent(path):
    assert not os.path.exists(path) or read(path) == ""


def test_no_module_can_be_loaded():
    try:
        assert (
            subprocess.run(["modprobe", "dummy_hcd"], capture_output=True, check=False).returncode
            != 0
        )
    except FileNotFoundError:
        pass
    assert not os.path.exists("/lib/modules/" + os.uname().release)


def test_debugfs_is_unknown():
    assert "debugfs" not in read("/proc/filesystems").split()


def test_seccomp_is_there():
    assert "Seccomp:" in read("/proc/self/status")


@pytest.mark.parametrize("word", ["ro", "init_on_alloc=1", "slab_nomerge", "page_alloc.shuffle=1"])
def test_command_line_has(words, word):
    assert word in words


@pytest.mark.parametrize("name", ["capsem-pty-agent", "capsem-net-proxy", "capsem-dns-proxy"])
def test_program_is_running(name):
    assert any(name in line for line in processes().values())


@pytest.mark.parametrize("name", ["dnsmasq", "systemd", "sshd", "cron"])
def test_program_is_not_running(name):
    assert not any(
        os.path.basename(line.split(" ")[0]) == name for line in processes().values() if line
    )


def test_swap(virtiofs):
    swap = [line.split()[0] for line in read("/proc/swaps").splitlines()[1:]]
    assert swap == (
        [] if virtiofs or not os.path.exists("/root/.swapfile") else ["/root/.swapfile"]
    )


def test_clock_is_plausible():
    assert 1700000000 < os.stat("/proc/self").st_mtime < 4102444800
