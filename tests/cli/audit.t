#!/usr/bin/env python3
"""audit: what two scanners found, as text and as JSON, beside a statement of the same in Python; and input of any kind."""
import json, os, random, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from configs import said
from sandbox import Sandbox, run_tests

SEED, COUNT = 20261122, 600
SEVERITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW", "UNKNOWN"]

TRIVY = {"SchemaVersion": 2, "ArtifactName": "rootfs", "Results": [
    {"Target": "debian", "Vulnerabilities": [
        {"VulnerabilityID": "CVE-2024-0001", "Severity": "HIGH", "PkgName": "openssl", "InstalledVersion": "3.0.1", "FixedVersion": "3.0.2", "Title": "über \u2028 \U0001f600"},
        {"VulnerabilityID": "CVE-2024-0002-with-a-long-name", "Severity": "Low", "PkgName": "zlib1g", "InstalledVersion": "1.2"},
        {"VulnerabilityID": "CVE-ü", "Severity": "NEGLIGIBLE", "PkgName": "x\ty", "InstalledVersion": "\x1b[31m1", "FixedVersion": ""}]},
    {"Target": "nothing"}, {"Target": "null", "Vulnerabilities": None},
    {"Target": "more", "Vulnerabilities": [{}, {"Severity": "critical"}, {"Severity": "", "PkgName": "p"}]}]}
GRYPE = {"matches": [
    {"vulnerability": {"id": "CVE-1", "severity": "High", "fix": {"versions": ["1.2", "2.0"], "state": "fixed"}}, "artifact": {"name": "a", "version": "1"}},
    {"vulnerability": {"id": "CVE-2", "severity": "Negligible", "fix": {"versions": ["3"], "state": "wont-fix"}}, "artifact": {"name": "b", "version": "2"}},
    {"vulnerability": {"id": "CVE-3", "severity": "Medium", "fix": {"versions": [], "state": "fixed"}}, "artifact": {"name": "c", "version": "3"}},
    {"vulnerability": {"id": "CVE-4", "fix": {"versions": ["3"], "state": "Fixed"}}, "artifact": {"name": "d"}}, {}]}


# The reference once more. What is null or of another type is as if it were not there.
def objects(v):
    return [i if isinstance(i, dict) else {} for i in v] if isinstance(v, list) else []


def part(v, key):
    return v.get(key) if isinstance(v, dict) else None


def string(v, key, fallback=""):
    return part(v, key) if isinstance(part(v, key), str) else fallback


def findings(scanner, root):
    if scanner == "trivy":
        return [{"id": string(v, "VulnerabilityID"), "severity": string(v, "Severity", "UNKNOWN"), "package": string(v, "PkgName"),
                 "installed_version": string(v, "InstalledVersion"), "fixed_version": string(v, "FixedVersion"), "title": string(v, "Title"), "scanner": "trivy"}
                for r in objects(part(root, "Results")) for v in objects(part(r, "Vulnerabilities"))]
    out = []
    for m in objects(part(root, "matches")):
        v, a = part(m, "vulnerability"), part(m, "artifact")
        fix = part(v, "fix")
        versions = part(fix, "versions") if string(fix, "state") == "fixed" else []
        out.append({"id": string(v, "id"), "severity": string(v, "severity", "UNKNOWN").upper(), "package": string(a, "name"), "installed_version": string(a, "version"),
                    "fixed_version": ", ".join(i for i in versions if isinstance(i, str)) if isinstance(versions, list) else "", "title": "", "scanner": "grype"})
    return out


def rank(f):
    return f["severity"].upper() if f["severity"].upper() in SEVERITIES else "UNKNOWN"


def shown(text, width=0):
    return "".join("?" if ord(c) < 32 or c == "\x7f" else c for c in text).ljust(width)


def text_of(scanner, found):
    out = ["Scanner: " + scanner, "Total: %d vulnerabilities" % len(found)]
    counts = {s: sum(rank(f) == s for f in found) for s in SEVERITIES}
    out += ["  %s: %d" % (s, n) for s, n in counts.items() if n] + ([""] if found else [])
    for f in found:
        fix = " (fix: %s)" % shown(f["fixed_version"]) if f["fixed_version"] else ""
        out.append("  %s  %s  %s %s%s" % (shown(f["severity"], 8), shown(f["id"], 20), shown(f["package"]), shown(f["installed_version"]), fix))
    return "\n".join(out) + "\n"


