# SPDX-License-Identifier: Apache-2.0
# expressions.py -- random expressions of each type, for generate.py.
import random

VALUES = {
    "arch": {
        "base_image": "debian:bookworm-slim",
        "docker_platform": "linux/arm64",
        "kernel_image": "arch/arm64/boot/Image",
        "node_major": 24,
    },
    "arch_name": "arm64",
    "name": "Capsem \u00e9\u00df",
    "empty": "",
    "blank": "  \t two words \n",
    "quotes": 'it\'s "quoted" \\ \u201cx\u201d',
    "wide": "\u65e5\u672c\u8a9e \U0001f600\u00a0\u00e4",
    "zero": 0,
    "seven": 7,
    "minus": -3,
    "half": 0.5,
    "third": 0.3333333333333333,
    "big": 123456789012,
    "tiny": 1.5e-07,
    "yes": True,
    "no": False,
    "nothing": None,
    "words": ["banana", "Apple", "cherry", "apple", "\u00c9clair", "banana"],
    "numbers": [3, 1, 2, 3, -5],
    "none_of_them": [],
    "mixed": [1, "two", 3.5, None, True, ["x", "y"], {"k": "v"}],
    "people": [
        {"name": "Zo\u00eb", "age": 41, "tags": ["a", "b"]},
        {"name": "adam", "age": 7, "tags": []},
        {"name": "Bea", "age": 41, "tags": ["c"]},
    ],
    "table": {"b": 2, "A": 1, "c": 3},
    "nested": {"one": {"two": {"three": "deep"}}},
}

WORDS = [
    "",
    "x",
    "Word",
    "two words",
    "a,b,,c",
    " pad ",
    "\u00e9t\u00c9",
    "\u65e5\u672c",
    "-",
    "a-b c(d)",
    "100%",
    "UPPER",
    "it's",
    'say "hi"',
    "back\\slash",
    "line\nbreak",
    "\u00df",
    "tab\there",
]


