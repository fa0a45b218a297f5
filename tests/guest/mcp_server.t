#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# mcp_server.t -- capsem-mcp-server between a client on its stdin and stdout and a stand-in host.
import contextlib
import json
import os
import struct
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from wire import Host, Tap, read_exact  # noqa: E402

t = Tap()


def read_mcp(s):
    total, magic, version, header, stream, flags, name_n, payload_n = struct.unpack(
        ">IHBBIHHI", read_exact(s, 20)
    )
    assert (magic, version, header) == (0x4D43, 1, 16), (magic, version, header)
    assert total == 16 + name_n + payload_n, (total, name_n, payload_n)
    name = read_exact(s, name_n)
    return stream, flags, name, read_exact(s, payload_n)


def write_mcp(s, stream, payload, name=b"host"):
    s.sendall(
        struct.pack(
            ">IHBBIHHI",
            16 + len(name) + len(payload),
            0x4D43,
            1,
            16,
            stream,
            0,
            len(name),
            len(payload),
        )
        + name
        + payload
    )


def read_meta(s):
    line = b""
    while not line.endswith(b"\n"):
        line += s.recv(1)
    return line


@contextlib.contextmanager
def server():
    with Host(5002) as host:
        child = host.start("capsem-mcp-server", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        conn = host.accept(5002)
        meta = read_meta(conn)
        yield host, child, conn, meta
        conn.close()


def say(child, line):
    child.stdin.write(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")
    child.stdin.flush()


def hear(child):
    return json.loads(child.stdout.readline())


def relay():
    with server() as (_, child, conn, meta):
        own = os.path.basename(open("/proc/self/cmdline", "rb").read().split(b"\0")[0])
        t.same(meta, b"\0CAPSEM_META:" + own + b"\n", "the metadata line names the parent")
        say(child, b"{}\n")
        t.same(read_mcp(conn), (0, 1, own, b"{}"), "an object without id is a notification")
        lines = (
            b'{"jsonrpc":"2.0","id":1,"method":"x"}',
            b'{"id":null}',
            b'{"params":{"id":1},"id":"s"}',
            b"not json",
            b"[1]",
            b"7",
            b"",
            b'{"id":1',
            b'{"a":"\\u00e9","id":[1,{"x":2}]}',
        )
        for i, line in enumerate(lines, 1):
            say(child, line + (b"\r\n" if i % 2 else b"\n"))
            t.same(read_mcp(conn), (i, 0, own, line), f"request {i}: {line[:30].decode()}")
        write_mcp(conn, 1, b'{"r":1}')
        t.same(child.stdout.readline(), b'{"r":1}\n', "a response is a line")
        write_mcp(conn, 2, b'{"r":2}\n')
        t.same(child.stdout.readline(), b'{"r":2}\n', "and gets no second newline")
        write_mcp(conn, 3, b"")
        write_mcp(conn, 4, b"last")
        t.same(child.stdout.readline(), b"last\n", "an empty response is none")
        say(child, b'{"id":99,"method":"late"}')
        child.stdin.close()
        t.same(
            read_mcp(conn)[3], b'{"id":99,"method":"late"}', "a last line without newline counts"
        )
        t.same(conn.recv(1), b"", "the end of input is told to the host")
        time.sleep(0.2)
        t.same(child.poll(), None, "which may still answer")
        write_mcp(conn, 10, b"answered")
        conn.close()
        t.same(child.stdout.read().splitlines()[0], b"answered", "and is heard")
        t.same(child.wait(10), 0, "then the end is clean")


def too_long():
    with server() as (_, child, conn, _):
        big = {"jsonrpc": "2.0", "id": "big\n", "method": "tools/call", "params": "x" * 1_100_000}
        say(child, big)
        got = hear(child)
        t.same(
            (got["id"], got["error"]["code"]),
            ("big\n", -32001),
            "a message over the limit is refused here",
        )
        t.same(
            got["error"]["message"],
            "MCP transport disconnected before tools/call response: frame encode failed",
            "and says why",
        )
        say(child, {"jsonrpc": "2.0", "id": 2, "method": "y"})
        t.same(read_mcp(conn)[0], 1, "the next one goes through, as stream 1")
        name = os.path.basename(open("/proc/self/cmdline", "rb").read().split(b"\0")[0])
        most = 1052672 - 16 - len(name)
        say(child, b"[" + b" " * (most - 2) + b"]\n")
        t.same(len(read_mcp(conn)[3]), most, "the longest that fits")
        say(child, b"[" + b" " * (most - 1) + b"]\n")
        say(child, b"x" * (9 << 20) + b"\n")
        say(child, {"id": 3})
        t.same(json.loads(read_mcp(conn)[3]), {"id": 3}, "a line of 9 MB is left out")


def disconnects():
    with server() as (host, child, conn, _):
        say(child, {"jsonrpc": "2.0", "id": 1, "method": "a/b"})
        say(child, {"jsonrpc": "2.0", "id": "two", "method": 5})
        say(child, {"jsonrpc": "2.0", "method": "note"})
        for _ in range(3):
            read_mcp(conn)
        conn.close()
        got = sorted((hear(child) for _ in range(2)), key=lambda e: str(e["id"]))
        t.same(
            [(e["id"], e["error"]["code"], e["error"]["message"]) for e in got],
            [
                (1, -32001, "MCP transport disconnected before a/b response: connection closed"),
                (
                    "two",
                    -32001,
                    "MCP transport disconnected before request response: connection closed",
                ),
            ],
            "a lost connection is an error for each request",
        )
        say(child, {"id": 3})
        conn = host.accept(5002)
        read_meta(conn)
        t.same(read_mcp(conn)[0], 1, "the next line connects again, and streams begin at 1")
        for raw in (
            b"\0\0\0\x01x",
            struct.pack(">IHBBIHHI", 16, 0x4D44, 1, 16, 1, 0, 0, 0),
            struct.pack(">I", 1052673),
            struct.pack(">IHBBIHHI", 20, 0x4D43, 1, 16, 1, 0, 0, 0),
        ):
            conn.sendall(raw)
            t.ok("error" in hear(child), "a bad frame ends the connection")
            say(child, {"id": 4})
            conn = host.accept(5002)
            read_meta(conn)
            read_mcp(conn)
        child.stdin.close()
        conn.close()
        t.same(child.wait(10), 0, "the end is clean")


def not_utf8():
    with server() as (_, child, conn, _):
        say(child, b'{"id":1}\n\xff\xfe\n{"id":2}\n')
        t.same(read_mcp(conn)[3], b'{"id":1}', "lines before bad UTF-8 are sent")
        t.same(conn.recv(1), b"", "bad UTF-8 is the end of input")


def throughput():
    with server() as (_, child, conn, _):
        n, size = 200, 100_000

        def echo():
            for _ in range(n):
                stream, _, _, payload = read_mcp(conn)
                write_mcp(conn, stream, payload)

        thread = threading.Thread(target=echo)
        thread.start()
        line = json.dumps({"id": 1, "x": "y" * size}).encode() + b"\n"
        writer = threading.Thread(target=lambda: [say(child, line) for _ in range(n)])
        writer.start()
        same = all(child.stdout.readline() == line for _ in range(n))
        writer.join(20)
        thread.join(20)
        t.ok(same, "200 messages of 100 kB, both ways")


def client_does_not_read():
    with server() as (_, child, conn, _):
        say(child, {"id": 1})
        read_mcp(conn)
        conn.settimeout(1)
        sent = 0
        with contextlib.suppress(TimeoutError):
            while sent < 1 << 28:
                write_mcp(conn, 1, b"z" * 1_000_000)
                sent += 1_000_000
        with open(f"/proc/{child.pid}/status", encoding="ascii") as f:
            rss = next(int(line.split()[1]) for line in f if line.startswith("VmRSS"))
        t.ok(
            sent < 1 << 26 and rss < 40000,
            "a client that does not read holds the host back",
            (sent, rss),
        )


for case in (relay, too_long, disconnects, not_utf8, throughput, client_does_not_read):
    if not sys.argv[1:] or case.__name__ in sys.argv[1:]:
        with t.case(case.__name__):
            case()
t.done()
