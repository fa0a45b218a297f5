"""Edits, from a seed. An edit is a tuple that makes sense in every state, so that any of them can be left out:
("set", fact, value, style), ("member", fact, name, value, style), ("touch", which, hours), ("branch",), ("back",),
("stash",), ("rename", fact, old, new), ("interrupt", milliseconds, fact, value, whether the
edit is then taken back)."""
import random

from guest import AGENTS, ARCHS, HELPERS, POOL, SCRIPTS

NUMBERS = ["ai.install", "ai.version", "ai.domain", "mcp.args", "web.port", "env.term", "manifest.text", "apt.comment",
           "tips", "banner", "bashrc", "init", "agent.lib", "agent.header", "agent.flags", "agent.comment",
           "template.rootfs", "template.kernel", "template.initrd", "template.comment",
           "machine.memory", "machine.engine", "machine.version", "machine.kernel"]
NUMBERS += ["%s.%s" % (fact, arch) for fact in ("defconfig", "machine.flags") for arch in ARCHS]
NUMBERS += ["agent." + name for name in AGENTS]
# Folders of these are watched, so that a file may be replaced by an older one.
WATCHED = ("ai.", "apt.", "mcp.", "web.", "vm.", "env.", "manifest.", "tips", "banner", "bashrc", "init", "defconfig.",
           "capsem-", "snapshots", "build.", "node.", "branch.", "python.")
# What links name is none of NAMES: a link that is renamed would come to name itself, which ninja refuses.
FIXED = "../capsem_bench/__main__.py"
NAMES = ["test_%s.py" % c for c in "abcdef"] + ["sub/test_g.py"]
DRAWS = [("number", 60), ("list", 6), ("choice", 10), ("script", 4), ("member", 16), ("rename", 3), ("touch", 8), ("branch", 3),
         ("back", 4), ("stash", 3), ("helper", 4), ("option", 3), ("interrupt", 3), ("link", 3)]


class Draw:
    def __init__(self, seed):
        self.r, self.n = random.Random(seed), 10

    def fresh(self):
        self.n += 1
        return self.n

    def style(self, fact):
        styles = ["place"] * 6 + ["moved"] * 3 + ["future"] + (["old"] if fact.startswith(WATCHED) else [])
        return self.r.choice(styles)

    def set(self, fact, value):
        return ("set", fact, value, self.style(fact))

    def number(self):
        fact = self.r.choice(NUMBERS)
        return self.set(fact, 1024 + self.fresh() if fact == "machine.memory" else self.fresh())

    def list(self):
        words = ["git", "curl", "jq", "tmux", "less"]
        self.r.shuffle(words)
        return self.set(self.r.choice(["apt.packages", "python.packages"]), tuple(words[:self.r.randint(1, 5)]))

    def choice(self):
        r = self.r
        return self.set(*r.choice([
            ("apt.order", r.random() < 0.5), ("vm.cpu", r.randrange(8)), ("build.level", r.choice([1, 3, 9, 15])),
            ("node." + r.choice(ARCHS), r.choice([18, 20, 22])), ("branch." + r.choice(ARCHS), r.choice(["6.1", "6.6"])),
            ("ai.file", r.choice([None, ("extra", self.fresh()), ("more", self.fresh())])),
            ("agent.more", r.choice([None, self.fresh()]))]))

    def script(self):
        return self.set(self.r.choice(SCRIPTS), self.r.choice([None, self.fresh(), self.fresh()]))

    def member(self):
        kind = self.r.choice(["file", "file", "file", "run", "link", "gone", "mode"])
        value = {"file": ("file", self.fresh(), False), "run": ("file", self.fresh(), True), "mode": "mode",
                 "link": ("link", self.r.choice([FIXED, "nowhere-%d" % self.fresh()]), False), "gone": None}[kind]
        fact, name = self.r.choice(["diagnostics", "diagnostics", "capsem_bench"]), self.r.choice(NAMES)
        return ("member", fact, name, value, self.r.choice(["place", "moved", "future", "old"]))

    def rename(self):
        return ("rename", "diagnostics", self.r.choice(NAMES), self.r.choice(NAMES))

    def link(self):
        return self.set("tips.link", self.r.choice([None, *POOL]))

    def touch(self):
        return ("touch", self.r.choice(["all", "guest/config", "guest/artifacts", "guest/agent", "templates", "machine.ini"]),
                self.r.choice([0, 0, 0, -1, -24, 1]))

    def branch(self):
        return ("branch",)

    def back(self):
        return ("back",)

    def stash(self):
        return ("stash",)

    def helper(self):
        return ("set", "helper." + self.r.choice(HELPERS), self.fresh(), "moved")

    def option(self):
        r = self.r
        return self.set(*r.choice([("option.release", r.random() < 0.5), ("option.epoch", r.randrange(3)),
                                   ("option.archs", r.choice([ARCHS, ARCHS, ("x86_64",), ("arm64",)]))]))

    def interrupt(self):
        fact = self.r.choice(NUMBERS)
        return ("interrupt", self.r.choice([2, 5, 10, 20, 40, 80, 160, 320]), fact,
                1024 + self.fresh() if fact == "machine.memory" else self.fresh(), self.r.random() < 0.3)


def edits(seed, n):
    draw, kinds, weights = Draw(seed), [k for k, _ in DRAWS], [w for _, w in DRAWS]
    return [getattr(draw, draw.r.choices(kinds, weights)[0])() for _ in range(n)]
