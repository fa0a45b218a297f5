# SPDX-License-Identifier: Apache-2.0
"""The MCP relay, and what the host offers through it."""

import json
import os
import subprocess

import pytest

SERVER = "/run/capsem-mcp-server"


def talk(*lines):
    """The answers to these lines of JSON-RPC."""
    text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
    p = subprocess.run(
        [SERVER], input=text, capture_output=True, text=True, timeout=60, check=False
    )
    assert p.returncode == 0, p.stderr
    return [json.loads(line) for line in p.stdout.splitlines()]


def call(id, method, **params):
    return {"jsonrpc": "2.0", "id": id, "method": method, "params": params}


HELLO = call(
    1,
    "initialize",
    protocolVersion="2025-06-18",
    capabilities={},
    clientInfo={"name": "doctor", "version": "1"},
)


def test_server_can_be_run():
    assert os.access(SERVER, os.X_OK)


def test_initialize(host):
    answers = talk(HELLO)
    assert answers[0]["result"]["serverInfo"]["name"]


def test_tools_are_described(host):
    answers = {
        a["id"]: a
        for a in talk(
            HELLO, {"jsonrpc": "2.0", "method": "notifications/initialized"}, call(2, "tools/list")
        )
    }
    tools = answers[2]["result"]["tools"]
    assert tools and all(t["description"] and t["inputSchema"] for t in tools)


def test_bad_json_is_answered_and_forgiven(host):
    answers = talk("this is no JSON", HELLO)
    assert [a["error"]["code"] for a in answers if "error" in a] == [-32700]
    assert any(a.get("id") == 1 for a in answers)


def test_too_long_is_refused_here(host):
    answers = talk(call(7, "tools/call", x="y" * 1_100_000), HELLO)
    refused = next(a for a in answers if a["id"] == 7)
    assert (
        refused["error"]["code"] == -32001 and "frame encode failed" in refused["error"]["message"]
    )
    assert any(a["id"] == 1 and "result" in a for a in answers)


@pytest.mark.parametrize("path", ["/root/.claude.json", "/root/.gemini/settings.json"])
def test_agent_is_configured(host, path):
    if not os.path.exists(path):
        pytest.skip("the host has not written it")
    with open(path, encoding="utf-8") as f:
        servers = json.load(f)["mcpServers"]
    assert any(s.get("command") == SERVER for s in servers.values())
