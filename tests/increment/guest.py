"""A synthetic guest: small, and wholly made from a state, a dictionary from facts to values. Each fact is one
thing a person can edit; model.py says what an edit of it rebuilds."""
import os

ARCHS = ("arm64", "x86_64")
AGENTS = ("capsem-pty-agent", "capsem-net-proxy", "capsem-dns-proxy", "capsem-mcp-server", "capsem-sysutil")
HELPERS = ("check_toolchain", "seal_binary", "render_dockerfile", "sum_context", "fetch_base", "build_image",
           "extract_files", "pack_squashfs", "pack_initrd", "sum_blake3", "write_manifest")
SCRIPTS = ("capsem-doctor", "capsem-bench", "snapshots")
TIME_BACK, TIME_AHEAD, SLACK = 3600, 120, 5    # seconds: of an older file, of a clock that is ahead
SYMBOLS = "".join("CONFIG_%s=y\n" % s for s in (
    "64BIT SQUASHFS SQUASHFS_ZSTD OVERLAY_FS VSOCKETS VIRTIO_VSOCKETS VIRTIO_BLK VIRTIO_PCI").split())
POOL = ("one", "two")   # what a symbolic link of tips.txt points to


def first_state():
    state = {"apt.packages": ("git",), "apt.comment": 0, "apt.order": False, "python.packages": ("pytest",),
             "ai.install": 1, "ai.version": 1, "ai.domain": 1, "ai.file": None, "mcp.args": 1, "web.port": 1,
             "vm.cpu": 1, "env.term": 1, "manifest.text": 1, "build.level": 3,
             "tips": 1, "tips.link": None, "banner": 1, "bashrc": 1, "init": 1,
             "diagnostics": {"test_a.py": ("file", 1, False)}, "capsem_bench": {"__main__.py": ("file", 1, False)},
             "agent.lib": 1, "agent.header": 1, "agent.more": None, "agent.flags": 1, "agent.comment": 0,
             "template.rootfs": 1, "template.kernel": 1, "template.initrd": 1, "template.comment": 0,
             "machine.memory": 1024, "machine.engine": 1, "machine.version": 1, "machine.kernel": 1,
             "option.release": False, "option.archs": ARCHS, "option.epoch": 0}
    for arch in ARCHS:
        state.update({"defconfig." + arch: 1, "node." + arch: 20, "branch." + arch: "6.1", "machine.flags." + arch: 1})
    state.update({"agent." + name: 1 for name in AGENTS})
    state.update({name: 1 for name in SCRIPTS})
    state.update({"helper." + name: 0 for name in HELPERS})
    return state


# ---- the config

def strings(words):
    return "[%s]" % ", ".join('"%s"' % w for w in words)


def apt(s):
    keys = ['manager = "apt"', 'install_cmd = "apt-get install -y --no-install-recommends"', "packages = " + strings(s["apt.packages"])]
    keys.append('network = {name = "D", domains = ["deb.example.com"], allow_get = true}')
    return "".join(["# edited %d\n" % s["apt.comment"], '[apt]\nname = "System"\n'] +
                   [k + "\n" for k in (reversed(keys) if s["apt.order"] else keys)])


def python(s):
    return ('[python]\nname = "Python"\nmanager = "uv"\ninstall_cmd = "uv pip install --system"\npackages = %s\n'
            'network = {name = "P", domains = ["pypi.example.com"], allow_get = true}\n' % strings(s["python.packages"]))


def provider(s):
    return ('[one]\nname = "One"\n[one.cli]\nkey = "one"\nname = "One"\nversion_command = "one --version %d"\n'
            '[one.api_key]\nname = "Key"\nenv_vars = ["ONE_API_KEY"]\n'
            '[one.network]\ndomains = ["d%d.example.com"]\n[one.install]\nmanager = "npm"\nprefix = "/opt/one"\n'
            'packages = ["one@%d"]\n' % (s["ai.version"], s["ai.domain"], s["ai.install"]))


def second_provider(number):
    return '[two]\nname = "Two"\n[two.api_key]\nname = "Key"\nenv_vars = ["TWO_API_KEY"]\n[two.network]\ndomains = ["t%d.example.com"]\n' % number


