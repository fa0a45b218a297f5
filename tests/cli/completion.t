#!/usr/bin/env python3
"""What bash, zsh and fish complete: the same words at the same places, and what the program itself takes there."""
import os, pty, re, select, shutil, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from sandbox import ROOT, Sandbox, Tap, read, write

PROGRAMS = "capsem-configure", "capsem-builder"
DEFS = read(os.path.join(ROOT, "gen/cmd/commands.def"))
COMMANDS = re.findall(r'^COMMAND\(\w+, "[^"]*", "([^"]+)", "([^"]*)"', DEFS, re.M)
CHOICES = dict(re.findall(r'"([a-z]+)", "([^"|]+\|[^"]+)",', read(os.path.join(ROOT, "gen/cmd/options.def"))))


def words_of(line):
    """LINE as bash splits it: '=' is a word of its own."""
    return [w for word in line.split(" ") for w in (re.findall(r"=|[^=]+", word) or [""])]


class Terminal:
    """A shell that believes somebody types."""

    def __init__(self, s, *argv):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.chdir(s.dir)
            os.execvpe(argv[0], argv, s.env)
        self.shown = b""

    def type(self, text, until, seconds=30):
        """What the terminal shows after TEXT, up to the bytes UNTIL."""
        os.write(self.fd, text.encode())
        end = time.monotonic() + seconds
        while until.encode() not in self.shown:
            if not select.select([self.fd], [], [], max(0, end - time.monotonic()))[0]:
                raise RuntimeError("no %r in %r" % (until, self.shown[-800:]))
            self.shown += os.read(self.fd, 4096)
        shown, _, self.shown = self.shown.partition(until.encode())
        return shown.decode(errors="replace")

    def close(self):
        os.close(self.fd)
        os.waitpid(self.pid, 0)


class Bash:
    name, check = "bash", ("bash", "-n")

    def __init__(self, s, script):
        self.s, self.script = s, script

    def ask(self, lines):
        text = "source %s\n" % self.script
        for line in lines:
            words = words_of(line)
            text += "COMP_WORDS=(%s) COMP_CWORD=%d COMPREPLY=()\n_capsem %s\nprintf '%%s\\n' \"${COMPREPLY[@]}\" ==\n" % (
                " ".join("'%s'" % w for w in words), len(words) - 1, words[0])
        out = self.s.run("bash", "--norc", "-c", text).stdout
        return [set(part.split("\n")) - {""} for part in out.split("==\n")[:-1]]


class Fish:
    name, check = "fish", ("fish", "-n")

    def __init__(self, s, script):
        self.s, self.script = s, script

    def ask(self, lines):
        text = "source %s\n" % self.script + "".join("complete -C '%s'\necho ==\n" % line for line in lines)
        out = self.s.run("fish", "--no-config", "-c", text).stdout
        found = [set(w.split("\t")[0] for w in part.split("\n")) - {""} for part in out.split("==\n")[:-1]]
        return [{re.sub(r"^[^=]*=(?=.)", "", w) if "=" in line.split(" ")[-1] else w for w in part} for part, line in zip(found, lines)]


class Zsh:
    name, check = "zsh", ("zsh", "-n")

    def __init__(self, s, script):
        self.s, self.out = s, os.path.join(s.dir, "zsh.out")
        os.makedirs(os.path.join(s.dir, "zfunc"), exist_ok=True)
        shutil.copy(script, os.path.join(s.dir, "zfunc/_capsem-configure"))
        write(os.path.join(s.dir, "setup.zsh"), "fpath=(%s/zfunc $fpath)\nautoload -Uz compinit\ncompinit -u -D\nbindkey -e\nunsetopt beep prompt_sp\nPS1='<<>>'\n"
              "compadd() {\n  local -a m\n  if [[ \" $* \" == *\" \"-[AOD]\" \"* ]]; then builtin compadd \"$@\"; return; fi\n"
              "  builtin compadd -O m \"$@\"\n  print -rl -- $m >> %s\n  builtin compadd \"$@\"\n}\n"
              "capsem-configure() { print -r -- \"GO\"\"T<$*>\" }\n" % (s.dir, self.out))

    def ask(self, lines):
        t = Terminal(self.s, "zsh", "-f", "-i")
        t.type("source %s/setup.zsh; print REA\"\"DY\n" % self.s.dir, "READY")
        t.type("", "<<>>") # from here on it reads keys, not lines
        found = []
        for line in lines:
            write(self.out, "")
            t.type(line + "\t\x15print DO\"\"NE\n", "DONE")
            t.type("", "<<>>")
            found.append(set(read(self.out).split("\n")) - {""})
        t.close()
        return found


def options_of(s, program, command):
    text = s.run(program, *command.split(), "--help").stdout
    return set(re.findall(r"^  (--?[A-Za-z-]+)", text, re.M))


def settings_of(s):
    names = set(re.findall(r"^(\S+) = ", s.run(s.configure_program, "machine").stdout, re.M))
    return {n.replace("ARCH", a) + "=" for n in names for a in (("arm64", "x86_64") if ".ARCH." in n else ("",))}


