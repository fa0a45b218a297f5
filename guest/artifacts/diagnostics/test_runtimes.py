# SPDX-License-Identifier: Apache-2.0
"""Languages and their package managers."""

import importlib.util
import json

import pytest


@pytest.mark.parametrize(
    "name",
    [
        "python3",
        "node",
        "uv",
        "git",
        pytest.param("npm", marks=pytest.mark.heavy),
        pytest.param("pip3", marks=pytest.mark.heavy),
    ],
)
def test_answers_its_version(run, name):
    assert any(c.isdigit() for c in run(name, "--version"))


@pytest.mark.parametrize("name", ["numpy", "pandas", "requests", "pytest", "fastmcp"])
def test_python_package_is_there(name):
    assert importlib.util.find_spec(name)


@pytest.mark.heavy
def test_python_packages_can_be_imported(run):
    run("python3", "-c", "import numpy, pandas, requests, pytest, fastmcp")


def test_git_keeps_a_file(run, tmp_path):
    (tmp_path / "file").write_text("content\n")
    run("git", "init", "-q", cwd=tmp_path)
    run("git", "add", "file", cwd=tmp_path)
    run(
        "git",
        "-c",
        "user.name=doctor",
        "-c",
        "user.email=doctor@localhost",
        "commit",
        "-q",
        "-m",
        "first",
        cwd=tmp_path,
    )
    assert run("git", "show", "HEAD:file", cwd=tmp_path) == "content\n"


def test_node_and_python_read_the_same_json(run, tmp_path):
    path = tmp_path / "data.json"
    run(
        "node",
        "-e",
        f"require('fs').writeFileSync('{path}', JSON.stringify({{a: [1, 'two', null]}}))",
    )
    assert json.loads(path.read_text()) == {"a": [1, "two", None]}
