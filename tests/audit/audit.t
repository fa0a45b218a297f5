#!/usr/bin/env python3
"""The audit finds nothing in our graph, in both ways to configure it, and each of the mistakes that are planted in
copies of build.ninja."""
import os, re, shutil, sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../increment"), os.path.join(HERE, "../lib")]
from audit import Audit
from machine import Machine
from sandbox import Tap, end_politely, read, work_in_memory, write

A = "x86_64"
SQUASHFS, KERNEL, INITRD = ("build/assets/%s/%s" % (A, n) for n in ("rootfs.squashfs", "vmlinuz", "initrd.img"))
ROOTFS, SUM = ("build/%s/%s" % (A, n) for n in ("rootfs.tar", "vmlinuz.b3"))
AGENT, LINKED = "build/%s/agents/capsem-sysutil" % A, "build/%s/agents/obj/capsem-sysutil" % A


def without(out, word):
    """The edge of OUT without a WORD (a pattern) of its line."""
    def change(text):
        return re.sub(r"^build %s[ :].*$" % re.escape(out), lambda m: re.sub(r" (?:%s)(?= |$|:)" % word, "", m.group(0), 1), text, 1, re.M)
    return change


def as_argument(out, word, name="args"):
    """The same, and the word becomes an argument of the command."""
    def change(text):
        line = re.search(r"^build %s[ :].*$" % re.escape(out), text, re.M).group(0)
        path = re.search(r" (%s)(?= |$)" % word, line).group(1)
        text = text.replace(line, line.replace(" " + path, "", 1), 1)
        head, tail = text.split(line.replace(" " + path, "", 1) + "\n", 1)
        old, new = (r"^  libs =", "  libs = " + path) if name == "libs" else (r"^(  args = .*)$", r"\1 " + path)
        return head + line.replace(" " + path, "", 1) + "\n" + re.sub(old, new, tail, 1, re.M)
    return change


def no_depfile(rule):
    return lambda text: re.sub(r"^(rule %s\n(?:  .*\n)*?)  depfile = .*\n" % rule, r"\1", text, 1, re.M)


def also(rule, command):
    """The rule's command does something more."""
    return lambda text: re.sub(r"^(rule %s\n  command = .*)$" % rule, lambda m: m.group(1) + " && " + command, text, 1, re.M)


