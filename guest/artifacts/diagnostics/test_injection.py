# SPDX-License-Identifier: Apache-2.0
"""What the host has put into this VM, compared with its own list."""

import json
import os
import stat
import subprocess

import pytest

MANIFEST = "/tmp/capsem-injection-manifest.json"

pytestmark = pytest.mark.skipif(
    not os.path.exists(MANIFEST), reason="no host has configured this VM"
)


def manifest():
    with open(MANIFEST, encoding="utf-8") as f:
        return json.load(f)


def test_variables_reach_a_login_shell():
    out = subprocess.run(
        ["bash", "-lc", "env -0"], capture_output=True, text=True, check=True
    ).stdout
    env = dict(e.split("=", 1) for e in out.split("\0") if "=" in e)
    missing = {k: v for k, v in manifest()["env"].items() if not v or v not in env.get(k, "")}
    assert missing == {}


def test_files_have_their_modes_and_contents():
    wrong = {}
    for entry in manifest()["files"]:
        st = os.stat(entry["path"])
        if stat.S_IMODE(st.st_mode) != entry["mode"] or st.st_size == 0:
            wrong[entry["path"]] = (oct(st.st_mode), st.st_size)
    assert wrong == {}
