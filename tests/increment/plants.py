"""Mistakes, planted into a sandbox: the property test must find each."""
import os

from sandbox import read, write

# Stands before the generator: what that has written is spoiled at once.
SPOILER = """#!/usr/bin/python3 -IS
import re, subprocess, sys, os
real = "%s"
code = subprocess.call([real] + sys.argv[1:])
words = sys.argv[1:]
path = os.path.join(words[words.index("-C") + 1] if "-C" in words else ".", "build.ninja")
text = open(path).read().replace(real, "%s")
text = re.sub(%r, %r, text, flags=re.M)
open(path, "w").write(text)
sys.exit(code)
"""


class Plant:
    def __init__(self, name, pattern=None, to="", helper=None):
        self.name, self.pattern, self.to, self.helper = name, pattern, to, helper

    def prepare(self, machine):
        if self.pattern:
            program = machine.configure_program
            real = program + ".real"
            os.rename(program, real)
            write(program, SPOILER % (real, program, self.pattern, self.to))
            os.chmod(program, 0o755)
        if self.helper:
            name, script = self.helper
            path = os.path.join(machine.libexec, name)
            os.rename(path, path + ".real")
            write(path, script % (path + ".real"))
            os.chmod(path, 0o755)
            machine.helpers[name] = read(path).encode() + b"\n#"


RANDOM = '#!/bin/sh\n"%s" "$@" || exit 1\nwhile [ "$1" != -o ]; do shift; done\ndate +%%s%%N >>"$2"\n'
ALL = {p.name: p for p in (
    Plant("dropped-input", r"^(build .*: extract_files) (\S+)(.*\n  args = .*)$", r"\1\3 \2"),
    Plant("dropped-helper", r"^(build .*: pack_squashfs .*) \| .*", r"\1"),
    Plant("dropped-header", r"^(rule cc\n(?:  .*\n)*?)  depfile = .*\n  deps = gcc\n", r"\1"),
    Plant("dropped-folder", r"^(rule sum_context\n(?:  .*\n)*?)  depfile = .*\n  deps = gcc\n", r"\1"),
    Plant("no-restat", r"^(rule sum_context\n(?:  .*\n)*?)  restat = 1\n", r"\1"),
    Plant("too-many-inputs", r"^(build build/\w+/rootfs.tar .*: build_image .*) \|\| ", r"\1 build/settings/defaults.json || "),
    Plant("not-deterministic", helper=("pack_initrd", RANDOM)),
)}
