#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# dns_proxy.t -- capsem-dns-proxy between clients on the loopback address and a stand-in host.
import contextlib
import os
import signal
import socket
import struct
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from wire import Host, Tap, frame, read_all, read_exact, read_frame, unpack, wait_for  # noqa: E402

AT = ("127.0.0.1", 1053)
IDLE = 6  # descriptors: stdio, epoll, one listener for each protocol
t = Tap()


def udp():
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(20)
    return s


def tcp():
    s = socket.create_connection(AT, 20)
    s.settimeout(20)
    return s


def listening():
    with contextlib.suppress(OSError):
        tcp().close()
        return True
    return False


@contextlib.contextmanager
def proxy():
    with Host(5007) as host:
        child = host.start("capsem-dns-proxy")
        assert wait_for(listening), "proxy does not listen:\n" + host.log()
        # listening() connected: the proxy may not have let go of that connection yet
        assert wait_for(lambda: fds(child) == IDLE), fds(child)
        yield host, child


def answer(host, raw, decision="allowed", rcode=0):
    """Serve one query; the request."""
    with host.accept(5007) as s:
        request = read_frame(s)
        s.sendall(frame({"raw": raw, "decision": decision, "rcode": rcode}))
        (
            t.same(read_all(s), b"", "the connection is closed after one response")
            if raw == b"close?"
            else None
        )
    return request


def fds(child):
    return len(os.listdir(f"/proc/{child.pid}/fd"))


def over_udp():
    with proxy() as (host, _):
        s = udp()
        s.sendto(b"\x12\x34\x81", AT)
        want = bytes.fromhex("83a3726177931234cc81a570726f746fa3756470ac70726f636573735f6e616d65c0")
        t.same(answer(host, b"\x12\x34\x85"), want, "the request, byte for byte")
        t.same(s.recvfrom(4096), (b"\x12\x34\x85", AT), "the answer comes from the same socket")
        s.sendto(b"q", AT)
        answer(host, b"close?")
        s.recv(100)
        s.sendto(b"empty", AT)
        answer(host, b"", "error", 2)
        s.sendto(b"next", AT)
        answer(host, b"after")
        t.same(s.recv(100), b"after", "an empty answer is no answer")
        s.sendto(b"\xff" * 4096, AT)
        t.same(unpack(answer(host, b"ok"))["raw"], [255] * 4096, "4096 bytes pass")
        t.same(s.recv(100), b"ok", "and are answered")
        with host.accept(5007) if s.sendto(b"bin", AT) else None as h:
            read_frame(h)
            h.sendall(frame(b"\x83\xa5rcode\x00\xa8decision\xa1x\xa3raw\xc4\x03abc"))
            t.same(s.recv(100), b"abc", "keys in another order, and bin")


def over_tcp():
    with proxy() as (host, _):
        c = tcp()
        for i, query in enumerate((b"one", b"two" * 20000)):
            c.sendall(struct.pack(">H", len(query)) + query)
            request = unpack(answer(host, b"answer%d" % i))
            t.same(
                (bytes(request["raw"]), request["proto"]),
                (query, "tcp"),
                f"query {i} of a connection",
            )
            t.same(read_exact(c, 9), b"\0\x07answer%d" % i, "and its answer")
        c.sendall(b"\0\x01a\0\x01b\0\x01c")
        c.shutdown(socket.SHUT_WR)
        for letter in (b"a", b"b", b"c"):
            t.same(
                bytes(unpack(answer(host, letter * 2))["raw"]),
                letter,
                "queries are asked one after another",
            )
        t.same(
            read_all(c), b"\0\x02aa\0\x02bb\0\x02cc", "all are answered, then the connection closes"
        )
        c = tcp()
        c.sendall(b"\0\x01x")
        answer(host, b"")
        t.same(c.recv(10), b"", "an empty answer closes it")
        c = tcp()
        c.sendall(b"\0\x09cut")
        c.shutdown(socket.SHUT_WR)
        t.same(c.recv(10), b"", "so does half a query")


def bad_host():
    with proxy() as (host, child):
        s = udp()
        for raw in (
            b"\xff\xff\xff\xff",
            frame(b""),
            frame(b"\x80"),
            frame({"raw": "text"}),
            frame({"raw": [1, 256]}),
            frame({"raw": [1, -1]}),
            frame(b"\x81\xa3raw\xdd\xff\xff\xff\xff"),
            frame(b"\x91" * 200000),
            b"\0\0",
            b"",
        ):
            s.sendto(b"q", AT)
            with host.accept(5007) as h:
                read_frame(h)
                h.sendall(raw)
                h.shutdown(socket.SHUT_WR)
                read_all(h)
        s.sendto(b"q", AT)
        answer(host, b"good")
        t.same(s.recv(100), b"good", "garbage from the host is no answer, and does no harm")
        t.same(child.poll(), None, "the proxy lives")
        host.unlisten(5007)
        s.sendto(b"q", AT)
        c = tcp()
        c.sendall(b"\0\x01x")
        t.same(c.recv(10), b"", "without a host a TCP query is hung up on")


def many():
    with proxy() as (host, child):
        s = udp()
        held = []
        for i in range(700):
            s.sendto(b"%d" % i, AT)
            if i < 512:
                held.append(host.accept(5007))
        time.sleep(0.5)
        t.ok(host.nobody(5007, 0.2), "512 queries are on their way at once, no more")
        got = set()
        for h in held:
            raw = bytes(unpack(read_frame(h))["raw"])
            h.sendall(frame({"raw": raw, "decision": "allowed", "rcode": 0}))
            h.close()
            got.add(s.recv(100))
        t.same(got, {b"%d" % i for i in range(512)}, "and each gets its own answer")
        t.ok(wait_for(lambda: fds(child) == IDLE), "nothing is left behind", fds(child))
        clients = [tcp() for _ in range(300)]
        t.ok(
            wait_for(lambda: fds(child) == IDLE + 256),
            "256 TCP connections at once",
            fds(child),
        )
        for c in clients:
            c.close()
        t.ok(
            wait_for(lambda: fds(child) == IDLE), "which end when their clients go", fds(child)
        )


def ends():
    with proxy() as (_, child):
        child.send_signal(signal.SIGINT)
        t.same(child.wait(5), 0, "SIGINT is a clean end")


for case in (over_udp, over_tcp, bad_host, many, ends):
    if not sys.argv[1:] or case.__name__ in sys.argv[1:]:
        with t.case(case.__name__):
            case()
t.done()
