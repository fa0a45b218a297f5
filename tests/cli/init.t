#!/usr/bin/env python3
"""init: what it makes, that the result is clean and configures, when it refuses, and that nothing half-made stays."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from scaffold import read, read_only, run, toml, tree, usage, walk, write

BUILD = {"build": {"compression": "zstd", "compression_level": 15, "architectures": {"arm64": {
    "base_image": "debian:bookworm-slim", "docker_platform": "linux/arm64", "rust_target": "aarch64-unknown-linux-musl",
    "kernel_branch": "auto", "kernel_image": "arch/arm64/boot/Image", "defconfig": "kernel/defconfig.arm64", "node_major": 24}}}}
FILES = ["config", "config/build.toml", "config/kernel", "config/kernel/defconfig.arm64"]


def test_result(tap, s):
    for args, target, shown in ((), "guest", "guest"), (("my image/",), "my image", "my image"), (("a/b/c",), "a/b/c", "a/b/c"):
        tap.same(s.call("init", *args), (0, "created %s/config/\n" % shown, ""), "init %s" % " ".join(args))
        tap.same(sorted(tree(s.path(target))), FILES, "two files, nothing else")
        tap.same(toml(s.path(target, "config/build.toml")), BUILD, "build.toml: every key")
        stub = read(s.path(target, "config/kernel/defconfig.arm64"))
        tap.ok(stub.startswith("# ") and stub.count("\n") == 1 and stub.endswith("\n"), "the kernel configuration is one line", stub)
        tap.same(s.call("validate", target), (0, "passed: config is clean\n", ""), "it is clean")
    tap.same({oct(os.stat(s.path("guest", f)).st_mode & 0o777) for f in FILES if "." in f}, {"0o644"}, "files that all can read")
    tap.same(sorted(os.listdir(s.here)), ["a", "guest", "my image"], "nothing beside it")
    s.configures(tap, "guest", "what init makes")
    os.mkdir(s.path("empty"))
    tap.same((s.call("init", "empty")[0], sorted(tree(s.path("empty")))), (0, FILES), "an empty folder")
    s.clear()
    tap.same((s.call("init", "."), sorted(tree(s.here))), ((0, "created config/\n", ""), FILES), "the current folder")
    tap.ok("#:schema" not in read(s.path("config/build.toml")), "no schema is named where there is none")


def test_schema(tap, s):
    write(s.path("guest/schema/build.json"), "{}")
    s.call("init")
    tap.ok(read(s.path("guest/config/build.toml")).startswith("#:schema ../schema/build.json\n\n"), "the schema is named where there is one")
    tap.same(toml(s.path("guest/config/build.toml")), BUILD, "with the same content")


def test_force(tap, s):
    exists = (1, "", "error: guest/config already exists (use --force to overwrite)\n")
    os.makedirs(s.path("guest/config"))
    tap.same((s.call("init"), sorted(tree(s.here))), (exists, ["guest", "guest/config"]), "a config, be it empty, is not touched")
    write(s.path("guest/config/build.toml"), "# mine\n")
    write(s.path("guest/config/ai/x.toml"), "# mine too\n")
    write(s.path("guest/config/kernel/defconfig.x86_64"), "# mine as well\n")
    before = tree(s.here)
    tap.same((s.call("init"), tree(s.here) == before), (exists, True), "one with files neither")
    tap.same(s.call("init", "--force", "guest"), (0, "created guest/config/\n", ""), "--force")
    after = tree(s.path("guest"))
    tap.same(sorted(after), sorted(FILES + ["config/ai", "config/ai/x.toml", "config/kernel/defconfig.x86_64"]), "the two files are added")
    tap.same({p for p in after if after[p] != before.get("guest/" + p)}, {"config/build.toml", "config/kernel/defconfig.arm64"}, "and only they change")
    tap.same(toml(s.path("guest/config/build.toml")), BUILD, "build.toml is overwritten")


def test_mistakes(tap, s):
    tap.same(s.call("init", "a", "b"), usage("init", "Got unexpected extra argument (b)"), "two targets")
    tap.same(s.call("init", "--from", "x"), usage("init", "No such option '--from'."), "an option of another command")
    tap.same(s.call("init", "a/../b"), (1, "", "error: a/..: '..' behind a folder that does not exist\n"), "a way through nowhere")
    write(s.path("file"), "x\n")
    os.symlink("nowhere", s.path("link"))
    os.makedirs(s.path("linked"))
    os.symlink("nowhere", s.path("linked/config"))
    os.makedirs(s.path("odd/config/build.toml"))
    os.makedirs(s.path("odder/config"))
    write(s.path("odder/config/kernel"), "")
    before = tree(s.here)
    for target, error in (("file", "file is in the way: not a folder"), ("file/x", "file is in the way: not a folder"),
                          ("link", "link is in the way: not a folder"), ("linked", "linked/config is in the way: not a folder"),
                          ("odd", "odd/config/build.toml is in the way: not a regular file"),
                          ("odder", "odder/config/kernel is in the way: not a folder")):
        done = s.call("init", target, "--force")
        tap.same((done, tree(s.here) == before), ((1, "", "error: %s\n" % error), True), "in the way: " + target)
    status, out, err = s.call("init", "/proc/nowhere")
    tap.ok((status, out) == (1, "") and err.startswith("error: create a folder in /proc: "), "where no folder can be made", err)
    read_only(tap, s, "a disk that is read only", ["init", "disk"], lambda disk: None, "error: create a folder in disk: Read-only file system\n")


def test_failures(tap, s):
    walk(tap, s, "init of a new folder", ["init", "a/b"], s.clear)

    def old():
        s.clear()
        write(s.path("guest/config/build.toml"), "# old\n")
        write(s.path("guest/config/kernel/defconfig.arm64"), "# old\n")

    walk(tap, s, "init over an old one", ["init", "--force"], old, together=False)


sys.exit(run(test_result, test_schema, test_force, test_mistakes, test_failures))
