#!/usr/bin/env python3
"""inspect: its text and its JSON, byte by byte, beside what the reference says of them, stated here once more
in Python: for the shipped config, those of golden cases, and generated ones."""
import glob, json, os, random, re, shutil, stat, sys, tomllib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from configs import BUILD, Maker, put, said
from sandbox import ROOT, Sandbox, run_tests

SEED, COUNT, MUTATIONS = 20261122, 60, 300
R = object()        # required
OWN = object()      # a key of ours: shown where it is set


# A reader takes the value, or None when it is absent, and gives what the JSON has.
def as_int(v):
    return int(float(v.strip()) if v.strip().endswith(".0") else v) if isinstance(v, str) else int(v)


def as_bool(v):
    return v.lower() in ("true", "t", "yes", "y", "on", "1") if isinstance(v, str) else bool(v)


def table(v, fields):
    out = {}
    for name, default, *how in fields:
        if name in v:
            out[name] = how[0](v[name]) if how else v[name]
        elif default is not OWN:
            assert default is not R, name
            out[name] = default() if callable(default) else default
    return out


def record(fields):
    return lambda v: table(v, fields)


def each(read):
    return lambda v: {k: read(i) for k, i in v.items()}


ARCH = [("base_image", "debian:bookworm-slim"), ("docker_platform", R), ("rust_target", R), ("kernel_branch", "auto"), ("kernel_image", R),
        ("defconfig", R), ("node_major", 24, as_int)]
BUILDING = [("compression", "zstd"), ("rootfs_format", OWN), ("compression_level", 15, as_int), ("kernel_source", OWN), ("kernel_sha256", OWN),
            ("architectures", R, each(record(ARCH))), ("version_commands", dict)]
IMAGE = [("name", R), ("version", "0.1.0"), ("description", ""), ("changelog", list, lambda v: [table(i, CHANGELOG) for i in v])]
CHANGELOG = [("version", R), ("date", R), ("changes", R)]
PROVIDER = [("name", R), ("description", ""), ("enabled", True, as_bool),
            ("api_key", R, record([("name", R), ("env_vars", R), ("prefix", ""), ("docs_url", None)])),
            ("network", R, record([("domains", R), ("allow_get", False, as_bool), ("allow_post", False, as_bool)])),
            ("install", None, record([("manager", R), ("prefix", ""), ("packages", R), ("sha256", OWN, lambda v: [v] if isinstance(v, str) else v)])),
            ("cli", None, record([("key", R), ("name", R), ("description", ""), ("version_command", None)])),
            ("files", dict, each(record([("path", R), ("content", R)])))]
SET = [("name", R), ("manager", R), ("install_cmd", None), ("packages", R), ("version_commands", dict),
       ("network", None, record([("name", R), ("domains", R), ("allow_get", True, as_bool)]))]
SERVER = [("name", R), ("description", ""), ("transport", R), ("command", None), ("url", None), ("args", list), ("env", dict), ("headers", dict),
          ("builtin", False, as_bool), ("enabled", True, as_bool)]
SERVICE = each(record([("name", R), ("enabled", True, as_bool), ("domains", R), ("allow_get", False, as_bool), ("allow_post", False, as_bool)]))
WEB = [("allow_read", False, as_bool), ("allow_write", False, as_bool), ("custom_allow", list), ("custom_block", list),
       ("http_upstream_ports", lambda: [80, 11434], lambda v: [as_int(i) for i in v]), ("search", dict, SERVICE), ("registry", dict, SERVICE),
       ("repository", dict, SERVICE)]
RESOURCES = [("cpu_count", 4, as_int), ("ram_gb", 4, as_int), ("scratch_disk_size_gb", 16, as_int), ("log_bodies", False, as_bool),
             ("max_body_capture", 4096, as_int), ("retention_days", 30, as_int), ("max_sessions", 100, as_int), ("min_content_sessions", 25, as_int),
             ("max_disk_gb", 100, as_int), ("terminated_retention_days", 365, as_int)]
FILE = record([("path", R), ("content", R)])
PATH = "/opt/ai-clis/bin:/root/.local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SHELL = [("term", "xterm-256color"), ("home", "/root"), ("path", PATH), ("lang", "C"), ("bashrc", None, FILE), ("tmux_conf", None, FILE)]
TLS = [("ca_bundle", "/etc/ssl/certs/ca-certificates.crt")]
ENVIRONMENT = [("shell", lambda: table({}, SHELL), record(SHELL)), ("tls", lambda: table({}, TLS), record(TLS))]