def cases(s):
    """(line, what must be offered, whether that must be all)"""
    program = {"capsem-configure": s.configure_program, "capsem-builder": s.builder_program}
    top = {name for name, _ in COMMANDS if " " not in name}
    settings = settings_of(s)
    for p in PROGRAMS:
        yield p + " ", top, p == "capsem-builder"
        yield p + " vali", {"validate"}, True
        for name, operands in COMMANDS:
            yield "%s %s --" % (p, name), {o for o in options_of(s, program[p], name) if o.startswith("--")}, True
        yield p + " validate --format ", set(CHOICES["format"].split("|")), True
        yield p + " validate --format=", set(CHOICES["format"].split("|")), True
        yield p + " validate --format s", {"short", "sarif"}, True
        yield p + " validate --format=s", {"short", "sarif"}, True
        yield p + " --format short validate --f", {"--format"}, True
        yield p + " schema --draft ", {"07", "2020-12"}, True
        yield p + " validate --allow E00", {"E00%d" % n for n in range(1, 10)}, True
        yield p + " validate --arch ", {"arm64", "x86_64"}, True
        yield p + " validate --artifacts gu", {"guest"}, True
        yield p + " validate gu", {"guest"}, True
        yield p + " validate --machine=gu", {"guest"}, True
        yield p + " validate container.r", {"container.runtime="}, True
        yield p + " validate container.runtime=", {"auto", "docker", "podman", "buildah"}, True
        yield p + " validate container.runtime=b", {"buildah"}, True
        yield p + " validate kernel.cache=", {"yes", "no"}, True
        yield p + " validate toolchain.arm64.", {n for n in settings if n.startswith("toolchain.arm64.")}, True
        yield p + " validate ", settings | {"guest"}, False
        yield p + " schema b", {"build.toml"}, True
        yield p + " explain build.compression", {"build.compression", "build.compression_level"}, True
        yield p + " explain build.compression g", {"guest"}, True
        yield p + " manpage capsem-", {"capsem-builder", "capsem-configure", "capsem-guest", "capsem-machine"}, True
        yield p + " manpage pack_", {"pack_erofs", "pack_initrd", "pack_squashfs"}, True
        yield p + " completion ", {"bash", "zsh", "fish"}, True
        yield p + " completion bash ", set(), True
        yield p + " mcp ", set(), True
    yield "capsem-configure -", options_of(s, s.configure_program, "") | {"-C"}, True
    yield "capsem-configure -C gu", {"guest"}, True
    yield "capsem-configure guest vali", set(), True
    yield "capsem-configure ", settings | top | {"guest"}, False
    yield "capsem-configure kernel.version=", set(), True


def test_shell(tap, s, shell, script):
    if not shutil.which(shell.name):
        tap.ok(True, "%s # SKIP there is no %s" % (shell.name, shell.name))
        return
    done = s.run(*shell.check, script)
    tap.same((done.returncode, done.stdout), (0, ""), shell.name + " reads its script")
    asked = list(cases(s))
    for (line, want, all_of_it), got in zip(asked, shell(s, script).ask([c[0] for c in asked])):
        last = re.sub("^.*[= ]", "", line) # fish offers what is like it, too
        got = {w.rstrip("/") for w in got if w.startswith(last)}
        tap.ok(got == want if all_of_it else want <= got, "%s: '%s'" % (shell.name, line), "lacking: %s" % sorted(want - got), "too much: %s" % sorted(got - want))


def test_typing(tap, s, shell, argv, setup):
    """Keys, as a person presses them: what is unique is completed."""
    if not shutil.which(shell):
        return
    t = Terminal(s, *argv)
    t.type(setup + "\n", "READY")
    t.type("capsem-configure vali\t--form\tsho\tgue\t\n", "GOT<")
    got = t.type("", ">")
    tap.ok(re.fullmatch(r"validate +--format +short +guest/? *", got), shell + ": four times tabulator", got)
    t.close()


def test_truth(tap, s, script):
    """All that is offered for explain, schema and manpage is taken."""
    offered = Bash(s, script).ask(["capsem-builder explain ", "capsem-builder schema ", "capsem-builder manpage "])
    for command, words in zip(("explain", "schema", "manpage"), offered):
        words = {w for w in words if "=" not in w}
        more = (s.guest,) if command == "explain" else ()
        bad = [w for w in sorted(words) if s.run(s.builder_program, command, w, *more).returncode]
        tap.ok(len(words) > 3 and not bad, "%s takes each of the %d words offered" % (command, len(words)), *bad)


def main():
    tap, s = Tap(), Sandbox()
    try:
        scripts = {}
        for name in "bash", "zsh", "fish":
            scripts[name] = os.path.join(s.dir, "completion." + name)
            text = s.run(s.configure_program, "completion", name).stdout
            tap.ok(text == s.run(s.builder_program, "completion", name).stdout and text.isascii(), name + ": both programs print the same")
            write(scripts[name], text)
        done = s.run(s.builder_program, "completion", "tcsh")
        tap.ok(done.returncode == 2 and done.stdout.endswith("Error: Invalid value for 'SHELL': 'tcsh' is not one of 'bash', 'zsh', 'fish'.\n"),
               "another shell", done.stdout)
        for shell in Bash, Fish, Zsh:
            test_shell(tap, s, shell, scripts[shell.name])
        test_typing(tap, s, "bash", ("bash", "--norc", "-i"), "bind 'set bell-style none'; source %s; capsem-configure() { echo \"GO\"\"T<$*>\"; }; "
                    "echo REA\"\"DY" % scripts["bash"])
        test_typing(tap, s, "zsh", ("zsh", "-f", "-i"), "source %s/setup.zsh; print REA\"\"DY" % s.dir)
        test_truth(tap, s, scripts["bash"])
    finally:
        s.remove()
    return tap.done()


sys.exit(main())
