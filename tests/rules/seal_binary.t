#!/usr/bin/env python3
"""seal_binary: which files are static programs of an architecture, and what is said of the others."""
import random, stat, struct
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import Box, get, put

LOAD, DYNAMIC, INTERP, NOTE = 1, 2, 3, 4


def elf(segments=((LOAD, b"code"),), machine=62, kind=2, entry=0x400078, bits=2, order=1):
    """A program with these segments, (type, bytes) each, one behind the other."""
    at = 64 + 56 * len(segments)
    heads = body = b""
    for what, data in segments:
        heads += struct.pack("<IIQQQQQQ", what, 5, at, at, at, len(data), len(data), 8)
        body += data
        at += len(data)
    ident = b"\x7fELF" + bytes([bits, order, 1]) + bytes(9)
    head = struct.pack("<HHIQQQIHHHHHH", kind, machine, 1, entry, 64, 0, 0, 64, 56, len(segments), 0, 0, 0)
    return ident + head + heads + body


def dynamic(*tags):
    return DYNAMIC, b"".join(struct.pack("<QQ", tag, 7) for tag in tags)


NEEDED, STRTAB, NULL = 1, 5, 0
CODE = (LOAD, b"code")

with Box("seal_binary") as box:
    def accepts(name, data, arch="x86_64"):
        put("in", data)
        if box.makes(name, "-o", "out", "-m", "555", "-a", arch, "in"):
            box.tap.ok(get("out") == data and stat.S_IMODE(os.stat("out").st_mode) == 0o555, name + ": copied as it is, mode 555")
            os.chmod("out", 0o644)
            os.remove("out")

    def refuses(name, text, data, arch="x86_64"):
        put("in", data)
        box.fails(name, text, "-o", "out", "-m", "555", "-a", arch, "in")

    accepts("a static program", elf())
    accepts("for arm64", elf(machine=183), "arm64")
    accepts("static-pie: a dynamic section that needs nothing", elf([CODE, dynamic(STRTAB, NULL, NEEDED)], kind=3))
    accepts("other segments do not matter", elf([(NOTE, b"x" * 40), CODE]))
    refuses("empty", "Binary is empty: in", b"")
    refuses("a script", "in is not an ELF program", b"#!/bin/sh\n")
    refuses("one byte", "in is not an ELF program", b"\x7f")
    refuses("cut in the header", "in is cut short", elf()[:50])
    refuses("cut in the segments", "in is cut short", elf([CODE, (LOAD, b"more" * 100)])[:-1])
    refuses("the wrong machine says both", "in is for arm64, not for x86_64", elf(machine=183))
    refuses("and the other way round", "in is for x86_64, not for arm64", elf(), "arm64")
    refuses("a machine nobody knows", "in is for machine number 243, not for x86_64", elf(machine=243))
    refuses("32 bits", "in is not a 64-bit little-endian program", elf(bits=1))
    refuses("big-endian", "in is not a 64-bit little-endian program", elf(order=2))
    refuses("an object file", "in is an object file, not an executable", elf(kind=1))
    refuses("a shared library", "in is a library, not an executable", elf(kind=3, entry=0))
    refuses("no segments", "in has no usable program headers", elf([]))
    refuses("nothing to load", "in has nothing to load", elf([(NOTE, b"x")]))
    refuses("a dynamic program names its interpreter", "in is not static: it wants the interpreter /lib/ld-musl-x86_64.so.1",
            elf([(INTERP, b"/lib/ld-musl-x86_64.so.1\0"), CODE]))
    refuses("a program that needs libraries", "in is not static: it needs shared libraries",
            elf([CODE, dynamic(STRTAB, NEEDED, NULL)], kind=3))
    box.fails("not built", "Expected binary not found: nowhere: No such file", "-o", "out", "-m", "555", "-a", "x86_64", "nowhere")
    box.fails("unknown architecture", "unknown architecture 'mips'", "-o", "out", "-m", "555", "-a", "mips", "in", status=2)
    box.fails("bits beyond the permissions", "-m wants an octal number from 0 to 777, not '4555'",
              "-o", "out", "-m", "4555", "-a", "x86_64", "in", status=2)

    # Whatever the bytes are, there is a verdict.
    random.seed(7)
    whole, odd = elf([(INTERP, b"/lib/ld.so\0"), CODE, dynamic(NEEDED, NULL)]), []
    for i in range(400):
        data = bytearray(elf([CODE, dynamic(STRTAB, NULL)], kind=3) if i % 2 else whole)
        for _ in range(random.randrange(1, 6)):
            data[random.randrange(4, len(data))] = random.choice((0, 1, 0x7f, 0xff, random.randrange(256)))
        put("in", bytes(data[:random.randrange(1, len(data) + 1)] if i % 3 == 0 else data))
        code, said = box.run("-o", "out", "-m", "644", "-a", "x86_64", "in")
        if (code, said) != (0, "") and not (code == 1 and said.count("\n") == 1 and said.startswith("seal_binary: error: in ")):
            odd.append("%d %r" % (code, said))
    box.tap.ok(not odd, "400 damaged programs get a verdict each", *odd)
sys.exit(box.done())
