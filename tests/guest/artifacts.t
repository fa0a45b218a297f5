#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# artifacts.t -- the scripts of the guest, as far as they can be tried outside a VM.
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../lib"))
from sandbox import Tap  # noqa: E402

ARTIFACTS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "guest", "artifacts")
tap = Tap()
ok = tap.ok


def path(name):
    return os.path.join(ARTIFACTS, name)


def text(name):
    with open(path(name), encoding="utf-8") as f:
        return f.read()


def run(*argv, **env):
    merged = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", **env)
    p = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, env=merged)
    return p.returncode, p.stdout, p.stderr


def files():
    for name in ("capsem-init", "capsem-doctor", "capsem-bench", "snapshots"):
        mode = stat.S_IMODE(os.stat(path(name)).st_mode)
        ok(mode & 0o111 == 0o111, f"{name} can be executed", oct(mode))
    ok(
        "%KERNEL%" in text("banner.txt") and "%ARCH%" in text("banner.txt"),
        "the banner has its words",
    )
    tips = [t for t in text("tips.txt").splitlines() if t and not t.startswith("#")]
    ok(
        len(tips) >= 5 and all(len(t) <= 100 for t in tips),
        "there are tips, each a short line",
        tips,
    )
    got = run(
        "openssl", "x509", "-in", path("capsem-ca.crt"), "-noout", "-text", "-checkend", "86400"
    )
    ok(
        got[0] == 0 and "CA:TRUE" in got[1],
        "the certificate is one of an authority, and valid",
        got,
    )


def init():
    script = text("capsem-init")
    shells = [["sh", "-n"], ["bash", "--posix", "-n"]]
    if shutil.which("busybox"):
        shells.append(["busybox", "sh", "-n"])
    for shell in shells:
        got = run(*shell, path("capsem-init"))
        ok(got[0] == 0, f"{' '.join(shell)} reads capsem-init", got[2])
    functions = set(re.findall(r"^(\w+)\(\) \{$", script, re.M))
    steps = re.search(r"^for step in ([^;]*); do$", script, re.M)[1].replace("\\\n", " ").split()
    ok(set(steps) <= functions, "every step is a function", set(steps) - functions)
    unused = [f for f in functions if len(re.findall(rf"\b{f}\b", script)) < 2]
    ok(not unused, "every function is used", unused)
    links = "sh mount umount mkdir rmdir sleep ls echo cat chmod cp ln chroot mknod mv rm find "
    links += "grep sed awk"
    known = set(links.split()) | {"modprobe"} | functions | set(steps)
    builtin = set(
        "case do done elif else esac exec exit export fi for if kill printf read return set shift "
        "then ulimit umask unset wait while break continue trap cd local true false in".split()
    )
    body = re.sub(r"<<-'(\w+)'.*?^\t*\1$", "", script, flags=re.S | re.M)
    words = set(re.findall(r"^\t*(?:if |! |elif |while )?([a-z_][\w-]*)(?= |$)(?!\()", body, re.M))
    strange = sorted(w for w in words - known - builtin if f"{w}=" not in body)
    ok(
        not strange,
        "every command is a link of the initrd, a builtin or called through busybox",
        strange,
    )


def bashrc():
    with tempfile.TemporaryDirectory() as home:
        got = run("bash", "--norc", "-n", path("capsem-bashrc"))
        ok(got[0] == 0, "bash reads capsem-bashrc", got[2])
        with open(os.path.join(home, ".bashrc"), "w", encoding="ascii") as f:
            f.write("echo own settings\n")
        got = run(
            "bash", "--rcfile", path("capsem-bashrc"), "-i", "-c", "echo $PATH; type ll", HOME=home
        )
        ok("own settings" in got[1] and "claude" in got[1], "it greets and reads ~/.bashrc", got)
        ok(os.environ["PATH"] in got[1], "and leaves PATH alone", got)
        again = run(
            "bash",
            "--rcfile",
            path("capsem-bashrc"),
            "-i",
            "-c",
            ":",
            HOME=home,
            CAPSEM_GREETED="1",
        )
        ok("claude" not in again[1], "but greets only once", again)


