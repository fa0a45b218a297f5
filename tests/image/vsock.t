#!/usr/bin/env python3
"""The simulated host inside the guest that was built, over vsock loopback: every guest program talks to it as
capsem-init starts it, and the doctor runs with a host."""
import os, sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from vm import Vm, need_image, read_file

# capsem.run knows capsem-doctor and capsem-bench. Without arguments this one is the conversation.
BENCH = b"""#!/bin/sh
here=/usr/local/lib/capsem-tests/host
if [ $# -gt 0 ]; then exec sh "$here/bench" "$@"; fi
exec python3 "$here/talk.py" vsock
"""

need_image()
files = {"capsem-bench": (BENCH, 0o555), "diagnostics/host/bench": read_file("guest/artifacts/capsem-bench"),
         "diagnostics/host/sim.py": read_file("tests/host/sim.py"), "diagnostics/host/talk.py": read_file("tests/host/talk.py"),
         "diagnostics/guest/wire.py": read_file("tests/guest/wire.py")}
with Vm("capsem.poweroff capsem.host-cid=1 capsem.run=bench", files) as vm:
    lines = vm.wait().splitlines()
for line in lines:
    if line.startswith(("ok ", "not ok ", "1..", "# ")):
        print(line)
if "capsem: capsem-bench ended with exit code 0" not in lines:
    print("".join("# %s\n" % line for line in lines[-60:]), end="")
    sys.exit(1)