# what is planted -> (how, the edge, what is said of which path)
PLANTS = {
    "a helper that is no input": (without(SQUASHFS, r"\S*/pack_squashfs"), SQUASHFS, "reads", "/pack_squashfs"),
    "another helper": (without(SUM, r"\S*/sum_blake3"), SUM, "reads", "/sum_blake3"),
    "an input that is only an argument": (as_argument(KERNEL, r"\S*/kernel.tar"), KERNEL, "reads", "/kernel.tar"),
    "a library that is only an argument": (as_argument(LINKED, r"\S*/lib.a", "libs"), LINKED, "reads", "/lib.a"),
    "an output left out": (without(ROOTFS, r"\S*/tool-versions.txt"), ROOTFS, "reads writes", "/tool-versions.txt"),
    "another output": (without(ROOTFS, r"\S*/packages.dpkg"), ROOTFS, "reads writes", "/packages.dpkg"),
    "an output of configure": (without("build/configure.stamp", "build/engine.json"), "build/configure.stamp", "reads writes", "/engine.json"),
    "no depfile for a compiler": (no_depfile("cc"), LINKED + ".c.o", "reads", "/word.h"),
    "no depfile for a folder": (no_depfile("sum_context"), "build/%s/initrd.list" % A, "reads", "/artifacts/diagnostics"),
    "no depfile for a template's values": (no_depfile("configure"), "build/configure.stamp", "reads", "/apt.toml"),
    "a base that is only an argument": (as_argument(INITRD, r"\S*/initrd.tar"), INITRD, "reads", "/initrd.tar"),
    "a script": (without(ROOTFS, r"\S*/tool-versions.sh"), ROOTFS, "reads", "/tool-versions.sh"),
    "an order-only input": (without(ROOTFS, "build/engine.json"), ROOTFS, "reads", "/engine.json"),
    "what stands for a tree": (without(INITRD, r"\S*/initrd.list"), INITRD, "reads", "/diagnostics/test_a.py"),
    "a command that reads a file": (also("seal_binary", "cat build/engine.json >/dev/null"), AGENT, "reads", "/engine.json"),
    "a command that reads a file of elsewhere": (also("seal_binary", "cat ../usr/share/capsem-configure/guest/README.md >/dev/null"), AGENT, "reads", "/README.md"),
    "a command that writes a file": (also("sum_blake3", "echo >build/extra"), SUM, "writes", "/build/extra"),
    "a command that changes an input": (also("seal_binary", ": >>$in"), AGENT, "writes", "/obj/capsem-sysutil"),
    "a command that lists a folder": (also("extract_files", "ls ../guest/config >/dev/null"), KERNEL, "reads", "/guest/config"),
    "a command that reads a link": (also("extract_files", "readlink build/link >/dev/null"), KERNEL, "reads", "/build/link"),
    "a command that runs a program": (also("extract_files", "build/program"), KERNEL, "reads", "/build/program"),
    "a command that renames onto a file": (also("sum_blake3", "cp $in build/a && mv build/a build/b"), SUM, "writes", "/build/b"),
    "a command that removes a file": (also("sum_blake3", "rm build/victim"), SUM, "removes", "/build/victim"),
    "a command that makes a hard link": (also("sum_blake3", "ln -f $in build/hard"), SUM, "writes", "/build/hard"),
    "a command that makes a folder": (also("sum_blake3", "mkdir -p build/folder"), SUM, "writes", "/build/folder"),
}


def clean(tap, m, name):
    audit = Audit(m.out, ignore=[m.engine.folder], env=m.env)
    edges = [e for e in audit.edges.values() if audit.is_there(e)]
    found = [f for e in edges for f in audit.check(e)]
    tap.same(found, [], "%s: nothing undeclared" % name)
    tap.ok(len(edges) >= 60, "of all edges", len(edges))


def prepare(m):
    """What some of the commands need."""
    for name in "link", "hard", "extra", "b", "victim", "program", "folder":
        path = os.path.join(m.out, "build", name)
        if os.path.isdir(path):
            os.rmdir(path)
        elif os.path.lexists(path):
            os.unlink(path)
    os.symlink("nowhere", os.path.join(m.out, "build/link"))
    write(os.path.join(m.out, "build/victim"), "")
    write(os.path.join(m.out, "build/program"), "#!/bin/sh\n")
    os.chmod(os.path.join(m.out, "build/program"), 0o755)


def find_plants(tap, m):
    good = read(os.path.join(m.out, "build.ninja"))
    for name, (change, out, kind, end) in PLANTS.items():
        prepare(m)
        write(os.path.join(m.out, "planted.ninja"), change(good))
        audit = Audit(m.out, "planted.ninja", [m.engine.folder], m.env)
        found = audit.check(audit.edges[out])
        write(os.path.join(m.out, "build.ninja"), good)     # configure has written it
        hits = [f for f in found if f[0] == out and f[1] in kind.split() and f[2].endswith(end)]
        tap.ok(change(good) != good and hits, "found: " + name, found)


def main():
    if not shutil.which("strace"):
        print("1..0 # SKIP no strace: apt-get install strace")
        return 0
    work_in_memory()
    end_politely()
    tap, m = Tap(), Machine()
    try:
        for release in False, True:
            m.become(dict(m.state, **{"option.release": release}))
            m.set_up()
            _, said = m.build()
            tap.ok(not said, "built", said)
            clean(tap, m, "with --release" if release else "as usual")
        find_plants(tap, m)
    finally:
        m.remove()
    return tap.done()


sys.exit(main())
