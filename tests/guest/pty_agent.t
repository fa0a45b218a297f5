#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# pty_agent.t -- capsem-pty-agent against a host that follows the wire specification.
import contextlib
import os
import signal
import socket
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from wire import (  # noqa: E402
    Host,
    Tap,
    frame,
    message,
    pack,
    read_all,
    read_frame,
    unpack,
)

READY = bytes.fromhex("82a174a57265616479a16481a776657273696f6ea5302e312e30")
BOOTREADY = bytes.fromhex("81a174a9626f6f747265616479")
PONG = bytes.fromhex("81a174a4706f6e67")
t = Tap()


class Session:
    """One session of an agent: the connections, and the handshake."""

    def __init__(self, host, boot=()):
        self.host, self.heard = host, b""
        self.terminal = host.accept(5001)
        self.control = host.accept(5000)
        self.first = read_frame(self.control)
        self.send(message("bootconfig", epoch_secs=1708800000, traceparent=""))
        self.send(message("setenv", key="HOME", value=host.root))
        for m in boot:
            self.send(m)
        self.send(message("bootconfigdone"))
        self.second = read_frame(self.control)

    def send(self, m):
        self.control.sendall(frame(m))

    def next(self, *names):
        """The next message that is no heartbeat; with names, of one of these kinds."""
        while True:
            m = unpack(read_frame(self.control))
            if m["t"] != "pong" and (not names or m["t"] in names):
                return m

    def order(self, name, **fields):
        """Send an order; its ack and its answer."""
        self.send(message(name, **fields))
        return self.next(), self.next()

    def exec(self, id, command):
        """Run a command: (what the exec port said, exit code)."""
        self.send(message("exec", id=id, command=command))
        ack = self.next()
        with self.host.accept(5005) as s:
            started = unpack(read_frame(s))
            output = read_all(s)
        done = self.next()
        self.send(message("ackreply", id=id))
        assert ack == message("ack", id=id), ack
        assert started == message("execstarted", id=id), started
        assert done["t"] == "execdone" and done["d"]["id"] == id, done
        return output, done["d"]["exit_code"]

    def say(self, text):
        self.terminal.sendall(text.encode())

    def hear(self, what):
        """Read the terminal until it has said this; all it said up to that."""
        what = what.encode()
        while what not in self.heard:
            part = self.terminal.recv(65536)
            assert part, f"terminal ended after {self.heard[-200:]!r}"
            self.heard += part
        said, _, self.heard = self.heard.partition(what)
        return said + what

    def close(self):
        self.control.close()
        self.terminal.close()


@contextlib.contextmanager
def agent(*boot, **kw):
    with Host(5000, 5001, 5005) as host:
        child = host.start("capsem-pty-agent", stdin=-3, stdout=-3, **kw)
        session = Session(host, boot)
        try:
            yield host, session, child
        finally:
            session.close()


def handshake():
    with agent() as (_, s, _):
        t.same(s.first, READY, "first frame is ready, byte for byte")
        t.same(s.second, BOOTREADY, "second frame is bootready, byte for byte")
        start = time.monotonic()
        t.same(read_frame(s.control), PONG, "the heartbeat is pong")
        took = time.monotonic() - start
        t.ok(took > 2, "not before three seconds after bootready", took)


def environment():
    env = [
        message("setenv", key=k, value=v)
        for k, v in (
            ("GREETING", "hello world"),
            ("GREETING2", "a=b\nc"),
            ("TWICE", "one"),
            ("TWICE", "two"),
            ("LD_PRELOAD", "/x"),
            ("BASH_ENV", "/x"),
            ("PS4", "x"),
            ("BAD=KEY", "x"),
            ("", "x"),
            ("NUL", "a\0b"),
            ("PATH", "/opt/x:/usr/bin:/bin"),
            ("CAPSEM_VM_NAME", "box"),
        )
    ]
    with agent(*env) as (host, s, _):
        got, _ = s.exec(1, "env -0")
        got = dict(e.split("=", 1) for e in got.decode().split("\0") if "=" in e)
        t.same(got.get("GREETING"), "hello world", "a variable reaches commands")
        t.same(got.get("GREETING2"), "a=b\nc", "with '=' and newline in its value")
        t.same(got.get("TWICE"), "two", "the last value of a key wins")
        t.same(got.get("PATH"), "/opt/x:/usr/bin:/bin", "PATH is replaced")
        t.ok(
            not {"LD_PRELOAD", "BASH_ENV", "PS4", "BAD", "NUL", ""} & set(got),
            "blocked and broken keys do not",
            got,
        )
        t.ok("host name would be box" in host.log(), "CAPSEM_VM_NAME names the machine")
        t.ok("clock would be 1708800000" in host.log(), "bootconfig sets the clock")
        t.ok("hello world" not in host.log(), "values stay out of the log")


