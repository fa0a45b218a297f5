#!/usr/bin/env python3
"""`ninja run` at a terminal: its console is a shell, a second one is behind the socket that `ninja shell` names, and
`exit` powers the machine off."""
import os, pty, re, select, socket, subprocess, sys, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from sandbox import Sandbox, Tap, end_politely, read
from vm import ARCH, furnish, need_image

PATIENCE = 120      # seconds, for a machine that is not coming


def heard(fd, wanted, so_far=b""):
    """What FD says, up to WANTED (a pattern), to its end or to the end of our patience."""
    end = time.monotonic() + PATIENCE
    while not re.search(wanted, so_far) and select.select([fd], [], [], max(0, end - time.monotonic()))[0]:
        try:
            more = os.read(fd, 4096)
        except OSError:
            more = b""
        if not more:
            break
        so_far += more
    return so_far


def ask(fd, command, wanted):
    os.write(fd, command)
    said = heard(fd, wanted)
    return re.search(wanted, said), said.decode(errors="replace")


def main():
    end_politely()
    tap, s = Tap(), Sandbox()
    ours, theirs = pty.openpty()
    child = None
    try:
        tap.ok(furnish(s), "the image that was built, in a folder of its own")
        path = re.search(r"UNIX-CONNECT:(\S+)", s.ninja("shell").stdout).group(1)
        child = subprocess.Popen(["ninja", "-C", s.out, "run-" + ARCH], env=s.env, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        said = heard(ours, rb"# $")
        tap.ok(said.endswith(b"# "), "the console is a shell", said.decode(errors="replace")[-3000:])
        found, said = ask(ours, b"echo $((6 * 7)); tty\n", rb"42\s+/dev/\w+")
        tap.ok(found, "which computes, at a terminal", said)
        with socket.socket(socket.AF_UNIX) as second:
            second.connect(os.path.join(s.out, path))
            found, said = ask(second.fileno(), b"\necho $((7 * 8))\n", rb"56\s")
            tap.ok(found, "so does the second one", said)
        os.write(ours, b"exit\n")
        heard(ours, rb"$^")
        tap.same(child.wait(PATIENCE), 0, "exit powers the machine off")
        tap.ok("42" in read(os.path.join(s.out, "build", ARCH, "run.log")) and not os.path.exists(os.path.join(s.out, path)),
               "the log stays, the socket goes")
    finally:
        if child and child.poll() is None:
            os.killpg(child.pid, 9)
        os.close(ours)
        s.remove()
    return tap.done()


need_image()
sys.exit(main())
