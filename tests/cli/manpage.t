#!/usr/bin/env python3
"""The manual pages: good roff, and all that they are to tell: commands, options, keys, settings, helpers."""
import os, re, shutil, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from sandbox import ROOT, Sandbox, Tap, read, write

HELPERS = sorted(n[:-2] for n in os.listdir(os.path.join(ROOT, "rules")) if n.endswith(".c"))
PROGRAMS = {"capsem-configure": ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "TARGETS", "EXIT STATUS", "SEE ALSO"],
            "capsem-builder": ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "COMMANDS", "EXIT STATUS", "SEE ALSO"]}
FILES = {"capsem-guest": r"NAME DESCRIPTION( config/\S+)+ DIAGNOSTICS SEE ALSO", "capsem-machine": "NAME DESCRIPTION SETTINGS SEE ALSO"}
REQUESTS = {".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".nf", ".fi", ".ad"}


def plain(roff):
    """What a line of ours shows."""
    return roff.replace(r"\-", "-").replace(r"\(dq", '"').replace(r"\e", "\\").replace(r"\&", "")


def sections(page):
    return [plain(t) for t in re.findall(r'^\.SH "(.*)"$', page, re.M)]


def items(page):
    """Heading of a part, tag, text."""
    found, part = [], ""
    for heading, tag, text in re.findall(r'^\.S[SH] "(.*)"$|^\.TP\n\.B (.*)\n((?:[^.\n].*\n|\\&.*\n)+)', page, re.M):
        part = plain(heading) if heading else part
        if tag:
            found.append((part, plain(tag), plain(text)))
    return found


def test_roff(tap, s, name, section, page):
    tap.ok(page.startswith(".TH %s %d " % (name.upper().replace("-", r"\-"), section)) and page.isascii() and page.endswith("\n"), name + ": has a title", page[:200])
    tap.same(set(re.findall(r"^([.'].*?)(?: |$)", page, re.M)) - REQUESTS, set(), name + ": its requests")
    tap.same(re.findall(r"^\.TP\n(?!\.B .+\n[^'\n]).*", page, re.M), [], name + ": each paragraph has a tag and a text")
    tap.same(re.findall(r"^(?!\.TH).*(?<!\\)-.*", page, re.M), [], name + ": a minus is a minus")
    tap.ok(re.search(r'^\.SH "NAME"\n%s \\- .+\n\.' % name.replace("-", r"\\-"), page, re.M), name + ": says what it is", page[:400])
    path = os.path.join(s.dir, "%s.%d" % (name, section))
    write(path, page)
    for tool, args in ("groff", ["-man", "-Tutf8", "-ww", "-z"]), ("mandoc", ["-T", "lint", "-W", "warning"]), ("man", ["-l", "--warnings=w", "-Tutf8"]):
        if not shutil.which(tool):
            tap.ok(True, "%s: %s # SKIP there is no %s" % (name, tool, tool))
            continue
        done = s.run("sh", "-c", '"$@" 2>&1 > /dev/null' if tool == "man" else '"$@"', "sh", tool, *args, path)
        tap.same((done.returncode, done.stdout), (0, ""), "%s: %s has no complaints" % (name, tool))


def test_program(tap, s, name, page):
    program = s.configure_program if name == "capsem-configure" else s.builder_program
    tap.same(sections(page), PROGRAMS[name], name + ": its sections")
    found = items(page)
    def options(*command):
        text = s.run(program, *command, "--help").stdout
        return set(re.findall(r"^  (-\S+)", text, re.M)), text
    tap.same({t.split()[0] for part, t, _ in found if part == "OPTIONS" and t[0] == "-"}, options()[0], name + ": every option")
    commands = re.findall(r'^COMMAND\(\w+, "[^"]*", "([^"]+)"', read(os.path.join(ROOT, "gen/cmd/commands.def")), re.M)
    heads = [plain(h) for h in re.findall(r'^\.SS "(.*)"$', page, re.M)]
    tap.same(sorted(h.split(" [OPTIONS]")[0] for h in heads), sorted(commands), name + ": every command")
    for command in commands:
        head = next(h for h in heads if h.startswith(command + " [OPTIONS]"))
        want, text = options(*command.split())
        tap.same({t.split()[0] for part, t, _ in found if part == head}, want - {"--help", "--version"}, "%s: every option of %s" % (name, command))
        tap.ok(text.splitlines()[0].endswith(" " + head), "%s: how %s is called" % (name, command), head, text)


def test_guest(tap, s, page):
    """What schema.def holds, by the JSON Schema, which has another way to it."""
    tap.ok(re.fullmatch(FILES["capsem-guest"], " ".join(sections(page))), "capsem-guest: its sections", sections(page))
    found, text = items(page), read(os.path.join(ROOT, "gen/config/schema.def"))
    keys = re.findall(r'^KEY\(\w+, (\w+), (\w+), \w+, (\w+),\s*(NULL|"[^"]*"), (\S+), (\S+), \w+, [A-Z |]+,\s*"((?:[^"\\]|\\.)*)"\)', text, re.M)
    tap.ok(len(keys) == len(re.findall(r"^KEY\(\w+, \w+, [A-Z]", text, re.M)) and len(keys) > 80, "capsem-guest: the keys of schema.def", len(keys))
    for name, kind, presence, fallback, low, high, about in keys:
        about = about.replace('\\"', '"')
        said = [t for _, tag, t in found if tag == name and t.startswith(about + ".\nType: ")]
        shown = "; required" if presence == "REQUIRED" else ""
        if fallback.strip('\n\t "') not in ("NULL", "") and kind != "TABLE_OF":
            shown = "; default: %s" % fallback.strip('\n\t "')
        if kind == "INT" and low != high:
            shown = "integer, %s to %s%s" % (low, high, shown)
        tap.ok(any(shown + ".\nAn edit reaches: " in t for t in said), "capsem-guest: %s" % name, shown, said)
    tables = set(re.findall(r"^### `\[(.*)\]`", s.run(s.configure_program, "reference").stdout, re.M))
    tap.same({part.split("]")[0][1:] for part, _, _ in found if part.startswith("[")}, tables, "capsem-guest: every table")
    codes = re.findall(r"^CODE\((\w+)", read(os.path.join(ROOT, "gen/base/codes.def")), re.M)
    tap.same([tag for part, tag, _ in found if part == "DIAGNOSTICS"], codes, "capsem-guest: every diagnostic")


def test_machine(tap, s, page):
    tap.same(" ".join(sections(page)), FILES["capsem-machine"], "capsem-machine: its sections")
    found = items(page)
    names = ["%s%s" % (part[1:-1] + "." if part[0] == "[" else "", tag) for part, tag, _ in found]
    told = s.run(s.configure_program, "machine").stdout
    tap.same(names, re.findall(r"^(\S+) = ", told, re.M), "capsem-machine: every setting")
    values = dict(re.findall(r"^(\S+) = (.*?) +\(default\)$", told, re.M))
    bad = [n for n, (_, _, text) in zip(names, found) if values.get(n) and "default: %s" % values[n] not in text]
    tap.same(bad, [], "capsem-machine: the defaults")
    tap.ok(any("one of auto, docker, podman, buildah" in t for _, _, t in found), "capsem-machine: the choices")


def test_helper(tap, s, name, page):
    usage, about = s.run(os.path.join(s.libexec, name), "--help").stdout.split("usage: ", 1)[1].rstrip("\n"), ""
    usage, about = re.fullmatch(r"((?:.*\n)(?: .*\n)*)((?:.|\n)*)", usage).groups()
    text = plain(page)
    tap.ok(".nf\n" + usage + ".fi" in text and about and about in text, name + ": says what its --help says", page, usage, about)
    tap.same(sections(page), ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "SEE ALSO"], name + ": its sections")


