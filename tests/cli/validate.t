#!/usr/bin/env python3
"""validate: what it accepts, its options, its exit statuses, and that it writes nothing."""
import json, os, re, shutil, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from sandbox import ROOT, Sandbox, read, run_tests

ARCH = """
[build.architectures.%s]
docker_platform = "%s"
rust_target = "%s"
kernel_image = "arch/x86_64/boot/bzImage"
defconfig = "%s"
%s
"""
ENTRY = '[x]\nname = "X"\n'
PROVIDER = ENTRY + 'api_key = { name = "K", env_vars = ["X_KEY"] }\nnetwork = { domains = ["x.example.com"] }\n'
SET = ENTRY + 'manager = "apt"\ninstall_cmd = "apt-get install -y"\npackages = ["git"]\n'
SERVER = ENTRY + 'transport = "stdio"\ncommand = "/x"\n'


def build(name="x86_64", platform="linux/amd64", target="x86_64-unknown-linux-musl", defconfig="kernel/defconfig.x86_64", more="", head=""):
    return "[build]\n" + head + ARCH % (name, platform, target, defconfig, more)


# What the tool before accepts with exit 0, however odd: ours may only warn. {file: text}
ACCEPTED = {
    "the least there is": {},
    "a stub of a kernel configuration": {"kernel/defconfig.x86_64": "# to be written\n"},
    "an unknown platform": {"build.toml": build(platform="linux/riscv64")},
    "an unknown target": {"build.toml": build(target="x")},
    "an architecture that names no folder": {"build.toml": build(name='"../x y"')},
    "a defconfig whose last part is in kernel/": {"build.toml": build(defconfig="elsewhere/defconfig.x86_64")},
    "no Node version": {"build.toml": build(more="node_major = -7")},
    "a branch that is none": {"build.toml": build(more='kernel_branch = "latest"')},
    "a NUL character": {"build.toml": build(target="a\\u0000b")},
    "keys of ours, when they were unknown": {"build.toml": build(head='kernel_source = 5\nkernel_sha256 = "x"\n')},
    "unknown keys everywhere": {"build.toml": build(head="x = 1\n", more="y = 2"), "vm/resources.toml": "[resources]\nz = 1\n[other]\nw = 2\n"},
    "lax integers and booleans": {"vm/resources.toml": '[resources]\ncpu_count = "2"\nram_gb = 4.0\nlog_bodies = "on"\nretention_days = true\n'},
    "ports out of range": {"security/web.toml": '[web]\nhttp_upstream_ports = [99999, -1, "80"]\n'},
    "domains that never match": {"security/web.toml": '[web]\ncustom_allow = ["https://x/"]\ncustom_block = ["", "a b"]\nsearch.x = { name = "X", domains = ["*", "*.*.x", "a:b", " x"] }\n'},
    "a set without a registry": {"packages/x.toml": SET},
    "packages that are none": {"packages/x.toml": SET.replace('"git"', '"", "A B", "x;y", "x;y"')},
    "a set without domains": {"packages/x.toml": SET + 'network = { name = "N", domains = [] }\n'},
    "every manager": {"ai/%s.toml" % m: PROVIDER.replace("[x]", "[%s]" % m).replace("X_KEY", m) + 'install = { manager = "%s", packages = ["p"], prefix = "/q" }\n' % m for m in ("apt", "uv", "pip", "npm", "curl")},
    "a sum, when it was unknown": {"ai/x.toml": PROVIDER + 'install = { manager = "curl", packages = ["p"], sha256 = 1 }\n'},
    "nothing to install": {"ai/x.toml": PROVIDER + 'install = { manager = "npm", packages = [] }\n'},
    "JSON as Python reads it": {"ai/x.toml": PROVIDER + "files.a = { path = '/a.json', content = '[NaN, -Infinity, 1, 1]' }\nfiles.b = { path = '/b.json', content = ' 1e5 ' }\n"},
    "a secret": {"ai/x.toml": PROVIDER + "files.a = { path = '/a', content = 'ghp_0123456789abcdefghij' }\n"},
    "a disabled provider": {"ai/x.toml": PROVIDER + "enabled = false\ncli = { key = 'x', name = 'X' }\n"},
    "a server with both": {"mcp/x.toml": SERVER + 'url = ""\nenabled = false\n'},
    "CRLF": {"mcp/x.toml": SERVER.replace("\n", "\r\n")},
    "files that nobody reads": {"ai/README.md": "x = =", "ai/H.TOML": "x = =", "ai/sub/y.toml": "x = 1\n", "notes.toml": ""},
    "a hidden file": {"mcp/.x.toml": SERVER},
    "no PATH": {"vm/environment.toml": '[environment.shell]\npath = ""\n'},
}
REFUSED = {
    "a file that is never loaded": {"zzz/y.toml": "x = =\n"},
    "a hidden file": {"ai/.x.toml": ENTRY},
    "an empty install_cmd": {"packages/x.toml": SET.replace("apt-get install -y", "")},
    "a lone string for a list": {"security/web.toml": '[web]\ncustom_allow = "x"\n'},
    "an empty file": {"vm/resources.toml": ""},
    "a table that is none": {"build.toml": "build = 1\n"},
    "no architecture": {"build.toml": "[build]\narchitectures = {}\n"},
    "the wrong spelling of a word": {"mcp/x.toml": SERVER.replace("stdio", "STDIO")},
    "JSON with a comma too many": {"ai/x.toml": PROVIDER + "files.a = { path = '/a.json', content = '[1,]' }\n"},
    "JSON that is blank": {"ai/x.toml": PROVIDER + "files.a = { path = '/a.json', content = ' ' }\n"},
}


