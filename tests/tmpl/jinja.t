#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# jinja.t -- gen/tmpl, through render_dockerfile, against Jinja itself (Debian's python3-jinja2).
#
#   our templates, and templates as the existing tool has them: equal byte for byte
#   one template for each feature (features.txt): the same
#   one for each mistake (mistakes.txt): both refuse
#   what only Jinja knows (unsupported.txt): refused, and said so
#   templates from a seed (generate.py): the same, or both refuse
#   the same with accidents: what Jinja refuses we refuse, at a place inside the file
#
# In templates with accidents we may refuse what Jinja accepts, for these reasons only: a name that
# is unknown but whose value is not used, an unknown filter or test in a part that is not reached.
import glob
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import warnings

try:
    import jinja2
except ImportError:
    jinja2 = None

sys.dont_write_bytecode = True
import generate

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
BIN = os.environ.get("BIN", os.path.join(ROOT, "build", "bin"))
PER_CASE = 25
GENERATED, BROKEN = 500, 750
STRICTER = r"unknown (name|filter|test)|takes \d+ arguments? at most|has no member|is not supported"

WHITE_SPACE = [
    "a\n  {% if yes %}\n  b\n  {% endif %}\nc\n",
    "a\n  {%+ if yes %}\n  b\n  {%+ endif +%}\nc\n",
    "a\n\n  {%- if yes -%}\n\n  b\n\n  {%- endif -%}\n\nc\n",
    "  {% if yes %}x{% endif %}  \n\n",
    "{% if yes %}\n\n\n{% endif %}\n\n\n",
    "a {{- ' b ' -}} c\n{{- 'd' }}\n",
    "a\r\n  {% if yes %}\r\n  b\r\n  {% endif %}\r\nc\r\n",
    "a\r  {% if yes %}\rb\r{% endif %}\r",
    "a\r\n{{ name }}\r\n\r\r\n{# x #}\r\n{% set x = 'a\r\nb' %}\r\n{{ x }}",
    "\t{# c #}\n x {# c #}\n{#- c -#}\n\n y\n  {#+ c +#}\n z",
    "x\n   {% raw %}\n  {{ y }}\n   {% endraw %}\n z\n",
    "x\n   {%+ raw %}\n  {{ y }}\n   {%+ endraw +%}\n z\n",
    "x\n   {%- raw -%}\n  {{ y }}\n   {%- endraw -%}\n z\n",
    "{{ 'x' }}\n{{ 'y' }}  \n  {{ 'z' }}",
    "{{ 'x' }}  {% if yes %}  {% endif %}  {{ 'y' }}",
    "{% set a = 1 %}  {% set b = 2 %}\n  {% set c = 3 %}\n{{ a }}{{ b }}{{ c }}",
    "\u00a0{% if yes %}\u2003x\u3000{%- endif %}\u00a0\n\u2028{% if yes %}y{% endif %}",
    "\n\n{%- for i in range(2) %}\n  {{ i }}\n{%- endfor %}\n\n",
    "no tags at all\n\n",
    "",
    "\n",
    "\r",
    "{",
    "{ {",
    "}}",
    "%}",
    "#}",
    "a{b}c",
    "{{ '{{' }}{{ '}}' }}",
    "{{'{%'}}{{\"%}\"}}",
    "{{ {'a': {'b': 1}}}}",
    "{{ {'a': {'b': 1}}['a']['b'] }}",
    "{{+1}}{{-1}}{{ -1 }}{{- 1 -}}",
    "\ufeff{{ name }}",
    "{%if yes%}x{%endif%}",
    "{{name}}",
    "{{\nname\n}}",
    "{%\nif\nyes\n%}x{%\nendif\n%}\n",
]


class Slow(Exception):
    pass


def give_up(signum, frame):
    raise Slow


class Bench:
    """Renders with both, in a folder of its own."""

    def __init__(self, folder):
        self.env = jinja2.Environment(
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,
            undefined=jinja2.StrictUndefined,
        )
        self.path = os.path.join(folder, "t.j2")
        self.out = os.path.join(folder, "out")
        self.values_path = os.path.join(folder, "values.json")
        self.use(generate.VALUES)

    def use(self, values):
        self.values = values
        with open(self.values_path, "w") as f:
            json.dump(values, f)

    def theirs(self, text):
        """The bytes, or None and why not."""
        signal.alarm(10)
        try:
            return self.env.from_string(text).render(self.values).encode("utf-8"), None
        except Slow:
            raise
        except Exception as e:
            return None, "%s: %s" % (type(e).__name__, e)
        finally:
            signal.alarm(0)

    def ours(self, text):
        with open(self.path, "wb") as f:
            f.write(text.encode("utf-8"))
        if os.path.exists(self.out):
            os.remove(self.out)
        r = subprocess.run(
            [os.path.join(BIN, "render_dockerfile"), "-o", self.out, self.values_path, self.path],
            capture_output=True,
            timeout=60,
        )
        if r.returncode == 0:
            with open(self.out, "rb") as f:
                return f.read(), None
        return None, (r.returncode, r.stderr.decode("utf-8", "replace"))

    def inside(self, text, why):
        """Whether each mistake has a code and a place inside the template."""
        status, err = why
        lines = re.split("\n", text)
        places = re.findall(
            "(?m)^" + re.escape(self.path) + r":(\d+):(\d+): error: \[E40[0-2]\] ", err
        )
        return (
            status == 1
            and places
            and not os.path.exists(self.out)
            and all(
                int(l) <= len(lines) and int(c) <= len(lines[int(l) - 1]) + 1 for l, c in places
            )
        )

    def compare(self, text, must_render=False, may_refuse=False):
        """What is wrong, None when nothing is."""
        try:
            want, why_not = self.theirs(text)
        except Slow:
            return None
        got, mistake = self.ours(text)
        if want is not None and got is not None:
            return None if want == got else "expected %r\ngot %r" % (want, got)
        if got is not None:
            return "accepted, but Jinja says: " + why_not
        if not self.inside(text, mistake):
            return "no place inside the file: %s" % (mistake,)
        if want is None and not must_render:
            return None
        if may_refuse and re.search(STRICTER, mistake[1]):
            return None
        return "refused: %s%s" % (mistake[1], why_not or "")