def limits():
    env = [message("setenv", key=f"K{i}", value="v") for i in range(129)] + [
        message("setenv", key="TZ", value="UTC")
    ]
    env += [
        message("setenv", key="K1", value="w" * 131068),
        message("setenv", key="K2", value="w" * 131069),
    ]
    env += [message("setenv", key="L" * 257, value="x")]
    with agent(*env) as (_, s, _):
        out, _ = s.exec(1, "env -0")
        got = dict(e.split("=", 1) for e in out.decode().split("\0") if "=" in e)
        t.same(sum(k[0] == "K" for k in got), 127, "128 variables are taken")
        t.same(got.get("TZ"), "UTC", "and TZ on top of them")
        t.same(
            (len(got["K1"]), len(got["K2"])),
            (131068, 1),
            "an entry is as long as a program can be started with, not longer",
        )


def venv():
    with Host(5000, 5001, 5005) as host:
        os.makedirs(f"{host.root}/.venv/bin")
        open(f"{host.root}/.venv/bin/activate", "w").close()
        host.start("capsem-pty-agent", stdin=-3, stdout=-3)
        s = Session(host, [message("setenv", key="PATH", value="/usr/bin:/bin")])
        out, _ = s.exec(1, "echo $VIRTUAL_ENV $PATH")
        t.same(
            out.decode().split(),
            [f"{host.root}/.venv", f"{host.root}/.venv/bin:/usr/bin:/bin"],
            "a Python environment is entered",
        )
        s.close()


def boot_files():
    with Host(5000, 5001, 5005) as host:

        def put(name, data, mode=0o644):
            return message("filewrite", id=0, path=f"{host.dir}/{name}", data=data, mode=mode)

        big = [put(f"big{i}", b"\x80" * 2_000_000) for i in range(6)]
        host.start("capsem-pty-agent", stdin=-3, stdout=-3)
        s = Session(
            host,
            [
                put("a/b/secret", b"\0\x7f\x80\xff", 0o600),
                put("x..y", b"no"),
                *big,
                put("small", b"s"),
            ],
        )
        path = f"{host.dir}/a/b/secret"
        t.same(open(path, "rb").read(), b"\0\x7f\x80\xff", "a boot file has its bytes")
        t.same(oct(os.stat(path).st_mode & 0o7777), "0o600", "and exactly its mode")
        t.ok(not os.path.exists(f"{host.dir}/x..y"), "a path with '..' is refused")
        t.same(
            [os.path.exists(f"{host.dir}/big{i}") for i in range(6)],
            [True] * 5 + [False],
            "10485760 bytes are taken, not more",
        )
        t.ok(os.path.exists(f"{host.dir}/small"), "a smaller file still fits")
        s.close()


def bin_and_order():
    with Host(5000, 5001, 5005) as host:
        path = f"{host.dir}/f"
        fields = (
            pack("mode")
            + pack(0o640)
            + pack("new")
            + pack([1, {"a": None}])
            + pack("path")
            + pack(path)
            + pack("id")
            + b"\xcf"
            + bytes(8)
            + pack("data")
            + b"\xc5\x00\x03\x00\xff\x80"
        )
        raw = (
            b"\x83"
            + pack("x")
            + pack(-5)
            + pack("d")
            + b"\x85"
            + fields
            + pack("t")
            + b"\xd9\x09filewrite"
        )
        host.start("capsem-pty-agent", stdin=-3, stdout=-3)
        s = Session(host, [raw, message("novelty", x=1)])
        t.same(
            open(path, "rb").read(),
            b"\0\xff\x80",
            "any order of keys, unknown keys and kinds, wide forms, bin",
        )
        s.close()


