#!/usr/bin/env python3
"""Our validator and the JSON Schema it prints agree on thousands of mutated configs, in both drafts.

A seed decides on the mutations of values and keys of two configs: the shipped one and that of a golden
case. Each result is written as TOML, judged by agree (schema.def, as the generator reads it), and as
data by a JSON Schema validator. Integers and floats are two types in TOML, so 4.0 is no integer here.
What a schema for one file cannot know is left out: keys that two files define.
"""
import copy, datetime, json, math, os, random, shutil, subprocess, sys, tempfile, tomllib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from configs import document
from sandbox import BIN, ROOT, Tap, write
import jsonschema

TESTS = os.environ.get("TESTS", os.path.join(ROOT, "build", "tests"))
SEED, COUNT = 20261122, 2400
VALUES = [0, 1, -1, 8, 9, 16, 22, 23, 99999, 2**63 - 1, 4.0, 4.5, math.inf, True, False, "", "x", "4", "yes", "zstd", "xz", "apt", "npm", "stdio", "sse", [],
          ["x"], [""], [1], ["x", 1], [80], [70000], {}, {"x": "y"}, {"x": {}}, [{}], datetime.date(2026, 1, 1), datetime.time(7, 32)]


def places(v, path=()):
    """Every (container, key) below V."""
    items = v.items() if isinstance(v, dict) else enumerate(v) if isinstance(v, list) else ()
    for k, i in items:
        yield v, k
        yield from places(i)


def mutate(tree, r):
    container, key = r.choice(list(places(tree)))
    how = r.randrange(6)
    if how == 0 and isinstance(container, dict):
        container[r.choice([key[:-1] or "q", key + "s", "Zz"])] = container.pop(key)
    elif how == 1:
        del container[key]
    elif how == 2 and isinstance(container, dict):
        container[r.choice(["extra", "name", "path", "url"])] = copy.deepcopy(r.choice(VALUES))
    elif how == 3 and isinstance(container[key], (list, dict)):
        container[key] = type(container[key])()
    elif how == 4 and type(container[key]) is int:
        container[key] += r.choice([-1000, -1, 1, 1000])
    else:
        container[key] = copy.deepcopy(r.choice(VALUES))


def load(config):
    files = {}
    for top, _, names in sorted(os.walk(config)):
        for name in sorted(names):
            path = os.path.join(top, name)
            if name.endswith(".toml"):
                with open(path, "rb") as f:
                    files[os.path.relpath(path, config)] = tomllib.load(f)
    return files


def validator(program, draft, *file):
    base = {"07": jsonschema.Draft7Validator, "2020-12": jsonschema.Draft202012Validator}[draft]
    strict = base.TYPE_CHECKER.redefine("integer", lambda _, v: isinstance(v, int) and not isinstance(v, bool))
    schema = json.loads(subprocess.run([program, "schema", "--draft", draft, *file], check=True, capture_output=True).stdout)
    base.check_schema(schema)
    return jsonschema.validators.extend(base, type_checker=strict)(schema)


class Schemas:
    """Of one draft: that of the whole tree, and that of each file."""
    def __init__(self, draft, names):
        program = os.path.join(BIN, "capsem-configure")
        self.draft = draft
        self.tree = validator(program, draft)
        self.files = {name: validator(program, draft, name) for name in names}

    def mistakes(self, files, name):
        """What is wrong with one of the FILES; the others are fine."""
        return [e.message for e in self.files[name].iter_errors(files[name])]


class Judge:
    """agree, and a guest folder for it."""
    def __init__(self, files):
        self.dir = tempfile.mkdtemp(prefix="agree-")
        self.files = files
        for name, tree in files.items():
            self.put(name, tree)
        self.agree = subprocess.Popen([os.path.join(TESTS, "config/agree")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def put(self, name, tree):
        write(os.path.join(self.dir, "config", name), document(tree))

    def codes(self):
        print(self.dir, file=self.agree.stdin, flush=True)
        return self.agree.stdout.readline().split()

    def close(self):
        self.agree.stdin.close()
        self.agree.wait()
        shutil.rmtree(self.dir)


def try_one(judge, drafts, r, counts):
    name = r.choice(sorted(judge.files))
    tree = copy.deepcopy(judge.files[name])
    for _ in range(r.randrange(1, 4)):
        if tree:
            mutate(tree, r)
    judge.put(name, tree)
    codes = judge.codes()
    judge.put(name, judge.files[name])
    if "E008" in codes:
        return None
    ours = not codes
    counts[ours] += 1
    files = {**judge.files, name: tree}
    for schemas in drafts:
        mistakes = schemas.mistakes(files, name)
        if ours == bool(mistakes):
            return "%s, draft %s: ours %s, schema %s\n%s" % (name, schemas.draft, codes, mistakes[:3], document(tree))
    if sum(counts.values()) % 20 == 0 and any(s.tree.is_valid(files) != ours for s in drafts):
        return "%s: the schema of the whole tree says something else" % name
    return None


def main():
    tap, r = Tap(), random.Random(SEED)
    full = load(os.path.join(ROOT, "tests/golden/cases/ok-full/files/config"))
    for what, files in (("the shipped config", load(os.path.join(ROOT, "guest/config"))), ("a config with every kind of key", full)):
        judge, counts, bad = Judge(files), {True: 0, False: 0}, []
        drafts = [Schemas(draft, files) for draft in ("07", "2020-12")]
        tap.same(judge.codes(), [], what + " is fine for us")
        for schemas in drafts:
            tap.same([e.message for e in schemas.tree.iter_errors(files)], [], "%s is fine for the schema of draft %s" % (what, schemas.draft))
        while sum(counts.values()) < COUNT // 2:
            problem = try_one(judge, drafts, r, counts)
            if problem:
                bad.append(problem)
        judge.close()
        tap.ok(not bad, "%s: the same verdict on %d mutations" % (what, sum(counts.values())), "%d differ" % len(bad), *bad[:5])
        tap.ok(min(counts.values()) > COUNT // 40, "%s: %d mutations are fine, %d are not" % (what, counts[True], counts[False]))
    return tap.done()


sys.exit(main())