def restated(config):
    def parsed(path):
        with open(path, "rb") as f:
            return tomllib.load(f)

    def one(path, key, fields, absent=dict):
        path = os.path.join(config, path)
        return table(parsed(path)[key], fields) if os.path.exists(path) else absent and table({}, fields)

    def folder(name, fields):
        out, path = {}, os.path.join(config, name)
        for file in sorted(os.listdir(path)) if os.path.isdir(path) else ():
            if file.endswith(".toml"):
                out.update(parsed(os.path.join(path, file)))
        return {k: table(v, fields) for k, v in out.items()}

    return {"build": one("build.toml", "build", BUILDING), "manifest": one("manifest.toml", "image", IMAGE, None), "ai_providers": folder("ai", PROVIDER),
            "package_sets": folder("packages", SET), "mcp_servers": folder("mcp", SERVER), "web_security": one("security/web.toml", "web", WEB),
            "vm_resources": one("vm/resources.toml", "resources", RESOURCES), "vm_environment": one("vm/environment.toml", "environment", ENVIRONMENT)}


def control(text):
    return "".join("?" if ord(c) < 32 and c not in "\n\t" or c == "\x7f" else c for c in text)


def text_of(c):
    out = []
    if c["manifest"]:
        m = c["manifest"]
        out += ["Image: %s v%s" % (m["name"], m["version"])] + (["  " + m["description"]] if m["description"] else []) + [""]
    b = c["build"]
    out += ["Build", "  compression: %s (level %d)" % (b["compression"], b["compression_level"]), "  architectures:"]
    out += ["    %s: %s (%s)" % (k, a["docker_platform"], a["rust_target"]) for k, a in b["architectures"].items()]
    if c["ai_providers"]:
        out += ["", "AI Providers"]
    for k, p in c["ai_providers"].items():
        out += ["  %s: %s [%s]" % (k, p["name"], "enabled" if p["enabled"] else "disabled"), "    domains: " + ", ".join(p["network"]["domains"])]
    if c["package_sets"]:
        out += ["", "Package Sets"] + ["  %s: %s (%d packages)" % (k, s["manager"], len(s["packages"])) for k, s in c["package_sets"].items()]
    if c["mcp_servers"]:
        out += ["", "MCP Servers"] + ["  %s: %s (%s)" % (k, s["name"], s["transport"]) for k, s in c["mcp_servers"].items()]
    r = c["vm_resources"]
    out += ["", "VM Resources", "  cpu: %d cores, ram: %d GB, disk: %d GB" % (r["cpu_count"], r["ram_gb"], r["scratch_disk_size_gb"])]
    return control("\n".join(out)) + "\n"


def compare(tap, s, guest, what):
    want = restated(os.path.join(guest, "config"))
    fine = tap.same(said(s.builder_program, "inspect", guest, "--json"), (0, json.dumps(want, indent=2) + "\n", ""), what + ": JSON")
    return tap.same(said(s.builder_program, "inspect", guest), (0, text_of(want), ""), what + ": text") and fine


def test_shipped(tap, s):
    compare(tap, s, s.guest, "the shipped config")
    compare(tap, s, os.path.join(ROOT, "tests/golden/base"), "the least config")
    for name in ("ok-full", "lax-values", "no-effect"):
        guest = os.path.join(s.dir, name)
        for files in "base", os.path.join("cases", name, "files"):
            shutil.copytree(os.path.join(ROOT, "tests/golden", files), guest, dirs_exist_ok=True)
        compare(tap, s, guest, name)
    tap.same(said(s.builder_program, "inspect", cwd=s.dir), said(s.builder_program, "inspect", s.guest), "the folder is 'guest' when none is given")
    tap.same(said(s.configure_program, "inspect", "--json", s.guest), said(s.builder_program, "inspect", s.guest, "--json"), "capsem-configure says the same")


def test_generated(tap, s):
    keys, absent = set(), set()
    for seed in range(SEED, SEED + COUNT):
        guest = put(os.path.join(s.dir, "made"), Maker(seed).files())
        if not compare(tap, s, guest, "seed %d" % seed):
            print("#", guest, *sorted(glob.glob(guest + "/**/*", recursive=True)), sep="\n# ")
            break
        walk(restated(os.path.join(guest, "config")), "", keys, absent)
    wanted = {".ai_providers.*." + k for k in ("install", "cli", "api_key.docs_url", "cli.version_command")} | {".package_sets.*.network", ".package_sets.*.install_cmd",
              ".mcp_servers.*.command", ".mcp_servers.*.url", ".vm_environment.shell.bashrc", ".vm_environment.shell.tmux_conf", ".manifest"}
    tap.ok(absent == wanted and wanted <= keys, "everything that may be null was null, and was not", absent ^ wanted, wanted - keys)