class Tap:
    def __init__(self):
        self.n = self.failed = 0

    def __call__(self, name, problems):
        self.n += 1
        problems = [p for p in problems if p]
        self.failed += bool(problems)
        print("%sok %d - %s" % ("not " if problems else "", self.n, name))
        for p in problems[:3]:
            for line in str(p).splitlines():
                print("# " + line)


def read(path):
    with open(path, encoding="utf-8", newline="") as f:
        return f.read()


def check_files(bench, tap, pattern):
    """Each template with each file of values whose name begins like its own."""
    for path in sorted(glob.glob(pattern)):
        kind = os.path.basename(path).split(".")[1]
        for values in sorted(glob.glob(os.path.join(HERE, "values", kind + "-*.json"))):
            bench.use(json.loads(read(values)))
            tap(
                "%s with %s" % (os.path.relpath(path, ROOT), os.path.basename(values)),
                [bench.compare(read(path), must_render=True)],
            )
    bench.use(generate.VALUES)


def lines(name):
    return read(os.path.join(HERE, name)).splitlines()


def check_features(bench, tap):
    for text in lines("features.txt"):
        tap(text.replace("#", "\\#"), [bench.compare(text, must_render=True)])
    for text in WHITE_SPACE:
        tap("white space %a" % text.replace("#", "\\#"), [bench.compare(text, must_render=True)])


def check_mistakes(bench, tap):
    for text in lines("mistakes.txt"):
        problem = bench.compare(text)
        if os.path.exists(bench.out):
            problem = "accepted"
        tap(text.replace("#", "\\#"), [problem])
    for text in lines("unsupported.txt"):
        got, mistake = bench.ours(text)
        fine = got is None and bench.inside(text, mistake) and "not supported" in mistake[1]
        tap(text, [None if fine else "not refused: %r" % (mistake,)])


def check_generated(bench, tap):
    """Some in which both see a mistake are fine, too many would test little."""
    refused = 0
    for first in range(0, GENERATED, PER_CASE):
        seeds = range(first, first + PER_CASE)
        problems = []
        for seed in seeds:
            text = generate.template(seed)
            problem = bench.compare(text)
            problems.append(problem and "seed %d: %s" % (seed, problem))
            refused += not os.path.exists(bench.out)
        tap("templates of seeds %d to %d" % (seeds[0], seeds[-1]), problems)
    tap("nearly all of them are rendered", [refused > GENERATED // 20 and "%d are not" % refused])


def check_broken(bench, tap):
    refused = 0
    for first in range(0, BROKEN, PER_CASE):
        seeds = range(first, first + PER_CASE)
        problems = []
        for seed in seeds:
            text = generate.broken(seed)
            if "**" in text or re.search(r"\d{6}", text):
                continue  # Jinja could take all memory
            problem = bench.compare(text, may_refuse=True)
            problems.append(problem and "seed %d: %s" % (seed, problem))
            refused += not os.path.exists(bench.out)
        tap("accidents of seeds %d to %d" % (seeds[0], seeds[-1]), problems)
    tap("many of them are refused", [refused < BROKEN // 2 and "only %d" % refused])


def check_bytes(bench, tap):
    """Bytes at random, which Jinja cannot even read."""
    r = random.Random(1)
    problems = []
    for _ in range(50):
        text = bytes(r.choice(b"{}%# \n\xff\x80\xc3ax'\"|.") for _ in range(40)) + b"\xff{{ x"
        with open(bench.path, "wb") as f:
            f.write(text)
        p = subprocess.run(
            [
                os.path.join(BIN, "render_dockerfile"),
                "-o",
                bench.out,
                bench.values_path,
                bench.path,
            ],
            capture_output=True,
            timeout=60,
        )
        if p.returncode != 1 or b": error: [E400] " not in p.stderr:
            problems.append("%r: %r" % (text, p))
    tap("bytes that are not UTF-8", problems)


def main():
    if jinja2 is None:
        if os.environ.get("CI"):
            print("1..1\nnot ok 1 - python3-jinja2 is missing")
            return 1
        print("1..0 # SKIP python3-jinja2 is not here")
        return 0
    signal.signal(signal.SIGALRM, give_up)
    warnings.simplefilter("ignore", SyntaxWarning)  # of what Jinja compiles
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(folder)
        check_files(bench, tap, os.path.join(ROOT, "templates", "*.j2"))
        check_files(bench, tap, os.path.join(HERE, "peer", "*.j2"))
        check_features(bench, tap)
        check_mistakes(bench, tap)
        check_generated(bench, tap)
        check_broken(bench, tap)
        check_bytes(bench, tap)
    print("1..%d" % tap.n)
    return 1 if tap.failed else 0


if __name__ == "__main__":
    sys.exit(main())
