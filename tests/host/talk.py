# SPDX-License-Identifier: Apache-2.0
# talk.py -- one conversation between the simulated host and all guest programs, as TAP. As a
# program: talk.py vsock|unix [WHERE], inside the guest or beside it; where the kernel command line
# says that this is the guest, or with --vm, the doctor is part of it.
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sim import ADDRESS, ALLOWED, SERVER, Ports, Session, Simulator  # noqa: E402

ENV = {
    "CAPSEM_VM_ID": "vm-1",
    "CAPSEM_VM_NAME": "simulated",
    "TERM": "xterm-256color",
    "GREETING": "hello \u20ac",
}
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
VM_ENV = {n: BUNDLE for n in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")}
ALL_BYTES = bytes(range(256)) * 8
GET = "import urllib.request as u; print(u.urlopen(u.Request('http://%s/', headers={'Host': '%s'})).read())"
ASK = (
    "import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.settimeout(20); "
    "s.connect(('127.0.0.1', 1053)); "
    "s.send(bytes.fromhex('123401000001000000000000') + b'\\7allowed\\4test\\0\\0\\1\\0\\1'); "
    "print(socket.inet_ntoa(s.recv(512)[-4:]))"
)
HELLO = '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}'


class Talk:
    """Numbers the cases; ok(condition, what, details)."""

    def __init__(self, programs, half_close):
        self.programs, self.half_close, self.n, self.bad = programs, half_close, 0, 0

    def ok(self, good, what, *details):
        self.n += 1
        self.bad += not good
        print(f"{'ok' if good else 'not ok'} {self.n} - {what}", flush=True)
        for detail in () if good else details:
            for line in str(detail).splitlines():
                print(f"# {line}", flush=True)

    def handshake(self, s):
        self.ok(s.first["t"] == "ready" and s.first["d"]["version"], "ready comes first", s.first)
        self.ok(s.second == {"t": "bootready"}, "bootready comes second", s.second)
        self.ok(s.wait(lambda: "pong" in s.kinds), "the heart beats", s.kinds)

    def commands(self, s):
        got = s.exec('echo "$GREETING"; echo error >&2; exit 7')
        good = got[1] == 7 and sorted(got[0].splitlines()) == ["error", ENV["GREETING"]]
        self.ok(good, "exec: environment, both outputs, exit code", got)
        got = s.exec("head -c 300000 /dev/zero | tr '\\0' x")
        self.ok((len(got[0]), got[1]) == (300000, 0), "exec: a large output is whole", len(got[0]))
        s.send("resize", cols=111, rows=33)
        s.terminal.sendall(b"stty size; echo $((6 * 7))th\n")
        self.ok(s.hears("33 111") and s.hears("42th"), "terminal: size, input, output", s.heard)

    def files(self, s, folder):
        path = folder + "/simulated/file"
        got = s.order("filewrite", path=path, data=ALL_BYTES, mode=0o640)
        self.ok(got["t"] == "fileopdone", "a file is written", got)
        got = s.order("fileread", path=path)
        good = got["t"] == "filecontent" and bytes(got["d"]["data"]) == ALL_BYTES
        self.ok(good, "and read, byte for byte", got["t"])
        got = s.order("filedelete", path=path)
        self.ok(got["t"] == "fileopdone", "and deleted", got)
        got = s.order("fileread", path="/etc/passwd")
        good = got["t"] == "error" and "rejected" in got["d"]["message"]
        self.ok(good, "outside the workspace nothing is read", got)

    def network(self, s, sim):
        got = s.exec(f'python3 -c "{GET % ("127.0.0.1:10080", ALLOWED)}"')
        self.ok("hello from the host" in got[0] and got[1] == 0, "HTTP through the proxy", got)
        self.ok("python3" in sim.seen["names"], "with the program's name", sim.seen["names"])
        got = s.exec(f'python3 -c "{ASK}"')
        self.ok(got == (ADDRESS + "\n", 0), "a name through the DNS proxy", got)
        last = sim.seen["dns"][-1] if sim.seen["dns"] else {}
        self.ok(last.get("proto") == "udp", "the host is told how it was asked", last)

    def mcp(self, s, sim):
        lines = f"""'{HELLO}' 'no json' '{{"jsonrpc":"2.0","method":"notifications/x"}}'"""
        command = f"printf '%s\\n' {lines} | {self.programs}/capsem-mcp-server"
        if not self.half_close:
            command = command.replace("printf", "(printf", 1).replace(" |", "; sleep 5) | timeout 10")
        got = s.exec(command)
        good = SERVER in got[0] and "-32700" in got[0] and got[0].count("\n") == 2
        if self.half_close:
            self.ok(got[1] == 0, "MCP: the end of input ends it", got)
        self.ok(good, "MCP: an answer, a mistake answered, a notification not", got)
        streams = [m[:2] for m in sim.seen["mcp"]]
        self.ok(streams == [(1, 0), (2, 0), (0, 1)], "in streams 1, 2 and 0", sim.seen["mcp"])

    def guest_network(self, s):
        got = s.exec(f'python3 -c "{GET % (ALLOWED, ALLOWED)}"')
        self.ok("hello from the host" in got[0], "any address on port 80 is the host's", got)
        got = s.exec(f"getent hosts {ALLOWED}; getent hosts example.com")
        good = got[0].split() == [ADDRESS, ALLOWED] and got[1] != 0
        self.ok(good, "an allowed name has an address, another has none", got)

    def doctor(self, s, sim):
        got = s.exec("capsem-doctor -q" + ("" if self.half_close else " -k 'not test_mcp'"))
        tail = "\n".join(got[0].splitlines()[-40:])
        self.ok(got[1] == 0, "the doctor is content, with a host", tail)
        counts = [line for line in got[0].splitlines() if " passed" in line]
        print(f"# doctor with a host: {' '.join(counts)}", flush=True)
        self.ok("boottiming" in s.kinds, "boot times were sent", s.kinds)
        found = s.wait(lambda: any("capsem-doctor" in r["argv"] for r in sim.seen["audit"]))
        keys = sorted(sim.seen["audit"][0]) if sim.seen["audit"] else []
        self.ok(found and len(keys) == 12, "the audit stream tells of it", keys)

    def end(self, s, sim):
        got = s.exec(f"{self.programs}/capsem-sysutil shutdown 2>/dev/null")
        s.wait(lambda: sim.seen["lifecycle"])  # looked at again at each heartbeat
        good = got[1] == 0 and sim.seen["lifecycle"] == [{"t": "shutdownrequest"}]
        self.ok(good, "sysutil asks for a shutdown", got, sim.seen["lifecycle"])
        self.ok("errors" not in sim.seen, "no connection broke", sim.seen.get("errors"))
        s.end()


def talk(ports, programs="/run", workspace="/root", vm=True, start=lambda: None, half_close=True):
    """All of it. START is called when the host listens; the exit status is returned. HALF_CLOSE is
    whether what carries the connections tells the host that the guest has no more to send."""
    t, sim = Talk(programs, half_close), Simulator(ports)
    start()
    s = Session(sim, {**ENV, **(VM_ENV if vm else {})}, {"/tmp/simulated": (b"x", 0o600)})
    t.handshake(s)
    t.commands(s)
    t.files(s, workspace)
    t.network(s, sim)
    t.mcp(s, sim)
    if vm:
        t.guest_network(s)
        t.doctor(s, sim)
    t.end(s, sim)
    print(f"1..{t.n}", flush=True)
    return 1 if t.bad else 0


if __name__ == "__main__":
    sys.exit(talk(Ports(*sys.argv[1:])))
