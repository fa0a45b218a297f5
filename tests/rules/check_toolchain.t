#!/usr/bin/env python3
"""check_toolchain: what is missing is named with the command that installs it."""
import shutil, time
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from helper import Box, get, put

HOST = {"aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
OTHER = {"x86_64": "arm64", "arm64": "x86_64"}[HOST]
TRIPLES = {"x86_64": "x86_64-linux-", "arm64": "aarch64-linux-"}
PACKAGES = {"x86_64": ("gcc-x86-64-linux-gnu", "amd64"), "arm64": ("gcc-aarch64-linux-gnu", "arm64")}


def musl(arch):
    return "/usr/include/%smusl" % TRIPLES[arch], "/usr/lib/%smusl" % TRIPLES[arch]


def there(arch, cc):
    return shutil.which(cc) and os.path.exists(musl(arch)[1] + "/libc.a")


with Box("check_toolchain") as box:
    tap = box.tap

    def args(arch, cc, include=None, lib=None, *flags):
        return ["-o", "out", "-d", "out.d", "-c", cc, "-a", arch, "-I", include or musl(arch)[0], "-L", lib or musl(arch)[1]] + \
            [x for f in flags for x in ("-f", f)]

    # Compilers that only look like one.
    os.makedirs("inc")
    for name in "inc/stdio.h", "lib/crt1.o", "lib/crti.o", "lib/crtn.o", "lib/libc.a":
        put(name, name)
    def compiler(script, name="cc"):
        return "./" + put(name, "#!/bin/sh\ncase $* in\n*--version*) echo 'cc (Debian 12) 12.2'; echo more; exit;;\nesac\n" + script, 0o755)

    def refuses(name, text, cc, arch=HOST, lib="lib", inc="inc", flags=()):
        box.fails(name, text, *args(arch, cc, inc, lib, *flags))
        tap.ok(not [f for f in os.listdir(".") if f.endswith(".tmp")], name + ": nothing is left", os.listdir("."))

    gcc = PACKAGES[OTHER]
    refuses("no compiler", "the compiler 'none-such' for %s is not there: apt-get install gcc" % HOST, "none-such")
    refuses("no cross compiler", "the compiler 'none-such' for %s is not there: apt-get install %s" % (OTHER, gcc[0]), "none-such", OTHER)
    refuses("no musl", "musl for %s is not there (no nowhere/crt1.o): apt-get install musl-dev" % HOST, compiler("exit 0"), lib="nowhere")
    refuses("no musl headers", "musl for %s is not there (no nowhere/stdio.h): apt-get install musl-dev" % HOST, compiler("exit 0"), inc="nowhere")
    refuses("no musl for the other architecture", "(no nowhere/crt1.o): dpkg --add-architecture %s && apt-get update && apt-get install musl-dev:%s" %
            (gcc[1], gcc[1]), compiler("exit 0"), OTHER, lib="nowhere")
    refuses("it cannot compile", "./cc cannot compile a program for %s (status 4): x.c:1:2: error: what is this" % HOST,
            compiler("echo 'In file included from y'; echo 'x.c:1:2: error: what is this'; echo 'x.c:2:2: error: more' >&2; exit 4"))
    refuses("it cannot link", "./cc cannot link a static program for %s (status 1): ld: cannot find -lgcc" % HOST,
            compiler("case $* in\n*-static*) echo 'ld: warning'; echo 'ld: cannot find -lgcc'; echo 'collect2: error: ld returned 1 exit status'; exit 1;;\nesac"))
    refuses("it says nothing", "./cc cannot compile a program for %s (status 9): \n" % HOST, compiler("exit 9"))
    refuses("it makes something else", "./cc makes a program that is not an ELF program", compiler("while [ $1 != -o ]; do shift; done; echo text > $2"))
    put("agent", "")
    refuses("a folder is no compiler", "the compiler './inc' for", "./inc")
    put("slow", "#!/bin/sh\ntouch begun\nsleep 30 & wait\n", 0o755)
    box.interrupted("interrupted while it compiles", *args(HOST, "./slow", "inc", "lib"), when=lambda: os.path.exists("begun"))
    tap.ok(not [f for f in os.listdir(".") if f.endswith(".tmp")], "nothing is left", os.listdir("."))

    for arch, cc in (HOST, "gcc"), (OTHER, PACKAGES[OTHER][0][4:] + "-gcc"):
        if not there(arch, cc):
            tap.ok(True, "a real compiler for %s # SKIP not installed" % arch)
            continue
        box.makes("a real compiler for " + arch, *args(arch, cc, None, None, "-O2", "-std=c11"))
        lines = get("out").decode().splitlines()
        tap.ok(lines[0] == "compiler: " + cc and " 1" in lines[1] and lines[2].startswith("libc.a: "), "what it records", *lines)
        deps = get("out.d").decode()
        wanted = [shutil.which(cc), os.path.dirname(shutil.which(cc)), musl(arch)[1] + "/libc.a", musl(arch)[1]]
        tap.ok(all("  %s" % w in deps.replace(" \\\n", "\n").splitlines() for w in wanted), "it depends on the compiler, musl and their folders", deps)
        os.remove("out")
        refuses("a flag it does not know", "error: unrecognized command-line option", cc, arch, musl(arch)[1], musl(arch)[0], ["-no-such-flag"])
        other = {"x86_64": "arm64", "arm64": "x86_64"}[arch]
        refuses("a compiler for the wrong machine", "makes a program that is for %s, not for %s: apt-get install " % (arch, other),
                cc, other, musl(arch)[1], musl(arch)[0])

    # An upgrade: the same version leaves the record alone, another one does not.
    if there(HOST, "gcc"):
        real = "case $* in\n*--version*) echo 'gcc (Debian %s)';;\n*) exec gcc \"$@\";;\nesac\n"
        put("mycc", "#!/bin/sh\n" + real % "12.2.0-14", 0o755)
        box.run(*args(HOST, "./mycc"))
        first = os.stat("out").st_mtime_ns
        time.sleep(0.01)
        put("mycc", "#!/bin/sh\n# touched\n" + real % "12.2.0-14", 0o755)
        box.run(*args(HOST, "./mycc"))
        tap.ok(os.stat("out").st_mtime_ns == first, "the same version leaves the record alone")
        put("mycc", "#!/bin/sh\n" + real % "12.2.0-15", 0o755)
        box.run(*args(HOST, "./mycc"))
        tap.ok(b"12.2.0-15" in get("out") and os.stat("out").st_mtime_ns != first, "an upgrade changes it")
sys.exit(box.done())
