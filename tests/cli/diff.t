#!/usr/bin/env python3
"""diff: what it prints for one edit of each kind, what it does not count, and that the differences of two generated
configs, applied to the one, give the other."""
import copy, json, os, random, re, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from configs import BUILD, Maker, put, said, toml
from sandbox import ROOT, Sandbox, read, run_tests

SEED, COUNT = 20261122, 60

PROVIDER = {"x": {"name": "X", "api_key": {"name": "K", "env_vars": ["K", "L"]}, "network": {"domains": ["a.example", "b.example"]}}}
SET = {"apt": {"name": "A", "manager": "apt", "install_cmd": "y", "packages": ["git", "curl"], "version_commands": {"git": "git -v"}}}
SERVER = {"m": {"name": "M", "transport": "stdio", "command": "/m", "args": ["a", "b", "c"], "env": {"A": "1"}}}
LOG = [{"version": "2", "date": "d", "changes": ["one", "two"]}, {"version": "1", "date": "c", "changes": []}]
CONFIG = {"build.toml": BUILD, "ai/x.toml": PROVIDER, "packages/apt.toml": SET, "mcp/m.toml": SERVER, "manifest.toml": {"image": {"name": "I", "changelog": LOG}},
          "security/web.toml": {"web": {"custom_allow": ["a", "b"], "http_upstream_ports": [80, 8080], "search": {"s": {"name": "S", "domains": ["s"]}}}},
          "vm/environment.toml": {"environment": {"shell": {"bashrc": {"path": "/b", "content": "one\ntwo\nthree\nfour\n"}}}},
          "kernel/defconfig.x86_64": "CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C=\"x\"\nCONFIG_D=1\n"}
X86 = BUILD["build"]["architectures"]["x86_64"]