def doctor():
    with tempfile.TemporaryDirectory() as work:
        fake = os.path.join(work, "bin")
        os.mkdir(fake)
        with open(os.path.join(fake, "python3"), "w", encoding="ascii") as f:
            f.write('#!/bin/sh\necho "pytest $*"\nexit ${FAKE_EXIT:-0}\n')
        os.chmod(os.path.join(fake, "python3"), 0o755)
        env = {"PATH": f"{fake}:{os.environ['PATH']}", "CAPSEM_TESTS": work}
        got = run(path("capsem-doctor"), "-k", "network", **env)
        ok(
            got[0] == 0 and got[1].endswith("\nRESULT: PASS\n"),
            "the doctor passes when pytest does",
            got,
        )
        ok(
            f"-m pytest {work} -v --tb=long --no-header" in got[1] and "-k network" in got[1],
            "with these options",
            got,
        )
        got = run(path("capsem-doctor"), FAKE_EXIT="1", **env)
        ok(
            got[0] == 1 and "RESULT: FAIL" in got[1].splitlines()[-1],
            "and fails when pytest does",
            got,
        )
        bundle = os.path.join(work, "out.tar")
        got = run(path("capsem-doctor"), f"--bundle={bundle}", **env)
        names = run("tar", "-tf", bundle)[1]
        ok(
            "./transcript.txt" in names and "./mounts.txt" in names,
            "a bundle has transcript and mounts",
            (got, names),
        )
        got = run(path("capsem-doctor"), CAPSEM_TESTS=os.path.join(work, "none"))
        ok(got[0] == 1 and got[1].startswith("RESULT: FAIL"), "without diagnostics it fails", got)


def bench():
    got = run(path("capsem-bench"), "cpu", "start", "--json", CAPSEM_LIB=ARTIFACTS)
    results = json.loads(got[1])["results"] if got[0] == 0 else {}
    ok(set(results) == {"cpu", "start"}, "the benchmark prints JSON", got)
    rows = {r["name"]: r["value"] for r in results.get("cpu", []) + results.get("start", [])}
    ok(rows.get("SHA-256", 0) > 1 and rows.get("true", 0) > 0, "with plausible figures", rows)
    ok(
        run(path("capsem-bench"), "nonsense", CAPSEM_LIB=ARTIFACTS)[0] == 2,
        "unknown groups are refused",
    )


SERVER = r"""#!/usr/bin/env python3
import json, sys
TOOLS = [
    {"name": "local__snapshots_create", "description": "Make one.\nMore.",
     "inputSchema": {"properties": {"name": {"type": "string"}}}},
    {"name": "local__snapshots_delete", "description": "Remove some.",
     "inputSchema": {"required": ["ids"], "properties": {
         "force": {"type": "boolean"}, "ids": {"type": "array"}, "n": {"type": "integer"}}}},
    {"name": "local__fetch_http", "description": "x", "inputSchema": {}}]
print("not json", flush=True)
for line in sys.stdin:
    m = json.loads(line)
    if "id" not in m:
        continue
    r = {"jsonrpc": "2.0", "id": m["id"], "result": {}}
    if m["method"] == "tools/list":
        r["result"] = {"tools": TOOLS}
    elif m["method"] == "tools/call":
        bad = m["params"]["arguments"].get("name") == "bad"
        text = json.dumps(m["params"], sort_keys=True)
        r["result"] = {"content": [{"type": "text", "text": text}], "isError": bad}
        if m["params"]["arguments"].get("name") == "gone":
            r = {"id": m["id"], "error": {"code": -32001, "message": "disconnected"}}
    print(json.dumps(r), flush=True)
"""


def snapshots():
    with tempfile.TemporaryDirectory() as work:
        server = os.path.join(work, "server")
        with open(server, "w", encoding="ascii") as f:
            f.write(SERVER)
        os.chmod(server, 0o755)

        def snap(*args):
            return run(path("snapshots"), *args, CAPSEM_MCP_SERVER=server)

        got = snap()
        ok(
            got[1].splitlines()
            == [
                "  create [NAME]",
                "      Make one.",
                "  delete IDS [FORCE] [N]",
                "      Remove some.",
            ],
            "without a command the host's are listed",
            got,
        )
        got = snap("create", "before")
        ok(
            json.loads(got[1])
            == {"arguments": {"name": "before"}, "name": "local__snapshots_create"},
            "a command",
            got,
        )
        got = snap("delete", "a,b", "n=3", "true")
        ok(
            json.loads(got[1])["arguments"] == {"ids": ["a", "b"], "n": 3, "force": True},
            "typed arguments",
            got,
        )
        ok(snap("create", "bad")[0] == 1, "an error of the tool is exit code 1")
        got = snap("create", "gone")
        ok(
            got[0] == 1 and got[2] == "snapshots: error: disconnected\n",
            "an error of the host is told",
            got,
        )
        for args, why in (
            (("delete",), "missing: ids"),
            (("create", "a", "b"), "'b' is one argument too many"),
            (("delete", "a", "n=x"), "'x' is no integer"),
            (("nothing",), "there are: create, delete"),
        ):
            got = snap(*args)
            ok(got[0] == 1 and why in got[2], f"mistake: {why}", got)
        got = run(path("snapshots"), CAPSEM_MCP_SERVER=os.path.join(work, "none"))
        ok(got[0] == 1 and "No such file" in got[2], "no relay", got)


for case in (files, init, bashrc, doctor, bench, snapshots):
    case()
sys.exit(tap.done())
