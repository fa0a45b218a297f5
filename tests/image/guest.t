#!/usr/bin/env python3
"""The image of this machine, as the README's first command builds it from the real guest folder: it is what it
should be, boots, and is not built again. It is tried in a copy; the image itself, where it is not there yet, is
made by ninja before the tests start."""
import json, os, re, shutil, stat, subprocess, sys, tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
from engines import skip
from sandbox import ROOT, RULES, Tap, read

ARCH = {"x86_64": "x86_64", "aarch64": "arm64"}[os.uname().machine]
GUEST_PROGRAMS = ("capsem-pty-agent", "capsem-net-proxy", "capsem-dns-proxy", "capsem-mcp-server", "capsem-sysutil", "capsem-doctor")
ASSETS = ("vmlinuz", "initrd.img", "rootfs.squashfs", "tool-versions.txt")
VERSIONS = {"node": r"v24\.", "npm": r"\d", "uv": r"uv \d", "claude": r"\d", "gemini": r"\d", "codex": r"codex-cli \d",
            "numpy": r"\d", "pandas": r"\d", "requests": r"\d", "pytest": r"\d", "fastmcp": r"\d"}
CHEAP = {"configure", "render_dockerfile", "sum_context", "cc", "ar", "link"}

tap = Tap()


def run(*argv, cwd=None):
    return subprocess.run(argv, cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace", timeout=3600)


def check_assets(assets):
    folder = os.path.join(assets, ARCH)
    tap.ok(all(os.path.getsize(os.path.join(folder, n)) > 0 for n in ASSETS), "the assets exist", os.listdir(folder))
    done = run("b3sum", "--check", "B3SUMS", cwd=assets)
    tap.ok(done.returncode == 0, "b3sum --check", done.stdout)
    manifest = json.loads(read(os.path.join(assets, "manifest.json")))
    newest = manifest["assets"]["releases"][manifest["assets"]["current"]]["arches"][ARCH]
    tap.same(sorted(newest), sorted(ASSETS[:3]), "the manifest has them")
    for name in ASSETS[:3]:
        stem, dot, ext = name.partition(".")
        alias = "%s-%s%s%s" % (stem, newest[name]["hash"][:16], dot, ext)
        tap.ok(os.path.samefile(os.path.join(folder, alias), os.path.join(folder, name)), alias + " is a hard link to " + name)
    tap.same(os.path.realpath(os.path.join(assets, "current")), os.path.realpath(folder), "current leads to them")
    versions = dict(line.split("=", 1) for line in read(os.path.join(folder, "tool-versions.txt")).splitlines() if "=" in line)
    for tool, pattern in VERSIONS.items():
        tap.ok(re.match(pattern, versions.get(tool, "")), "%s runs: %s" % (tool, versions.get(tool)))


def check_rootfs(squashfs, folder):
    listing = run("unsquashfs", "-ll", squashfs).stdout
    for name in GUEST_PROGRAMS:
        tap.ok(re.search(r"^-r-xr-xr-x root/root .* squashfs-root/usr/local/bin/%s$" % name, listing, re.M), name + " is 555, root's")
    setuid = [line for line in listing.splitlines() if re.match(r"-..s|-.....s", line)]
    tap.same(setuid, [], "nothing is setuid or setgid")
    times = set(re.findall(r"\d{4}-\d\d-\d\d \d\d:\d\d", listing))
    tap.same(len(times), 1, "all times are the same")
    done = run("unsquashfs", "-d", folder, "-no-xattrs", "-q", "-n", squashfs)
    tap.ok(done.returncode == 0, "it unpacks", done.stdout[-2000:])
    done = run("chroot", folder, "/usr/bin/env", "-i", "PATH=/opt/ai-clis/bin:/usr/local/bin:/usr/bin:/bin", "python3", "-c",
               "import numpy, pandas, requests, fastmcp; print(int(numpy.arange(4).sum()))")
    tap.ok(done.returncode == 0 and done.stdout == "6\n", "numpy computes", done.stdout)
    mcp = os.path.join(folder, "etc/capsem/mcp.json")
    tap.ok(json.loads(read(mcp)) and stat.S_IMODE(os.stat(mcp).st_mode) == 0o644, "the MCP servers are baked in")


def link_or_copy(source, target):
    """Large files are renamed over and never written into, so another name will do."""
    if os.path.getsize(source) < 1 << 20:
        return shutil.copy2(source, target)
    try:
        return os.link(source, target)
    except OSError:
        return shutil.copy2(source, target)


def edges(*targets, cwd):
    done = run("ninja", *targets, cwd=cwd)
    tap.ok(done.returncode == 0, " ".join(("ninja",) + targets), done.stdout[-3000:])
    return {RULES[label] for label in re.findall(r"^\[\d+/\d+\] (\w+) \S+$", done.stdout, re.M)}


def check_increments(tree):
    tap.same(edges(cwd=tree), set(), "ninja again: nothing to do")
    for top in ("guest", "templates"):
        for folder, _, names in os.walk(os.path.join(tree, top)):
            for name in names:
                os.utime(os.path.join(folder, name))
    ran = edges(cwd=tree)
    tap.ok(ran <= CHEAP, "every file touched: checks, nothing else", sorted(ran))
    with open(os.path.join(tree, "guest/artifacts/capsem-init"), "a") as f:
        f.write("# edited\n")
    tap.same(edges("initrd", cwd=tree), {"sum_context", "pack_initrd", "write_manifest"}, "an edit of capsem-init: the initrd")


def check_boot(tree):
    done = run("ninja", "boot-" + ARCH, cwd=tree)
    log = read(os.path.join(tree, "build", ARCH, "boot.log")) if done.returncode == 0 else ""
    tap.ok("capsem: ready" in log, "it boots to 'capsem: ready' and powers off", done.stdout[-4000:])


def main(folder):
    tree = os.path.join(folder, "tree")
    shutil.copytree(ROOT, tree, symlinks=True, ignore=shutil.ignore_patterns(".git", "__pycache__"), copy_function=link_or_copy)
    done = run("make", "-f", "Makefile.bootstrap", "image", cwd=tree)
    if not tap.ok(done.returncode == 0, "make -f Makefile.bootstrap image", done.stdout[-6000:]):
        return tap.done()
    tap.ok("ninja boot-" + ARCH in done.stdout and "rootfs.squashfs" in done.stdout, "it ends with where the assets are and how to boot them",
           done.stdout[-1500:])
    assets = os.path.join(tree, "build/assets")
    check_assets(assets)
    check_rootfs(os.path.join(assets, ARCH, "rootfs.squashfs"), os.path.join(folder, "rootfs"))
    check_boot(tree)
    check_increments(tree)
    check_boot(tree)
    return tap.done()


if os.geteuid() != 0:
    skip("unpacking a root filesystem takes root")
top = tempfile.mkdtemp(prefix="capsem-image-")
try:
    sys.exit(main(top))
finally:
    shutil.rmtree(top, ignore_errors=True)
