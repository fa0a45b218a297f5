#!/usr/bin/env python3
"""What is generated and kept in the repository is what the program says now: docs/config.md and
guest/schema/. UPDATE=1 writes them anew."""
import glob, json, os, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from sandbox import BIN, ROOT, Tap, read, write

SCHEMAS = {"build": "build.toml", "manifest": "manifest.toml", "ai": "ai", "packages": "packages", "mcp": "mcp", "web": "security/web.toml",
           "resources": "vm/resources.toml", "environment": "vm/environment.toml"}


def said(*args):
    return subprocess.run([os.path.join(BIN, "capsem-configure"), *args], check=True, capture_output=True, text=True).stdout


def kept(tap, path, text):
    path = os.path.join(ROOT, path)
    if os.environ.get("UPDATE") == "1":
        write(path, text)
    tap.ok(os.path.exists(path) and read(path) == text, os.path.relpath(path, ROOT) + " is what the program says; UPDATE=1 tests/cli/docs.t")


def main():
    tap = Tap()
    kept(tap, "docs/config.md", said("reference"))
    for name, file in SCHEMAS.items():
        kept(tap, "guest/schema/%s.json" % name, said("schema", file))
    tap.same(sorted(os.listdir(os.path.join(ROOT, "guest/schema"))), sorted(n + ".json" for n in SCHEMAS), "no other schema is kept")
    roots = set(json.loads(said("schema"))["properties"]) | {p[1:].split("/")[0] for p in json.loads(said("schema"))["patternProperties"]}
    tap.same(roots, set(SCHEMAS.values()), "every kind of file has one")
    config = os.path.join(ROOT, "guest/config")
    for path in sorted(glob.glob(config + "/**/*.toml", recursive=True)):
        rel = os.path.relpath(path, config)
        first = read(path).split("\n")[0]
        named = os.path.normpath(os.path.join(os.path.dirname(path), first.replace("#:schema ", "")))
        name = os.path.basename(named)[: -len(".json")]
        tap.ok(first.startswith("#:schema ") and os.path.exists(named) and SCHEMAS.get(name) in (rel, os.path.dirname(rel)), rel + " names its schema", first)
    return tap.done()


sys.exit(main())
