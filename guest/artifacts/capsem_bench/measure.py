# SPDX-License-Identifier: Apache-2.0
"""What is measured. Each group is a function that returns rows of name, value and unit; a value of
None says that what was to be measured is not there."""

import hashlib
import os
import shutil
import statistics
import subprocess
import tempfile
import time

MIB = 1 << 20


def row(name, value, unit):
    return {"name": name, "value": value, "unit": unit}


def seconds(fn):
    start = time.perf_counter()
    fn()
    return time.perf_counter() - start


def disk(folder):
    """Sequential writes and reads of one file, and many small files."""
    with tempfile.TemporaryDirectory(dir=folder, prefix=".capsem-bench-") as work:
        size = 64
        path = os.path.join(work, "large")
        block = os.urandom(MIB)

        def write():
            with open(path, "wb") as f:
                for _ in range(size):
                    f.write(block)
                f.flush()
                os.fsync(f.fileno())

        def read():
            with open(path, "rb") as f:
                while f.read(MIB):
                    pass

        def small():
            for i in range(500):
                with open(os.path.join(work, str(i)), "wb") as f:
                    f.write(b"x" * 1000)
            for i in range(500):
                os.unlink(os.path.join(work, str(i)))

        return [
            row("write 64 MiB and fsync", size / seconds(write), "MiB/s"),
            row("read it again", size / seconds(read), "MiB/s"),
            row("make and remove 500 files", 500 / seconds(small), "files/s"),
        ]


def cpu(_folder):
    """One core: hashing, which is C, and arithmetic, which is the interpreter."""
    data = bytes(16 * MIB)

    def count():
        total = 0
        for i in range(1_000_000):
            total += i & 7
        return total

    return [
        row("SHA-256", 16 / seconds(lambda: hashlib.sha256(data).digest()), "MiB/s"),
        row("Python additions", 1 / seconds(count), "million/s"),
    ]


def start(_folder):
    """How long common programs take to start and end: the median of five."""
    rows = []
    for name, argv in (
        ("true", ["true"]),
        ("bash", ["bash", "-c", ":"]),
        ("python3", ["python3", "-c", ""]),
        ("git", ["git", "--version"]),
        ("node", ["node", "-e", ""]),
        ("claude", ["claude", "--version"]),
        ("gemini", ["gemini", "--version"]),
        ("codex", ["codex", "--version"]),
    ):
        value = None
        if shutil.which(argv[0]):
            value = 1000 * statistics.median(
                seconds(
                    lambda: subprocess.run(
                        argv,
                        stdin=subprocess.DEVNULL,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.DEVNULL,
                        check=False,
                    )
                )
                for _ in range(5)
            )
        rows.append(row(name, value, "ms"))
    return rows


GROUPS = {"disk": disk, "cpu": cpu, "start": start}
