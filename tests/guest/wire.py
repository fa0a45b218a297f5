# SPDX-License-Identifier: Apache-2.0
# wire.py -- the host's side of the guest programs' connections, for tests: MessagePack, frames, the
# ports as Unix sockets, and a little TAP.
import contextlib
import os
import platform
import select
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time

ARCH = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GUEST_BIN = os.environ.get("GUEST_BIN", os.path.join(ROOT, "build", ARCH, "agents"))
LIMIT = 20  # seconds any single wait may take


def pack(value):
    """MessagePack as the host writes it: shortest forms, bytes as an array of integers."""
    if value is None:
        return b"\xc0"
    if isinstance(value, int):
        return pack_int(value)
    if isinstance(value, str):
        raw = value.encode()
        return pack_head(len(raw), 0xA0, 32, (0xD9, 0xDA, 0xDB)) + raw
    if isinstance(value, (bytes, bytearray)):
        items = b"".join(SMALL[byte] for byte in value)
        return pack_head(len(value), 0x90, 16, (None, 0xDC, 0xDD)) + items
    if isinstance(value, list):
        return pack_head(len(value), 0x90, 16, (None, 0xDC, 0xDD)) + b"".join(map(pack, value))
    if isinstance(value, dict):
        items = b"".join(pack(k) + pack(v) for k, v in value.items())
        return pack_head(len(value), 0x80, 16, (None, 0xDE, 0xDF)) + items
    raise TypeError(type(value))


SMALL = [bytes([v]) if v < 128 else bytes([0xCC, v]) for v in range(256)]


def pack_head(n, fix, fix_limit, tags):
    if n < fix_limit:
        return bytes([fix | n])
    if tags[0] and n < 256:
        return struct.pack(">BB", tags[0], n)
    if n < 65536:
        return struct.pack(">BH", tags[1], n)
    return struct.pack(">BI", tags[2], n)


def pack_int(v):
    if 0 <= v < 128 or -32 <= v < 0:
        return struct.pack(">b", v) if v < 0 else bytes([v])
    forms = ((0xCC, "B"), (0xCD, "H"), (0xCE, "I"), (0xCF, "Q"))
    if v < 0:
        forms = ((0xD0, "b"), (0xD1, "h"), (0xD2, "i"), (0xD3, "q"))
    for tag, form in forms:
        with contextlib.suppress(struct.error):
            return bytes([tag]) + struct.pack(">" + form, v)
    raise ValueError(v)


def unpack(data):
    value, rest = unpack_from(data)
    assert not rest, f"{len(rest)} bytes after the message"
    return value


def unpack_from(d):
    c, d = d[0], d[1:]
    if c < 0x80:
        return c, d
    if c >= 0xE0:
        return c - 256, d
    if c < 0xC0:
        n = c & (0x1F if c >= 0xA0 else 0x0F)
        return unpack_items({0x80: "map", 0x90: "array"}.get(c & 0xF0, "str"), n, d)
    if c == 0xC0:
        return None, d
    numbers = {
        0xCC: "B",
        0xCD: "H",
        0xCE: "I",
        0xCF: "Q",
        0xD0: "b",
        0xD1: "h",
        0xD2: "i",
        0xD3: "q",
    }
    if c in numbers:
        size = struct.calcsize(numbers[c])
        return struct.unpack(">" + numbers[c], d[:size])[0], d[size:]
    kinds = {
        0xC4: ("bin", "B"),
        0xC5: ("bin", "H"),
        0xC6: ("bin", "I"),
        0xD9: ("str", "B"),
        0xDA: ("str", "H"),
        0xDB: ("str", "I"),
        0xDC: ("array", "H"),
        0xDD: ("array", "I"),
        0xDE: ("map", "H"),
    }
    kind, form = kinds[c]
    size = struct.calcsize(form)
    return unpack_items(kind, struct.unpack(">" + form, d[:size])[0], d[size:])


