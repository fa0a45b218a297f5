#!/usr/bin/env python3
"""new: a guest folder from another one, by itself and in conversation; that the result is clean, configures and builds, that
files come over byte for byte, and that nothing half-made stays."""
import datetime, os, shutil, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from scaffold import read, read_only, run, toml, tree, usage, walk, write

EPOCH = "1700000000"        # 2023-11-14
HOST = {"x86_64": "x86_64", "aarch64": "arm64"}[os.uname().machine]

# A base of our own: what is offered, what is not. {path: text}
BASE = {
    "config/build.toml": "# as it was\r\n[build.architectures.x86_64]\ndocker_platform = 'linux/amd64'\nrust_target = 'x86_64-unknown-linux-musl'\n"
                         "kernel_image = 'arch/x86_64/boot/bzImage'\ndefconfig = 'kernel/defconfig.x86_64'\n",
    "config/kernel/defconfig.x86_64": "# kernel\n",
    "config/kernel/defconfig.old": "# kernel of old\n",
    "config/kernel/notes": "not copied\n",
    "config/ai/one.toml": "# a comment\n[uno]\nname = 'One'   # one\ndescription = 'The first'\napi_key = { name = 'K', env_vars = ['ONE'] }\nnetwork = { domains = ['one.example.com'] }\n",
    "config/ai/two.toml": "[dos]\nname = \"Two\\u001b[31m\"\napi_key = { name = 'K', env_vars = ['TWO'] }\nnetwork = { domains = ['two.example.com'] }\n",
    "config/packages/apt.toml": "[apt]\nname = 'System'\nmanager = 'apt'\npackages = ['git']\ninstall_cmd = 'apt-get install -y'\nnetwork = { name = 'N', domains = ['a.example.com'] }\n",
    "config/packages/python.toml": "[python]\nname = 'Python'\nmanager = 'pip'\npackages = ['x', 'y']\ninstall_cmd = 'pip3 install'\nnetwork = { name = 'N', domains = ['p.example.com'] }\n",
    "config/mcp/srv.toml": "[srv]\nname = 'Server'\ntransport = 'stdio'\ncommand = '/x'\n",
    "config/mcp/tools.toml": "[tools]\nname = 'Tools'\ndescription = 'Some tools'\ntransport = 'stdio'\ncommand = '/y'\n",
    "config/security/web.toml": "# web\n[web]\nregistry.x = { name = 'X', domains = ['x.example.com'] }\n",
    "config/vm/resources.toml": "[resources]\ncpu_count = 2\n",
    "config/manifest.toml": "[image]\nname = 'base'\nversion = '9'\n",
    "config/notes.toml": "",
    "artifacts/tips.txt": "a tip\n",
}
TAKEN = [p for p in BASE if p not in ("config/kernel/notes", "config/manifest.toml", "config/notes.toml", "artifacts/tips.txt")]
PICKERS = {
    "ai": "\nAI providers -- include from base:\n  [1] one -- One -- The first\n  [2] two -- Two?[31m -- Two?[31m\n",
    "packages": "\nPackage sets -- include from base:\n  [1] apt -- System (1 package)\n  [2] python -- Python (2 packages)\n",
    "mcp": "\nMCP servers -- include from base:\n  [1] srv -- Server\n  [2] tools -- Some tools\n",
}
PICK = "Include (* for all, or numbers and keys) [*]: "


