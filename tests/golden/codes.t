#!/usr/bin/env python3
"""Every diagnostic: its example in examples.def gives it, exactly so in text, JSON and SARIF, and the
example of how it is right gives nothing at all.

tests/golden/codes/CODE holds what must come out. UPDATE=1 rewrites; read the diff. An example of a file
below config/ is laid over a copy of tests/golden/base; how the others are brought about stands here.
SARIF is checked by hand everywhere, and against its schema where $SARIF_SCHEMA names a copy of that
(sarif.sh fetches one).
"""
import functools, json, os, re, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(HERE, "../lib"))
from sandbox import BIN, Tap, read, write

UPDATE = os.environ.get("UPDATE") == "1"
PROGRAM = os.path.join(BIN, "capsem-configure")
# What the short examples leave out on purpose.
QUIET = ("W001", "W004", "W018")
REGISTRY = '[web.registry.debian]\nname = "Debian"\ndomains = ["deb.debian.org"]\n'
ARCH = read(os.path.join(HERE, "base/config/build.toml")).split("\n\n", 1)[1]
RUN = ("capsem-init", "capsem-doctor", "capsem-bench", "snapshots")


def quiet(code):
    return [arg for c in QUIET if c != code for arg in ("--allow", c)]


def run(folder, *args):
    env = {"PATH": os.environ["PATH"], "HOME": folder, "LC_ALL": "C"}
    done = subprocess.run([PROGRAM, *args], cwd=folder, env=env, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def artifacts(folder, mode=0o755, without=()):
    """All that --artifacts asks for, but WITHOUT."""
    here = os.path.join(folder, "guest/artifacts")
    for name in (*RUN, "capsem-bashrc", "capsem-ca.crt", "capsem_bench/main.py", "diagnostics/test_network.py"):
        if name not in without:
            write(os.path.join(here, name), "#!/bin/sh\n")
            os.chmod(os.path.join(here, name), mode)


def lay(folder, code, example, wrong):
    """Make the folder of the example; returns the arguments to run it with."""
    text = example["wrong" if wrong else "right"]
    shutil.copytree(os.path.join(HERE, "base"), os.path.join(folder, "guest"))
    if code in ("E301", "E302", "W024"):
        missing = {"E301": ("capsem-ca.crt",), "E302": ("capsem-init", "diagnostics/test_network.py")}.get(code, ())
        artifacts(folder, 0o777 if wrong and code == "W024" else 0o755, missing if wrong else ())
        return ["--artifacts", "guest/artifacts"]
    if code == "W001" and not wrong:
        write(os.path.join(folder, "guest/config/security/web.toml"), REGISTRY)
        text = example["wrong"]
    if code == "E008":
        write(os.path.join(folder, "guest/config/mcp/base.toml"), example["wrong"])
    if example["file"] == "machine.ini":
        write(os.path.join(folder, "machine.ini"), text)
        return ["--machine", "machine.ini"]
    if example["file"].startswith("templates/"):
        write(os.path.join(folder, example["file"]), text)
        return ["--templates", "templates"]
    if example["file"] == "config/build.toml" and "[build.architectures" not in text:
        text += "\n" + ARCH
    write(os.path.join(folder, "guest", example["file"]), text)
    return []


def results(sarif):
    """The part of a SARIF log that is not the table of codes."""
    return sarif[sarif.index('      "results": ') :]


@functools.lru_cache
def sarif_validator():
    """What the standard's schema says, where there is a copy of it."""
    if not os.environ.get("SARIF_SCHEMA"):
        return None
    import jsonschema

    schema = json.loads(read(os.environ["SARIF_SCHEMA"]))
    return jsonschema.validators.validator_for(schema)(schema)


def check_sarif(text, codes):
    """What is not as the standard wants it; None when all is."""
    log = json.loads(text)
    validator = sarif_validator()
    mistakes = [e.message for e in validator.iter_errors(log)] if validator else None
    if mistakes:
        return mistakes[:3]
    run = log["runs"][0]
    rules = [r["id"] for r in run["tool"]["driver"]["rules"]]
    if log["version"] != "2.1.0" or len(log["runs"]) != 1 or rules != codes:
        return "version, runs or rules: %s" % rules
    for r in run["results"]:
        if rules[r["ruleIndex"]] != r["ruleId"] or r["level"] not in ("error", "warning") or not r["message"]["text"]:
            return r
        for place in r["locations"] + r.get("relatedLocations", []):
            region = place["physicalLocation"]["region"]
            start, end = (region["startLine"], region["startColumn"]), (region["endLine"], region["endColumn"])
            if not (1, 1) <= start <= end or not place["physicalLocation"]["artifactLocation"]["uri"]:
                return place
    return None


def check_json(text, code):
    """What is not as promised; None when all is."""
    items = json.loads(text)
    if not any(i["code"] == code for i in items):
        return "no %s" % code
    for i in items:
        if i["severity"] not in ("error", "warning") or not i["message"] or not i["hint"] or not i["name"]:
            return i
        if min(i["line"], i["column"]) < 1 or (i["end_line"], i["end_column"]) < (i["line"], i["column"]):
            return i
        if not isinstance(i["aliases"], list) or not all("message" in r for r in i["related"]):
            return i
    return None


def wrong(tap, folder, code, example, codes):
    args = ["validate", "guest"] + lay(folder, code, example, True) + quiet(code)
    status, text, err = run(folder, *args)
    _, as_json, _ = run(folder, *args, "--format=json")
    _, sarif, _ = run(folder, *args, "--format", "sarif")
    _, short, _ = run(folder, *args, "--format=short")
    tap.ok("[%s]" % code in text and not err, code + ": the wrong example gives it", text + err)
    tap.ok(status == (" error: [" in text), code + ": exit status", status)
    heads = re.findall(r"^(\S+:\d+:\d+): (error|warning): (\[\w+\]) (.*)$", text, re.M)
    tap.same(short.splitlines(), ["%s%s %s: %s" % (sev, c, at, rest) for at, sev, c, rest in heads], code + ": short")
    tap.ok(not check_json(as_json, code), code + ": JSON", as_json)
    tap.ok(not check_sarif(sarif, codes), code + ": SARIF", check_sarif(sarif, codes))
    got = "".join("=== %s\n%s" % part for part in (("text", text), ("json", as_json), ("sarif", results(sarif))))
    path = os.path.join(HERE, "codes", code)
    if UPDATE:
        write(path, got)
    tap.same(got, read(path) if os.path.exists(path) else "", code + ": as in tests/golden/codes")


def right(tap, folder, code, example):
    args = lay(folder, code, example, False) + quiet(code)
    status, text, err = run(folder, "validate", "guest", *args)
    tap.same((status, text, err), (0, "passed: config is clean\n", ""), code + ": the right example is clean")


def main():
    tap = Tap()
    codes = re.findall(r"^CODE\((\w+)", read(os.path.join(ROOT, "gen/base/codes.def")), re.M)
    tap.same(sorted(os.listdir(os.path.join(HERE, "codes"))), codes, "every code has a golden file, and every file a code")
    for code in codes:
        _, out, _ = run("/", "--explain", code, "--json")
        example = json.loads(out)
        for test, args in ((wrong, (code, example, codes)), (right, (code, example))):
            folder = os.path.realpath(tempfile.mkdtemp(prefix="codes-"))
            try:
                test(tap, folder, *args)
            finally:
                shutil.rmtree(folder)
        _, text, _ = run("/", "--explain", code)
        lines = [example["title"], example["why"], example["hint"], *example["wrong"].split("\n"), *example["right"].split("\n")]
        tap.ok(all(line in text for line in lines), code + ": --explain shows all of it", text)
    return tap.done()


sys.exit(main())
