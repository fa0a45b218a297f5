#!/usr/bin/env python3
"""add: the file each kind makes, what validate says of it, names it refuses, and that nothing half-made stays."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from scaffold import read, read_only, run, toml, tree, usage, walk, write

INSTALL = {"apt": "apt-get install -y --no-install-recommends", "uv": "uv pip install --system --break-system-packages",
           "pip": "pip3 install --break-system-packages", "npm": "npm install -g"}


def provider(key, display, variable):
    return {key: {"name": display, "description": display + " AI provider", "enabled": True,
                  "api_key": {"name": display + " API Key", "env_vars": [variable]},
                  "network": {"domains": ["api.%s.com" % key], "allow_get": True, "allow_post": True}}}


def packages(key, display, manager):
    return {key: {"name": display, "manager": manager, "install_cmd": INSTALL[manager], "packages": ["example-package"]}}


def server(key, display, **how):
    return {key: {"name": display, **how, "enabled": True}}


# Arguments, the file, what it holds.
MADE = [
    (["ai-provider", "my-llm"], "ai/my-llm", provider("my-llm", "My Llm", "MY_LLM_API_KEY")),
    (["ai-provider", "my_Other_LLM"], "ai/my_Other_LLM", provider("my_Other_LLM", "My Other Llm", "MY_OTHER_LLM_API_KEY")),
    (["ai-provider", "gpt4all"], "ai/gpt4all", provider("gpt4all", "Gpt4All", "GPT4ALL_API_KEY")),
    (["ai-provider", "--", "-x"], "ai/-x", provider("-x", " X", "_X_API_KEY")),
    (["packages", "tools"], "packages/tools", packages("tools", "Tools", "apt")),
    (["packages", "my-apt", "--manager", "apt"], "packages/my-apt", packages("my-apt", "My Apt", "apt")),
    (["packages", "--manager=uv", "u"], "packages/u", packages("u", "U", "uv")),
    (["packages", "p", "--manager", "pip"], "packages/p", packages("p", "P", "pip")),
    (["packages", "n", "--manager", "npm"], "packages/n", packages("n", "N", "npm")),
    (["mcp", "files"], "mcp/files", server("files", "Files", transport="stdio", command="/usr/local/bin/files")),
    (["mcp", "my_db", "--transport", "stdio"], "mcp/my_db", server("my_db", "My Db", transport="stdio", command="/usr/local/bin/my_db")),
    (["mcp", "web-search", "--transport", "sse"], "mcp/web-search", server("web-search", "Web Search", transport="sse", url="http://localhost:8080/sse")),
]


def test_results(tap, s):
    for args, name, want in MADE:
        s.clear()
        s.call("init")
        before = tree(s.here)
        what, path = "add " + " ".join(args), "guest/config/%s.toml" % name
        tap.same(s.call("add", *args), (0, "created %s\n" % path, ""), what)
        tap.same(set(tree(s.here)) ^ set(before), {os.path.dirname(path), path}, what + ": one file more")
        tap.same(toml(s.path(path)), want, what + ": its content")
        odd = [("guest/config/security/web.toml", "W001"), (path, "W004"), (path, "W018")] if name.startswith("packages/") else []
        tap.same(s.validate("guest"), (0, sorted(odd)), what + ": what validate says")
        tap.ok("#:schema" not in read(s.path(path)), what + ": no schema is named where there is none")
    s.call("add", "packages", "apt")
    tap.same([c for f, c in s.validate("guest")[1] if "apt" in f], ["W004"], "the set that is installed")
    s.configures(tap, "guest", "a config with additions")


def test_shipped(tap, s):
    """In a guest folder with schemas, from anywhere."""
    for args, name, want in MADE:
        status, out, err = s.call("add", *args[:-2], "--dir", s.guest, *args[-2:]) if "--" in args else s.call("add", *args, "--dir", s.guest)
        path = os.path.join(s.guest, "config", name + ".toml")
        tap.same((status, out, err), (0, "created %s\n" % path, ""), "add %s --dir" % " ".join(args))
        tap.ok(read(path).startswith("#:schema ../../schema/%s.json\n\n" % name.split("/")[0]), "its schema is named", read(path))
        tap.same(toml(path), want, "its content is the same")
    tap.same({c for _, c in s.validate(s.guest)[1]}, {"W004", "W018"}, "what validate says of all of them")
    s.configures(tap, s.guest, "the shipped guest with additions")


def test_names(tap, s):
    s.call("init")
    before = tree(s.here)
    for name in ("", ".", "..", "a/b", "../x", "/etc/x", "a b", 'a"b', "a'b", "a.b", "a\nb", "a]", "é", "a\\", "$x", "x;y"):
        for command in "ai-provider", "packages", "mcp":
            done = s.call("add", command, name)
            tap.same((done, tree(s.here) == before), (usage("add " + command, "Invalid value for 'NAME': '%s' has more than letters, digits, '_' and '-'." % name), True), "add %s %r" % (command, name))


def test_mistakes(tap, s):
    tap.same(s.call("add", "mcp", "x"), (1, "", "error: guest/config not found (run 'init' first)\n"), "no config")
    tap.same(s.call("add", "mcp", "x", "--dir", "a b/"), (1, "", "error: a b/config not found (run 'init' first)\n"), "no config in --dir")
    s.call("init")
    for args, path in ((["ai-provider", "x"], "ai/x"), (["packages", "x"], "packages/x"), (["mcp", "x"], "mcp/x")):
        path = "guest/config/%s.toml" % path
        write(s.path(path), "mine\n")
        done = s.call("add", *args)
        tap.same((done, read(s.path(path))), ((1, "", "error: %s already exists (use --force to overwrite)\n" % path), "mine\n"), "what is there stays: " + path)
        tap.same((s.call("add", *args, "--force"), list(toml(s.path(path)))), ((0, "created %s\n" % path, ""), ["x"]), "--force overwrites it")
    os.symlink("nowhere", s.path("guest/config/mcp/link.toml"))
    os.mkdir(s.path("guest/config/mcp/folder.toml"))
    for name in "link", "folder":
        path = "guest/config/mcp/%s.toml" % name
        tap.same(s.call("add", "mcp", name), (1, "", "error: %s already exists (use --force to overwrite)\n" % path), "a %s counts" % name)
        tap.same(s.call("add", "mcp", name, "--force"), (1, "", "error: %s is in the way: not a regular file\n" % path), "a %s is not replaced" % name)
    write(s.path("other/config/mcp"), "")
    tap.same(s.call("add", "mcp", "x", "--dir", "other"), (1, "", "error: other/config/mcp is in the way: not a folder\n"), "a file where the folder should be")
    for args, command, reason in ((["packages", "x", "--manager", "curl"], "packages", "Invalid value for '--manager': 'curl' is not one of 'apt', 'uv', 'pip', 'npm'."),
                                  (["mcp", "x", "--transport", "http"], "mcp", "Invalid value for '--transport': 'http' is not one of 'stdio', 'sse'."),
                                  (["mcp", "x", "--manager", "apt"], "mcp", "No such option '--manager'."),
                                  (["ai-provider"], "ai-provider", "Missing argument 'NAME'."),
                                  (["ai-provider", "x", "y"], "ai-provider", "Got unexpected extra argument (y)")):
        tap.same(s.call("add", *args), usage("add " + command, reason), "add " + " ".join(args))


def test_bare(tap, s):
    """The group itself."""
    status, out, err = s.call("add")
    tap.ok((status, out) == (2, "") and err.startswith("Usage: capsem-builder add [OPTIONS] COMMAND [ARGS]...\n"), "add alone: its help, on stderr", err)
    tap.same([line.split()[0] for line in err.split("Commands:\n")[1].splitlines()], ["ai-provider", "mcp", "packages"], "its commands")
    tap.same(s.call("add", "--help"), (0, err, ""), "add --help: the same on stdout")
    status, out, err = s.call("add", "bogus")
    tap.ok((status, out) == (2, "") and err.endswith("\n\nError: No such command 'bogus'.\n"), "a command it does not have", err)


def test_failures(tap, s):
    def prepare():
        s.clear()
        write(s.path("guest/config/build.toml"), "# there\n")

    walk(tap, s, "add, with a new folder", ["add", "mcp", "x"], prepare)

    def old():
        prepare()
        write(s.path("guest/config/mcp/x.toml"), "# old\n")

    walk(tap, s, "add --force", ["add", "mcp", "x", "--force"], old)
    s.clear()
    read_only(tap, s, "a disk that is read only", ["add", "mcp", "x", "--dir", "disk"], lambda disk: os.mkdir(os.path.join(disk, "config")),
              "error: create a folder in disk/config: Read-only file system\n")


sys.exit(run(test_results, test_shipped, test_names, test_mistakes, test_bare, test_failures))
