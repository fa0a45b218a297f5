#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# net_proxy.t -- capsem-net-proxy between clients on the loopback address and a stand-in host.
import contextlib
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from wire import Host, Tap, read_all, read_exact, wait_for  # noqa: E402

META = b"\0CAPSEM_META:"
t = Tap()


def connect(port=10443):
    s = socket.create_connection(("127.0.0.1", port), 20)
    s.settimeout(20)
    return s


def listening():
    with contextlib.suppress(OSError):
        connect(10080).close()
        return True
    return False


@contextlib.contextmanager
def proxy(**kw):
    with Host(5002) as host:
        child = host.start("capsem-net-proxy", **kw)
        assert wait_for(listening), "proxy does not listen:\n" + host.log()
        conn = host.accept(5002)
        read_all(conn)
        conn.close()
        assert wait_for(lambda: fds(child) == 6), fds(child)  # stdio, epoll, two listeners
        yield host, child


def fds(child):
    return len(os.listdir(f"/proc/{child.pid}/fd"))


def rss(child):
    with open(f"/proc/{child.pid}/status", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))


def both_ways():
    with proxy() as (host, _):
        for port in (10443, 10080):
            c = connect(port)
            c.sendall(b"hello")
            h = host.accept(5002)
            t.same(read_exact(h, 13), META, f"port {port}: the metadata line begins the connection")
            h.sendall(b"answer")
            t.same(read_exact(c, 6), b"answer", "the host's bytes reach the client")
            c.shutdown(socket.SHUT_WR)
            t.ok(read_all(h).endswith(b"hello"), "the client's end is the host's end of input")
            h.sendall(b" more")
            h.close()
            t.same(read_all(c), b" more", "and the other direction goes on until the host ends it")
            c.close()


def name():
    with proxy() as (host, _):
        script = "exec 3<>/dev/tcp/127.0.0.1/10443; printf x >&3; read -n 1 -u 3"
        for argv0, want in (
            ("/usr/bin/my tool\x01", b"my_tool_"),
            ("caf\u00e9", "caf\u00e9".encode()),
            ("x" * 200, b"x" * 128),
            ("\u20ac" * 50, "\u20ac".encode() * 42),
            (b"bad\xff", "bad\ufffd".encode()),
        ):
            p = subprocess.Popen([argv0, "-c", script], executable="/bin/bash")
            h = host.accept(5002)
            got = h.recv(4096)
            while not got.endswith(b"x"):
                got += h.recv(4096)
            h.sendall(b"y")
            p.wait(20)
            h.close()
            t.same(got, META + want + b"\nx", f"the client is named: {want[:12]!r}")


def one_write():
    with proxy() as (host, _):
        c = connect()
        h = host.accept(5002)
        t.same(h.recv(4096)[-1:], b"\n", "the whole line comes in one read")
        c.close()
        h.close()


def megabytes():
    with proxy() as (host, child):
        data = os.urandom(1 << 20) * 8
        c = connect()
        h = host.accept(5002)
        got = []
        reader = threading.Thread(target=lambda: got.append(read_all(h)))
        reader.start()
        back = threading.Thread(target=lambda: h.sendall(data))
        back.start()
        writer = threading.Thread(target=lambda: (c.sendall(data), c.shutdown(socket.SHUT_WR)))
        writer.start()
        same = read_exact(c, len(data)) == data
        for thread in (writer, back, reader):
            thread.join(30)
        t.ok(same and got[0].endswith(data), "8 MB both ways at once")
        t.ok(rss(child) < 4096, "in less than 4 MB of memory", rss(child))
        h.close()
        c.close()


def slow_reader():
    with proxy() as (host, child):
        c = connect()
        h = host.accept(5002)
        c.setblocking(False)
        sent = 0
        with contextlib.suppress(BlockingIOError):
            while sent < 1 << 28:
                sent += c.send(bytes(65536))
                time.sleep(0.001)
        t.ok(
            sent < 1 << 26 and rss(child) < 4096,
            "a host that does not read holds the client back",
            (sent, rss(child)),
        )
        c.setblocking(True)
        c.close()
        h.close()


def lost():
    with proxy() as (host, child):
        for how in ("client resets", "host resets", "client goes", "host goes"):
            c = connect()
            c.sendall(b"abc")
            h = host.accept(5002)
            h.recv(1)
            if how == "client resets":
                c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            (c if "client" in how else h).close()
            with contextlib.suppress(OSError):
                (h if "client" in how else c).recv(100)
            c.close()
            h.close()
        t.ok(
            wait_for(lambda: fds(child) == 6),
            "connections that break leave nothing behind",
            fds(child),
        )
        host.unlisten(5002)
        c = connect()
        t.same(c.recv(1), b"", "without a host the client is hung up on")
        c.close()
        host.listen(5002)
        c = connect()
        host.accept(5002).close()
        t.same(c.recv(1), b"", "and served when it is back")
        c.close()


def burst():
    with Host() as host:
        host.listen(5002, backlog=4)
        child = host.start("capsem-net-proxy")
        assert wait_for(listening)
        clients = [connect() for _ in range(40)]
        time.sleep(0.02)
        for i, c in enumerate(clients):
            c.sendall(b"%02d" % i)
        got = set()
        for h in [host.accept(5002) for _ in range(41)]:
            line = h.recv(4096)
            while line.endswith(b"\n"):
                part = h.recv(100)
                if not part:
                    break
                line += part
            got.add(line[-2:])
            h.close()
        t.ok(
            {b"%02d" % i for i in range(40)} <= got,
            "a burst over the host's backlog of 4 loses nobody",
            sorted(got),
        )
        for c in clients:
            c.close()
        t.same(child.poll(), None, "the proxy lives")


def many():
    with proxy() as (host, child):
        host.listeners[5002].settimeout(30)
        idle = rss(child)
        pairs = []
        for i in range(1000):
            c = connect()
            pairs.append((c, host.accept(5002)))
        for c, h in pairs:
            h.sendall(b"x")
        ok = all(c.recv(1) == b"x" for c, _ in pairs)
        t.ok(ok, "a thousand connections at once")
        grown = rss(child) - idle
        t.ok(grown < 4096, "cost less than 4 kB each", grown)
        for c, h in pairs:
            c.close()
            h.close()
        t.ok(wait_for(lambda: fds(child) == 6), "and are all closed", fds(child))


def few_descriptors():
    def limit():
        import resource

        resource.setrlimit(resource.RLIMIT_NOFILE, (300, 300))

    with proxy(preexec_fn=limit) as (host, child):
        most = (300 - 64) // 2  # two descriptors each, 64 in reserve
        clients = [connect() for _ in range(200)]
        held = [host.accept(5002) for _ in range(most)]
        t.ok(host.nobody(5002, 0.5), "no more connections than descriptors allow")
        for s in clients[:most] + held:
            s.close()
        held = [host.accept(5002) for _ in clients[most:]]
        t.ok(host.nobody(5002, 0.1), "the next ones are served when some have ended")
        t.same(child.poll(), None, "the proxy lives")
        for s in clients[most:] + held:
            s.close()


def ends():
    with proxy() as (_, child):
        child.send_signal(signal.SIGINT)
        t.same(child.wait(5), 0, "SIGINT is a clean end")


CASES = (
    both_ways,
    name,
    one_write,
    megabytes,
    slow_reader,
    lost,
    burst,
    many,
    few_descriptors,
    ends,
)
for case in CASES:
    if not sys.argv[1:] or case.__name__ in sys.argv[1:]:
        with t.case(case.__name__):
            case()
t.done()