def unpack_items(kind, n, d):
    if kind in ("str", "bin"):
        raw, d = d[:n], d[n:]
        return (raw.decode() if kind == "str" else bytes(raw)), d
    out = []
    for _ in range(n * (2 if kind == "map" else 1)):
        value, d = unpack_from(d)
        out.append(value)
    return (out, d) if kind == "array" else (dict(zip(out[::2], out[1::2])), d)


def message(name, **fields):
    return {"t": name, "d": fields} if fields else {"t": name}


def frame(value):
    payload = value if isinstance(value, bytes) else pack(value)
    return struct.pack(">I", len(payload)) + payload


def read_exact(s, n):
    out = b""
    while len(out) < n:
        part = s.recv(n - len(out))
        if not part:
            raise EOFError(f"connection ended after {len(out)} of {n} bytes")
        out += part
    return out


def read_frame(s):
    return read_exact(s, struct.unpack(">I", read_exact(s, 4))[0])


def read_all(s):
    out = b""
    while part := s.recv(65536):
        out += part
    return out


class Host:
    """The host's ports as Unix sockets in a fresh folder, and the guest programs on them."""

    def __init__(self, *ports):
        self.dir = tempfile.mkdtemp(prefix="capsem-test-")
        self.root = os.path.join(self.dir, "root")
        os.mkdir(self.root)
        self.children, self.listeners = [], {}
        for port in ports:
            self.listen(port)

    def listen(self, port, backlog=128):
        s = socket.socket(socket.AF_UNIX)
        s.bind(os.path.join(self.dir, str(port)))
        s.listen(backlog)
        s.settimeout(LIMIT)
        self.listeners[port] = s

    def unlisten(self, port):
        self.listeners.pop(port).close()
        os.unlink(os.path.join(self.dir, str(port)))

    def accept(self, port):
        s, _ = self.listeners[port].accept()
        s.settimeout(LIMIT)
        return s

    def nobody(self, port, seconds):
        """Whether nobody connects to the port for that long."""
        return not select.select([self.listeners[port]], [], [], seconds)[0]

    def start(self, name, *args, argv0=None, **kw):
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "CAPSEM_TEST_SOCKET_DIR": self.dir}
        env.update(kw.pop("env", {}))
        log = open(os.path.join(self.dir, "log"), "ab")
        kw.setdefault("stderr", log)
        child = subprocess.Popen(
            [argv0 or name, *args], env=env, executable=os.path.join(GUEST_BIN, name), **kw
        )
        log.close()
        self.children.append(child)
        return child

    def log(self):
        with open(os.path.join(self.dir, "log"), encoding="utf-8", errors="replace") as f:
            return f.read()

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for child in self.children:
            if child.poll() is None:
                child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout, child.stderr):
                if pipe:
                    pipe.close()
        for s in self.listeners.values():
            s.close()
        if kind:
            print("".join(f"# {line}\n" for line in self.log().splitlines()[-20:]), end="")
        shutil.rmtree(self.dir, ignore_errors=True)


class Tap:
    """ok(condition, what) for each case; done() prints the plan and exits."""

    def __init__(self):
        self.n = self.bad = 0
        missing = not os.path.isdir(GUEST_BIN)
        if missing:
            sys.exit(f"{GUEST_BIN}: no guest programs there; build them or set GUEST_BIN")

    def ok(self, good, what, got=None):
        self.n += 1
        self.bad += not good
        print(f"{'ok' if good else 'not ok'} {self.n} - {what}", flush=True)
        if not good and got is not None:
            print(f"# got: {got!r}"[:500])

    def same(self, got, want, what):
        self.ok(got == want, what, got)

    @contextlib.contextmanager
    def case(self, what):
        """An exception inside is a failed case, not the end of the run."""
        try:
            yield
        except (OSError, EOFError, AssertionError, subprocess.TimeoutExpired, KeyError) as e:
            self.ok(False, f"{what}: {type(e).__name__}: {e}")

    def done(self):
        print(f"1..{self.n}")
        sys.exit(1 if self.bad else 0)


def wait_for(fn, seconds=LIMIT):
    """Call fn until it returns something true; what it returned last."""
    deadline = time.monotonic() + seconds
    while not (value := fn()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return value
