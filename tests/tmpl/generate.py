# SPDX-License-Identifier: Apache-2.0
# generate.py -- templates from a seed: every feature of gen/tmpl, nested and mixed at random.
# Used by jinja.t.
import random
import re

import expressions

VALUES = expressions.VALUES
TEXTS = [
    "x",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "a b\n",
    "  indented\n",
    "{",
    "}",
    "%",
    "#",
    "} }",
    "\u00e9\u65e5",
    "\U0001f600\n",
    "\u00a0",
    "\r\n",
    "\r",
    " \r\n  ",
    "RUN x \\\n    && y\n",
    "# comment\n",
    "$(nproc) `x` \"q\" 'q'\n",
    "{ {",
    "- ",
    "+",
    "\u2028",
    "\x0b",
]


class Generator(expressions.Expressions):
    """Writes one template."""

    def tag(self, inside, kind="%"):
        left, right = self.r.choice([("", "")] * 6 + [("-", ""), ("", "-"), ("-", "-"), ("+", "")])
        if kind == "%" and self.r.random() < 0.06:
            right = "+"
        blank = self.r.choice(["", " ", " ", " ", "\n", "  \t"])
        if inside[:1] in "+-" or (inside[-1:] in "+-"):
            blank = " "
        if kind == "{":
            if inside[:1] == "{" or inside[-1:] == "}":
                blank = " "
            return "{{" + left + blank + inside + blank + right + "}}"
        return "{%" + left + blank + inside + blank + right + "%}"

    def text(self):
        """Text that makes no tag, not even together with what follows."""
        out = "".join(self.r.choice(TEXTS) for _ in range(self.r.randint(0, 4)))
        out = re.sub(r"\{(?=[{%#])", "{ ", out)
        return out + " " if out.endswith("{") else out

    def body(self, d):
        return self.text() + "".join(
            self.part(d) + self.text() for _ in range(self.r.randint(0, 4))
        )

    def part(self, d):
        parts = [lambda: self.tag(self.any(self.r.randint(0, 3)), "{")] * 5
        parts += [self.comment, self.raw, self.set]
        if d > 0:
            parts += [
                lambda: self.if_(d),
                lambda: self.for_(d),
                lambda: self.if_(d),
                lambda: self.for_(d),
                lambda: self.with_(d),
                lambda: self.filter(d),
                lambda: self.set_block(d),
                lambda: self.namespace(d),
            ]
        return self.r.choice(parts)()

    def comment(self):
        inside = self.r.choice([" c ", "", "\n  {{ x }} {% if %}\n", "\u00e9", " ' \" ", "#", "##"])
        return (
            "{#"
            + self.r.choice(["", "-", "+"])
            + " "
            + inside
            + " "
            + self.r.choice(["", "", "-", "+"])
            + "#}"
        )

    def raw(self):
        inside = self.r.choice(["{{ x }}", "{% if %}", "\n {# no #}\n  ", " \u00e9 ", "", "  \r\n"])
        return (
            "{%"
            + self.r.choice(["", "-", "+"])
            + " raw "
            + self.r.choice(["", "-"])
            + "%}"
            + inside
            + "{%"
            + self.r.choice(["", "-", "+"])
            + " endraw "
            + self.r.choice(["", "-", "+"])
            + "%}"
        )

    def scoped(self, d):
        """A body whose variables are gone behind it."""
        before = {k: list(v) for k, v in self.locals.items()}
        out = self.body(d)
        self.locals = before
        return out

    def set(self):
        kind = self.r.choice(["str", "int", "list"])
        value = getattr(self, kind)(2)
        return self.tag("set %s = %s" % (self.fresh(kind), value))

    def set_block(self, d):
        inside = self.scoped(d - 1)
        head = self.r.choice(["", "", " | upper", " | trim | replace('a', 'b')"])
        return self.tag("set %s%s" % (self.fresh("str"), head)) + inside + self.tag("endset")

    def if_(self, d):
        def branch():
            return self.scoped(d - 1)

        out = self.tag("if %s" % self.bool(2)) + branch()
        for _ in range(self.r.choice([0, 0, 0, 1, 2])):
            out += self.tag("elif %s" % self.bool(2)) + branch()
        if self.r.random() < 0.5:
            out += self.tag("else") + branch()
        return out + self.tag("endif")

    def for_(self, d):
        before = {k: list(v) for k, v in self.locals.items()}
        target, items = self.pick(
            lambda: (self.fresh("str"), "words"),
            lambda: (self.fresh("int"), "numbers"),
            lambda: (self.fresh("int"), "range(%d)" % self.r.randint(0, 4)),
            lambda: (self.fresh("str"), "(%s)|map('string')" % self.list(1)),
            lambda: (
                "%s, %s" % (self.fresh("str"), self.fresh("int")),
                self.pick("table.items()", "table|dictsort", "[('a', 1), ('b', 2)]", "table|items"),
            ),
        )
        test = (
            " if %s"
            % self.r.choice(["true", "loop_var_is_not_here is undefined", "seven > 3", "words"])
            if self.r.random() < 0.2
            else ""
        )
        self.loops += 1
        extra = self.r.choice(
            [
                "",
                "",
                "",
                "{{ loop.cycle('a', 'b') }}",
                "{{ loop.previtem|default('-') }}",
                "{{ loop.nextitem is defined }}",
            ]
        )
        out = self.tag("for %s in %s%s" % (target, items, test)) + extra + self.body(d - 1)
        self.loops -= 1
        self.locals = {k: list(v) for k, v in before.items()}
        loops, self.loops = self.loops, 0
        if self.r.random() < 0.3:
            out += self.tag("else") + self.scoped(d - 1)
        self.loops = loops
        self.locals = before
        return out + self.tag("endfor")

    def with_(self, d):
        before = {k: list(v) for k, v in self.locals.items()}
        value = self.str(1)
        out = self.tag("with %s = %s" % (self.fresh("str"), value)) + self.body(d - 1)
        self.locals = before
        return out + self.tag("endwith")

    def filter(self, d):
        name = self.r.choice(["upper", "lower", "trim", "indent(2)", "replace('a', '4')", "title"])
        return self.tag("filter " + name) + self.scoped(d - 1) + self.tag("endfilter")

    def namespace(self, d):
        self.count += 1
        ns = "ns%d" % self.count
        out = self.tag("set %s = namespace(n=0, s='')" % ns)
        out += self.tag("for x in words") + self.tag("set %s.n = %s.n + loop.index" % (ns, ns))
        out += self.tag("set %s.s = %s.s ~ x[0]" % (ns, ns)) + self.tag("endfor")
        return out + "{{ %s.n }}{{ %s.s }}" % (ns, ns)