def walk(v, path, keys, absent):
    """Note which keys have a value, and which are null; names of tables as '*'."""
    named = path.split(".")[-1] in ("architectures", "ai_providers", "package_sets", "mcp_servers", "files", "search", "registry", "repository", "env", "headers", "version_commands")
    (absent if v is None else keys).add(path)
    for k, i in v.items() if isinstance(v, dict) else ():
        walk(i, path + "." + ("*" if named else k), keys, absent)


PROVIDER_TEXT = '[x]\nname = "X"\napi_key = { name = "K", env_vars = ["K"] }\nnetwork = { domains = ["x.example"] }\n'
SET_TEXT = '[x]\nname = "X"\nmanager = "apt"\ninstall_cmd = "y"\npackages = ["p"]\n'
SERVER_TEXT = '[x]\nname = "X"\ntransport = "stdio"\ncommand = "/x"\n'

# Beside {path: text}: the end of the message, or None where inspect shows the config.
LOADS = {
    "an empty folder": ({"build.toml": ""}, "build.toml:1:1: [E001] missing table [build]"),
    "broken TOML": ({"vm/resources.toml": "[resources\n"}, "vm/resources.toml:1:11: [E002]"),
    "not UTF-8": ({"ai/x.toml": b'[x]\nname = "\xff"\n'}, "ai/x.toml:2:9: [E002]"),
    "a value of the wrong type": ({"ai/x.toml": PROVIDER_TEXT + "enabled = 7\n"}, "ai/x.toml:5:11: [E003] 'enabled' must be true or false, not an integer"),
    "out of range": ({"vm/resources.toml": "[resources]\ncpu_count = 99\n"}, "vm/resources.toml:2:13: [E003] 'cpu_count' must be from 1 to 8, not 99"),
    "an unknown manager": ({"packages/x.toml": SET_TEXT.replace("apt", "brew")}, "packages/x.toml:3:11: [E005]"),
    "no package": ({"packages/x.toml": SET_TEXT.replace('"p"', "")}, "packages/x.toml:5:12: [E004]"),
    "a version command for no package": ({"packages/x.toml": SET_TEXT + "version_commands = { q = 'q' }\n"}, "packages/x.toml:6:22: [E003]"),
    "a server without its command": ({"mcp/x.toml": SERVER_TEXT.replace("command", "comand")}, "mcp/x.toml:1:1: [E007]"),
    "an entry that is no table": ({"mcp/x.toml": "x = 1\n"}, "mcp/x.toml:1:5: [E003]"),
    "two mistakes": ({"mcp/x.toml": "x = 1\n", "vm/resources.toml": "[resources]\ncpu_count = 99\n"}, "mcp/x.toml:1:5: [E003] 'x' must be a table, not an integer (and 1 more; 'validate' shows all)"),
    "the first in the order of loading": ({"build.toml": "[build]\narchitectures = {}\n", "ai/a.toml": "x = =\n"}, "build.toml:2:17: [E003]"),
    "a defconfig that is not there": ({}, None),
    "broken TOML that is never loaded": ({"zzz/y.toml": "x = =\n", "other.toml": "="}, None),
    "two files with one key": ({"ai/a.toml": PROVIDER_TEXT, "ai/b.toml": PROVIDER_TEXT.replace('"X"', '"Y"')}, None),
    "what a check finds": ({"ai/a.toml": PROVIDER_TEXT.replace("x.example", "https://x/") + "files.a = { path = 'rel.json', content = '{' }\n"}, None),
    "unknown keys": ({"build.toml": {"build": {**BUILD["build"], "x": 1}, "other": {}}}, None),
    "a byte order mark": ({"mcp/x.toml": b"\xef\xbb\xbf" + SERVER_TEXT.encode()}, 0),
    "CRLF": ({"mcp/x.toml": SERVER_TEXT.replace("\n", "\r\n")}, None),
}


def test_loading(tap, s):
    for what, (files, message) in LOADS.items():
        guest = put(os.path.join(s.dir, "a guest's \"folder\""), files)
        if message is None:
            compare(tap, s, guest, "shown: " + what)
        elif message == 0:
            tap.same(said(s.builder_program, "inspect", guest)[::2], (0, ""), "shown: " + what)
        else:
            status, out, err = said(s.builder_program, "inspect", guest)
            tap.ok((status, out) == (1, "") and err.startswith("error: failed to load config: %s/config/%s" % (guest, message)) and err.count("\n") == 1, "refused: " + what, err)
            tap.same(said(s.builder_program, "inspect", guest, "--json"), (1, "", err), "refused as JSON: " + what)
    os.makedirs(os.path.join(guest, "config/ai/folder.toml"))
    status, out, err = said(s.builder_program, "inspect", guest)
    tap.ok((status, out) == (1, "") and "ai/folder.toml:1:1: [E002] cannot be read" in err, "a folder called .toml", err)


