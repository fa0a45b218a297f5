#!/usr/bin/env python3
"""doctor: the whole report, its JSON, the guest folder, --fix, and mistakes."""
import json, os, re, shlex, shutil, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from doctor import CROSS, DEBIAN, FOREIGN, HOST, SITES, TRIPLE, asked, binfmt, check, lines, namespace, skip, tail
from sandbox import write


def test_healthy(tap, s):
    status, out, err = s.host()
    want = """capsem-builder doctor
=====================

== Container Runtime ==
  [PASS] Docker version 28.0.1, build abc
  [PASS] docker: 16384MB RAM, 4 CPUs
  [PASS] docker clock skew: 0s (ok)

== C Toolchain ==
  [PASS] cc (Stand-in) 12.1
  [PASS] target %s-unknown-linux-musl (cc, musl in %s)

== Build Tools ==
  [PASS] ninja 1.11.1
  [PASS] b3sum 1.2.0
  [PASS] curl 7.88.1 (x86_64)
  [PASS] mmdebstrap 1.3.5

== Emulation ==
  [PASS] qemu-system-%s: QEMU %s

== Disk ==
  [PASS] N GB free in %s (13 GB needed: build/ of 1 architecture, the images of docker)
  [PASS] N inodes free in %s (160000 needed: build/ of 1 architecture, the images of docker)

== Network ==
  [PASS] no proxy is set
  [PASS] %s (2 certificates)
%s
== Guest Config ==
  [PASS] guest/config/build.toml (2 architectures)

== Source Files ==
  [PASS] all 10 required source files present

20 passed, 0 failed
""" % (TRIPLE[HOST], s.musl, TRIPLE[HOST], "7.2" if HOST == "x86_64" else "7.3", s.dir, s.dir, s.bundle,
       "".join("  [PASS] %s (HTTP 200)\n" % site for site in SITES))
    got = re.sub(r"clock skew: [12]?[0-9]s", "clock skew: 0s", re.sub(r"\] \d+( GB|) (inodes )?free in", r"] N\1 \2free in", out)).replace("N GB inodes", "N inodes")
    tap.same((status, err), (0, ""), "a machine on which all is well")
    tap.same(got, want, "the whole report")
    status, out, err = s.host("--json")
    report = json.loads(out)
    tap.same((status, err, list(report)), (0, "", ["checks", "passed", "failed", "warnings"]), "--json: one object")
    tap.same([c["name"] for c in report["checks"]], ["container-runtime", "container-resources", "container-clock", "c-toolchain", "target-" + TRIPLE[HOST], "ninja",
             "b3sum", "curl", "mmdebstrap", "qemu-" + HOST, "disk-space", "disk-inodes", "proxy", "ca-bundle", "mirror-debian", "mirror-npm",
             "mirror-pypi", "registry", "guest-config", "source-files"], "--json: the names")
    tap.ok(all(list(c) == ["name", "category", "state", "detail", "fix"] for c in report["checks"]), "--json: the members of each check")


def as_text(report):
    """The text that a JSON report stands for."""
    out, category = "capsem-builder doctor\n=====================\n", None
    for c in report["checks"]:
        if c["category"] != category:
            out += "\n== %s ==\n" % c["category"]
        category = c["category"]
        out += "  [%s] %s\n" % (c["state"].upper(), c["detail"])
        out += "         fix: %s\n" % c["fix"] if c["fix"] else ""
    more = ", %d warning%s" % (report["warnings"], "s" * (report["warnings"] != 1)) if report["warnings"] else ""
    return out + "\n%d passed, %d failed%s\n" % (report["passed"], report["failed"], more)


def test_json(tap, s):
    s.docker(MemTotal=6000 << 20)
    s.lose("ninja", "b3sum", "qemu-system-" + TRIPLE[HOST])
    text, report = s.host(), s.host("--json")
    loose = lambda t: re.sub(r"\d+( GB)? (inodes )?free|skew: \d+s", "N", t)
    tap.same((report[0], loose(as_text(json.loads(report[1])))), (1, loose(text[1])), "--json and the text say the same")
    states = {c["name"]: c["state"] for c in json.loads(report[1])["checks"]}
    tap.same([states[n] for n in ("container-resources", "ninja", "b3sum", "qemu-" + HOST, "source-files")], ["warn", "fail", "note", "warn", "pass"], "the states")
    tap.same(tail(text[1]), "17 passed, 1 failed, 2 warnings", "the last line counts warnings")


