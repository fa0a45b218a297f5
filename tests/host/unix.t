#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# unix.t -- the simulated host and all guest programs on this machine, over Unix sockets.
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sim import Ports  # noqa: E402
from talk import talk  # noqa: E402
from wire import GUEST_BIN, Host  # noqa: E402

with Host() as host:

    def start():
        for name in ("capsem-net-proxy", "capsem-dns-proxy", "capsem-pty-agent"):
            agent = host.start(name, stdin=-3, stdout=-3)
        host.agent = agent

    status = talk(Ports("unix", host.dir + "/{}"), GUEST_BIN, host.root, False, start)
    ended = host.agent.wait(20)
    print(f"# the agent ended with {ended}")
sys.exit(status)