def main():
    tap, s = Tap(), Sandbox()
    try:
        pages = [(n, 1) for n in list(PROGRAMS) + HELPERS] + [(n, 5) for n in FILES]
        for name, section in pages:
            done = s.run(s.builder_program, "manpage", name)
            tap.same(done.returncode, 0, name)
            test_roff(tap, s, name, section, done.stdout)
            if name in PROGRAMS:
                test_program(tap, s, name, done.stdout)
            elif name in HELPERS:
                test_helper(tap, s, name, done.stdout)
            else:
                {"capsem-guest": test_guest, "capsem-machine": test_machine}[name](tap, s, done.stdout)
        tap.ok(s.run(s.configure_program, "manpage").stdout == s.run(s.configure_program, "manpage", "capsem-configure").stdout, "without a name: its own")
        done = s.run(s.builder_program, "manpage", "nope")
        tap.ok(done.returncode == 2 and done.stdout.endswith("Error: Invalid value for 'PAGE': there is no manual page 'nope'.\n"), "no such page", done.stdout)
        os.unlink(os.path.join(s.libexec, "pack_initrd"))
        done = s.run(s.builder_program, "manpage", "pack_initrd")
        tap.ok(done.returncode == 1 and done.stdout.startswith("error: ") and done.stdout.count("\n") == 1, "a helper that is not there", done.stdout)
    finally:
        s.remove()
    return tap.done()


sys.exit(main())
