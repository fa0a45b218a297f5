# SPDX-License-Identifier: Apache-2.0
"""Names by which the sandbox is stopped, and the name it has."""

import os
import socket

import pytest

LINKS = ["/sbin/shutdown", "/sbin/halt", "/sbin/poweroff", "/sbin/reboot", "/usr/local/bin/suspend"]


@pytest.mark.parametrize("path", LINKS)
def test_command_asks_the_host(path):
    assert os.readlink(path) == "/run/capsem-sysutil"


def test_help_says_what_it_is(run):
    text = run("/sbin/shutdown", "--help").lower()
    assert "capsem" in text or "sandbox" in text


def test_reboot_is_refused(run):
    run("/sbin/reboot", code=1)


def test_sandbox_has_its_name(host):
    name = os.environ.get("CAPSEM_VM_NAME") or os.environ["CAPSEM_VM_ID"]
    assert socket.gethostname() == name
