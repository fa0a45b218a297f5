#!/usr/bin/env python3
"""The rebuild table of the README, row by row: edit one file, build, compare the rules that ran.

The README's table is the contract: each of its rows names the edit (first column) and the rules that
run (second column). Here stands how each edit is made, and which architectures it reaches.
"""
import os, re, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from sandbox import Sandbox, Tap, read, readme_rows, write

ELSEWHERE = {"the source of a helper, in `rules/`"}  # self.t tries these
BOTH, X86, ARM = ("x86_64", "arm64"), ("x86_64",), ("arm64",)


def edit_node(s):
    head, table = read(os.path.join(s.guest, "config/build.toml")).split("[build.architectures.x86_64]", 1)
    table = re.sub(r"node_major = \d+", "node_major = 22", table, 1)
    write(os.path.join(s.guest, "config/build.toml"), head + "[build.architectures.x86_64]" + table)


def edit_template(s, text):
    path = os.path.join(s.templates, "Dockerfile.rootfs.j2")
    write(path, read(path) + text)


def touch_all(s):
    for top in (s.guest, s.templates):
        for folder, _, names in os.walk(top):
            for name in names:
                os.utime(os.path.join(folder, name))


# first words of a row -> (how to make the edit, the architectures whose assets change)
EDITS = {
    "`config/packages/*.toml`: a package": (lambda s: s.edit("config/packages/apt.toml", '"git",', '"git", "hello",'), BOTH),
    "`config/ai/*.toml`: `install`": (lambda s: s.edit("config/ai/openai.toml", '"@openai/codex"', '"@openai/codex@1"'), BOTH),
    "`config/ai/*.toml`: `cli.version_command`": (lambda s: s.edit("config/ai/openai.toml", "version_command = \"", "version_command = \"true && "), ()),
    "`config/ai/*.toml`: keys, domains, files": (lambda s: s.edit("config/ai/openai.toml", "domains = [", "domains = [\"edited.example.com\", "), ()),
    "`config/mcp/*.toml`": (lambda s: s.edit("config/mcp/capsem.toml", "command = \"", "args = [\"--edited\"]\ncommand = \""), BOTH),
    "`config/security/web.toml`": (lambda s: s.edit("config/security/web.toml", "allow_read = false", "allow_read = true"), ()),
    "`config/vm/resources.toml`": (lambda s: s.edit("config/vm/resources.toml", "cpu_count = 4", "cpu_count = 5"), ()),
    "`config/vm/environment.toml`": (lambda s: s.edit("config/vm/environment.toml", "term = \"xterm-256color\"", "term = \"xterm\""), ()),
    "`config/kernel/defconfig.A`": (lambda s: s.append("config/kernel/defconfig.arm64", "# CONFIG_EDITED is not set\n"), ARM),
    "`config/build.toml`: compression": (lambda s: s.edit("config/build.toml", "compression_level = 15", "compression_level = 3"), BOTH),
    "`config/build.toml`: an architecture's table": (edit_node, X86),
    "`config/manifest.toml`": (lambda s: s.edit("config/manifest.toml", "description = \"", "description = \"edited "), ()),
    "`artifacts/tips.txt`, `banner.txt`, `capsem-bashrc`": (lambda s: s.append("artifacts/tips.txt", "Edited.\n"), BOTH),
    "`artifacts/capsem-init`": (lambda s: s.append("artifacts/capsem-init", "# edited\n"), BOTH),
    "`artifacts/diagnostics/`, `capsem_bench/`, `capsem-doctor`, `capsem-bench`, `snapshots`": (lambda s: write(os.path.join(s.guest, "artifacts/diagnostics/test_edited.py"), "# new\n"), BOTH),
    "`agent/*.c`": (lambda s: s.edit("agent/capsem-sysutil.c", "\"Shutting down\"", "\"Edited down\""), BOTH),
    "`templates/`: what an image holds": (lambda s: edit_template(s, "RUN echo edited\n"), BOTH),
    "a template's comment": (lambda s: edit_template(s, "{# edited #}"), ()),
    "a comment, white space, the order of keys": (lambda s: s.append("config/packages/apt.toml", "\n# edited\n"), ()),
    "nothing: `touch` of every file": (touch_all, ()),
}


def arch_of(edge):
    m = re.search(r"build/(?:assets/)?(x86_64|arm64)/", edge)
    return m.group(1) if m else None


def main():
    tap, s = Tap(), Sandbox()
    rows = dict(readme_rows())
    tap.same(sorted(set(rows) - ELSEWHERE), sorted(EDITS), "the table and this test have the same rows")
    try:
        done = s.configure()
        tap.ok(done.returncode == 0, "configure", done.stdout)
        s.edges("assets", "settings")
        tap.same(s.edges("assets", "settings"), [], "a second build has nothing to do")
        for row, (edit, archs) in EDITS.items():
            edit(s)
            edges = s.edges("assets", "settings")
            ran = {e.split()[0] for e in edges}
            tap.same(sorted(ran), sorted(rows.get(row, ())), row)
            changed = {arch_of(e) for e in edges if e.startswith(("sum_blake3", "pack_initrd"))}
            tap.same(sorted(changed), sorted(archs), row + " -- whose assets")
            tap.same(s.edges("assets", "settings"), [], row + " -- then nothing")
    finally:
        s.remove()
    return tap.done()


sys.exit(main())
