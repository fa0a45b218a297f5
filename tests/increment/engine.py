"""The stand-in engine (tests/bin/docker) kept running: a start of Python for each of its commands would be
most of the time of a test of thousands of builds. engine.c is the program that the helpers call."""
import ctypes, os, shutil, signal, socket, sys

from sandbox import DOCKER, TESTS, read


class Engine:
    """A folder with the program `docker` and the process behind it."""

    def __init__(self, folder):
        self.folder, self.program = folder, os.path.join(folder, "docker")
        os.makedirs(folder)
        shutil.copy(os.path.join(TESTS, "increment/engine"), self.program)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(os.path.join(folder, "socket"))
        self.listener.listen(64)
        self.pid = os.fork()
        if self.pid == 0:
            self.serve()

    def serve(self):
        try:
            os.setsid()
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: it ends with us
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            os.environ["CAPSEM_STANDIN"] = self.folder
            code = compile(read(DOCKER).rsplit("\nmain()\n", 1)[0], DOCKER, "exec")
            import hashlib, io, tarfile, time  # what it imports when it needs it: once
            while True:
                peer = self.listener.accept()[0]
                if os.fork() == 0:
                    self.answer(peer, code)
                peer.close()
        finally:
            os._exit(1)

    @staticmethod
    def answer(peer, code):
        status = 1
        try:
            data, files, _, _ = socket.recv_fds(peer, 1 << 20, 3)
            while not data.endswith(b"\0\n"):
                data += peer.recv(1 << 20)
            for i, fd in enumerate(files):
                os.dup2(fd, i)
                os.close(fd)
            sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")
            folder, *words = data[:-1].decode(errors="surrogateescape").split("\0")[:-1]
            os.chdir(folder)
            sys.argv = ["docker", *words]
            module = {"__name__": "standin"}
            exec(code, module)
            module["main"]()
            status = 0
        except SystemExit as e:
            status = e.code or 0
        finally:
            for f in (sys.stdout, sys.stderr):
                try:
                    f.flush()
                except (OSError, ValueError):
                    status = status or 1
            for fd in 0, 1, 2:  # whoever reads them waits for their end
                os.close(fd)
            try:
                peer.send(bytes([status & 255]))
            finally:
                os._exit(0)

    def forget(self):
        """What an interrupted client has left; the helpers find none of theirs here."""
        for kind in "images", "containers", "tags":
            shutil.rmtree(os.path.join(self.folder, kind), ignore_errors=True)

    def stop(self):
        os.killpg(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        self.listener.close()
