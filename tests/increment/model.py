"""What each edit rebuilds: the README's rebuild table, in terms of edges. It knows nothing of how edits are made, or
of the program under test: only of what a person is told.

NEEDED: fact -> the edges that must run when it has another value than at the last build. Together with README_ROW
it is held against the README by increment.t. {A} is the architecture; what is not of one has none.
"""
from fnmatch import fnmatchcase
from platform import machine

CONFIGURE = ["configure build/configure.stamp"]
MANIFEST = ["write_manifest build/published/assets"]
SQUASHFS = ["pack_squashfs build/assets/{A}/rootfs.squashfs", "sum_blake3 build/{A}/rootfs.squashfs.b3"] + MANIFEST
ROOTFS = ["build_image build/{A}/rootfs.tar"] + SQUASHFS
ROOTFS_TEXT = ["render_dockerfile build/{A}/rootfs.Dockerfile"] + ROOTFS
ROOTFS_FILES = ["sum_context build/{A}/rootfs.context"] + ROOTFS
KERNEL = ["build_image build/{A}/kernel.tar", "extract_files build/assets/{A}/vmlinuz", "sum_blake3 build/{A}/vmlinuz.b3"] + MANIFEST
KERNEL_TEXT = ["render_dockerfile build/{A}/kernel.Dockerfile"] + KERNEL
INITRD = ["pack_initrd build/assets/{A}/initrd.img"] + MANIFEST
INITRD_FILES = ["sum_context build/{A}/initrd.list"] + INITRD
BASE = ["render_dockerfile build/{A}/initrd.Dockerfile", "build_image build/{A}/initrd.tar"] + INITRD


# Every image's tools run on it, of whatever architecture the image is.
HOST_BASE = "fetch_base build/cache/base/debian_bookworm-slim-linux_%s.tar" % {"x86_64": "amd64", "aarch64": "arm64"}[machine()]


def agent(*names):
    return [e % n for n in names for e in ("link build/{A}/agents/obj/%s", "seal_binary build/{A}/agents/%s")] + INITRD_FILES


AGENTS = ("capsem-pty-agent", "capsem-net-proxy", "capsem-dns-proxy", "capsem-mcp-server", "capsem-sysutil")
LIB = ["cc build/{A}/agents/obj/lib/word.c.o", "ar build/{A}/agents/obj/lib.a"]
PROGRAMS = ["cc build/{A}/agents/obj/%s.c.o" % n for n in AGENTS]

