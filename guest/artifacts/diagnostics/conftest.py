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
results = {}  # name of a check -> [result, seconds, why]


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


def emulated():
    """Whether QEMU emulates the processor: everything then takes 20 to 50 times as long."""
    cpu = read("/proc/cpuinfo")
    return "QEMU TCG" in cpu or ("CPU implementer\t: 0x00" in cpu and "CPU part\t: 0x051" in cpu)


def pytest_addoption(parser):
    parser.addoption("--heavy", action="store_true", help="heavy checks under emulation, too")


def pytest_configure(config):
    config.addinivalue_line("markers", "heavy: takes, or measures, what takes long under emulation")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--heavy") or not emulated():
        return
    skip = pytest.mark.skip(reason="the processor is emulated; capsem-doctor --heavy checks it")
    for item in items:
        if item.get_closest_marker("heavy"):
            item.add_marker(skip)


def reason(report):
    """The first line of why a check was skipped or failed."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash else report.longreprtext
    return next(iter(text.strip().splitlines()), "")


def note(report):
    """Remember the result of a check; of its parts the worst counts."""
    file, _, name = report.nodeid.partition("::")
    name = "::".join(filter(None, (os.path.basename(file), name)))
    entry = results.setdefault(name, ["passed", 0.0, ""])
    entry[1] += getattr(report, "duration", 0.0)
    if not report.passed:
        entry[0], entry[2] = report.outcome, reason(report)


def pytest_runtest_logreport(report):
    note(report)


def pytest_collectreport(report):
    if report.failed:
        note(report)


def printable(text):
    return "".join(c if " " <= c <= "~" else "?" for c in text)


def pytest_unconfigure():
    """Write the results down, for those who cannot read what pytest prints."""
    path = os.environ.get("CAPSEM_DOCTOR_CHECKS")
    if not path:
        return
    with open(path, "w", encoding="ascii") as f:
        for name, (result, seconds, why) in results.items():
            line = f"capsem: check {result} {seconds * 1000:.0f} ms {printable(name)[:300]}"
            f.write(line + (f" -- {printable(why)[:300]}" if why else "") + "\n")
        f.write(f"capsem: checks {len(results)}\n")


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


@pytest.fixture(scope="session", autouse=True)
def setuid_files():
    """The search for them, begun at once: it looks at each file of the image, while others check."""
    p = subprocess.Popen(
        "find / -ignore_readdir_race -xdev -type f -perm /6000".split(),
        stdout=subprocess.PIPE,
        text=True,
    )
    yield p
    p.kill()
    p.wait()


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
