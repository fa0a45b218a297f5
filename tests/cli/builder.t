#!/usr/bin/env python3
"""The command line itself, as capsem-builder: help at every level, and what each kind of mistake says."""
import os, re, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from sandbox import ROOT, Sandbox, read, run_tests

COMMANDS = sorted(name for name in re.findall(r'^COMMAND\(\w+, "[^"]*", "([^"]+)"', read(os.path.join(ROOT, "gen/cmd/commands.def")), re.M))


def builder(s, *args):
    """Exit status, stdout, stderr."""
    s.run("sh", "-c", '"$@" 2>err >out; echo $? >status', "sh", s.builder_program, *args)
    return int(read(os.path.join(s.dir, "status"))), read(os.path.join(s.dir, "out")), read(os.path.join(s.dir, "err"))


def test_help(tap, s):
    status, out, err = builder(s)
    tap.ok((status, err) == (0, "") and "validate" in out, "no argument: help on stdout", out, err)
    names = re.findall(r"^  ([a-z]+)  ", out.split("Commands:")[1], re.M)
    tap.same(names, [n for n in COMMANDS if " " not in n], "every command, by name")
    tap.same(builder(s, "--help"), (0, out, ""), "--help says the same")
    status, out, err = builder(s, "--version")
    tap.ok((status, err) == (0, "") and re.fullmatch(r"capsem-builder, version \d+\.\d+\.\d+\n", out), "--version", out)
    for name in COMMANDS:
        status, out, err = builder(s, *name.split(), "--help")
        tap.ok((status, err) == (0, "") and out.startswith("Usage: capsem-builder %s [OPTIONS]" % name), "%s --help" % name, out, err)


def test_mistakes(tap, s):
    for args, command, said in ((("bogus",), "", "No such command 'bogus'."),
                                (("-h",), "", "No such option '-h'."),
                                (("--arch", "x"), "", "No such option '--arch'."),
                                (("validate", "--strct"), " validate", "No such option '--strct'. Did you mean '--strict'?"),
                                (("validate", "--draft", "07"), " validate", "No such option '--draft'."),
                                (("--draft=07", "validate"), " validate", "No such option '--draft'."),
                                (("validate", "a", "b"), " validate", "Got unexpected extra argument (b)"),
                                (("validate", "--format", "x"), " validate", "Invalid value for '--format': 'x' is not one of 'text', 'short', 'json', 'sarif'."),
                                (("validate", "--format"), " validate", "Option '--format' requires an argument."),
                                (("validate", "--json=yes"), " validate", "Option '--json' does not take a value."),
                                (("validate", "--artifacts", "nope"), " validate", "Invalid value for '--artifacts': Path 'nope' does not exist."),
                                (("explain",), " explain", "Missing argument 'WHAT'.")):
        status, out, err = builder(s, *args)
        lines = err.splitlines()
        tap.ok((status, out) == (2, "") and lines[0].startswith("Usage: capsem-builder%s [OPTIONS]" % command) and
               lines[1:] == ["Try 'capsem-builder%s --help' for help." % command, "", "Error: " + said], "usage: " + " ".join(args), err)
    tap.same(builder(s, "validate", "nope"), (1, "", "error: directory not found: nope\n"), "an error of a command is one line")
    tap.same(builder(s, "validate", s.guest, "--strict"), builder(s, "validate", "--strict", s.guest), "options before and behind operands")


def main():
    return run_tests(Sandbox(), test_help, test_mistakes)


sys.exit(main())