class Expressions:
    """LOCALS holds the variables that the template made so far, by type."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.locals = {"str": [], "int": [], "list": []}
        self.loops = 0
        self.count = 0

    def pick(self, *choices):
        c = self.r.choice(choices)
        return c() if callable(c) else c

    def fresh(self, kind):
        self.count += 1
        name = "v%d" % self.count
        self.locals[kind].append(name)
        return name

    def literal(self):
        word = self.r.choice(WORDS)
        quote = self.r.choice("'\"")
        out = word.replace("\\", "\\\\").replace(quote, "\\" + quote)
        if self.r.random() < 0.3:
            out = out.replace("\n", "\\n").replace("\t", "\\t")
        if self.r.random() < 0.1:
            out += self.r.choice(
                ["\\x41", "\\u00e9", "\\U0001F600", "\\101", "\\z", "\\\n", "\r\n"]
            )
        return quote + out + quote

    def str(self, d):
        names = [
            "arch_name",
            "name",
            "empty",
            "blank",
            "quotes",
            "wide",
            "arch.base_image",
            "arch['docker_platform']",
            "nested.one.two.three",
            "people[0].name",
        ]
        simple = [self.literal, lambda: self.r.choice(names + self.locals["str"])]
        if d <= 0:
            return self.pick(*simple)
        s, n, lst = self.str, self.int, self.list
        return self.pick(
            *simple,
            lambda: "%s ~ %s" % (self.any(d - 1, True), self.any(d - 1, True)),
            lambda: "(%s + %s)" % (s(d - 1), s(d - 1)),
            lambda: "(%s * %d)" % (s(d - 1), self.r.randint(-1, 3)),
            lambda: "(%s)|%s"
            % (
                s(d - 1),
                self.r.choice(
                    [
                        "upper",
                        "lower",
                        "trim",
                        "title",
                        "capitalize",
                        "string",
                        "default('z')",
                        "default('z', true)",
                        "d('', boolean=true)",
                        "reverse",
                        "indent(2)",
                        "indent",
                        "indent('> ', true)",
                        "indent(width=3, blank=true)",
                        "trim('ax ')",
                    ]
                ),
            ),
            lambda: "(%s)|replace(%s, %s)" % (s(d - 1), s(0), s(0)),
            lambda: "(%s)|replace(%s, %s, %d)" % (s(d - 1), s(0), s(0), self.r.randint(-1, 2)),
            lambda: "(%s)|join(%s)" % (lst(d - 1), s(0)),
            lambda: "(%s)|join" % lst(d - 1),
            lambda: "people|join(%s, attribute='%s')" % (s(0), self.pick("name", "age", "tags.0")),
            lambda: "(%s)[%s:%s]" % (s(d - 1), self.bound(), self.bound()),
            lambda: "(%s)[%s:%s:%s]"
            % (s(d - 1), self.bound(), self.bound(), self.pick("1", "-1", "2")),
            lambda: "(%s if %s else %s)" % (s(d - 1), self.bool(d - 1), s(d - 1)),
            lambda: "(%s).%s"
            % (
                s(d - 1),
                self.r.choice(
                    [
                        "upper()",
                        "lower()",
                        "strip()",
                        "lstrip()",
                        "rstrip('x')",
                        "replace('a', 'b')",
                        "capitalize()",
                        "split(',')[0]",
                        "replace('', '-')",
                    ]
                ),
            ),
            lambda: "(%s).join(words)" % s(0),
            lambda: "missing|default(%s)" % s(d - 1),
            lambda: "arch.missing|d(%s)" % s(d - 1),
            lambda: "'%%s/%%d' %% (%s, %s)" % (s(d - 1), n(d - 1)),
            lambda: "'%%s=%%r'|format(%s, %s)" % (s(d - 1), self.any(d - 1)),
            lambda: "(%s)|tojson" % self.any(d - 1),
            lambda: "words|first",
            lambda: "(words + [%s])|last" % s(d - 1),
        )

    def bound(self):
        return self.r.choice(["", "0", "1", "2", "-1", "-2", "5", "-9"])

    def int(self, d):
        names = [
            "zero",
            "seven",
            "minus",
            "big",
            "arch.node_major",
            "people[1]['age']",
            "numbers[-1]",
        ]
        simple = [
            lambda: str(self.r.randint(0, 50)),
            "0x1f",
            "1_000",
            "0b101",
            "0o17",
            lambda: self.r.choice(names + self.locals["int"]),
        ]
        if self.loops:
            simple += [
                "loop.index",
                "loop.index0",
                "loop.length",
                "loop.revindex",
                "loop.revindex0",
            ]
        if d <= 0:
            return self.pick(*simple)
        n = self.int
        return self.pick(
            *simple,
            lambda: "(%s %s %s)" % (n(d - 1), self.pick("+", "-", "*"), n(d - 1)),
            lambda: "(%s %s %d)" % (n(d - 1), self.pick("//", "%"), self.r.choice([1, 2, 7, -3])),
            lambda: "%s" % self.pick("2 ** 3", "-2 ** 2", "-seven", "+minus", "- -1", "--seven"),
            lambda: "(%s)|length" % self.pick(lambda: self.str(d - 1), lambda: self.list(d - 1)),
            lambda: "(%s)|count" % self.list(d - 1),
            lambda: "(%s)|abs" % n(d - 1),
            lambda: "(%s)|int" % self.pick("'42'", "' 7 '", "'x'", "'4.9'", "2.7", "'1_0'"),
            lambda: "numbers|%s" % self.pick("sum", "min", "max", "first", "last"),
            lambda: "people|sum(attribute='age')",
            lambda: "people|map(attribute='age')|%s" % self.pick("max", "min", "first"),
            lambda: "(%s if %s else %s)" % (n(d - 1), self.bool(d - 1), n(d - 1)),
        )

    def float(self, d):
        simple = ["half", "third", "tiny", "1.5", "2e3", "1.5e-7", "1_0.5", "100.0", "1e22", "0.1"]
        if d <= 0:
            return self.pick(*simple)
        return self.pick(
            *simple,
            lambda: "(%s / %d)" % (self.int(d - 1), self.r.choice([1, 2, 3, 7])),
            lambda: "(%s %s %s)" % (self.float(d - 1), self.pick("+", "-", "*"), self.float(d - 1)),
            lambda: "(%s %s %s)"
            % (self.float(d - 1), self.pick("//", "%"), self.pick("2", "0.3", "-1.5")),
            lambda: "(%s)|float" % self.pick("'1.25'", "'no'", "seven", "'1e3'"),
            lambda: "(-%s)|abs" % self.float(d - 1),
        )

    def bool(self, d):
        simple = [
            "yes",
            "no",
            "true",
            "False",
            "missing is defined",
            "arch is defined",
            "arch.nope is undefined",
            "nothing is none",
            "words",
            "none_of_them",
            "empty",
            "not empty",
            "zero",
            "half",
        ]
        if self.loops:
            simple += ["loop.first", "loop.last", "not loop.last", "loop.index is odd"]
        if d <= 0:
            return self.pick(*simple)
        b = self.bool
        kinds = [
            "string",
            "number",
            "integer",
            "float",
            "boolean",
            "none",
            "mapping",
            "sequence",
            "iterable",
            "true",
            "false",
            "defined",
        ]
        return self.pick(
            *simple,
            lambda: "(%s %s %s)" % (b(d - 1), self.pick("and", "or"), b(d - 1)),
            lambda: "(not %s)" % b(d - 1),
            lambda: "(%s %s %s)" % (self.int(d - 1), self.compare(), self.int(d - 1)),
            lambda: "(%s %s %s)" % (self.str(d - 1), self.compare(), self.str(d - 1)),
            lambda: "(%s %s %s)" % (self.float(d - 1), self.compare(), self.int(d - 1)),
            lambda: "(0 < %s <= %s)" % (self.int(d - 1), self.int(d - 1)),
            lambda: "(%s %s %s)" % (self.any(d - 1), self.pick("==", "!="), self.any(d - 1)),
            lambda: "(%s %s %s)" % (self.str(0), self.pick("in", "not in"), self.str(d - 1)),
            lambda: "(%s %s %s)" % (self.any(d - 1), self.pick("in", "not in"), self.list(d - 1)),
            lambda: "('%s' in %s)" % (self.pick("b", "zz"), self.pick("table", "nested")),
            lambda: "(%s) is %s%s" % (self.any(d - 1), self.pick("", "not "), self.r.choice(kinds)),
            lambda: "(%s) is %s"
            % (self.int(d - 1), self.pick("even", "odd", "divisibleby 3", "divisibleby(2)")),
            lambda: "(%s) is %s" % (self.str(d - 1), self.pick("upper", "lower")),
            lambda: "(%s) is %s %s"
            % (self.int(d - 1), self.pick("gt", "eq", "le", "ne"), self.int(0)),
            lambda: "(%s) is eq(%s)" % (self.any(d - 1), self.any(d - 1)),
            lambda: "(%s).%s('a')" % (self.str(d - 1), self.pick("startswith", "endswith")),
        )

    def compare(self):
        return self.pick("==", "!=", "<", "<=", ">", ">=")

    def list(self, d):
        simple = ["words", "numbers", "none_of_them", "mixed", "people[0].tags", "[]"]
        simple += self.locals["list"]
        if d <= 0:
            return self.pick(*simple)
        return self.pick(
            *simple,
            lambda: "[%s]" % ", ".join(self.any(d - 1) for _ in range(self.r.randint(0, 3))),
            lambda: "(%s + %s)" % (self.list(d - 1), self.list(d - 1)),
            lambda: "(%s)[%s:%s]" % (self.list(d - 1), self.bound(), self.bound()),
            lambda: "words|sort%s"
            % self.pick("", "(reverse=true)", "(case_sensitive=true)", "(true, true)"),
            lambda: "words|unique%s|list" % self.pick("", "(true)", "(case_sensitive=true)"),
            lambda: "numbers|sort(reverse=%s)" % self.bool(d - 1),
            lambda: "people|sort(attribute='%s')|map(attribute='name')|list"
            % self.pick("age", "name", "age,name"),
            lambda: "people|map(attribute='nick', default=%s)|list" % self.str(0),
            lambda: "words|map('%s')|list"
            % self.pick("upper", "length", "replace', 'a', 'b", "first"),
            lambda: "numbers|%s('%s')|list"
            % (self.pick("select", "reject"), self.pick("odd", "even", "defined")),
            lambda: "numbers|select('gt', %d)|list" % self.r.randint(0, 3),
            lambda: "mixed|%s|list"
            % self.pick("select", "reject", "select('string')", "reject('none')"),
            lambda: "people|%s('%s')|map(attribute='name')|list"
            % (self.pick("selectattr", "rejectattr"), self.pick("tags", "age")),
            lambda: "people|selectattr('age', '>', %s)|map(attribute='name')|list" % self.int(0),
            lambda: "(%s)|reverse|list" % self.list(d - 1),
            lambda: "(%s)|list"
            % self.pick(lambda: self.str(d - 1), lambda: self.list(d - 1), "table"),
            lambda: "(%s).split(%s)"
            % (self.str(d - 1), self.pick("", "','", "' ', 1", "none, 1", "maxsplit=1")),
            lambda: "(%s).splitlines()" % self.str(d - 1),
            lambda: "table.%s()|list" % self.pick("items", "keys", "values"),
            lambda: "table|%s"
            % self.pick(
                "dictsort",
                "dictsort(true)",
                "dictsort(by='value', reverse=true)",
                "items|list",
                "list",
            ),
            lambda: "range(%s)|list" % self.pick("3", "1, 4", "5, 0, -2", "0"),
        )

    def any(self, d, tight=False):
        """Any value; TIGHT: fit to stand beside '~'."""
        e = self.pick(
            lambda: self.str(d),
            lambda: self.int(d),
            lambda: self.float(d),
            lambda: self.bool(d),
            lambda: self.list(d),
            "none",
            "table",
            "arch",
            "{'k': 1, 2: [none]}",
            "(1, 'x')",
            "()",
            "(seven,)",
            "{}",
            "dict(a=1)",
            "nested",
        )
        return "(%s)" % e if tight or self.r.random() < 0.3 else e
