# SPDX-License-Identifier: Apache-2.0
"""Commands that people and agents expect."""

import shutil

import pytest

COMMANDS = """
awk bash bzip2 cat chmod cp curl cut date dd df diff dig du env file find git grep gzip head
hostname id ip jq kill less ls lsof mkdir mount mv node npm npx openssl patch pip3 ps python3
readlink rg rm sed seq sh sleep sort sqlite3 ss strace stat tail tar tee test tmux top touch tr tree umount uname
uniq unzip uv vim wc wget xargs xz zip zstd capsem-bench capsem-doctor snapshots
""".split()


@pytest.mark.parametrize("name", COMMANDS)
def test_is_on_the_path(name):
    assert shutil.which(name)


def test_tmux_session(run):
    run("tmux", "-L", "capsem-doctor", "new-session", "-d", "-s", "check", "sleep 60")
    try:
        assert "check" in run("tmux", "-L", "capsem-doctor", "list-sessions")
    finally:
        run("tmux", "-L", "capsem-doctor", "kill-server")


def test_bench_starts(run):
    assert "usage" in run("capsem-bench", "--help")


@pytest.mark.heavy
def test_bench_measures(run):
    assert "million/s" in run("capsem-bench", "cpu")