def config(s, files):
    shutil.rmtree(os.path.join(s.guest, "config"))
    for name, text in {"build.toml": build(), "kernel/defconfig.x86_64": "", **files}.items():
        path = os.path.join(s.guest, "config", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as f:
            f.write(text)


def test_statuses(tap, s):
    for what, files in ACCEPTED.items():
        config(s, files)
        done = s.run(s.configure_program, "validate", s.guest)
        tap.ok(done.returncode == 0 and re.search(r"(-- passed|config is clean)\n$", done.stdout), "accepted: " + what, done.stdout)
    for what, files in REFUSED.items():
        config(s, files)
        done = s.run(s.configure_program, "validate", s.guest)
        tap.ok(done.returncode == 1 and re.search(r"\n\n\d+ error\(s\), \d+ warning\(s\)\n$", done.stdout), "refused: " + what, done.stdout)


def test_places(tap, s):
    """A mistake inside a string is shown where it stands, whatever the way the string is written."""
    for text, place in (("'[1,]'", "8:15"), ('"[1,]"', "8:15"), ('"\\u005b1,]"', "8:20"), ('"""\\\n   [1,]"""', "9:7"), ("'''\n[1,\n]'''", "10:1"), ("'''\r\n\r\n[1,]'''", "10:4")):
        config(s, {"ai/x.toml": PROVIDER + "cli = { key = 'x', name = 'X', version_command = 'x' }\n[x.files.a]\npath = '/a.json'\ncontent = " + text + "\n"})
        done = s.run(s.configure_program, "validate", s.guest)
        got = re.search(r"x\.toml:(\d+:\d+): error: \[E010\]", done.stdout)
        tap.same(got and got.group(1), place, "JSON in %r" % text)


def test_options(tap, s):
    config(s, {"vm/resources.toml": "[resources]\nram_db = 1\n"})
    run = lambda *args, **env: s.run(s.configure_program, "validate", s.guest, *args, **env)
    tap.same(run("--strict").returncode, 1, "--strict")
    for args in (["--allow", "W015"], ["--allow=unknown-key"], ["-Wno-W015"], ["-W", "no-unknown-key"], ["diagnostics.allow=W015,W002"]):
        done = run(*args, "--strict")
        tap.same((done.returncode, done.stdout), (0, "passed: config is clean\n"), " ".join(args))
    tap.same(run("diagnostics.strict=yes").returncode, 1, "strict as a setting")
    for args in (["--allow", "W999"], ["--allow", "E003"], ["-Wall"], ["--format=xml"], ["--artifacts", "nowhere"], ["diagnostics.allow=x"], ["--explain", "X"], ["a", "b"]):
        tap.same(run(*args).returncode, 2, "wrong usage: " + " ".join(args))
    done = s.run(s.configure_program, "validate", "nowhere")
    tap.ok(done.returncode == 1 and "error: directory not found: nowhere" in done.stdout, "a folder that is not there", done.stdout)
    tap.ok("\033[" in run(CLICOLOR_FORCE="1").stdout, "colour when it is asked for")
    tap.ok("\033[" not in run(CLICOLOR_FORCE="1", NO_COLOR="1").stdout, "none with NO_COLOR")
    tap.ok("\033[" not in run("--format=short", CLICOLOR_FORCE="1").stdout, "none in other formats")
    tap.same(json.loads(run("--json").stdout)[0]["line"], 2, "--json")
    done = s.run(s.configure_program, "-C", s.out, s.guest, "--strict")
    tap.same(done.returncode, 1, "configure --strict")
    done = s.run(s.configure_program, "-C", s.out, s.guest, "--strict", "--allow", "W015")
    tap.same(done.returncode, 0, "configure --strict --allow")
    tap.ok("--allow W015 --strict" in read(os.path.join(s.out, "build.ninja")), "both are remembered")


def test_shipped(tap, s):
    before = sorted(os.listdir(s.dir))
    done = s.run(s.configure_program, "validate", os.path.join(ROOT, "guest"), "--strict", "--artifacts", os.path.join(ROOT, "guest/artifacts"))
    tap.same((done.returncode, done.stdout), (0, "passed: config is clean\n"), "the shipped guest is clean")
    tap.same(sorted(os.listdir(s.dir)), before, "nothing is written")


def test_artifacts(tap, s):
    here = os.path.join(s.guest, "artifacts")
    run = lambda: s.run(s.configure_program, "validate", s.guest, "--artifacts", here)
    config(s, {})
    tap.same(run().returncode, 0, "a folder with all artifacts")
    os.makedirs(os.path.join(s.dir, "config"))
    os.rename(os.path.join(here, "capsem-ca.crt"), os.path.join(s.dir, "config/capsem-ca.crt"))
    tap.same(run().returncode, 0, "the certificate may be in config/ of the repository")
    os.unlink(os.path.join(s.dir, "config/capsem-ca.crt"))
    shutil.rmtree(os.path.join(here, "diagnostics"))
    os.unlink(os.path.join(here, "snapshots"))
    done = run()
    tap.same(re.findall(r"error: \[(E\d+)\]", done.stdout), ["E301", "E302", "E302"], "what is missing")
    tap.same(s.run(s.configure_program, "validate", s.guest).returncode, 0, "without --artifacts nothing is demanded")
    with open(os.path.join(here, "capsem-init"), "rb+") as f:
        text = f.read()
        f.seek(0)
        f.write(text.replace(b"\n", b"\r\n", 1))
    done = s.run(s.configure_program, "validate", s.guest)
    tap.ok("capsem-init:1:1: warning: [W024] the first line of capsem-init ends in a carriage return" in done.stdout, "a script from another system", done.stdout)


def main():
    return run_tests(Sandbox(), test_shipped, test_statuses, test_places, test_options, test_artifacts)


sys.exit(main())