def template(seed):
    """A template that is fine, but for values that may not fit."""
    g = Generator(seed)
    out = g.body(g.r.randint(1, 3))
    while len(out) < 10:
        out = g.body(g.r.randint(1, 3))
    return out


PIECES = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{% endif %}",
    "{% endfor %}",
    "{% else %}",
    "{% if yes %}",
    "(",
    ")",
    "[",
    "]",
    "|",
    ".",
    ",",
    "'",
    '"',
    " is ",
    " not ",
    " in ",
    "~",
    "==",
    "=",
    "+",
    "-",
    "{{ 1 + 'a' }}",
    "{{ arch_nam }}",
    "{{ words.x }}",
    "{% for %}",
    "{{ }}",
    "{% %}",
    "\u00e9",
    "\\",
    " if ",
    " else ",
    "|nope",
    " loop ",
    "{% set x %}",
    "{% raw %}",
    "{{ 1 / 0 }}",
    "{{ none.x }}",
    ":",
    "!",
]


def broken(seed):
    """A template with one to three accidents; some of them do no harm."""
    r = random.Random(seed)
    text = template(seed)
    for _ in range(r.choice([1, 1, 1, 2, 3])):
        at, to = sorted((r.randint(0, len(text)), r.randint(0, len(text))))
        to = min(to, at + 12)
        how = r.random()
        if how < 0.35:
            text = text[:at] + text[at + 1 :]
        elif how < 0.6:
            text = text[:at] + text[to:]
        elif how < 0.9:
            text = text[:at] + r.choice(PIECES) + text[at:]
        else:
            text = text[:at] + text[at:to] * 2 + text[to:]
    return text
