#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# abuse.t -- both proxies against peers that mean harm or are broken, on the guest's side and on the
# host's: after each, the proxy lives, has let go of everything, and serves as before. The figures
# are printed.
import contextlib
import os
import random
import resource
import socket
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from wire import Host, Tap, frame, pack, read_frame, unpack, wait_for  # noqa: E402

PARALLEL = 10000
MORE = 4 * PARALLEL  # descriptors
SETTLE = 60  # seconds until everything that was dropped must be gone
KB_EACH = 4  # memory a connection may cost
KB_KEPT = 1024  # and what the allocator may keep of it
META = b"\0CAPSEM_META:"
t = Tap()
random.seed(1)


def raise_limit():
    """The number of descriptors we may have: twice the connections on this side, twice on theirs."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(hard, MORE), max(hard, MORE)))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def status(child, key):
    with open(f"/proc/{child.pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith(key))


def fds(child):
    return len(os.listdir(f"/proc/{child.pid}/fd"))


def dial(port, block=True):
    s = socket.socket()
    s.setblocking(block)
    if block:
        s.settimeout(20)
    s.connect_ex(("127.0.0.1", port))
    return s


def reset(s):
    with contextlib.suppress(OSError):
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


class Answering:
    """The host's side: every connection of a port is given to `serve` in a thread of its own, or
    only held."""

    def __init__(self, host, port, serve):
        self.serve, self.held, self.count, self.most = serve, [], 0, PARALLEL
        self.listener = host.listeners[port]
        self.listener.settimeout(None)
        self.listener.listen(4096)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                while len(self.held) >= self.most:
                    time.sleep(0.05)
                s, _ = self.listener.accept()
                self.count += 1
                if self.serve:
                    threading.Thread(target=self.run, args=(self.serve, s), daemon=True).start()
                else:
                    self.held.append(s)

    @staticmethod
    def run(serve, s):
        with contextlib.suppress(OSError, EOFError, AssertionError, ValueError):
            s.settimeout(20)
            serve(s)
        s.close()

    def let_go(self):
        for s in self.held:
            s.close()
        self.held.clear()


def echo(s):
    """Behind the line that names the program, everything comes back."""
    data = b""
    while not data.startswith(META) or b"\n" not in data:
        part = s.recv(4096)
        if not part:
            return
        data += part
    s.sendall(data.split(b"\n", 1)[1])
    while data := s.recv(65536):
        s.sendall(data)


def dns(s):
    request = unpack(read_frame(s))
    s.sendall(frame(pack({"raw": request["raw"], "decision": "allowed", "rcode": 0})))


def garbage():
    return random.randbytes(random.randrange(1, 3000))


HOST_MISDEEDS = {
    "is gone at once": lambda s: None,
    "resets in the middle": lambda s: (s.recv(10), s.sendall(b"\0\0")),
    "answers garbage": lambda s: (s.recv(4096), s.sendall(garbage())),
    "announces four gigabytes": lambda s: (s.recv(4096), s.sendall(b"\xff\xff\xff\xff" + bytes(9000))),
    "ends in the middle of a frame": lambda s: (s.recv(4096), s.sendall(b"\0\0\1\0" + bytes(100))),
    "nests a message deeply": lambda s: (s.recv(4096), s.sendall(frame(b"\x91" * 200000))),
    "sends one byte at a time": lambda s: [s.send(bytes([b])) for b in frame(pack({"raw": b"xx"}))],
}


def half_open(port):
    return [dial(port) for _ in range(100)]


def slow(port):
    clients = [dial(port) for _ in range(20)]
    for byte in b"\0\x0cone at a time":
        for c in clients:
            with contextlib.suppress(OSError):
                c.send(bytes([byte]))
    return clients


def with_garbage(port):
    clients = [dial(port) for _ in range(100)]
    for c in clients:
        with contextlib.suppress(OSError):
            c.sendall(garbage())
    return clients


def oversized(port):
    """As much as the kernel takes, which nobody reads."""
    clients = [dial(port) for _ in range(8)]
    for c in clients:
        c.setblocking(False)
        with contextlib.suppress(OSError):
            for _ in range(1000):
                c.send(b"\xff" * 65536)
    return clients


GUEST_MISDEEDS = {
    "half-open connections": half_open,
    "one byte at a time": slow,
    "garbage": with_garbage,
    "more than anybody reads": oversized,
}


def quiet(child, idle):
    return wait_for(lambda: fds(child) <= idle, SETTLE)


def misuse(host, child, port, serves, host_port, serve):
    """Each misdeed, ended once by a close and once by a reset. SERVES tells whether all is well."""
    answering = Answering(host, host_port, serve)
    assert wait_for(serves), host.log()
    assert wait_for(lambda: fds(child) < 8, SETTLE), fds(child)
    idle, before = fds(child), status(child, "VmRSS")
    for what, misdeed in GUEST_MISDEEDS.items():
        for end in (socket.socket.close, reset):
            for c in misdeed(port):
                end(c)
        good = child.poll() is None and quiet(child, idle) and serves()
        t.ok(good, f"{child.args[0]}: {what}, closed and reset", (child.poll(), fds(child), idle))
    for what, misdeed in HOST_MISDEEDS.items():
        answering.serve = misdeed
        for _ in range(30):
            serves(seconds=0.05)
        answering.serve = serve
        good = child.poll() is None and wait_for(serves) and quiet(child, idle)
        t.ok(good, f"{child.args[0]}: a host that {what}", (child.poll(), fds(child), idle))
    after = status(child, "VmRSS")
    t.ok(after - before < KB_KEPT, f"{child.args[0]}: memory is what it was", (before, after))
    print(f"# {child.args[0]}: {before} kB before, {after} kB after, peak {status(child, 'VmHWM')} kB")
    return answering, idle


def crowd(child, port, serves, answering, idle, host_sees):
    """Ten thousand connections at once. HOST_SEES: how many of them the host gets to see."""
    before, count, start = status(child, "VmRSS"), answering.count, time.monotonic()
    answering.serve, answering.most = None, host_sees or PARALLEL
    clients = [dial(port, block=False) for _ in range(PARALLEL)]
    for c in clients:
        with contextlib.suppress(OSError):
            c.send(b"\0")
    seen = wait_for(lambda: answering.count - count >= host_sees, 120)
    peak, open_fds = status(child, "VmHWM"), fds(child)
    t.ok(seen, f"{child.args[0]}: of {PARALLEL} connections {host_sees} reach the host at once", answering.count - count)
    bound = before + KB_EACH * max(host_sees, 1000)
    t.ok(peak < bound, f"{child.args[0]}: memory stays below {bound} kB", peak)
    print(f"# {child.args[0]}: {PARALLEL} connections, {open_fds} descriptors, {before} kB before, peak {peak} kB, {time.monotonic() - start:.0f} s")
    for c in clients:
        reset(c)
    answering.let_go()
    gone = wait_for(lambda: answering.let_go() or fds(child) <= idle, SETTLE)
    answering.serve = answering.usual
    t.ok(gone and child.poll() is None, f"{child.args[0]}: all are let go", (fds(child), idle))
    t.ok(wait_for(serves), f"{child.args[0]}: and it serves as before")
    print(f"# {child.args[0]}: afterwards {status(child, 'VmRSS')} kB, {fds(child)} descriptors")


def net_serves(seconds=20):
    with contextlib.suppress(OSError), contextlib.closing(dial(10443)) as c:
        c.settimeout(seconds)
        c.sendall(b"hello")
        return c.recv(100) == b"hello"
    return False


def udp_serves(seconds=20):
    with contextlib.suppress(OSError), contextlib.closing(socket.socket(type=socket.SOCK_DGRAM)) as s:
        s.settimeout(seconds)
        s.connect(("127.0.0.1", 1053))
        s.send(b"query")
        return s.recv(100) == b"query"
    return False


def tcp_serves(seconds=20):
    with contextlib.suppress(OSError), contextlib.closing(dial(1053)) as c:
        c.settimeout(seconds)
        c.sendall(b"\0\5query")
        return c.recv(100) == b"\0\5query"
    return False


def dns_serves(seconds=20):
    return udp_serves(seconds) and tcp_serves(seconds)


def flood(child, answering):
    """Ten thousand datagrams at once: what is too much is dropped, not kept."""
    answering.serve, before = None, status(child, "VmRSS")
    with contextlib.closing(socket.socket(type=socket.SOCK_DGRAM)) as s:
        s.connect(("127.0.0.1", 1053))
        for _ in range(PARALLEL):
            s.send(random.randbytes(500))
    peak, open_fds = status(child, "VmHWM"), fds(child)
    t.ok(peak - before < 4096 and open_fds < 600, f"{child.args[0]}: {PARALLEL} datagrams are bounded", (peak, open_fds))
    print(f"# {child.args[0]}: {PARALLEL} datagrams, {open_fds} descriptors, peak {peak} kB")
    answering.let_go()
    answering.serve = answering.usual
    good = wait_for(lambda: answering.let_go() or dns_serves(1), SETTLE)
    t.ok(good and child.poll() is None, f"{child.args[0]}: and it serves as before")


def killed(host, child, name, port, serves):
    """Killed with connections open: a new one takes its place at once."""
    clients = [dial(port) for _ in range(50)]
    child.kill()
    child.wait()
    again = host.start(name)
    good = wait_for(serves) and all(c.recv(1) == b"" for c in clients if not is_reset(c))
    t.ok(good and again.poll() is None, f"{name}: killed, its clients know, and a new one serves")
    for c in clients:
        c.close()


def is_reset(c):
    try:
        c.recv(1, socket.MSG_PEEK)
    except OSError:
        return True
    return False


def abuse(name, port, host_port, serves, serve, host_sees, more=lambda child, answering: None):
    with Host(host_port) as host:
        child = host.start(name)
        answering, idle = misuse(host, child, port, serves, host_port, serve)
        answering.usual = serve
        more(child, answering)
        crowd(child, port, serves, answering, idle, host_sees)
        killed(host, child, name, port, serves)


limit = raise_limit()
both = min(PARALLEL, (limit - 64) // 2)
print(f"# {limit} descriptors allowed")
start = time.monotonic()
abuse("capsem-net-proxy", 10443, 5002, net_serves, echo, min(both, limit - PARALLEL) - 500)
abuse("capsem-dns-proxy", 1053, 5007, dns_serves, dns, 0, flood)
print(f"# took {time.monotonic() - start:.0f} s")
t.done()