def commands():
    with agent() as (host, s, _):
        t.same(s.exec(42, "echo hi"), (b"hi\n", 0), "a command's output and exit code")
        t.same(s.exec(43, "exit 255")[1], 255, "exit code 255")
        t.same(s.exec(44, "kill -9 $$")[1], 1, "a killed command has exit code 1")
        t.same(s.exec(45, "pwd")[0].decode().strip(), host.root, "it runs in the workspace")
        t.same(s.exec(46, "cat; echo end")[0], b"end\n", "its input is empty")
        t.same(s.exec(47, "no-such-command")[1], 127, "bash's own exit codes pass")
        out, code = s.exec(
            48,
            "(head -c 300000 /dev/zero | tr '\\0' a) & "
            "(head -c 300000 /dev/zero | tr '\\0' b >&2); wait",
        )
        t.same(
            (out.count(b"a"), out.count(b"b"), code),
            (300000, 300000, 0),
            "stdout and stderr, 300 kB each, are merged",
        )
        out, _ = s.exec(49, "echo shown; sleep 60 >/dev/null 2>&1 &")
        t.same(out, b"shown\n", "a silent background job does not keep it open")
        t.same(
            s.exec(50, "trap '' PIPE; trap -p PIPE; kill -l 13")[0][-5:],
            b"PIPE\n",
            "signals are as in a new process",
        )
        t.same(
            s.exec(51, "ls /proc/self/fd | wc -l")[0].strip(), b"4", "no descriptor is inherited"
        )
        t.same(s.exec(52, "head -c 1000000 /dev/zero")[0], bytes(1000000), "a megabyte")


def nul_command():
    with agent() as (host, s, _):
        s.send(message("exec", id=1, command="true\0"))
        s.next("ack")
        host.accept(5005).close()
        t.same(s.next()["d"], {"id": 1, "exit_code": 126}, "a command with NUL is not run: 126")


def duplicates():
    with agent() as (host, s, _):
        counter = f"{host.root}/count"
        s.send(message("exec", id=7, command=f"echo x >> {counter}; sleep 0.5"))
        s.send(message("exec", id=7, command=f"echo x >> {counter}"))
        acks = [s.next(), s.next()]
        t.same(acks, [message("ack", id=7)] * 2, "every copy of an order is acknowledged")
        host.accept(5005).recv(1)
        t.same(s.next("execdone")["d"]["exit_code"], 0, "a copy of a running command does not run")
        _, again = s.order("exec", id=7, command="exit 3")
        t.same(
            again,
            message("execdone", id=7, exit_code=0),
            "a copy of a finished one gets its code again",
        )
        t.same(open(counter).read(), "x\n", "it ran once")


def exec_port():
    with Host(5000, 5001) as host:
        host.start("capsem-pty-agent", stdin=-3, stdout=-3)
        s = Session(host)
        _, done = s.order("exec", id=1, command="true")
        t.same(done, message("execdone", id=1, exit_code=126), "no exec port: 126")
        host.listen(5005)
        t.same(s.exec(1, "echo now")[0], b"now\n", "which is not remembered")
        s.send(message("exec", id=2, command="yes; echo $? > done"))
        conn = host.accept(5005)
        conn.recv(100)
        conn.close()
        s.next("ack")
        t.same(s.next("execdone")["d"]["id"], 2, "a command whose listener left ends")
        t.same(open(f"{host.root}/done").read(), "141\n", "by SIGPIPE")
        s.close()


def order_of_end():
    with agent() as (host, s, _):
        s.send(message("exec", id=1, command="head -c 200000 /dev/zero"))
        s.next("ack")
        conn = host.accept(5005)
        read_frame(conn)
        time.sleep(0.3)
        s.control.settimeout(0.5)
        early = None
        with contextlib.suppress(socket.timeout):
            early = s.next()
        s.control.settimeout(20)
        t.same(early, None, "no execdone before the output is read")
        t.same(len(read_all(conn)), 200000, "all output comes first")
        conn.close()
        t.same(s.next()["t"], "execdone", "then execdone")


def parallel():
    with agent() as (host, s, _):
        for i in range(1, 41):
            s.send(message("exec", id=i, command=f"sleep 0.2; echo {i}"))
        got = {}
        for _ in range(40):
            conn = host.accept(5005)
            id = unpack(read_frame(conn))["d"]["id"]
            got[id] = conn
        outputs = {id: read_all(c) for id, c in got.items()}
        for c in got.values():
            c.close()
        t.same(
            outputs,
            {i: b"%d\n" % i for i in range(1, 41)},
            "forty commands at once keep their outputs apart",
        )
        codes = {s.next("execdone")["d"]["id"] for _ in range(40)}
        t.same(codes, set(range(1, 41)), "and each gets its exit code")