def base(s, name="base", files=BASE):
    for path, text in files.items():
        path = s.path(name, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as f:
            f.write(text)


def files(folder):
    """The files below a folder, but the generated manifest: path -> bytes."""
    return {p: what for p, (mode, what) in tree(folder).items() if what is not None and p != "config/manifest.toml"}


def manifest(name, version="0.1.0", description="", base="base", date="2023-11-14"):
    return {"image": {"name": name, "version": version, "description": description,
                      "changelog": [{"version": version, "date": date, "changes": ["Created from " + base]}]}}


def test_shipped(tap, s):
    """The shipped guest, as anybody would do it."""
    shutil.copytree(s.guest, s.path("guest"))
    done = s.call("new", "my-image/", "--from", "guest/", SOURCE_DATE_EPOCH=EPOCH)
    tap.same(done, (0, "\nScanning base config (guest/)...\n\nCreated my-image/config/ (11 files)\n", ""), "new my-image/ --from guest/")
    want = {p: b for p, b in files(s.guest).items() if p.startswith(("config/", "schema/"))}
    tap.same(files(s.path("my-image")), want, "config and schemas come over byte for byte, comments and all")
    tap.same(toml(s.path("my-image/config/manifest.toml")), manifest("my-image", base="guest"), "its manifest is its own")
    tap.ok(read(s.path("my-image/config/manifest.toml")).startswith("#:schema ../schema/manifest.json\n\n"), "and names its schema")
    tap.same(s.call("validate", "my-image", "--strict"), (0, "passed: config is clean\n", ""), "it is clean")
    out = s.configures(tap, "my-image", "a copy of the shipped guest")
    done = s.run("ninja", "-C", out, "assets-" + HOST, "settings")
    tap.ok(done.returncode == 0 and os.path.exists(os.path.join(out, "build/assets/%s/rootfs.squashfs" % HOST)), "it is built", done.stdout[-3000:])
    tap.same(s.call("new", "other")[:2], (0, "\nScanning base config (guest)...\n\nCreated other/config/ (11 files)\n"), "the base is guest where none is named")


def test_result(tap, s):
    base(s)
    done = s.call("new", "a/b c", "--from", "base", "--non-interactive", SOURCE_DATE_EPOCH=EPOCH)
    tap.same(done, (0, "\nScanning base config (base)...\n\nCreated a/b c/config/ (10 files)\n", ""), "a base of our own")
    tap.same(files(s.path("a/b c")), {p: BASE[p].encode() for p in TAKEN}, "what is copied, and how")
    tap.same(toml(s.path("a/b c/config/manifest.toml")), manifest("b c"), "the manifest")
    tap.same(sorted(os.listdir(s.here)), ["a", "base"], "nothing beside it")
    tap.same(s.validate("a/b c")[0], 0, "it is valid")
    s.configures(tap, "a/b c", "a copy of a base of our own")
    os.mkdir(s.path('odd"\\\tname'))
    s.call("new", 'odd"\\\tname', "--from", "base", SOURCE_DATE_EPOCH=EPOCH)
    tap.same(toml(s.path('odd"\\\tname/config/manifest.toml')), manifest('odd"\\\tname'), "a name with quotes is escaped")
    before, after = str(datetime.date.today()), None
    s.call("new", "dated", "--from", "base")
    date, after = toml(s.path("dated/config/manifest.toml"))["image"]["changelog"][0]["date"], str(datetime.date.today())
    tap.ok(before <= date <= after, "dated today", date)
    status, out, err = s.call("new", "x", "--from", "base", SOURCE_DATE_EPOCH="soon")
    tap.same((status, err, os.path.exists(s.path("x"))), (1, "error: SOURCE_DATE_EPOCH is not a number of seconds: soon\n", False), "dated nonsense")
    os.mkdir(s.path("own"))
    done = s.run(s.builder_program, "new", ".", "--from", "../base", cwd=s.path("own"))
    tap.same((done.returncode, toml(s.path("own/config/manifest.toml"))["image"]["name"]), (0, "own"), "the current folder has a name")


def test_odd_base(tap, s):
    """Files that say nothing are left out; what build.toml names comes along."""
    base(s)
    for name, text in (("ai/broken.toml", "x = =\n"), ("ai/nameless.toml", "[x]\nenabled = true\n"), ("packages/none.toml", "name = 'not in a table'\n"),
                       ("mcp/latin.toml", "# \udce9\n"), ("mcp/README.md", "x\n"), ("mcp/sub/x.toml", "[x]\nname = 'X'\n")):
        path = s.path("base/config", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as f:
            f.write(text)
    status, out, err = s.call("new", "x", "--from", "base")
    tap.same((status, out.endswith(" (10 files)\n")), (0, True), "files that are no TOML, or have no table with a name")
    tap.same(err, "".join("warning: base/config/%s is left out: it does not say what it is; see 'validate'\n" % n
                          for n in ("ai/broken.toml", "ai/nameless.toml", "packages/none.toml", "mcp/latin.toml")), "are left out, with a warning")
    tap.same(files(s.path("x")), {p: BASE[p].encode() for p in TAKEN}, "all others are taken")
    named = dict(BASE, **{"config/build.toml": BASE["config/build.toml"].replace("kernel/defconfig.x86_64", "mine/k.config") +
                          "[build]\nkernel_source = 'file:./linux.tar.xz'\nkernel_sha256 = '%s'\n" % ("0" * 64),
                          "config/mine/k.config": "# mine\n", "config/linux.tar.xz": "tarball\n"})
    base(s, "named", named)
    tap.same(s.call("new", "y", "--from", "named")[0], 0, "a base with files in other places")
    tap.same((read(s.path("y/config/mine/k.config")), read(s.path("y/config/linux.tar.xz"))), ("# mine\n", "tarball\n"), "they come along")
    s.configures(tap, "y", "a copy of such a base")
    base(s, "far", {"config/build.toml": named["config/build.toml"].replace("mine/k.config", "../../../etc/passwd").replace("file:.", "file:/etc")})
    done = s.call("new", "z", "--from", "far")
    tap.same((done[0], done[2]), (0, "warning: ../../../etc/passwd is not copied: it is not below far/config\n"), "what lies elsewhere stays there")
    tap.same(sorted(files(s.path("z"))), ["config/build.toml"], "and there is nothing else")
    base(s, "torn", {"config/build.toml": "x = =\n"})
    tap.same((s.call("new", "torn copy", "--from", "torn")[0], read(s.path("torn copy/config/build.toml"))), (0, "x = =\n"), "a build.toml to be mended is taken as it is")
    os.makedirs(s.path("linked"))
    os.symlink("../base/config", s.path("linked/config"))
    tap.same((s.call("new", "v", "--from", "linked")[0], sorted(files(s.path("v")))), (0, sorted(TAKEN)), "a base behind a link")


def test_mistakes(tap, s):
    base(s)
    os.makedirs(s.path("hollow/config"))
    os.makedirs(s.path("there/config"))
    write(s.path("file"), "x\n")
    before = tree(s.here)
    for args, want in ((["x"], usage("new", "Invalid value for '--from': Path 'guest' does not exist.")),
                       (["x", "--from", "nope"], usage("new", "Invalid value for '--from': Path 'nope' does not exist.")),
                       ([], usage("new", "Missing argument 'TARGET'.")),
                       (["x", "y"], usage("new", "Got unexpected extra argument (y)")),
                       (["x", "--from"], usage("new", "Option '--from' requires an argument.")),
                       (["x", "--from", "hollow"], (1, "", "error: hollow/config/build.toml not found: --from wants a guest folder\n")),
                       (["there", "--from", "base"], (1, "", "error: there/config already exists (use --force to overwrite)\n")),
                       (["base", "--from", "base"], (1, "", "error: base/config already exists (use --force to overwrite)\n")),
                       (["./base/", "--from", "base", "--force"], (1, "", "error: ./base/ is the base itself; name another folder\n"))):
        tap.same((s.call("new", *args), tree(s.here) == before), (want, True), "new " + " ".join(args))
    status, out, err = s.call("new", "file", "--from", "base")
    tap.same((status, err, tree(s.here) == before), (1, "error: file is in the way: not a folder\n", True), "a file where the folder should be")
    done = s.call("new", "there", "--from", "base", "--force")
    tap.same((done[0], sorted(files(s.path("there")))), (0, sorted(TAKEN)), "--force into an empty config")
    write(s.path("there/config/ai/earlier.toml"), "# stays\n")
    write(s.path("there/config/ai/one.toml"), "# goes\n")
    done = s.call("new", "there", "--from", "base", "--force")
    tap.ok(done[0] == 0 and done[1].endswith("Created there/config/ (11 files)\n"), "--force overlays", *done)
    tap.same((read(s.path("there/config/ai/earlier.toml")), read(s.path("there/config/ai/one.toml"))), ("# stays\n", BASE["config/ai/one.toml"]), "what is not in the base stays")


def questions(name="x"):
    return "Image name [%s]: Version [0.1.0]: Description []: \nScanning base config (base)...\n" % name


FOLDERS = "Include the security settings? [Y/n]: Include the VM settings? [Y/n]: \n"
MORE = ["Add a new AI provider? [y/N]: ", "Add a new package set? [y/N]: ", "Add a new MCP server? [y/N]: "]


def test_talk(tap, s):
    base(s)
    pickers = "".join(PICKERS[k] + PICK for k in PICKERS)
    status, out, err = s.talk(["new", "x", "--from", "base"], [b"\n"] * 11, SOURCE_DATE_EPOCH=EPOCH)
    tap.same((status, err), (0, ""), "on a terminal, Enter to all questions")
    tap.same(out, questions() + pickers + FOLDERS + "".join(MORE) + "\nCreated x/config/ (10 files)\n", "what it says")
    tap.same((files(s.path("x")), toml(s.path("x/config/manifest.toml"))), ({p: BASE[p].encode() for p in TAKEN}, manifest("x")), "all is taken")

    answers = [b" My \"image\" \n", b"2\\.0\n", b"caf\xc3\xa9 \xff\n", b" 2 , bogus,7\n", b"python, apt\n", b"none\n", b"no\n", b"maybe\n", b"YES\n",
               b"y\n", b"my-llm\n", b"y\n", b"one/two\n", b"y\n", b"\n", b"two\n", b"n\n",
               b"y\n", b"extra\n", b"\n", b"y\n", b"db\n", b"\n"]
    status, out, err = s.talk(["new", "y", "--from", "base"], answers, SOURCE_DATE_EPOCH=EPOCH)
    name = "  Name: "
    add = (MORE[0] + name + MORE[0] + name + "Error: a name has letters, digits, '_' and '-' only\n" + MORE[0] + name + name +
           "Error: there is a ai/two.toml already\n" + MORE[0] + MORE[1] + name + MORE[1] + MORE[2] + name + MORE[2])
    folders = FOLDERS.replace("VM settings? [Y/n]: ", "VM settings? [Y/n]: Error: invalid input: answer y or n\nInclude the VM settings? [Y/n]: ")
    tap.same((status, err), (0, ""), "answers of all kinds")
    tap.same(out, questions("y") + pickers + folders + add + "\nCreated y/config/ (9 files)\n", "what it says to them")
    tap.same(sorted(files(s.path("y"))), ["config/" + n for n in ("ai/my-llm.toml", "ai/two.toml", "build.toml", "kernel/defconfig.old", "kernel/defconfig.x86_64", "mcp/db.toml",
                                                 "packages/apt.toml", "packages/extra.toml", "packages/python.toml", "vm/resources.toml")], "what was chosen")
    tap.same(toml(s.path("y/config/manifest.toml")), manifest('My "image"', "2\\.0", "caf\u00e9 \ufffd"), "the manifest has the answers")
    tap.same(toml(s.path("y/config/ai/my-llm.toml"))["my-llm"]["api_key"]["env_vars"], ["MY_LLM_API_KEY"], "a new provider")
    tap.same((toml(s.path("y/config/packages/extra.toml"))["extra"]["manager"], toml(s.path("y/config/mcp/db.toml"))["db"]["transport"]), ("apt", "stdio"), "a new set, a new server")
    tap.same(s.validate("y")[0], 0, "it is valid")
    s.configures(tap, "y", "what was talked about")


def test_choices(tap, s):
    """Each way of answering a picker."""
    base(s, files={**{p: t for p, t in BASE.items() if not p.startswith(("config/packages", "config/mcp", "config/sec", "config/vm"))},
                   "config/ai/7.toml": "[x]\nname = 'Seven'\n"})
    for answer, want in ((b"\n", "7 one two"), (b"*\n", "7 one two"), (b"1\n", "7"), (b"7\n", "7"), (b"2,3\n", "one two"), (b" two ,one\n", "one two"), (b",\n", ""), (b"0\n", ""),
                         (b"-1,4,On,1 2\n", ""), (b"2,2,one\n", "one"), (b"../ai/one\n", "")):
        status, out, err = s.talk(["new", "x", "--from", "base"], [b"\n"] * 3 + [answer] + [b"\n"] * 3)
        got = [p[len("config/ai/"):-len(".toml")] for p in sorted(files(s.path("x"))) if p.startswith("config/ai/")]
        tap.same((status, got), (0, want.split()), "answer %r" % answer)
        tap.ok("security" not in out and "Package sets" not in out, "what the base has not is not asked", out)
        shutil.rmtree(s.path("x"))
    status, out, err = s.talk(["new", "x", "--from", "base", "--non-interactive"], [])
    tap.same((status, out), (0, "\nScanning base config (base)...\n\nCreated x/config/ (5 files)\n"), "--non-interactive asks nothing")


def test_end(tap, s):
    """The person goes away: at each question there is nothing yet."""
    base(s)
    before = tree(s.here)
    prompts = ["Image name", "Version", "Description"] + [PICK.split(" [")[0]] * 3 + ["Include the security settings?", "Include the VM settings?"] + [m.split(" [")[0] for m in MORE]
    for i, prompt in enumerate(prompts):
        status, out, err = s.talk(["new", "x", "--from", "base"], [b"\n"] * i + [b"\x04"])
        tap.same((status, err, tree(s.here) == before), (1, "error: no answer to '%s'; nothing was written\n" % prompt, True), "the end of input at '%s'" % prompt)
        status, out, err = s.talk(["new", "x", "--from", "base"], [b"\n"] * i + [b"\x03"])
        tap.same((status, err, tree(s.here) == before), (130, "", True), "Ctrl-C at '%s'" % prompt)


def test_failures(tap, s):
    def prepare():
        s.clear()
        base(s)

    walk(tap, s, "new", ["new", "a/b", "--from", "base"], prepare, stride=7)

    def old():
        prepare()
        write(s.path("x/config/ai/one.toml"), "# old\n")
        write(s.path("x/config/build.toml"), "# old\n")

    walk(tap, s, "new --force", ["new", "x", "--from", "base", "--force"], old, together=False, stride=7)
    s.clear()
    base(s)
    read_only(tap, s, "a disk that is read only", ["new", "disk/x", "--from", "base"], lambda disk: None,
              "error: create a folder in disk: Read-only file system\n", out="\nScanning base config (base)...\n")


sys.exit(run(test_shipped, test_result, test_odd_base, test_mistakes, test_talk, test_choices, test_end, test_failures))