# What is done to a copy of CONFIG, and the lines that diff prints. A path: the file, then keys.
EDITS = {
    "nothing": ([], []),
    "a default that is written down": ([("build.toml", "build", "compression_level", 15), ("vm/resources.toml", {"resources": {"cpu_count": 4}})], []),
    "an integer in another form": ([("build.toml", "build", "compression_level", "15")], []),
    "an unknown key": ([("build.toml", "build", "nonsense", 1)], []),
    "a number": ([("build.toml", "build", "compression_level", 19)], ["build.compression_level: 15 -> 19"]),
    "a word": ([("build.toml", "build", "compression", "xz")], ['build.compression: "zstd" -> "xz"']),
    "a boolean": ([("ai/x.toml", "x", "enabled", False)], ["ai.x.enabled: true -> false"]),
    "an optional string": ([("ai/x.toml", "x", "api_key", "docs_url", "https://é/")], ['+ ai.x.api_key.docs_url: "https://é/"']),
    "an optional string, empty": ([("ai/x.toml", "x", "api_key", "docs_url", "")], ['+ ai.x.api_key.docs_url: ""']),
    "a string with what a terminal would not show": ([("ai/x.toml", "x", "name", 'X\x1b\u202e\x7f"\\\t')], ['ai.x.name: "X" -> "X\\u001b\\u202e\\u007f\\"\\\\\\t"']),
    "a list, a package more and one less": ([("packages/apt.toml", "apt", "packages", ["jq", "git"]), ], ['- packages.apt.packages: "curl"', '+ packages.apt.packages: "jq"']),
    "a list in another order": ([("packages/apt.toml", "apt", "packages", ["curl", "git", "git"]), ("ai/x.toml", "x", "network", "domains", ["b.example", "a.example"]),
                                 ("ai/x.toml", "x", "api_key", "env_vars", ["L", "K"]), ("security/web.toml", "web", "custom_allow", ["b", "a"]),
                                 ("security/web.toml", "web", "http_upstream_ports", [8080, 80])], []),
    "ports": ([("security/web.toml", "web", "http_upstream_ports", [80, 1])], ["- web.http_upstream_ports: 8080", "+ web.http_upstream_ports: 1"]),
    "arguments in another order": ([("mcp/m.toml", "m", "args", ["a", "c", "b"])], ['- mcp.m.args[2]: "b"', '+ mcp.m.args[3]: "b"']),
    "arguments": ([("mcp/m.toml", "m", "args", ["a", "x", "c", "d"])], ['- mcp.m.args[2]: "b"', '+ mcp.m.args[2]: "x"', '+ mcp.m.args[4]: "d"']),
    "no arguments": ([("mcp/m.toml", "m", "args", [])], ['- mcp.m.args[%d]: "%s"' % i for i in ((1, "a"), (2, "b"), (3, "c"))]),
    "a map": ([("mcp/m.toml", "m", "env", {"B": "1", "A": "2"})], ['mcp.m.env.A: "1" -> "2"', '+ mcp.m.env.B: "1"']),
    "a map's odd name": ([("mcp/m.toml", "m", "env", {"a.b c": "1"})], ['- mcp.m.env.A: "1"', '+ mcp.m.env."a.b c": "1"']),
    "a line of a text": ([("vm/environment.toml", "environment", "shell", "bashrc", "content", "one\n2\nthree\nfour\nfive\n")],
                         ['- environment.shell.bashrc.content[2]: "two"', '+ environment.shell.bashrc.content[2]: "2"', '+ environment.shell.bashrc.content[5]: "five"']),
    "the last line end": ([("vm/environment.toml", "environment", "shell", "bashrc", "content", "one\ntwo\nthree\nfour")], ['- environment.shell.bashrc.content[5]: ""']),
    "no text": ([("vm/environment.toml", "environment", "shell", {})], ["- environment.shell.bashrc", '- environment.shell.bashrc.path: "/b"',
                                                                      '- environment.shell.bashrc.content: "one\\ntwo\\nthree\\nfour\\n"']),
    "an entry of the change log": ([("manifest.toml", "image", "changelog", LOG[:1])], ['- image.changelog[2]: {"version": "1", "date": "c", "changes": []}']),
    "no manifest": ([("manifest.toml", None)], ["- image", '- image.name: "I"', '- image.version: "0.1.0"',
                                              '- image.changelog: [{"version": "2", "date": "d", "changes": ["one", "two"]}, {"version": "1", "date": "c", "changes": []}]']),
    "no web file": ([("security/web.toml", None)], ['- web.custom_allow: "a"', '- web.custom_allow: "b"', "- web.http_upstream_ports: 8080", "+ web.http_upstream_ports: 11434",
                                                  "- web.search.s", '- web.search.s.name: "S"', "- web.search.s.enabled: true", '- web.search.s.domains: ["s"]',
                                                  "- web.search.s.allow_get: false", "- web.search.s.allow_post: false"]),
    "a table": ([("ai/x.toml", "x", "cli", {"key": "k", "name": "N"})], ["+ ai.x.cli", '+ ai.x.cli.key: "k"', '+ ai.x.cli.name: "N"']),
    "a provider more": ([("ai/y.toml", {"y z": PROVIDER["x"]})], ['+ ai."y z"', '+ ai."y z".name: "X"', '+ ai."y z".enabled: true', '+ ai."y z".api_key.name: "K"',
                        '+ ai."y z".api_key.env_vars: ["K", "L"]', '+ ai."y z".network.domains: ["a.example", "b.example"]', '+ ai."y z".network.allow_get: false',
                        '+ ai."y z".network.allow_post: false']),
    "another file": ([("ai/x.toml", None), ("ai/other.toml", PROVIDER)], []),
    "an architecture more": ([("build.toml", "build", "architectures", "arm64", {**X86, "node_major": 2**63 - 1})],
                             ["+ build.architectures.arm64", '+ build.architectures.arm64.base_image: "debian:bookworm-slim"', '+ build.architectures.arm64.docker_platform: "linux/amd64"',
                              '+ build.architectures.arm64.rust_target: "x86_64-unknown-linux-musl"', '+ build.architectures.arm64.kernel_branch: "auto"',
                              '+ build.architectures.arm64.kernel_image: "arch/x86_64/boot/bzImage"', '+ build.architectures.arm64.defconfig: "kernel/defconfig.x86_64"',
                              "+ build.architectures.arm64.node_major: 9223372036854775807"]),
    "a large number": ([("build.toml", "build", "architectures", "x86_64", "node_major", 2**53 + 1)], ["build.architectures.x86_64.node_major: 24 -> 9007199254740993"]),
    "a key of ours": ([("build.toml", "build", "kernel_source", "debian")], ['build.kernel_source: "kernel.org" -> "debian"']),
    "the kernel": ([("kernel/defconfig.x86_64", "# words\nCONFIG_C=\"x\"\r\nCONFIG_B=n\nCONFIG_A=n\nCONFIG_A=m\nCONFIG_E=y\n")],
                   ['kernel.x86_64.CONFIG_A: "y" -> "m"', '- kernel.x86_64.CONFIG_D: "1"', '+ kernel.x86_64.CONFIG_E: "y"']),
    "the kernel's file, with the same in it": ([("build.toml", "build", "architectures", "x86_64", "defconfig", "kernel/other"), ("kernel/other", CONFIG["kernel/defconfig.x86_64"])],
                                               ['build.architectures.x86_64.defconfig: "kernel/defconfig.x86_64" -> "kernel/other"']),
}


