#!/usr/bin/env python3
"""compile_commands.json is what an editor needs: every C file once, with flags under which clangd and
clang-tidy find nothing to say."""
import concurrent.futures, json, os, re, shutil, subprocess, sys, tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from sandbox import ROOT, Tap


def tracked():
    out = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.c", "*.cc"], cwd=ROOT, capture_output=True, text=True).stdout
    return {f for f in out.split() if os.path.exists(os.path.join(ROOT, f)) and not f.startswith("tests/golden/")}


def check(args):
    done = subprocess.run(args, cwd=ROOT, capture_output=True, text=True, timeout=300)
    found = re.findall(r"^.*(?:\berror: |\bwarning: |^E\[[0-9:.]+\] \[).*$", done.stdout + done.stderr, re.M)
    return [line for line in found if "warnings generated" not in line]


def run_all(tap, what, files, command):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        findings = list(pool.map(lambda f: check(command(f)), files))
    bad = [line for found in findings for line in found]
    tap.ok(not bad, "%s: nothing to say about %d files" % (what, len(files)), "\n".join(bad[:20]))


def main():
    tap, folder = Tap(), tempfile.mkdtemp()
    try:
        subprocess.run([os.path.join(ROOT, "configure"), "-C", folder, os.path.join(ROOT, "guest")], check=True, stdout=subprocess.DEVNULL)
        with open(os.path.join(folder, "compile_commands.json")) as f:
            commands = json.load(f)
        files = [os.path.relpath(c["file"], ROOT) for c in commands if c["file"].startswith(ROOT)]
        tap.same(sorted(files), sorted(tracked()), "every C file is in compile_commands.json, once")
        clangd = lambda f: ["clangd", "--check=" + f, "--compile-commands-dir=" + folder, "--log=error", "--clang-tidy=false"]
        tidy = lambda f: ["clang-tidy", "--quiet", "-p", folder, f]
        run_all(tap, "clangd", sorted(files), clangd)
        run_all(tap, "clang-tidy", [f for f in sorted(files) if f.endswith(".c") and not f.startswith("tests/preload/")], tidy)
        done = subprocess.run(["cppcheck", "--quiet", "--error-exitcode=1", "--enable=warning,portability", "--inline-suppr", "-j2", "-I.",
                               "--suppress=missingIncludeSystem", "--suppress=varFuncNullUB", "--include=/usr/include/cjson/cJSON.h", "configure.c", "gen", "rules", "guest/agent"], cwd=ROOT, capture_output=True, text=True)
        tap.ok(done.returncode == 0, "cppcheck", done.stderr[:3000])
    finally:
        shutil.rmtree(folder)
    return tap.done()


sys.exit(main())
