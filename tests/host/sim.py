# SPDX-License-Identifier: Apache-2.0
# sim.py -- a host for the guest programs, made from the wire specification alone: every port it
# listens on, with small services behind them, and a session with the agent.
#
# The same code runs in three places; only where connections come in differs:
#   Ports("unix", "DIR/{}")        on the machine of a developer: CAPSEM_TEST_SOCKET_DIR=DIR
#   Ports("vsock")                 inside the guest: capsem.host-cid=1 on its kernel command line
#   Ports("unix", "PREFIX_{}")     across the boundary: where a vhost-user vsock daemon connects to
import json
import os
import queue
import socket
import struct
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../guest"))
from wire import frame, message, pack, read_all, read_exact, read_frame, unpack  # noqa: E402

CONTROL, TERMINAL, PROXY, LIFECYCLE, EXEC, AUDIT, DNS = 5000, 5001, 5002, 5004, 5005, 5006, 5007
SECONDS = 120  # any single wait; guests are slow under emulation
PING_EVERY = 10
META = b"\0CAPSEM_META:"
ALLOWED = "allowed.test"
ADDRESS = "192.0.2.80"
SERVER = "capsem-mcp-mitm-endpoint"


class Ports:
    """Listening sockets for the ports of the specification."""

    def __init__(self, kind, where=""):
        self.kind, self.where = kind, where

    def listen(self, port):
        if self.kind == "vsock":
            s = socket.socket(socket.AF_VSOCK)
            s.bind((socket.VMADDR_CID_ANY, port))
        else:
            s = socket.socket(socket.AF_UNIX)
            s.bind(self.where.format(port))
        s.listen(128)
        return s


def answer_dns(raw):
    """(DNS answer, decision, rcode): one address for ALLOWED, no such name for all others."""
    names, at = [], 12
    while raw[at]:
        names.append(raw[at + 1 : at + 1 + raw[at]].decode())
        at += 1 + raw[at]
    question = raw[12 : at + 5]
    kind = struct.unpack(">H", raw[at + 1 : at + 3])[0]
    known = ".".join(names).lower() == ALLOWED
    answers = b""
    if known and kind == 1:
        answers = struct.pack(">HHHIH", 0xC00C, 1, 1, 60, 4) + socket.inet_aton(ADDRESS)
    flags = 0x8180 | (0 if known else 3)
    head = raw[:2] + struct.pack(">HHHHH", flags, 1, 1 if answers else 0, 0, 0)
    return head + question + answers, "allowed" if known else "denied", 0 if known else 3


def answer_mcp(line):
    """The JSON-RPC answer to one line; None for a notification."""
    try:
        m = json.loads(line)
    except ValueError:
        return {"jsonrpc": "2.0", "error": {"code": -32700, "message": "parse error"}}
    if not isinstance(m, dict) or "id" not in m:
        return None
    result = {"serverInfo": {"name": SERVER, "version": "1"}, "capabilities": {}}
    if m["method"] == "tools/list":
        tools = ("local__snapshots_create", "local__fetch_http")
        result = {"tools": [{"name": n, "description": n, "inputSchema": {"type": "object"}} for n in tools]}
    return {"jsonrpc": "2.0", "id": m["id"], "result": result}