def edited(edits):
    files = copy.deepcopy(CONFIG)
    for path, *keys, value in edits:
        at = files
        for key in ([path] + keys)[:-1]:
            at = at[key]
        at[([path] + keys)[-1]] = value
    return {k: v for k, v in files.items() if v is not None}


def other_way(lines):
    """The lines of the same difference from the other side, in no order."""
    flip = {"+": "-", "-": "+"}
    return sorted(flip[l[0]] + l[1:] if l[0] in flip else re.sub(r"(: )(.*) -> (.*)$", r"\1\3 -> \2", l) for l in lines)


def test_edits(tap, s):
    diff = lambda *args: said(s.builder_program, "diff", *args, cwd=s.dir)
    put(os.path.join(s.dir, "a"), CONFIG)
    for what, (edits, lines) in EDITS.items():
        put(os.path.join(s.dir, "b"), edited(edits))
        tap.same(diff("a", "b"), (int(bool(lines)), "".join(l + "\n" for l in lines), ""), what)
        status, out, err = diff("b", "a")
        tap.same((status, sorted(out.splitlines()), err), (int(bool(lines)), other_way(lines), "") if what != "arguments in another order" else (1, sorted(out.splitlines()), ""),
                 what + ", from the other side")
        status, out, err = diff("a", "b", "--json")
        tap.ok((status, err) == (int(bool(lines)), "") and out == json.dumps(json.loads(out), indent=2) + "\n" and bool(json.loads(out)) == bool(lines), what + ": JSON", status, out, err)


def test_json(tap, s):
    put(os.path.join(s.dir, "b"), edited([("build.toml", "build", "compression_level", 19), ("packages/apt.toml", "apt", "packages", ["git", "jq"]), ("mcp/m.toml", None)]))
    want = [{"key": "build.compression_level", "old": 15, "new": 19, "old_at": None, "new_at": "b/config/build.toml:1:%d", "reaches": "squashfs"},
            {"key": "packages.apt.packages", "old": ["git", "curl"], "new": ["git", "jq"], "old_at": "a/config/packages/apt.toml:1:%d", "new_at": "b/config/packages/apt.toml:1:%d", "reaches": "rootfs"},
            {"key": "mcp.m", "old": {"name": "M", "description": "", "transport": "stdio", "command": "/m", "url": None, "args": ["a", "b", "c"], "env": {"A": "1"}, "headers": {},
                                     "builtin": False, "enabled": True}, "new": None, "old_at": "a/config/mcp/m.toml:1:%d", "new_at": None, "reaches": "rootfs, settings"}]
    column = lambda name, side, text: read(os.path.join(s.dir, side, "config", name)).index(text) + 1
    want[0]["new_at"] %= column("build.toml", "b", "19")
    want[1]["old_at"] %= column("packages/apt.toml", "a", '["git"')
    want[1]["new_at"] %= column("packages/apt.toml", "b", '["git"')
    want[2]["old_at"] %= column("mcp/m.toml", "a", "{")
    tap.same(said(s.builder_program, "diff", "a", "b", "--json", cwd=s.dir), (1, json.dumps(want, indent=2) + "\n", ""), "the shape of the JSON")
    tap.same(said(s.builder_program, "diff", "--json", "a", "a", cwd=s.dir), (0, "[]\n", ""), "no difference is an empty list")


def headed(tree, path=(), r=None):
    """The same as TOML of another style: headers, comments, keys in another order."""
    keys = sorted(tree, key=lambda k: r.random())
    lines = ["  %s\t= %s   # a comment" % (toml(k), toml(tree[k])) for k in keys if not isinstance(tree[k], dict)]
    head = ["", "# a table", "[ %s ]" % " . ".join(map(toml, path))] if path else []
    return "\n".join(head + lines + [headed(tree[k], path + (k,), r) for k in keys if isinstance(tree[k], dict)])


PARTS = {"build": "build", "image": "manifest", "ai": "ai_providers", "packages": "package_sets", "mcp": "mcp_servers", "web": "web_security", "resources": "vm_resources",
         "environment": "vm_environment"}
LISTS = {"args", "changes", "changelog"}   # in order, as are "packages" and "sha256" of an install table