def files():
    with agent() as (host, s, _):
        inside, outside = f"{host.root}/d/e/f", f"{host.dir}/outside"
        ack, done = s.order("filewrite", id=5, path=inside, data=b"\0\x80\xff", mode=0o640)
        t.same(
            (ack, done), (message("ack", id=5), message("fileopdone", id=5)), "a file is written"
        )
        t.same(open(inside, "rb").read(), b"\0\x80\xff", "with its bytes")
        t.same(os.stat(inside).st_mode & 0o777, 0o640, "and mode")
        _, got = s.order("fileread", id=6, path=inside)
        t.same(
            got,
            {"t": "filecontent", "d": {"id": 6, "path": inside, "data": [0, 128, 255]}},
            "and read back",
        )
        os.symlink("/etc", f"{host.root}/etc")
        os.symlink(inside, f"{host.root}/link")
        os.mkfifo(f"{host.root}/pipe")
        for path, why in (
            (outside, "outside"),
            (f"{host.root}/../outside", "with '..'"),
            ("", "empty"),
            ("rel", "relative"),
            (f"{host.root}/etc/x", "through a link"),
            (f"{host.root}/link", "a link itself"),
            ("/nope/x", "below nothing"),
            (f"{host.root}x", "a longer name"),
        ):
            for name, fields in (
                ("filewrite", {"data": b"x", "mode": 0o644}),
                ("fileread", {}),
                ("filedelete", {}),
            ):
                _, got = s.order(name, id=9, path=path, **fields)
                if got["t"] != "error" or "rejected" not in got["d"]["message"]:
                    t.ok(False, f"{name} {why} is rejected", got)
        t.ok(not os.path.exists(outside), "nothing is written outside the workspace")
        for path in (f"{host.root}/pipe", f"{host.root}/d"):
            _, got = s.order("fileread", id=10, path=path)
            t.same(got["t"], "error", f"{os.path.basename(path)} is no file to read")
        _, got = s.order("fileread", id=11, path=f"{host.root}/none")
        t.same(
            got["d"].get("message"),
            f"failed to read {host.root}/none: No such file or directory",
            "a missing file",
        )
        t.same(
            s.order("filedelete", id=12, path=inside)[1],
            message("fileopdone", id=12),
            "a file is deleted",
        )
        t.same(
            s.order("filedelete", id=12, path=inside)[1],
            message("fileopdone", id=12),
            "and deleted again",
        )
        t.ok(not os.path.exists(inside), "and gone")


def large_files():
    with agent() as (host, s, _):

        def size(n, byte):
            with open(f"{host.root}/f", "wb") as f:
                f.write(byte * n)
            return s.order("fileread", id=1, path=f"{host.root}/f")[1]

        most = (
            262144
            - len(pack({"t": "filecontent", "d": {"id": 1, "path": f"{host.root}/f", "data": ""}}))
            - 4
        )
        got = size(most, b"a")
        t.same(
            (got["t"], len(got["d"].get("data", ""))),
            ("filecontent", most),
            "the largest file of ASCII",
        )
        got = size(200000, b"\xff")
        t.same(got["d"].get("data"), b"\xff" * 200000, "one that only fits as bin")
        t.same(
            size(most + 10, b"a")["t"],
            "error",
            "a larger one is an error, not a frame the host refuses",
        )
        data = os.urandom(1_000_000)
        _, got = s.order("filewrite", id=2, path=f"{host.root}/big", data=data, mode=0o644)
        t.same(
            (got["t"], open(f"{host.root}/big", "rb").read() == data),
            ("fileopdone", True),
            "a megabyte is written",
        )


def terminal():
    with agent() as (_, s, _):
        s.say("echo a''b\n")
        s.hear("ab\r\n")
        t.ok(True, "the shell answers")
        s.say("stty size; echo $TERM $LANG $0\n")
        t.ok(b"24 80" in s.hear("/bin/bash\r\n"), "80 columns, 24 rows, argv[0] /bin/bash")
        s.say("trap 'echo win''ch' WINCH; echo s''et\n")
        s.hear("set\r\n")
        s.send(message("resize", cols=200, rows=300))
        time.sleep(0.3)
        s.say("\n")  # the shell runs a trap when it has read a line
        s.hear("winch")
        s.say("stty size; echo en''d\n")
        t.ok(b"300 200" in s.hear("end\r\n"), "resize, and SIGWINCH")
        s.say("tty; ps -o pid= -o sid= -o pgid= $$; echo en''d\n")
        got = s.hear("end\r\n").decode()
        t.ok(
            "/dev/pts/" in got
            and any(len(set(w)) == 1 for line in got.splitlines() if len(w := line.split()) == 3),
            "it leads a session of its own",
            got,
        )


