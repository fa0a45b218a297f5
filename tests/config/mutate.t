#!/usr/bin/env python3
"""Thousands of mutations of the shipped config: no crash, no hang, no leak, every place inside its file,
and never a half-written build.ninja. mutate does the work; a sanitizer's report is its failure too."""
import os, subprocess, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from sandbox import Sandbox, Tap, work_in_memory

TESTS = os.environ.get("TESTS", os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../build/tests"))
SEED, COUNT = "20261122", "5000"


def main():
    work_in_memory()  # thousands of files, none of which needs a disk
    tap, s = Tap(), Sandbox()
    try:
        done = s.configure()
        tap.ok(done.returncode == 0, "the shipped config is fine", done.stdout)
        program = os.path.abspath(os.path.join(TESTS, "config/mutate"))
        env = dict(s.env, ASAN_OPTIONS="detect_leaks=1", UBSAN_OPTIONS="halt_on_error=1")
        done = subprocess.run([program, SEED, COUNT, s.configure_program], cwd=s.dir, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        tap.ok(done.returncode == 0 and COUNT + " mutations" in done.stdout, "nothing happened in " + done.stdout.strip()[-100:], done.stdout, done.returncode)
    finally:
        s.remove()
    return tap.done()


sys.exit(main())
