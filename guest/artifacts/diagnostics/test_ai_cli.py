# SPDX-License-Identifier: Apache-2.0
"""The AI command lines of the image, where it has any."""

import os
import shutil

import pytest

PREFIX = "/opt/ai-clis"
TOOLS = [t for t in ("claude", "gemini", "codex") if os.path.exists(f"{PREFIX}/bin/{t}")]

pytestmark = pytest.mark.skipif(
    not os.path.isdir(PREFIX), reason="the image has no AI command lines"
)


def test_prefix_is_on_the_path():
    assert f"{PREFIX}/bin" in os.environ["PATH"].split(":")


@pytest.mark.parametrize("name", TOOLS)
def test_is_found(run, name):
    assert shutil.which(name).startswith(PREFIX)
    assert run("bash", "-lc", f"command -v {name}").strip().startswith(PREFIX)


@pytest.mark.parametrize("name", TOOLS)
def test_can_be_started(name):
    """The launcher leads to a program of this machine, or to a script whose interpreter is here."""
    path = os.path.realpath(f"{PREFIX}/bin/{name}")
    with open(path, "rb") as f:
        start = f.read(64)
    assert os.access(path, os.X_OK)
    if start.startswith(b"#!"):
        assert shutil.which(start.split(b"\n")[0].split()[-1].decode())
    else:
        with open("/bin/true", "rb") as f:
            ours = f.read(20)
        assert (start[:6], start[18:20]) == (ours[:6], ours[18:20])  # ELF class, order, machine


@pytest.mark.heavy
@pytest.mark.parametrize("name", TOOLS)
def test_answers_its_version(run, name):
    assert any(c.isdigit() for c in run(name, "--version"))


def test_one_google_key_at_most():
    assert not {"GOOGLE_API_KEY", "GEMINI_API_KEY"} <= set(os.environ)