def both_ways():
    with agent() as (host, s, _):
        size = 1 << 20
        s.say("stty raw -echo; echo rea''dy; cat\n")
        s.hear("ready")
        data = b"0123456789abcde\n" * (size // 16)
        sent, got = 0, b""
        s.terminal.settimeout(0.2)
        end = time.monotonic() + 60
        while len(got) < size and time.monotonic() < end:
            if sent < size:
                with contextlib.suppress(socket.timeout):
                    sent += s.terminal.send(data[sent : sent + 30000])
            with contextlib.suppress(socket.timeout):
                while part := s.terminal.recv(65536):
                    got += part
                    if len(got) >= size:
                        break
        t.ok(
            data in got[-size - 10 :] or got[-size:] == data,
            "a megabyte both ways at once",
            len(got),
        )


def shell_ends():
    with agent() as (_, s, _):
        s.say("echo o''ne; exit\n")
        s.hear("one\r\nexit\r\n")
        s.hear("# ")  # the prompt of the next one; what was typed before is gone
        s.say("echo tw''o\n")
        s.hear("two\r\n")
        t.ok(True, "a shell that ends is followed by another on the same connections")
        t.same(s.order("fileread", id=1, path="/x")[0]["t"], "ack", "and control goes on")


def reconnect():
    with agent() as (host, s, child):
        s.say("MARK=ke''pt\n")
        s.send(message("exec", id=1, command="sleep 1; echo late"))
        s.next("ack")
        conn = host.accept(5005)
        s.order("filewrite", id=2, path=f"{host.root}/a", data=b"", mode=0o644)
        s.send(message("ackreply", id=2))
        s.order("filewrite", id=3, path=f"{host.root}/b", data=b"", mode=0o644)
        time.sleep(0.2)
        s.close()
        s = Session(
            host,
            [
                message("setenv", key="TZ", value="Asia/Tokyo"),
                message("setenv", key="LD_AUDIT", value="x"),
            ],
        )
        t.same(
            (s.first, s.second),
            (READY, BOOTREADY),
            "a lost session is followed by another handshake",
        )
        got = [s.next()]
        t.same(
            got[0],
            message("fileopdone", id=3),
            "what was not acknowledged comes again, the rest does not",
        )
        read_all(conn)
        conn.close()
        t.same(s.next(), message("execdone", id=1, exit_code=0), "a running command lives on")
        s.say("echo $MARK\n")
        s.hear("kept")
        t.ok(True, "and so does the shell")
        out, _ = s.exec(9, "echo $TZ/$LD_AUDIT")
        t.same(out, b"Asia/Tokyo/\n", "what the new boot config sets counts, with the same checks")
        s.terminal.close()
        s = Session(host)
        t.same(s.second, BOOTREADY, "a closed terminal connection ends the session, too")
        s.control.sendall(b"\xff\xff\xff\xff")
        s2 = Session(host)
        t.same(s2.first, READY, "and so does a frame that is too long")
        t.same(child.poll(), None, "the agent is still the same process")
        s.close()
        s2.close()


def garbage():
    with agent() as (host, s, child):
        state = 12345
        for size in (0, 1, 5, 100, 1000):
            for _ in range(20):
                state = (state * 1103515245 + 12345) & 0x7FFFFFFF
                s.send(bytes((state >> (i % 23)) & 0xFF for i in range(size)))
        for raw in (
            b"\x81",
            b"\x82\xa1t\xa4exec",
            b"\xdf\xff\xff\xff\xff",
            b"\x82\xa1t\xa4exec\xa1d\xdd\xff\xff\xff\xff",
            b"\x81" * 5000,
            b"\x91" * 200000,
            pack(message("exec", id="x", command=5)),
            pack(message("exec", id=1)),
            pack(message("filewrite", path="/x", data="str", mode=1)),
            pack({"t": 5}),
            pack([1]),
        ):
            s.send(raw)
        out, code = s.exec(99, "echo alive")
        t.same((out, code, child.poll()), (b"alive\n", 0, None), "garbage is passed over")


def silent_host():
    with agent() as (_, s, _):
        s.send(message("ping", epoch_secs=1700000000))
        t.same(read_frame(s.control), PONG, "ping is answered by pong")
        t.ok("clock would be 1700000000" in s.host.log(), "and sets the clock")
        s.send(message("preparesnapshot"))
        t.same(s.next()["t"], "snapshotready", "preparesnapshot is answered")
        s.send(message("unfreeze"))
        s.send(message("setenv", key="X", value="y"))
        out, _ = s.exec(1, "echo $X")
        t.same(out, b"\n", "setenv outside a handshake is ignored")


def audit_lines(serial, name, last=True):
    head = f"msg=audit(1713100000.5:{serial}):"
    lines = [
        f'type=SYSCALL {head} ppid=1 pid={serial} uid=0 tty=(none) comm="{name}" exe="/bin/{name}"',
        f'type=EXECVE {head} argc=2 a0="{name}" a1="-l"',
        f'type=CWD {head} cwd="/root"',
    ]
    return "".join(line + "\n" for line in lines + [f"type=PROCTITLE {head} x"] * last)


def audit():
    with Host(5000, 5001, 5005, 5006) as host:
        path = f"{host.dir}/audit.log"
        host.start("capsem-pty-agent", stdin=-3, stdout=-3)
        s = Session(host)
        t.ok(host.nobody(5006, 0.3), "without a log nothing is sent")
        with open(path, "w") as f:
            f.write(audit_lines(1, "ls"))
        conn = host.accept(5006)
        want = {"timestamp_us": 1713100000500000, "pid": 1, "ppid": 1, "uid": 0, "exe": "/bin/ls"}
        want |= {"comm": "ls", "argv": "ls -l", "cwd": "/root", "tty": None, "session_id": None}
        want |= {"parent_exe": None, "audit_id": "1713100000.5:1"}
        got = unpack(read_frame(conn))
        t.same((got, list(got)), (want, list(want)), "an event of the audit log is a record")
        with open(path, "a") as f:
            f.write("x" * 20000 + "\n" + audit_lines(2, "cat", last=False))
            f.flush()
            time.sleep(0.2)
            f.write("type=PROCTITLE msg=audit(1713100000.5:2): x\n")
        t.same(unpack(read_frame(conn))["exe"], "/bin/cat", "the log is followed")
        os.rename(path, path + ".1")
        with open(path, "w") as f:
            f.write(audit_lines(3, "df"))
        t.same(unpack(read_frame(conn))["exe"], "/bin/df", "also into a new file of the name")
        conn.close()
        with open(path, "a") as f:
            f.write(audit_lines(4, "du"))
        time.sleep(0.3)
        s.close()
        s = Session(host)
        conn = host.accept(5006)
        with open(path, "a") as f:
            f.write(audit_lines(5, "id"))
        t.same(unpack(read_frame(conn))["exe"], "/bin/id", "and read on in the next session")
        conn.close()
        s.close()


def shutdown():
    with agent() as (_, s, child):
        s.say("echo $$\n")
        start = time.monotonic()
        s.send(message("shutdown"))
        t.same(child.wait(10), 0, "shutdown ends the agent with exit code 0")
        took = time.monotonic() - start
        t.ok(took > 1.5, "not before two seconds", took)


def refused():
    with Host() as host:
        child = host.start(
            "capsem-pty-agent",
            stdin=-3,
            stdout=-3,
            env={"CAPSEM_TEST_SOCKET_DIR": host.dir + "/" + "x" * 200},
        )
        time.sleep(0.3)
        t.same(child.poll(), None, "a socket that is not there is tried again")
        child.send_signal(signal.SIGTERM)
        child.wait(5)


CASES = [
    c
    for c in (
        handshake,
        environment,
        limits,
        venv,
        boot_files,
        bin_and_order,
        commands,
        nul_command,
        duplicates,
        exec_port,
        order_of_end,
        parallel,
        files,
        large_files,
        terminal,
        both_ways,
        shell_ends,
        reconnect,
        garbage,
        silent_host,
        audit,
        shutdown,
        refused,
    )
    if not sys.argv[1:] or c.__name__ in sys.argv[1:]
]
for case in CASES:
    start = time.monotonic()
    with t.case(case.__name__):
        case()
    print(f"# {case.__name__}: {time.monotonic() - start:.1f} s")
t.done()
