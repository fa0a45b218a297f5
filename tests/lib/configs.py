"""Guest configs as Python data, and a program run on them with its two outputs apart."""
import json, os, random, shutil, subprocess

BUILD = {"build": {"architectures": {"x86_64": {"docker_platform": "linux/amd64", "rust_target": "x86_64-unknown-linux-musl",
                                                "kernel_image": "arch/x86_64/boot/bzImage", "defconfig": "kernel/defconfig.x86_64"}}}}


def toml(v):
    if isinstance(v, bool):
        return "true" if v else "false"
    if isinstance(v, str):
        return json.dumps(v, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(v, dict):
        return "{ %s }" % ", ".join("%s = %s" % (toml(k), toml(i)) for k, i in v.items())
    if isinstance(v, list):
        return "[%s]" % ", ".join(map(toml, v))
    return repr(v) if isinstance(v, (int, float)) else v.isoformat()


def document(tree):
    return "".join("%s = %s\n" % (toml(k), toml(v)) for k, v in tree.items())


def put(guest, files):
    """A new guest folder of {path below config/: tree, text or bytes}; build.toml is BUILD where none is given."""
    shutil.rmtree(guest, ignore_errors=True)
    for name, what in {"build.toml": BUILD, **files}.items():
        path = os.path.join(guest, "config", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        text = document(what) if isinstance(what, dict) else what
        with open(path, "wb") as f:
            f.write(text if isinstance(text, bytes) else text.encode())
    return guest


def said(program, *args, cwd=None, stdin=b"", **env):
    """Exit status, stdout (which must be UTF-8), stderr (which may show a line that is not)."""
    done = subprocess.run([program, *args], input=stdin, cwd=cwd, env={"PATH": os.environ["PATH"], "LC_ALL": "C", **env}, capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode(), done.stderr.decode(errors="surrogateescape")


TEXTS = ["x", "", "two words", 'a "quoted" one', "back\\slash", "line\nline\n", "tab\there", "é ü ß", "日本語", "\U0001f600", "\x7f", "\x1b[31m", "a.b", "'", "${x}", "\u2028"]
NAMES = ["a", "b-c", "d_e", "F9", "with blank", "dotted.name", 'q"q', "ключ", "1"]
FILES = ["B.toml", "a-b.toml", "a.toml", "a_b.toml", ".h.toml", "é.toml"]


class Maker:
    """Configs that load, different ones for different seeds, each key now there and now not."""
    def __init__(self, seed):
        self.r = random.Random(seed)

    def text(self):
        return self.r.choice(TEXTS)

    def texts(self, least=0):
        return [self.text() for _ in range(self.r.randrange(least, 4))]

    def flag(self):
        return self.r.choice([True, False, True, False, 1, 0, 1.0, "Yes", "off"])

    def number(self, low, high):
        n = self.r.randint(low, high)
        return self.r.choice([n, n, n, float(n), str(n), " %d.0" % n])

    def some(self, table):
        """TABLE without some of the keys whose name begins with '?', the others without it."""
        return {k.lstrip("?"): v() if callable(v) else v for k, v in table.items() if k[0] != "?" or self.r.random() < 0.6}

    def named(self, make, least=0):
        return {k: make() for k in self.r.sample(NAMES, self.r.randrange(least, 4))}

    def strings(self):
        return self.named(self.text)

    def arch(self):
        return self.some({"?node_major": lambda: self.r.choice([20, -7, "22", 2**53 + 1, 2**63 - 1, -2**63]), "defconfig": self.text, "?base_image": self.text,
                          "docker_platform": self.text, "rust_target": self.text, "kernel_image": self.text, "?kernel_branch": self.text, "?unknown": 1})

    def build(self):
        return {"build": self.some({"?version_commands": self.strings, "architectures": self.named(self.arch, 1), "?compression_level": self.number(1, 22),
                                    "?compression": self.r.choice(["zstd", "gzip", "lzo", "xz"]), **({"kernel_source": "debian"} if self.r.random() < 0.2 else {})}),
                **({"stray": 1} if self.r.random() < 0.2 else {})}

    def image(self):
        entry = lambda: {"changes": self.texts(), "version": self.text(), "date": "2026-01-01"}
        return {"image": self.some({"?changelog": lambda: [entry() for _ in range(self.r.randrange(3))], "name": self.text, "?version": self.text, "?description": self.text})}

    def provider(self):
        install = lambda: self.some({"?sha256": self.r.choice(["0" * 64, ["1" * 64]]), "packages": self.texts(), "manager": self.r.choice(["apt", "uv", "pip", "npm", "curl"]),
                                     "?prefix": self.text})
        return self.some({"?files": lambda: self.named(lambda: {"path": self.text(), "content": self.text()}), "name": self.text, "?description": self.text, "?enabled": self.flag,
                          "api_key": self.some({"name": self.text, "env_vars": self.texts(1), "?prefix": self.text, "?docs_url": self.text}),
                          "network": self.some({"?allow_post": self.flag, "domains": self.texts(1), "?allow_get": self.flag}), "?install": install,
                          "?cli": lambda: self.some({"key": self.text, "name": self.text, "?description": self.text, "?version_command": self.text})})

    def set(self):
        packages = self.texts(1)
        return self.some({"name": self.text, "manager": self.r.choice(["apt", "uv", "pip", "npm", "curl"]), "?install_cmd": "x --y", "packages": packages,
                          "?version_commands": {p: self.text() for p in packages}, "?network": lambda: self.some({"name": self.text, "domains": self.texts(), "?allow_get": self.flag})})

    def server(self):
        transport = self.r.choice(["stdio", "sse"])
        return self.some({"?enabled": self.flag, "?builtin": self.flag, "name": self.text, "?description": self.text, "transport": transport,
                          ("" if transport == "stdio" else "?") + "command": "/x", ("" if transport == "sse" else "?") + "url": "http://é/", "?args": self.texts,
                          "?env": self.strings, "?headers": self.strings})

    def service(self):
        return self.some({"name": self.text, "?enabled": self.flag, "domains": self.texts, "?allow_get": self.flag, "?allow_post": self.flag})

    def web(self):
        services = lambda: self.named(self.service)
        return {"web": self.some({"?repository": services, "?registry": services, "?search": services, "?allow_read": self.flag, "?allow_write": self.flag,
                                  "?custom_allow": self.texts, "?custom_block": self.texts, "?http_upstream_ports": lambda: [self.r.choice([80, 99999, -1, "8080", 2**62])]})}

    def resources(self):
        limits = {"cpu_count": (1, 8), "ram_gb": (1, 16), "scratch_disk_size_gb": (1, 128), "max_body_capture": (0, 1048576), "retention_days": (1, 365),
                  "max_sessions": (1, 10000), "min_content_sessions": (0, 1000), "max_disk_gb": (1, 1000), "terminated_retention_days": (30, 3650)}
        return {"resources": self.some({"?log_bodies": self.flag, **{"?" + k: self.number(*v) for k, v in limits.items()}})}

    def environment(self):
        file = lambda: {"content": self.text(), "path": self.text()}
        shell = lambda: self.some({"?tmux_conf": file, "?bashrc": file, "?lang": self.text, "?path": self.text, "?home": self.text, "?term": self.text})
        return {"environment": self.some({"?tls": lambda: self.some({"?ca_bundle": self.text}), "?shell": shell})}

    def files(self):
        """What the config is made of; files that only a check would mind are among them."""
        entries = lambda make: {f: self.named(make) for f in self.r.sample(FILES, self.r.randrange(3))}
        out = {"build.toml": self.build()}
        for path, make in (("manifest.toml", self.image), ("security/web.toml", self.web), ("vm/resources.toml", self.resources), ("vm/environment.toml", self.environment)):
            if self.r.random() < 0.7:
                out[path] = make()
        for name, make in (("ai", self.provider), ("packages", self.set), ("mcp", self.server)):
            out.update({name + "/" + f: t for f, t in entries(make).items()})
        if self.r.random() < 0.3:
            out.update({"ai/sub/x.toml": "x = =", "notes.toml": b"\xff", "ai/H.TOML": "x = =", "ai/README.md": "="})
        return out