NEEDED = {
    "apt.packages": CONFIGURE + ROOTFS_TEXT, "python.packages": CONFIGURE + ROOTFS_TEXT, "ai.install": CONFIGURE + ROOTFS_TEXT,
    "apt.comment": CONFIGURE, "apt.order": CONFIGURE,
    "ai.version": CONFIGURE + ["build_image build/{A}/rootfs.tar"],
    "ai.domain": CONFIGURE, "ai.file": CONFIGURE, "web.port": CONFIGURE, "vm.cpu": CONFIGURE, "env.term": CONFIGURE,
    "manifest.text": CONFIGURE,
    "mcp.args": CONFIGURE + ROOTFS_FILES,
    "build.level": CONFIGURE + SQUASHFS,
    "node": CONFIGURE + ROOTFS_TEXT, "branch": CONFIGURE + KERNEL_TEXT,
    "defconfig": ["sum_context build/{A}/kernel.context"] + KERNEL,
    "tips": ROOTFS_FILES, "banner": ROOTFS_FILES, "bashrc": ROOTFS_FILES,
    "init": INITRD_FILES, "diagnostics": INITRD_FILES, "capsem_bench": INITRD_FILES,
    "capsem-doctor": INITRD_FILES, "capsem-bench": INITRD_FILES, "snapshots": INITRD_FILES,
    "agent.lib": LIB + agent(*AGENTS), "agent.header": LIB + PROGRAMS + agent(*AGENTS),
    "agent.more": ["ar build/{A}/agents/obj/lib.a"] + ["link build/{A}/agents/obj/" + n for n in AGENTS],
    "agent.flags": CONFIGURE + LIB[:1] + PROGRAMS, "machine.flags": CONFIGURE + LIB[:1] + PROGRAMS,
    "agent.comment": ["cc build/{A}/agents/obj/capsem-sysutil.c.o"],
    "template.rootfs": ROOTFS_TEXT, "template.kernel": KERNEL_TEXT, "template.initrd": BASE,
    "template.comment": ["render_dockerfile build/{A}/rootfs.Dockerfile"],
    "machine.memory": CONFIGURE, "machine.engine": CONFIGURE, "machine.version": CONFIGURE + MANIFEST,
    "machine.kernel": CONFIGURE + KERNEL_TEXT,
    "option.epoch": [e for e in ROOTFS + KERNEL + INITRD if e.split()[0] in ("build_image", "pack_squashfs", "pack_initrd")] + MANIFEST,
    "option.release": ["build_image build/{A}/rootfs.tar", "pack_initrd build/assets/{A}/initrd.img"], "option.archs": [],
    "helper.check_toolchain": ["check_toolchain build/{A}/toolchain.txt"],
    "helper.seal_binary": ["seal_binary build/{A}/agents/" + n for n in AGENTS],
    "helper.render_dockerfile": ["render_dockerfile build/{A}/%s.Dockerfile" % s for s in ("rootfs", "kernel", "initrd")],
    "helper.sum_context": ["sum_context build/{A}/" + n for n in ("rootfs.context", "kernel.context", "initrd.context", "initrd.list")],
    "helper.fetch_base": ["fetch_base build/cache/base/debian_bookworm-slim-linux_%s.tar"],
    "helper.build_image": ["build_image build/{A}/%s.tar" % s for s in ("rootfs", "kernel", "initrd")],
    "helper.extract_files": ["extract_files build/assets/{A}/vmlinuz"],
    "helper.pack_squashfs": ["pack_squashfs build/assets/{A}/rootfs.squashfs"],
    "helper.pack_initrd": ["pack_initrd build/assets/{A}/initrd.img"],
    "helper.sum_blake3": ["sum_blake3 build/{A}/%s.b3" % n for n in ("vmlinuz", "rootfs.squashfs")],
    "helper.write_manifest": MANIFEST,
}
NEEDED.update({"agent." + n: ["cc build/{A}/agents/obj/%s.c.o" % n] + agent(n) for n in AGENTS})

# fact -> the row of the README's table that promises just the rules of its edges.
README_ROW = {
    "apt.packages": "`config/packages/*.toml`: a package", "ai.install": "`config/ai/*.toml`: `install`",
    "ai.version": "`config/ai/*.toml`: `cli.version_command`", "ai.domain": "`config/ai/*.toml`: keys, domains, files",
    "mcp.args": "`config/mcp/*.toml`", "web.port": "`config/security/web.toml`", "vm.cpu": "`config/vm/resources.toml`",
    "env.term": "`config/vm/environment.toml`", "defconfig": "`config/kernel/defconfig.A`",
    "build.level": "`config/build.toml`: compression", "node": "`config/build.toml`: an architecture's table",
    "manifest.text": "`config/manifest.toml`", "tips": "`artifacts/tips.txt`, `banner.txt`, `capsem-bashrc`",
    "init": "`artifacts/capsem-init`",
    "diagnostics": "`artifacts/diagnostics/`, `capsem_bench/`, `capsem-doctor`, `capsem-bench`, `snapshots`",
    "agent.capsem-sysutil": "`agent/*.c`", "template.rootfs": "`templates/`: what an image holds",
    "template.comment": "a template's comment", "apt.comment": "a comment, white space, the order of keys",
}
TOUCHED = "nothing: `touch` of every file"

