#!/usr/bin/env python3
"""The simulated host on this machine and the guest that was built in QEMU: each connection crosses the
boundary, through the vhost-user vsock daemon of the crate vhost-device-vsock (cargo install vhost-device-vsock;
VHOST_DEVICE_VSOCK names the program where it is not on the PATH).

The daemon (0.3.0) tells the host of a connection's end only when both directions have ended. What needs a
half-closed connection, the end of an MCP conversation, is left to vsock.t."""
import os, shutil, subprocess, sys, tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../host"))
sys.path.insert(0, os.path.join(HERE, "../lib"))
sys.dont_write_bytecode = True
from sim import Ports
from talk import talk
from vm import Vm, need_image

DAEMON = os.environ.get("VHOST_DEVICE_VSOCK") or shutil.which("vhost-device-vsock") or shutil.which(
    "vhost-device-vsock", path=os.path.expanduser("~/.cargo/bin"))

need_image()
if not DAEMON:
    print("1..0 # SKIP no vhost-device-vsock: cargo install vhost-device-vsock")
    sys.exit(0)
with tempfile.TemporaryDirectory(prefix="capsem-vsock-") as work:
    device, prefix = os.path.join(work, "device"), os.path.join(work, "port")
    daemon = subprocess.Popen([DAEMON, "--vm", "guest-cid=3,socket=%s,uds-path=%s" % (device, prefix)], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with Vm("", {}, "-object", "memory-backend-memfd,id=memory,size=1024M,share=on", "-machine", "memory-backend=memory",
                "-chardev", "socket,id=vsock,reconnect=0,path=" + device, "-device", "vhost-user-vsock-pci,chardev=vsock") as vm:
            try:
                status = talk(Ports("unix", prefix + "_{}"), half_close=False)
            except Exception as why:    # a guest that does not come, or goes in the middle
                print("not ok - the conversation: %r" % why)
                print("".join("# %s\n" % line for line in vm.console().splitlines()[-40:]), end="")
                status = 1
    finally:
        daemon.kill()
        daemon.wait()
sys.exit(status)