class Simulator:
    """Listens on every port at once. `seen` collects what came in, by kind."""

    def __init__(self, ports):
        self.seen = {"names": [], "dns": [], "lifecycle": [], "audit": [], "mcp": []}
        self.outputs, self.lock = {}, threading.Lock()
        self.arrived = {CONTROL: queue.Queue(), TERMINAL: queue.Queue()}
        handlers = {
            PROXY: self.proxy,
            LIFECYCLE: lambda s: self.note("lifecycle", unpack(read_frame(s))),
            EXEC: self.exec_output,
            AUDIT: self.audit,
            DNS: self.dns,
            CONTROL: self.arrived[CONTROL].put,
            TERMINAL: self.arrived[TERMINAL].put,
        }
        for port, handler in handlers.items():
            self.thread(self.accept, ports.listen(port), handler)

    @staticmethod
    def thread(fn, *args):
        threading.Thread(target=fn, args=args, daemon=True).start()

    def accept(self, listener, handler):
        while True:
            s, _ = listener.accept()
            s.settimeout(SECONDS)
            self.thread(self.serve, handler, s)

    def serve(self, handler, s):
        try:
            handler(s)
        except (OSError, EOFError, AssertionError, KeyError, IndexError) as e:
            self.note("errors", repr(e))

    def note(self, kind, what):
        with self.lock:
            self.seen.setdefault(kind, []).append(what)

    def output(self, id):
        with self.lock:
            return self.outputs.setdefault(id, queue.Queue())

    def exec_output(self, s):
        started = unpack(read_frame(s))
        assert started["t"] == "execstarted", started
        self.output(started["d"]["id"]).put(read_all(s))
        s.close()

    def audit(self, s):
        while True:
            self.note("audit", unpack(read_frame(s)))

    def dns(self, s):
        request = unpack(read_frame(s))
        self.note("dns", request)
        raw, decision, rcode = answer_dns(bytes(request["raw"]))
        s.sendall(frame(pack({"raw": raw, "decision": decision, "rcode": rcode})))
        s.close()

    def proxy(self, s):
        """The line that names the program, then HTTP or MCP; what else comes is closed."""
        line = read_exact(s, len(META))
        while not line.endswith(b"\n"):
            line += read_exact(s, 1)
        self.note("names", line[len(META) : -1].decode())
        first = s.recv(1)
        if first == b"\0":
            self.mcp(s, first)
        elif first.isupper():
            self.http(s, first)
        s.close()

    def http(self, s, head):
        while b"\r\n\r\n" not in head:
            head += read_exact(s, 1)
        fine = f"host: {ALLOWED}\r\n".encode() in head.lower()
        body = b"hello from the host\n" if fine else b"denied\n"
        status = b"200 OK" if fine else b"403 Forbidden"
        s.sendall(
            b"HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
            % (status, len(body), body)
        )

    def mcp(self, s, first):
        while first:
            head = first + read_exact(s, 19)
            total, magic, version, size, stream, flags, nname, npay = struct.unpack(
                ">IHBBIHHI", head
            )
            assert (magic, version, size) == (0x4D43, 1, 16) and total == 16 + nname + npay, head
            name, line = read_exact(s, nname), read_exact(s, npay)
            self.note("mcp", (stream, flags, name.decode()))
            answer = answer_mcp(line)
            if answer:
                payload = json.dumps(answer).encode()
                s.sendall(
                    struct.pack(
                        ">IHBBIHHI",
                        16 + nname + len(payload),
                        magic,
                        1,
                        16,
                        stream,
                        0,
                        nname,
                        len(payload),
                    )
                    + name
                    + payload
                )
            first = s.recv(1)


class Session:
    """One session with the agent: the handshake, then orders and their answers."""

    def __init__(self, sim, env, files):
        self.sim, self.answers, self.acks, self.heard, self.id = sim, {}, set(), b"", 0
        self.kinds, self.changed, self.over = [], threading.Condition(), False
        self.sending = threading.Lock()
        self.terminal = sim.arrived[TERMINAL].get(timeout=SECONDS)
        self.control = sim.arrived[CONTROL].get(timeout=SECONDS)
        self.first = unpack(read_frame(self.control))
        self.send("bootconfig", epoch_secs=int(time.time()), traceparent="")
        for key, value in env.items():
            self.send("setenv", key=key, value=value)
        listed = {"env": env, "files": [{"path": p, "mode": m} for p, (_, m) in files.items()]}
        files = dict(files)
        files["/tmp/capsem-injection-manifest.json"] = (json.dumps(listed).encode(), 0o644)
        for path, (data, mode) in files.items():
            self.send("filewrite", id=0, path=path, data=data, mode=mode)
        self.send("bootconfigdone")
        self.second = unpack(read_frame(self.control))
        sim.thread(sim.serve, self.read_control, self.control)
        sim.thread(sim.serve, self.read_terminal, self.terminal)
        sim.thread(sim.serve, self.ping, self.control)

    def send(self, name, **fields):
        with self.sending:
            self.control.sendall(frame(message(name, **fields)))

    def read_control(self, s):
        while True:
            m = unpack(read_frame(s))
            with self.changed:
                self.kinds.append(m["t"])
                fields = m.get("d", {})
                if m["t"] == "ack":
                    self.acks.add(fields["id"])
                elif "id" in fields:
                    self.answers[fields["id"]] = m
                    self.send("ackreply", id=fields["id"])
                self.changed.notify_all()

    def ping(self, _):
        """The agent takes a host for dead that says nothing for half a minute."""
        while not self.over:
            time.sleep(PING_EVERY)
            self.send("ping", epoch_secs=int(time.time()))

    def end(self):
        self.over = True
        self.send("shutdown")

    def read_terminal(self, s):
        while part := s.recv(65536):
            with self.changed:
                self.heard += part
                self.changed.notify_all()

    def wait(self, what):
        with self.changed:
            return self.changed.wait_for(what, SECONDS)

    def order(self, name, **fields):
        """Send an order; its answer. None when the ack or the answer did not come."""
        self.id += 1
        id = self.id
        self.send(name, id=id, **fields)
        fine = self.wait(lambda: id in self.acks and id in self.answers)
        return self.answers[id] if fine else None

    def exec(self, command):
        """(output, exit code) of a command in the guest."""
        done = self.order("exec", command=command)
        output = self.sim.output(self.id).get(timeout=SECONDS).decode(errors="replace")
        return output, done["d"]["exit_code"]

    def hears(self, text):
        return self.wait(lambda: text.encode() in self.heard)
