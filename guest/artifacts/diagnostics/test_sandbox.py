# SPDX-License-Identifier: Apache-2.0
"""The walls: root image, kernel, programs that nobody may change, no way out but the proxies."""

import errno
import os
import stat
import subprocess
import time

import pytest

from conftest import read

AGENTS = [
    "capsem-pty-agent",
    "capsem-net-proxy",
    "capsem-dns-proxy",
    "capsem-mcp-server",
    "capsem-sysutil",
]
SCRIPTS = ["capsem-doctor", "capsem-bench", "snapshots"]
PROGRAMS = [f"{d}/{n}" for n in AGENTS for d in ("/usr/local/bin", "/run")]
PROGRAMS += [f"/usr/local/bin/{n}" for n in SCRIPTS]
RESTART = 40  # seconds: the longest a program that ended is left alone, and some


def processes():
    """{pid: command line} of everything that runs."""
    found = {}
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            found[int(pid)] = read(f"/proc/{pid}/cmdline").replace("\0", " ").strip()
        except OSError:
            continue
    return found


def read_bytes(path):
    with open(path, "rb") as f:
        return f.read()


def image_start():
    with open("/dev/vda", "rb") as f:
        return f.read(1028)


def test_root_image_is_read_only_format():
    start = image_start()
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


def test_no_setuid_or_setgid_file(setuid_files):
    found = setuid_files.communicate(timeout=120)[0]
    assert (found, setuid_files.returncode) == ("", 0)


@pytest.fixture(scope="module")
def lower():
    """The root image as it is, without the overlay's upper layer: mounted read-only."""
    folder = "/run/capsem-doctor-image"
    os.makedirs(folder, exist_ok=True)
    kind = "squashfs" if image_start()[:4] == b"hsqs" else "erofs"
    subprocess.run(["mount", "-t", kind, "-o", "ro", "/dev/vda", folder], check=True)
    yield folder
    subprocess.run(["umount", folder], check=True)
    os.rmdir(folder)


@pytest.mark.parametrize("name", AGENTS)
def test_program_of_the_image_has_mode_555_and_owner_root(lower, name):
    st = os.stat(f"{lower}/usr/local/bin/{name}")
    assert (stat.S_IMODE(st.st_mode), st.st_uid, st.st_gid) == (0o555, 0, 0)


@pytest.mark.parametrize("name", AGENTS)
def test_root_cannot_write_through_a_program_of_the_image(lower, name):
    path = f"{lower}/usr/local/bin/{name}"
    before = read_bytes(path)
    for change in (
        lambda: open(path, "r+b").close(),
        lambda: os.truncate(path, 0),
        lambda: os.chmod(path, 0o755),
        lambda: os.unlink(path),
        lambda: os.rename(path, path + ".old"),
    ):
        with pytest.raises(OSError) as error:
            change()
        assert error.value.errno == errno.EROFS
    assert read_bytes(path) == before


def test_image_cannot_be_made_writable(lower):
    """Root may try: the disk is read-only, and so is the format."""
    p = subprocess.run(["mount", "-o", "remount,rw", lower], capture_output=True, check=False)
    assert p.returncode != 0
    with pytest.raises(OSError):
        open(f"{lower}/capsem-doctor", "wb").close()


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
    """Or is again soon: without a host the agent ends, and its supervisor starts it anew."""
    deadline = time.monotonic() + RESTART
    while not any(line.startswith(f"/run/{name}") for line in processes().values()):
        assert time.monotonic() < deadline
        time.sleep(0.2)


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