# What else may run: a fact's edges whose bytes may or may not be others.
MAY = {
    "node": ["render_dockerfile build/{A}/*"], "branch": ["render_dockerfile build/{A}/*"],
    "agent.more": ["cc build/{A}/agents/obj/lib/*"], "agent.flags": ["cc *", "ar *", "link *"], "machine.flags": ["cc *", "ar *", "link *"],
    "agent.comment": ["link build/{A}/agents/obj/capsem-sysutil"], "agent.lib": [], "option.release": ["sum_context *"] + ROOTFS,
    "option.epoch": ["fetch_base *", "extract_files *", "sum_blake3 *"] + BASE + KERNEL + ROOTFS,
    # An architecture that was left out for a while: ninja may have dropped what it knew of its checks.
    "option.archs": ["check_toolchain *", "cc *", "ar *", "link *", "seal_binary *", "sum_context *", "render_dockerfile *"] + MANIFEST,
}
# Where a file was written, or only its time changed: the check that finds that out.
CHECKS = {"guest/config/": ["configure *", "sum_context *"], "guest/artifacts/": ["configure *", "sum_context *"],
          "guest/pool/": ["sum_context *"], "guest/agent/": ["configure *", "cc *", "ar *", "link *"],
          "templates/": ["configure *", "render_dockerfile *"], "machine.ini": ["configure *"]}
# The folders of the machine's compilers are inputs, and not ours.
SYSTEM = ["check_toolchain *"]
# What an image is given as a fallback: for the root filesystem only with --release a reason to rebuild it, for the
# kernel (templates of the existing builder want it) never.
FALLBACK = {"rootfs": {"diagnostics", "capsem_bench", "capsem-doctor", "capsem-bench", "snapshots", "agent.lib", "agent.header",
                       *("agent." + n for n in AGENTS)}, "kernel": {"init"}}
PLATFORM = {"arm64": "arm64", "x86_64": "amd64"}


def facts(state):
    """The state as the images see it: what a link points to, ours where the guest has no file of its own."""
    seen = dict(state)
    if seen.pop("tips.link"):
        seen["tips"] = state["tips.link"]
    return seen


def changed(before, now, arch):
    """The facts in which two states differ, as far as this architecture sees them."""
    a, b = facts(before), facts(now)
    differ = {f for f in a if a[f] != b[f]}
    mine = {f.rsplit(".", 1)[0] for f in differ if f.endswith("." + arch)}
    return mine | {f for f in differ if not f.endswith((".arm64", ".x86_64"))}


def needed_for(fact, before, now):
    """A list that is globbed is configure's business; what a file in it holds is not."""
    listed = fact == "agent.more" and (before[fact] is None) != (now[fact] is None)
    return NEEDED[fact] + (CONFIGURE if listed else [])


def spell(edges, arch):
    return {(e % PLATFORM[arch] if "%s" in e else e).replace("{A}", arch) for e in edges}


def expect(before, now, touched, configured):
    """BEFORE: architecture -> the state of its last build ("last"), and of that of each image ("rootfs", "kernel"). Returns the edges that must run, and patterns of those that may."""
    needed, may = set(), set()
    for arch in now["option.archs"]:
        if arch not in before:
            may.add("*")
            continue
        differ = changed(before[arch]["last"], now, arch)
        mine = [e for f in sorted(differ) for e in needed_for(f, before[arch]["last"], now)]
        if now["option.release"] and differ & FALLBACK["rootfs"]:
            mine += ROOTFS_FILES[:2]
            may |= spell(SQUASHFS, arch)
        needed |= spell(mine, arch)
        may |= spell([e for f in sorted(differ) for e in MAY.get(f, ())], arch)
        for image, edges in ("rootfs", SQUASHFS), ("kernel", KERNEL):
            pending = changed(before[arch][image], now, arch) & FALLBACK[image]
            if pending and "build_image build/{A}/%s.tar" % image in mine:
                may |= spell(edges, arch)
    seen = {states["last"]["helper.fetch_base"] for states in before.values()}
    (needed.discard if now["helper.fetch_base"] in seen else needed.add)(HOST_BASE)
    if configured:
        needed -= set(CONFIGURE)
        may |= set(CONFIGURE)
    may |= {c for path in touched for start, checks in CHECKS.items() if path.startswith(start) for c in checks}
    return needed, may


def judge(ran, needed, may):
    """What is wrong with the edges that ran, as lines of text."""
    may = [*may, *SYSTEM]
    wrong = ["did not run, but must: " + e for e in sorted(needed - set(ran))]
    return wrong + ["ran, but may not: " + e for e in sorted(set(ran) - needed) if not any(fnmatchcase(e, m) for m in may)]