def status_of(found):
    return int(any(rank(f) in ("CRITICAL", "HIGH") for f in found))


def audit(s, scanner, stdin, *args):
    return said(s.builder_program, "audit", "--scanner", scanner, *args, cwd=s.dir, stdin=stdin)


def compare(tap, s, scanner, root, what, raw=None):
    found, stdin = findings(scanner, root), raw or json.dumps(root, ensure_ascii=False).encode()
    tap.same(audit(s, scanner, stdin), (status_of(found), text_of(scanner, found), ""), what + ": text")
    tap.same(audit(s, scanner, stdin, "--json"), (status_of(found), json.dumps(found, indent=2) + "\n", ""), what + ": JSON")


def test_reports(tap, s):
    compare(tap, s, "trivy", TRIVY, "trivy")
    compare(tap, s, "grype", GRYPE, "grype")
    tap.same(audit(s, "trivy", json.dumps(TRIVY).encode())[1].split("\n")[:9],
             ["Scanner: trivy", "Total: 6 vulnerabilities", "  CRITICAL: 1", "  HIGH: 1", "  LOW: 1", "  UNKNOWN: 3", "",
              "  HIGH      CVE-2024-0001         openssl 3.0.1 (fix: 3.0.2)", "  Low       CVE-2024-0002-with-a-long-name  zlib1g 1.2"], "trivy, letter by letter")
    for severity, status in (("CRITICAL", 1), ("HIGH", 1), ("MEDIUM", 0), ("LOW", 0), ("UNKNOWN", 0), ("NEGLIGIBLE", 0)):
        stdin = json.dumps({"Results": [{"Vulnerabilities": [{"Severity": severity}]}]}).encode()
        tap.same([audit(s, "trivy", stdin, *args)[0] for args in ((), ("--json",))], [status, status], "exit status with " + severity)
    for scanner in ("trivy", "grype"):
        for root in ({}, {"Results": None, "matches": None}, {"Results": [], "matches": []}, {"Results": {}, "matches": "x"}, {"Results": [None, 1, "x", []], "matches": 7},
                     {"Results": [{"Vulnerabilities": [None, 1, {"VulnerabilityID": 7, "Severity": None, "PkgName": [], "Title": {}}]}]}, None, [], "x", 1, True,
                     {"matches": [None, 1, {"vulnerability": None, "artifact": 7}, {"vulnerability": {"id": 1, "severity": None, "fix": None}},
                                  {"vulnerability": {"fix": {"state": "fixed", "versions": None}}}, {"vulnerability": {"fix": {"state": "fixed", "versions": [None, "1", 2]}}}]}):
            compare(tap, s, scanner, root, "%s: %s" % (scanner, json.dumps(root)[:60]))
    compare(tap, s, "trivy", {"Results": [{"Vulnerabilities": [{"Severity": "LOW"}]}]}, "of two members the later counts",
            b'{"Results": [], "Results": [{"Vulnerabilities": [{"Severity": "HIGH", "Severity": "LOW"}]}]}')


def test_input(tap, s):
    want = audit(s, "trivy", json.dumps(TRIVY).encode())
    names = "report.json", "a report's \"name\".json"
    for name in names:
        with open(os.path.join(s.dir, name), "w") as f:
            json.dump(TRIVY, f)
        tap.same(audit(s, "trivy", b"", "--input", name), want, "from the file " + name)
    tap.same(said(s.configure_program, "audit", "--input=report.json", cwd=s.dir), want, "trivy when no scanner is named")
    tap.same(audit(s, "trivy", json.dumps(TRIVY).encode(), "--input", "-"), want, "- is the standard input")
    for stdin in (b"", b" \n\t\r\n"):
        tap.same(audit(s, "trivy", stdin), (1, "", "error: no input (provide --input or pipe via stdin)\n"), "no input: %r" % stdin)
    for args, reason in ((("--scanner", "snyk"), "Invalid value for '--scanner': 'snyk' is not one of 'trivy', 'grype'."),
                         (("--input", "nope"), "Invalid value for '--input': Path 'nope' does not exist."), (("x",), "Got unexpected extra argument (x)")):
        tap.same(said(s.builder_program, "audit", *args, cwd=s.dir),
                 (2, "", "Usage: capsem-builder audit [OPTIONS]\nTry 'capsem-builder audit --help' for help.\n\nError: %s\n" % reason), "usage: " + " ".join(args))
    tap.same(audit(s, "trivy", b"", "--input", "usr"), (1, "", "error: read usr: Is a directory\n"), "a folder")


