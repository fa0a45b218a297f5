# SPDX-License-Identifier: Apache-2.0
"""What the diagnostics share. They run inside the VM, as root, started by capsem-doctor."""

import os
import subprocess

import pytest


def inside():
    """Whether this is the sandbox, where the checks make sense and do no harm."""
    return (
        os.geteuid() == 0
        and os.access("/root", os.W_OK)
        and os.path.exists("/run/capsem-boot-timing")
    )


collect_ignore_glob = [] if inside() else ["test_*.py"]


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


@pytest.fixture(scope="session")
def words():
    """The words of the kernel command line."""
    return read("/proc/cmdline").split()


@pytest.fixture(scope="session")
def mounts():
    """{mount point: (device, type, options)}; of several mounts on one point the last counts."""
    return {
        m[1]: (m[0], m[2], m[3].split(","))
        for line in read("/proc/mounts").splitlines()
        if (m := line.split())
    }


@pytest.fixture(scope="session")
def virtiofs(words):
    return "capsem.storage=virtiofs" in words


@pytest.fixture(scope="session")
def host():
    """Skips what only a host that has sent its settings can make true."""
    if "CAPSEM_VM_ID" not in os.environ:
        pytest.skip("no host has configured this VM")


@pytest.fixture
def run():
    """Run a command: run("ip", "link") gives its output; a failure fails the check."""

    def run_command(*argv, code=0, **kw):
        try:
            p = subprocess.run(
                argv,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
                **kw,
            )
        except (OSError, subprocess.TimeoutExpired) as e:
            pytest.fail(f"{' '.join(argv)}: {e}", pytrace=False)
        if p.returncode != code:
            pytest.fail(
                f"{' '.join(argv)}: exit code {p.returncode}\n{p.stdout}{p.stderr}", pytrace=False
            )
        return p.stdout

    return run_command
