# SPDX-License-Identifier: Apache-2.0
"""The shared folder and the system disk, where the host gives them."""

import os

import pytest

from conftest import read


@pytest.fixture(autouse=True)
def only_with_virtiofs(virtiofs):
    if not virtiofs:
        pytest.skip("storage is not virtiofs")


def test_workspace_is_shared(mounts):
    assert mounts["/root"][1] == "virtiofs"


def test_system_disk_is_ext4():
    with open("/dev/vdb", "rb") as f:
        assert f.read(1082)[1080:] == b"\x53\xef"


def test_large_file_and_nested_folders():
    folder = "/root/.capsem-doctor/a/b"
    os.makedirs(folder, exist_ok=True)
    path = f"{folder}/file"
    with open(path, "w", encoding="ascii") as f:
        f.write("x" * (1 << 20))
    assert len(read(path)) == 1 << 20
    os.unlink(path)
    with open(path, "w", encoding="ascii") as f:
        f.write("again")
    assert read(path) == "again"
    os.unlink(path)
    os.removedirs(folder)
