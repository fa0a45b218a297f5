#!/usr/bin/env python3
"""explain reads the graph, and what schema.def says of each key is what the graph does."""
import json, os, re, shutil, sys, tomllib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from sandbox import ROOT, Sandbox, read, run_tests, write

FULL = os.path.join(ROOT, "tests/golden/cases/ok-full/files/config")


def explain(s, name, *args):
    return s.run(s.configure_program, "explain", name, s.guest, *args)


def rebuilds(s, name):
    return [(e["rule"], e["output"]) for e in json.loads(explain(s, name, "--json").stdout)["rebuilds"]]


def reach(edges):
    """What of the words of schema.def these edges stand for."""
    outs, words = {out for _, out in edges}, set()
    made = {os.path.basename(out) for rule, out in edges if rule in ("build_image", "render_dockerfile", "sum_context", "pack_initrd", "pack_squashfs", "pack_erofs")}
    if any(out.endswith("tool-versions.sh") for out in outs):
        words.add("versions")
    if "rootfs.Dockerfile" in made or "rootfs.context" in made or ("rootfs.tar" in made and "versions" not in words):
        words.add("rootfs")
    if "kernel.tar" in made:
        words.add("kernel")
    if "initrd.tar" in made:
        words.add("initrd")
    if made & {"rootfs.squashfs", "rootfs.erofs"} and "rootfs.tar" not in made:
        words.add("squashfs")
    if "build/settings/defaults.json" in outs:
        words.add("settings")
    return words


def keys(schema, definition, data, name):
    """The names of all keys of the table DATA and of those below it."""
    for key, property in definition["properties"].items():
        below = property.get("allOf", [property])[0].get("$ref")
        value = data.get(key, {})
        if below:
            yield from keys(schema, ref(schema, below), value, name + "." + key)
        elif "$ref" in str(property.get("additionalProperties", "")):
            for entry, table in value.items():
                yield from keys(schema, ref(schema, property["additionalProperties"]["$ref"]), table, "%s.%s.%s" % (name, key, entry))
        elif "$ref" not in str(property.get("items", "")):
            yield name + "." + key


def ref(schema, path):
    return schema["definitions"][path.split("/")[-1]]


def all_keys(s, schema):
    config = os.path.join(s.guest, "config")
    for path, of in [*schema["properties"].items(), *((p, o) for p, o in schema["patternProperties"].items())]:
        if path.startswith("^"):
            folder = path[1:].split("/")[0]
            for file in sorted(os.listdir(os.path.join(config, folder))):
                for entry, table in tomllib.loads(read(os.path.join(config, folder, file))).items():
                    yield from keys(schema, ref(schema, of["additionalProperties"]["$ref"]), table, folder + "." + entry)
        else:
            (table, property), = of["properties"].items()
            data = tomllib.loads(read(os.path.join(config, path))) if os.path.exists(os.path.join(config, path)) else {}
            yield from keys(schema, ref(schema, property["$ref"]), data.get(table, {}), table)


def test_table(tap, s):
    """The union over all tables of one kind, in two configs, is what the column "reaches" says."""
    schema = json.loads(s.run(s.configure_program, "schema").stdout)
    said, done = {}, {}
    for overlay in (None, FULL):
        if overlay:
            shutil.rmtree(os.path.join(s.guest, "config"))
            shutil.copytree(os.path.join(ROOT, "tests/golden/base/config"), os.path.join(s.guest, "config"))
            shutil.copytree(overlay, os.path.join(s.guest, "config"), dirs_exist_ok=True)
        for name in all_keys(s, schema):
            out = json.loads(explain(s, name, "--json").stdout)
            key = out["table"] + "." + out["key"]
            said[key] = set(out["reaches"].split(", ")) - {"nothing"}
            done.setdefault(key, set()).update(reach([(e["rule"], e["output"]) for e in out["rebuilds"]]))
    for key in sorted(said):
        tap.same(sorted(done[key]), sorted(said[key]), "what an edit of %s reaches" % key)
    tap.ok(len(said) >= 80, "all kinds of keys were tried", len(said))


def test_places(tap, s):
    done = explain(s, "build.compression_level")
    tap.ok(re.search(r"value    15\nset at   \S*config/build.toml:8:21\ndefault  15\n", done.stdout), "value, place and default", done.stdout)
    done = explain(s, "environment.shell.term", "--json")
    tap.ok(json.loads(done.stdout)["value"] == '"xterm-256color"', "JSON", done.stdout)
    done = explain(s, "packages/python.toml")
    tap.ok("[python]  packages that one manager installs" in done.stdout and '  manager = "uv"\n' in done.stdout and "reaches: rootfs" in done.stdout, "a file: its tables and keys", done.stdout)
    s.edit("config/build.toml", "compression_level = 15", "")
    tap.ok("nowhere: it is the default" in explain(s, "build.compression_level").stdout, "a default")
    for name, rules in {"packages/apt.toml": {"configure", "render_dockerfile", "build_image", "pack_squashfs", "sum_blake3", "write_manifest"},
                        "vm/resources.toml": {"configure"}, "manifest.toml": set(), "artifacts/tips.txt": {"sum_context", "build_image", "pack_squashfs", "sum_blake3", "write_manifest"},
                        "artifacts/capsem_bench/__main__.py": {"sum_context", "pack_initrd", "write_manifest"},
                        "kernel/defconfig.arm64": {"sum_context", "build_image", "extract_files", "sum_blake3", "write_manifest"},
                        os.path.join(s.templates, "Dockerfile.kernel.j2"): {"render_dockerfile", "build_image", "extract_files", "sum_blake3", "write_manifest"}}.items():
        tap.same({rule for rule, _ in rebuilds(s, name)}, rules, "what an edit of %s runs" % os.path.basename(name))
    arm = {out for _, out in rebuilds(s, "build.architectures.arm64.node_major") if "x86_64" in out}
    tap.same(arm, set(), "a key of one architecture leaves the other alone")


def test_mistakes(tap, s):
    for name, text in {"build.compresion": "did you mean 'compression'", "nothing": "no table 'nothing'", "ai": "is a folder", "build.compression.x": "is no table"}.items():
        done = explain(s, name)
        tap.ok(done.returncode == 2 and text in done.stdout, name, done.stdout)
    tap.same(s.run(s.configure_program, "explain").returncode, 2, "explain nothing")
    done = explain(s, "ai.nobody.cli.key")
    tap.ok(done.returncode == 0 and "no such table" in done.stdout, "a table that is not there is still explained", done.stdout)
    write(os.path.join(s.guest, "config/vm/resources.toml"), "x = =")
    done = explain(s, "build.compression")
    tap.ok(done.returncode == 1 and "[E002]" in done.stdout, "a config that does not parse", done.stdout)


def main():
    return run_tests(Sandbox(), test_places, test_table, test_mistakes)


sys.exit(main())
