#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# toml-test.t -- the toml-test conformance suite for TOML 1.0 against gen/toml, through toml_json.
#
# toml_json is in $TESTS/toml or in $BIN. The suite is no part of the project: it is $TOML_TEST,
# else ../shared/data/toml-test beside it. Besides the values, the order of the keys is compared with
# Python's tomllib, which keeps the one of the text, and every span is checked: the text it names,
# parsed on its own, gives the same key or value again.
#
# A file may begin with a byte order mark: the suite has it so, and so do we, unlike the tool before.
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import tomllib

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BIN = os.environ.get("BIN", os.path.join(ROOT, "build", "bin"))
TESTS = os.environ.get("TESTS", os.path.join(ROOT, "build", "tests"))
PROGRAM = os.path.join(TESTS, "toml", "toml_json")
if not os.path.exists(PROGRAM):
    PROGRAM = os.path.join(BIN, "toml_json")
SUITE = os.environ.get("TOML_TEST", os.path.join(ROOT, "..", "shared", "data", "toml-test"))
VALID, INVALID = 210, 499
TAGS = {"string", "integer", "float", "bool"}
TAGS |= {"datetime", "datetime-local", "date-local", "time-local"}


def run(*args):
    r = subprocess.run([PROGRAM, *args], capture_output=True, timeout=60)
    return r.returncode, r.stdout, r.stderr.decode("utf-8", "replace")


def is_tagged(v):
    return isinstance(v, dict) and set(v) == {"type", "value"} and v["type"] in TAGS


def scalar(v):
    """One spelling for each value: the suite and toml_json may write the same time differently."""
    kind, text = v["type"], v["value"]
    if kind == "float":
        f = float(text)
        return (kind, "nan" if math.isnan(f) else f, math.copysign(1, f) if f == 0 else 0)
    if kind == "integer":
        return (kind, int(text))
    if kind.startswith("datetime") or kind == "time-local":
        text = text.upper().replace(" ", "T").replace("Z", "+00:00").replace("-00:00", "+00:00")
        text = re.sub(r"(\.\d*?)0+(?=$|[+-])", r"\1", text)
        return (kind, re.sub(r"\.(?=$|[+-])", "", text))
    return (kind, text)


def same(a, b):
    if is_tagged(a) or is_tagged(b):
        return is_tagged(a) and is_tagged(b) and scalar(a) == scalar(b)
    if isinstance(a, dict) and isinstance(b, dict):
        return set(a) == set(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return False


def check_valid(name):
    path = os.path.join(SUITE, name)
    with open(path[: -len("toml")] + "json", encoding="utf-8") as f:
        expected = json.load(f)
    return check_values(path, expected) or check_spans(path)


def check_values(path, expected):
    status, out, err = run(path)
    if status != 0:
        return "refused: " + err
    if not same(expected, json.loads(out)):
        return "expected %s\ngot %s" % (expected, out)
    with open(path, "rb") as f:
        wanted = keys(tomllib.loads(f.read().decode("utf-8-sig")))
    if keys(json.loads(out)) != wanted:
        return "expected the keys in this order: %s" % wanted
    return None


def keys(v):
    """The keys of all tables, in their order."""
    if isinstance(v, list):
        return [keys(i) for i in v]
    if is_tagged(v) or not isinstance(v, dict):
        return None
    return [(k, keys(i)) for k, i in v.items()]


def has_headers(value):
    """Whether it may be written as [table] or [[array of tables]]."""
    items = value if isinstance(value, list) else [value]
    return bool(items) and all(isinstance(i, dict) and not is_tagged(i) for i in items)


def alone(koff, klen, voff, vlen, key, value, text):
    """A line that defines the same member from the text of its spans, and the expected member."""
    ktext, vtext = text[koff : koff + klen], text[voff : voff + vlen]
    if koff < 0:
        ktext, key = b"item", "item"
    header = has_headers(value) and re.fullmatch(rb"\[.*[^\]}].*\]", vtext) and b"=" not in vtext
    if vtext == ktext or header:  # made by a dotted key or by a header
        return ktext + b" = 0\n", {key: {"type": "integer", "value": "0"}}
    return ktext + b" = " + vtext + b"\n", {key: value}


def check_spans(path):
    """Write each key and value that stands in the text into a new file, and compare."""
    with open(path, "rb") as f:
        text = f.read()
    status, out, err = run("-s", path)
    if status != 0:
        return err
    members = [alone(*member, text) for member in json.loads(out)[:-1]]
    with tempfile.NamedTemporaryFile(suffix=".toml") as f:
        f.write(b"".join(b"[t%d]\n%s" % (i, line) for i, (line, _) in enumerate(members)))
        f.flush()
        status, out, err = run(f.name)
    if status != 0:
        return "the spans do not parse: " + err
    for (line, wanted), got in zip(members, json.loads(out).values()):
        if not same(wanted, got):
            return "%r gives %r, expected %r" % (line, got, wanted)
    return None


def check_invalid(name):
    path = os.path.join(SUITE, name)
    status, out, err = run(path)
    if status != 1 or out:
        return "accepted (status %d): %r" % (status, out)
    with open(path, "rb") as f:
        lines = f.read().split(b"\n")
    first = err.split("\n")[0]
    m = re.match(re.escape(path) + r":(\d+):(\d+): error: \[E002\] [^A-Z]", first)
    if not m:
        return "no place and lower-case message: " + first
    line, column = int(m[1]), int(m[2])
    if line > len(lines) or column > len(lines[line - 1]) + 1:
        return "%d:%d is not inside the file" % (line, column)
    return None


def main():
    listing = os.path.join(SUITE, "files-toml-1.0.0")
    if not os.path.exists(listing):
        if os.environ.get("CI"):
            print("1..1\nnot ok 1 - the toml-test suite is missing; set TOML_TEST to its folder")
            return 1
        print("1..0 # SKIP the toml-test suite is not here; set TOML_TEST to its folder")
        return 0
    with open(listing) as f:
        names = [n for n in f.read().split() if n.endswith(".toml")]
    valid = [n for n in names if n.startswith("valid/")]
    invalid = [n for n in names if n.startswith("invalid/")]
    print("1..%d" % (len(valid) + len(invalid) + 1))
    failed, number = 0, 0
    for check, cases in ((check_valid, valid), (check_invalid, invalid)):
        for name in cases:
            number += 1
            problem = check(name)
            failed += problem is not None
            print("%sok %d - %s" % ("not " if problem else "", number, name))
            for line in (problem or "").splitlines():
                print("# " + line)
    complete = len(valid) == VALID and len(invalid) == INVALID
    print(
        "%sok %d - all %d valid and %d invalid cases were tried"
        % ("" if complete else "not ", number + 1, VALID, INVALID)
    )
    return 1 if failed or not complete else 0


if __name__ == "__main__":
    sys.exit(main())