def test_mutated(tap, s):
    """Bytes of the shipped config changed at random: inspect and diff show it or refuse it, with a place, and nothing crashes."""
    r, bad, counts = random.Random(SEED), [], {0: 0, 1: 0}
    paths = sorted(glob.glob(os.path.join(s.guest, "config/**/*.toml"), recursive=True))
    words = [b"", b'"', b"'", b"[", b"]", b"{", b"=", b",", b"\n", b"\\", b"\xff", b"\xc3\xa9", b"\x00", b"1", b"-1", b"true", b"[x]\n", b"x = 1\n", b"\\u0000", b"#"]
    for _ in range(MUTATIONS):
        path = r.choice(paths)
        with open(path, "rb") as f:
            text = f.read()
        changed = bytearray(text)
        for _ in range(r.randrange(1, 4)):
            at = r.randrange(len(changed))
            changed[at:at + r.choice([0, 1, 1, 3, 30])] = r.choice(words)
        with open(path, "wb") as f:
            f.write(changed)
        status, out, err = said(s.builder_program, "inspect", "--json", s.guest)
        refused = re.fullmatch(r"error: failed to load config: \S+\.toml:\d+:\d+: \[E\d+\] .*\n", err)
        if (status, err) != (0, "") and not (status == 1 and refused and not out) or status == 0 and json.loads(out)["build"]["compression"] != "zstd":
            bad.append((bytes(changed), status, err))
        compared = said(s.builder_program, "diff", ROOT + "/guest", s.guest)
        if compared[0] not in ((0, 1) if status == 0 else (2,)) or (compared[2] == "") != (status == 0):
            bad.append((bytes(changed), compared))
        with open(path, "wb") as f:
            f.write(text)
        counts[status] += 1
    tap.ok(not bad, "%d mutated configs" % MUTATIONS, *bad[:3])
    tap.ok(min(counts.values()) > MUTATIONS // 20, "some are shown, some are refused", counts)


def test_mistakes(tap, s):
    empty = os.path.join(s.dir, "empty")
    os.makedirs(empty)
    tap.same(said(s.builder_program, "inspect", "nope", cwd=s.dir), (1, "", "error: directory not found: nope\n"), "no such folder")
    tap.same(said(s.configure_program, "inspect", "nope", cwd=s.dir), (1, "", "capsem-configure: error: directory not found: nope\n"), "no such folder, by the other name")
    tap.same(said(s.builder_program, "inspect", "empty", cwd=s.dir), (1, "", "error: failed to load config: empty/config:1:1: [E001] missing config directory\n"), "no config folder")
    os.makedirs(os.path.join(empty, "config"))
    tap.same(said(s.builder_program, "inspect", "empty", cwd=s.dir), (1, "", "error: failed to load config: empty/config/build.toml:1:1: [E001] missing required file: build.toml\n"), "no build.toml")
    for args in (["a", "b"], ["--arch", "x"], ["--format", "json"], ["--json=x"]):
        status, out, err = said(s.builder_program, "inspect", *args, cwd=s.dir)
        tap.ok((status, out) == (2, "") and err.startswith("Usage: capsem-builder inspect [OPTIONS] [GUEST_DIR]\n"), "usage: " + " ".join(args), err)
    for args in (["inspect", s.guest], ["inspect", "--json", s.guest]):
        done = said("/bin/sh", "-c", '"$@" > /dev/full', "sh", s.builder_program, *args)
        tap.same(done, (1, "", "error: write to the standard output: No space left on device\n"), "a full disk: " + " ".join(args[:-1]))
    config = os.path.join(s.guest, "config")
    before = sorted(os.listdir(s.guest)), said(s.builder_program, "inspect", s.guest)
    os.chmod(config, stat.S_IRUSR | stat.S_IXUSR)
    tap.same((sorted(os.listdir(s.guest)), said(s.builder_program, "inspect", s.guest)), before, "a folder that cannot be written to")
    os.chmod(config, stat.S_IRWXU)


def main():
    return run_tests(Sandbox(), test_shipped, test_generated, test_loading, test_mutated, test_mistakes)


sys.exit(main())