def test_guest(tap, s):
    status, out, err = s.start("no such")
    tap.same((status, err, lines(out, "config directory")), (1, "", "[FAIL] config directory not found: no such/config\n         fix: capsem-builder init 'no such'"),
             "no guest folder: all else is still looked at")
    tap.ok("target " in out and "all 10 required source files present" in out and tail(out).endswith(" passed, 1 failed"), "its files are those of guest/ here", out)
    for what, text, want in (("one architecture", '[build]\n[build.architectures.x86_64]\n', "(1 architecture)"), ("no [build]", "x = 1\n", "(0 architectures)")):
        write(os.path.join(s.dir, "one/config/build.toml"), text)
        tap.ok("one/config/build.toml %s" % want in s.start("one")[1], "a config with " + what, s.start("one")[1])
    tap.same(lines(s.start("one")[1], "one/config").split("\n")[0][:46], "[WARN] one/config/build.toml (0 architectures)", "mistakes in it are a warning")
    tap.ok("fix: capsem-builder validate one\n" in s.start("one")[1], "which names the command that shows them")
    for what, data, want in (("broken", b"[build]\nx = =\n", "2:5: "), ("not UTF-8", b"[build]\nx = '\xff'\n", "2:"), ("nothing but NULs", b"\0\0", "1:1: ")):
        with open(os.path.join(s.dir, "one/config/build.toml"), "wb") as f:
            f.write(data)
        status, out, _ = s.start("one")
        tap.ok(status == 1 and (lines(out, "build.toml") or "").startswith("[FAIL] invalid build.toml: " + want) and "\n  " not in lines(out, "build.toml"), "build.toml is " + what, out)
    os.unlink(os.path.join(s.dir, "one/config/build.toml"))
    tap.same(lines(s.start("one")[1], "build.toml"), "[FAIL] build.toml not found in one/config\n         fix: capsem-builder init one", "build.toml is missing")
    os.mkdir(os.path.join(s.dir, "one/config/build.toml"))
    tap.ok("[FAIL] build.toml not found in one/config\n" in s.start("one")[1], "build.toml is a folder")
    odd = "it's a \"guest\" $x"
    shutil.copytree(s.guest, os.path.join(s.dir, odd), symlinks=True)
    os.unlink(os.path.join(s.dir, odd, "config/build.toml"))
    tap.same(lines(s.start(odd)[1], "build.toml").split("fix: ")[1], "capsem-builder init 'it'\\''s a \"guest\" $x'", "a name with quotes and blanks")


def test_files(tap, s):
    names = ["capsem-init", "capsem-bashrc", "banner.txt", "tips.txt", "capsem-doctor", "capsem-bench", "snapshots"]
    kept = os.path.join(s.dir, "kept")
    shutil.copytree(os.path.join(s.guest, "artifacts"), kept, symlinks=True)
    for name in names:
        os.unlink(os.path.join(s.guest, "artifacts", name))
        os.mkdir(os.path.join(s.guest, "artifacts", name))
    os.unlink(os.path.join(s.guest, "artifacts", "capsem-ca.crt"))
    for name in "capsem_bench", "diagnostics":
        shutil.rmtree(os.path.join(s.guest, "artifacts", name))
        write(os.path.join(s.guest, "artifacts", name), "")
    status, out, _ = s.host()
    tap.same((status, lines(out, "missing")), (1, "[FAIL] missing: %s, guest/artifacts/capsem_bench, guest/artifacts/diagnostics, capsem-ca.crt\n"
             "         fix: check your checkout: git status guest" % ", ".join(names)), "nothing is what it should be")
    write(os.path.join(s.dir, "config/capsem-ca.crt"), "x")
    tap.ok("capsem-ca.crt" not in s.host()[1], "the certificate may be in config/ here")
    other = os.path.join(s.dir, "elsewhere")
    os.mkdir(other)
    tap.ok("capsem-ca.crt" not in s.start("../guest", cwd=other)[1], "or beside the guest folder")
    shutil.rmtree(os.path.join(s.guest, "artifacts"))
    shutil.copytree(kept, os.path.join(other, "guest/artifacts"), symlinks=True)
    tap.ok("all 10 required" in s.start("../guest", cwd=other)[1], "a guest folder without artifacts/: those of ./guest")
    shutil.copytree(kept, os.path.join(s.guest, "artifacts"), symlinks=True)
    shutil.rmtree(os.path.join(s.dir, "config"))


def apt(s, also=""):
    """Stand-ins that write down what they are asked for; a script that makes apt-get bring ninja."""
    ninja = os.path.join(s.bin, "ninja")
    for name in "apt-get", "dpkg", "update-binfmts":
        s.tool(name, "echo \"%s $* [$DEBIAN_FRONTEND]\" >> %s\n%s" % (name, s.log, also if name == "apt-get" else ""))
    return "[ \"$1\" != install ] || { printf '#!/bin/sh\\necho 1.12\\n' > %s; /bin/chmod 755 %s; echo setting up; }" % (ninja, ninja)


def ran(s):
    return asked(s) if os.path.exists(s.log) else []