def plain(v, path=()):
    """What does not count is made equal: the order of lists, what a key of ours is when it is not set."""
    if isinstance(v, list):
        ordered = path[-1] in LISTS or path[-2:] == ("install", "packages") or path[-1] == "sha256"
        return v if ordered else sorted({json.dumps(i) for i in v})
    if not isinstance(v, dict):
        return v
    ours = {"kernel_source": "kernel.org"} if path == ("build",) else {"sha256": []} if path[-1:] == ("install",) and path[:1] == ("ai_providers",) else {}
    return {k: plain(i, path + (k,)) for k, i in {**ours, **v}.items()}


def apply(tree, changes):
    """TREE after the changes; each must say what was there."""
    tree = plain(tree)
    for c in changes:
        path = [json.loads(p) if p[0] == '"' else p for p in re.findall(r'"(?:[^"\\]|\\.)*"|[^."]+', c["key"])]
        path[0] = PARTS[path[0]]
        at = tree
        for key in path[:-1]:
            at = at[key]
        if plain(c["old"], tuple(path)) != at.get(path[-1]):
            raise ValueError("%s was %r" % (c["key"], at.get(path[-1])))
        at[path[-1]] = plain(c["new"], tuple(path))
    return tree


def without_none(v):
    return {k: without_none(i) for k, i in v.items() if i is not None} if isinstance(v, dict) else v


def test_generated(tap, s):
    r, bad = random.Random(SEED), []
    shown = lambda name: json.loads(said(s.builder_program, "inspect", "--json", name, cwd=s.dir)[1])
    diff = lambda *args: said(s.builder_program, "diff", *args, cwd=s.dir)
    for seed in range(SEED, SEED + COUNT):
        made = Maker(seed).files()
        for name, files in (("a", made), ("b", Maker(seed + 1000).files()), ("styled", {k: headed(v, (), r) if isinstance(v, dict) else v for k, v in made.items()})):
            put(os.path.join(s.dir, name), files)
        if diff("a", "styled") != (0, "", ""):
            bad.append(("style counts", seed, diff("a", "styled")))
        status, out, err = diff("a", "b", "--json")
        try:
            same = without_none(apply(shown("a"), json.loads(out))) == without_none(plain(shown("b")))
        except (ValueError, KeyError) as e:
            same, err = False, repr(e)
        if (status, err) != (1, "") or not same:
            bad.append(("applied, the differences do not give the other", seed, status, err))
        if diff("a", "b")[::2] != (1, "") or sum(l.startswith("kernel.") for l in diff("a", "b")[1].splitlines()):
            bad.append(("text", seed, diff("a", "b")))
    tap.ok(not bad, "%d pairs of configs: A and what differs give B; comments, style and order do not count" % COUNT, *bad[:3])
    tap.same(diff(os.path.join(ROOT, "guest"), s.guest), (0, "", ""), "the shipped config and a copy of it")


def test_mistakes(tap, s):
    put(os.path.join(s.dir, "a"), {"build.toml": "[build]\narchitectures = 1\n"})
    put(os.path.join(s.dir, "b"), {**CONFIG, "mcp/z.toml": "z = =\n", "zzz/y.toml": "x = =\n"})
    status, out, err = said(s.configure_program, "diff", "a", "b", cwd=s.dir)
    tap.same((status, out, re.findall(r"^\S+: error: \[\w+\]", err, re.M)), (2, "", ["a/config/build.toml:2:17: error: [E003]", "b/config/mcp/z.toml:1:5: error: [E002]"]),
             "the mistakes of both, with their places")
    for args, reason in (((), "Missing argument 'A'."), (("a",), "Missing argument 'B'."), (("a", "b", "c"), "Got unexpected extra argument (c)"),
                         (("a", "nope"), "Invalid value for 'B': Directory 'nope' does not exist."), (("no pe", "b"), "Invalid value for 'A': Directory 'no pe' does not exist."),
                         (("--input", "x", "a", "b"), "No such option '--input'.")):
        tap.same(said(s.builder_program, "diff", *args, cwd=s.dir),
                 (2, "", "Usage: capsem-builder diff [OPTIONS] A B\nTry 'capsem-builder diff --help' for help.\n\nError: %s\n" % reason), "usage: " + " ".join(args))
    os.makedirs(os.path.join(s.dir, "bare"))
    status, out, err = said(s.builder_program, "diff", "bare", "bare", cwd=s.dir)
    tap.ok((status, out) == (2, "") and err.count("bare/config:1:1: error: [E001] missing config directory") == 2, "folders without a config", err)


def main():
    return run_tests(Sandbox(), test_edits, test_json, test_generated, test_mistakes)


sys.exit(main())