def build(s):
    text = '[build]\ncompression = "zstd"\ncompression_level = %d\nkernel_source = "debian"\n' % s["build.level"]
    for arch, platform, target, image in (
            ("arm64", "linux/arm64", "aarch64-unknown-linux-musl", "arch/arm64/boot/Image"),
            ("x86_64", "linux/amd64", "x86_64-unknown-linux-musl", "arch/x86_64/boot/bzImage")):
        text += ('[build.architectures.%s]\nbase_image = "debian:bookworm-slim"\ndocker_platform = "%s"\n'
                 'rust_target = "%s"\nkernel_branch = "%s"\nkernel_image = "%s"\ndefconfig = "kernel/defconfig.%s"\n'
                 'node_major = %d\n' % (arch, platform, target, s["branch." + arch], image, arch, s["node." + arch]))
    return text


def config_files(s):
    files = {"config/build.toml": build(s), "config/packages/apt.toml": apt(s), "config/packages/python.toml": python(s),
             "config/ai/one.toml": provider(s),
             "config/mcp/one.toml": '[one]\nname = "One"\ntransport = "stdio"\ncommand = "/run/one"\nargs = ["-%d"]\n' % s["mcp.args"],
             "config/security/web.toml": "[web]\nhttp_upstream_ports = [%d]\n[web.registry.d]\nname = \"D\"\ndomains = [\"deb.example.com\"]\nallow_get = true\n" % (1000 + s["web.port"]),
             "config/vm/resources.toml": "[resources]\ncpu_count = %d\n" % (1 + s["vm.cpu"] % 8),
             "config/vm/environment.toml": '[environment.shell]\nterm = "xterm-%d"\n' % s["env.term"],
             "config/manifest.toml": '[image]\nname = "synthetic"\nversion = "0.1.0"\ndescription = "number %d"\n' % s["manifest.text"]}
    if s["ai.file"]:
        files["config/ai/%s.toml" % s["ai.file"][0]] = second_provider(s["ai.file"][1])
    for arch in ARCHS:
        files["config/kernel/defconfig." + arch] = SYMBOLS + "CONFIG_NUMBER=%d\n" % s["defconfig." + arch]
    return files


# ---- what is in the images

def artifact_files(s):
    files = {"artifacts/capsem-init": "#!/bin/sh\n# %d\n" % s["init"], "artifacts/banner.txt": "banner %d\n" % s["banner"],
             "artifacts/capsem-bashrc": "# bashrc %d\n" % s["bashrc"], "artifacts/capsem-ca.crt": "certificate\n"}
    files["artifacts/tips.txt"] = ("link", "../pool/" + s["tips.link"]) if s["tips.link"] else "tips %d\n" % s["tips"]
    for name in POOL:
        files["pool/" + name] = "tips of pool %s\n" % name
    for name in SCRIPTS:
        if s[name]:     # else ours is taken
            files["artifacts/" + name] = "#!/bin/sh\n# %d\n" % s[name]
    for folder in "diagnostics", "capsem_bench":
        for name, (kind, value, run) in s[folder].items():
            path = "artifacts/%s/%s" % (folder, name)
            files[path] = ("link", value) if kind == "link" else ("run" if run else "file", "# %s\n" % value)
    return files


def agent_files(s):
    files = {"agent/cflags": "-Os\n-DNUMBER=%d\n" % s["agent.flags"], "agent/ldflags": "-static\n-nostdlib\n-nostartfiles\n-s\n-Wl,--gc-sections\n-Wl,--build-id=none\n",
             "agent/lib/word.h": "#define BASE %d\nint word(int n);\n" % s["agent.header"],
             "agent/lib/word.c": '#include "word.h"\n\nint\nword(int n)\n{\n\treturn n * BASE + %d;\n}\n' % s["agent.lib"]}
    for name in AGENTS:
        files["agent/%s.c" % name] = ('#include "lib/word.h"\n\nint\nmain(void)\n{\n\treturn word(%d);\n}\n' % s["agent." + name])
    files["agent/capsem-sysutil.c"] += "// comment %d\n" % s["agent.comment"]
    if s["agent.more"]:
        files["agent/lib/more.c"] = "int more_%d(void);\n\nint\nmore_%d(void)\n{\n\treturn 1;\n}\n" % ((s["agent.more"],) * 2)
    return files