def test_fix(tap, s):
    ran(s)
    quiet = lambda: [line for line in ran(s) if not line.startswith("-q ")]
    wordy = ["env", "DEBIAN_FRONTEND=noninteractive"]
    root = wordy if os.geteuid() == 0 else ["sudo", *wordy]
    sudo = lambda: s.tool("sudo", "exec \"$@\"")
    s.lose("ninja", "b3sum", "mmdebstrap")
    apt(s, apt(s))
    sudo()
    s.host()
    tap.same(quiet(), [], "without --fix nothing is installed")
    status, out, err = s.host("--fix")
    want = ["apt-get update -q [noninteractive]", "apt-get install -q -y --no-install-recommends ninja-build mmdebstrap [noninteractive]"]
    tap.same(quiet(), want, "--fix: what failed and what was warned of, no more")
    said = ["fixing: " + " ".join(root + w.split()[:-1]) for w in want]
    tap.same(out.splitlines()[:5], [*said, "setting up", "", "capsem-builder doctor"], "it says what it does")
    tap.ok((status, err) == (0, "") and "[PASS] ninja 1.12" in out and "[WARN] mmdebstrap" in out, "and looks again", out)
    s.lose("ninja")
    status, out, err = s.host("--fix", "--json")
    tap.ok(status == 0 and json.loads(out)["failed"] == 0 and err.splitlines()[:3] == [*said, "setting up"], "--fix --json: the JSON alone on stdout", out, err)
    s.restore()
    apt(s)
    ran(s)
    tap.ok(s.host("--fix")[1].startswith("fixing: nothing that packages could mend\n\ncapsem-builder doctor\n") and quiet() == [], "nothing to mend")
    s.restore()
    s.lose("ninja")
    apt(s, "echo no network >&2; exit 100")
    sudo()
    ran(s)
    status, out, err = s.host("--fix")
    tap.ok((status, err) == (1, "no network\n") and out.startswith(said[0] + "\nthat failed with exit status 100\n\ncapsem-builder doctor\n") and
           quiet() == want[:1], "apt-get fails: no more is tried", out, err)
    s.lose("apt-get")
    status, out, _ = s.host("--fix")
    tap.same((status, out.splitlines()[0]), (1, "fixing: this is not Debian or Ubuntu (there is no apt-get); install what brings: ninja-build"), "no apt-get")
    apt(s, apt(s))
    nobody = [shutil.which("unshare") or "/nonexistent", "-U"]
    if namespace("true"):
        s.lose("sudo")
        ran(s)
        status, out, _ = s.host("--fix", wrap=nobody)
        tap.ok(status == 1 and out.startswith("fixing: this wants to be run by root, or sudo; install what brings: ninja-build\n") and quiet() == [], "no sudo", out)
        sudo()
        out = s.host("--fix", wrap=nobody)[1]
        tap.ok(out.startswith("fixing: sudo %s apt-get update -q\nfixing: sudo %s apt-get install" % ((" ".join(wordy),) * 2)) and quiet() == want[:1] + [want[1].replace(" mmdebstrap", "")], "with sudo", out)
    s.restore()
    wrap = binfmt(s, "riscv64")
    if wrap:
        apt(s)
        sudo()
        s.lose(TRIPLE[FOREIGN] + "-linux-gnu-gcc")
        ran(s)
        s.start("--fix", wrap=wrap)
        tap.same(quiet(), ["apt-get update -q [noninteractive]", "apt-get install -q -y --no-install-recommends %s qemu-user-static binfmt-support [noninteractive]" % CROSS[FOREIGN],
                 "update-binfmts --enable [noninteractive]"], "emulators are registered")
    hidden = namespace("for d in /usr/include/{0} /usr/lib/{0}; do [ ! -d $d ] || mount -t tmpfs none $d; done".format(TRIPLE[FOREIGN] + "-linux-musl"))
    if not hidden:
        skip(tap)
        return
    s.restore()
    apt(s)
    sudo()
    s.bare("--fix", "--arch", FOREIGN, "network.ca_bundle=" + s.bundle, wrap=hidden)
    tap.same(quiet()[:2], ["dpkg --add-architecture %s [noninteractive]" % DEBIAN[FOREIGN], "apt-get update -q [noninteractive]"], "packages of another architecture")


def test_mistakes(tap, s):
    status, out, err = s.bare("--bogus")
    tap.ok((status, out) == (2, "") and err.endswith("Error: No such option '--bogus'.\n"), "an unknown option", err)
    status, out, err = s.bare("a", "b")
    tap.ok((status, out) == (2, "") and err.endswith("Error: Got unexpected extra argument (b)\n"), "two guest folders", err)
    tap.same(s.bare("--arch", "mips"), (1, "", "error: architecture 'mips' not in config (available: arm64, x86_64)\n"), "an architecture that is not in the config")
    for value in "0", "3601", "":
        tap.same(s.bare("doctor.timeout=" + value), (1, "", "error: doctor.timeout must be from 1 to 3600 seconds, not '%s'\n" % value), "a timeout of '%s'" % value)
    write(os.path.join(s.dir, "m.ini"), "[doctr]\ntimeout = 5\n")
    status, out, err = s.bare("--machine", "m.ini")
    tap.ok((status, out) == (1, "") and "m.ini:2:1: error: [E501]" in err, "a mistake in a machine file", err)


sys.exit(check(test_healthy, test_json, test_guest, test_files, test_fix, test_mistakes))