def test_broken(tap, s):
    for stdin, reason in ((b"{", "expected a name in double quotes: line 1 column 2"), (b'{"Results": [\n  {"a": tru}]}', "expected a value: line 2 column 9"),
                          (b'{"R\xc3\xa9": \xff}', "not UTF-8: line 1 column 8"), (b"\xff\xfe{\x00}\x00", "not UTF-8: line 1 column 1"), (b"{}\x00", "more text behind the value: line 1 column 3"),
                          (b'{"a": "\x00"}', "a control character inside a string: line 1 column 8"), (b"\x00", "expected a value: line 1 column 1"),
                          (b"[" * 100000, "nested too deep: line 1 column 902"), (b'{"a": NaN}', "no value that JSON has: line 1 column 7"),
                          (b'{"a": "\\ud800"}', "no value that JSON has: line 1 column 8"), (b"{} {}", "more text behind the value: line 1 column 4"),
                          (b'[1,]', "expected a value: line 1 column 4"), (b'"', "a string is not closed: line 1 column 1")):
        for scanner in ("trivy", "grype"):
            tap.same(audit(s, scanner, stdin), (1, "", "error: Invalid %s JSON: %s\n" % (scanner, reason)), "%s: %r" % (scanner, stdin[:30]))
    deep = b'{"Results": ' + b"[" * 800 + b"]" * 800 + b"}"
    tap.same(audit(s, "trivy", deep), (0, "Scanner: trivy\nTotal: 0 vulnerabilities\n", ""), "deep, but not too deep")
    many = {"Results": [{"Vulnerabilities": [{"VulnerabilityID": "CVE-%d" % i, "Severity": "LOW", "PkgName": "p" * 100} for i in range(50000)]}]}
    status, out, err = audit(s, "trivy", json.dumps(many).encode())
    tap.ok((status, err) == (0, "") and out == text_of("trivy", findings("trivy", many)), "fifty thousand findings")


def test_mutated(tap, s):
    """Bytes changed at random: what Python reads gives the same, what it does not read is refused, nothing crashes."""
    r, bad, counts = random.Random(SEED), [], [0, 0]
    words = [b"null", b"[]", b"{}", b'""', b"1e999", b"-", b"\xff", b"\xc3\xa9", b"\\", b'"', b",", b":", b"{", b"}", b"[", b"]", b"\n", b"\\u00e9", b"true"]
    for _ in range(COUNT):
        scanner, tree = r.choice([("trivy", TRIVY), ("grype", GRYPE)])
        raw = bytearray(json.dumps(tree, ensure_ascii=r.random() < 0.5, indent=r.choice([None, 1])).encode())
        for _ in range(r.randrange(1, 4)):
            at, n = r.randrange(len(raw)), r.choice([0, 1, 1, 2, 9])
            raw[at:at + n] = r.choice(words + [b""])
        status, out, err = audit(s, scanner, bytes(raw), "--json")
        try:
            found = findings(scanner, json.loads(bytes(raw).decode()))
        except ValueError:
            found = None
        counts[found is None] += 1
        if found is None and (status != 1 or out or not err.startswith("error: Invalid %s JSON: " % scanner) or err.count("\n") != 1):
            bad.append((bytes(raw), status, err))
        if found is not None and (status, out, err) != (status_of(found), json.dumps(found, indent=2) + "\n", ""):
            bad.append((bytes(raw), status, out, err))
    tap.ok(not bad, "%d mutated reports" % COUNT, *bad[:3])
    tap.ok(min(counts) > COUNT // 20, "some are read, some are not", counts)


def main():
    return run_tests(Sandbox(), test_reports, test_input, test_broken, test_mutated)


sys.exit(main())