def template_files(s):
    files = {}
    for step, body in (("rootfs", "{{ (apt_packages + ai_apt_packages + python_packages + npm_packages) | join(' ') }} {{ arch.node_major }}"),
                       ("kernel", "{{ arch.kernel_branch }} {{ kernel_version }}"), ("initrd", "busybox")):
        copy = "COPY {{ arch.defconfig }} .config\n" if step == "kernel" else ""
        if step == "rootfs":
            copy = ("COPY tips.txt banner.txt capsem-bashrc mcp.json capsem-doctor snapshots /etc/\n"
                    "{% for b in guest_binaries %}\nCOPY {{ b }} /bin/{{ b }}\n{% endfor %}\n")
        comment = "{# %d #}\n" % s["template.comment"] if step == "rootfs" else ""
        tail = "" if step == "rootfs" else "FROM scratch\nCOPY --from=build / /\n"
        files["templates/Dockerfile.%s.j2" % step] = (
            "%sFROM {{ arch.base_image }} AS build\nRUN echo %s %d %s\n%s%s"
            % (comment, "vmlinuz" if step == "kernel" else step, s["template." + step], body, copy, tail))
    return files


def machine_file(s):
    text = "binary_version = 1.0.%d\n[qemu]\nmemory_mb = %d\n[container]\nmmdebstrap = mmdebstrap-%d\n[kernel]\nversion = 6.1.%d\n" % (
        s["machine.version"], s["machine.memory"], s["machine.engine"], s["machine.kernel"])
    for arch in ARCHS:
        text += "[toolchain.%s]\ncflags = -DMACHINE=%d\n" % (arch, s["machine.flags." + arch])
    return {"machine.ini": text}


def files_of(state):
    """The files of a state: path -> (kind, text), kind one of file, run, link."""
    files = {}
    for part in config_files, artifact_files, agent_files:
        files.update(("guest/" + path, f) for path, f in part(state).items())
    files.update(template_files(state))
    files.update(machine_file(state))
    return {path: f if isinstance(f, tuple) else ("file", f) for path, f in files.items()}


def options_of(state, folder):
    """The arguments of configure, with the guest in FOLDER."""
    words = ["--machine", folder + "/machine.ini", "--templates", folder + "/templates",
             "source_date_epoch=%d" % (1700000000 + state["option.epoch"])]
    for arch in state["option.archs"]:
        words += ["--arch", arch]
    return words + (["--release"] if state["option.release"] else [])


# ---- from one state to the next, on the disk

def put(path, kind, text, style):
    """STYLE: how people's programs write. place: into the file; moved: another file takes its name, as with
    editors; old: the same with a file that is an hour old; future: the clock is ahead."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    to = path if style in ("place", "future") and kind == "file" and not os.path.islink(path) else path + "~"
    if kind == "link":
        os.symlink(text, to)
    else:
        with open(to, "w", encoding="utf-8") as f:
            f.write(text)
        os.chmod(to, 0o755 if kind == "run" else 0o644)
    if style in ("old", "future") and kind != "link":
        now = os.stat(to).st_mtime
        os.utime(to, (now, now + (TIME_AHEAD - SLACK if style == "future" else -TIME_BACK)))
    if to != path:
        os.rename(to, path)


def remove(path, moved=False):
    """As git does it, with its folder when that is empty."""
    if not moved:
        os.unlink(path)
    if os.path.basename(os.path.dirname(path)) == "sub" and not os.listdir(os.path.dirname(path)):
        os.rmdir(os.path.dirname(path))


def apply(folder, old, new, style="place"):
    """Write the files that differ; returns their paths."""
    changed = [p for p in {**old, **new} if old.get(p) != new.get(p)]
    for path in changed:
        if path in new:
            put(os.path.join(folder, path), *new[path], style)
        else:
            remove(os.path.join(folder, path))
    return sorted(changed)
