#!/usr/bin/env python3
"""The last row of the rebuild table: an edit of the program itself. In a copy of the source tree, since
an installed program does not build itself."""
import os, shutil, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from sandbox import DOCKER, ROOT, Sandbox, Tap, read, write

BUILT = ("bin", "boot", "lib", "obj")


class Tree(Sandbox):
    """A copy of the sources and of what they were built to, with their times."""

    def install(self):
        self.out = os.path.join(self.dir, "tree")
        shutil.copytree(ROOT, self.out, symlinks=True, ignore=self.leave_out)
        self.configure_program = os.path.join(self.out, "configure")

    @staticmethod
    def leave_out(folder, names):
        if folder == ROOT:
            return [".git", "build.ninja", "build.ninja.d", "compile_commands.json"]
        if folder == os.path.join(ROOT, "build"):
            return [n for n in names if n not in BUILT and not n.startswith(".ninja")]
        return [n for n in names if n == "__pycache__"]

    def configure(self, *args, **env):
        return self.run(self.configure_program, "guest/", "container.runtime=docker", "container.docker=" + DOCKER,
                        "container.base=pull", *args, cwd=self.out, **env)

    def change(self, path, old, new):
        path = os.path.join(self.out, path)
        text = read(path)
        if old not in text:
            raise RuntimeError("%s does not hold %r" % (path, old))
        write(path, text.replace(old, new, 1))


def rules_of(edges):
    return sorted({e.split()[0] for e in edges})


def main():
    tap, s = Tap(), Tree()
    try:
        done = s.configure()
        tap.ok(done.returncode == 0, "configure", done.stdout)
        s.edges("assets", "settings")
        tap.same(s.edges("assets", "settings"), [], "a second build has nothing to do")

        s.change("rules/seal_binary.c", "Binary is empty", "The binary is empty")
        edges = s.edges("assets", "settings")
        tap.same(rules_of(edges), ["cc", "link", "seal_binary"], "a helper: its edges, and nothing after them")
        tap.same(len([e for e in edges if e.startswith("seal_binary")]), 10, "for both architectures")

        s.change("rules/lib/elf.c", '"open %s:"', '"read %s:"')
        tap.same(rules_of(s.edges("assets")), ["ar", "cc", "check_toolchain", "link", "seal_binary"], "a file of rules/lib: the helpers that hold it")

        s.change("gen/emit/ninja.c", '"rule %s\\n"', '"# edited\\nrule %s\\n"')
        tap.same(rules_of(s.edges("assets")), ["ar", "cc", "configure", "link"], "the generator: configure")

        s.change("rules/pack_squashfs.c", "#include", "// edited\n#include")
        tap.same(rules_of(s.edges("assets")), ["cc", "link"], "a comment: nothing beyond the program")

        s.change("rules/README.md", "#", "# ")
        tap.same(s.edges("assets", "settings"), [], "a README: nothing")
        tap.same(s.edges("assets", "settings"), [], "then nothing")
    finally:
        s.remove()
    return tap.done()


sys.exit(main())
