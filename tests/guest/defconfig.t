#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# defconfig.t -- the shipped kernel configs ask for what the guest needs and for nothing it must not
# have; where a kernel was built, its .config has kept every wish.
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CHECK = os.path.join(HERE, "check_defconfig.py")
sys.dont_write_bytecode = True
sys.path.insert(0, HERE)
sys.path.insert(0, os.path.join(HERE, "../lib"))
from check_defconfig import read  # noqa: E402
from sandbox import Tap  # noqa: E402

WANTED = """
BLK_DEV_INITRD RD_GZIP DEVTMPFS SQUASHFS SQUASHFS_ZSTD SQUASHFS_XATTR EROFS_FS EROFS_FS_ZIP
EROFS_FS_ZIP_ZSTD OVERLAY_FS EXT4_FS TMPFS FUSE_FS VIRTIO_FS VIRTIO_BLK VIRTIO_CONSOLE VIRTIO_PCI
VIRTIO_MMIO VSOCKETS VIRTIO_VSOCKETS VSOCKETS_LOOPBACK UNIX98_PTYS DUMMY INET AUDIT SECCOMP
SECCOMP_FILTER SWAP NETFILTER NF_TABLES NF_TABLES_IPV4 NFT_NAT NFT_REDIR NETFILTER_XTABLES
NFT_COMPAT NETFILTER_XT_TARGET_REDIRECT NF_NAT_REDIRECT INIT_ON_ALLOC_DEFAULT_ON
SHUFFLE_PAGE_ALLOCATOR STACKPROTECTOR_STRONG HARDENED_USERCOPY FORTIFY_SOURCE
""".split()
REFUSED = """
MODULES DEVMEM DEVPORT PROC_KCORE DEBUG_FS KALLSYMS IPV6 NETFILTER_XTABLES_LEGACY
IP_NF_IPTABLES_LEGACY IP_NF_IPTABLES IP_NF_NAT IP_NF_TARGET_REDIRECT SQUASHFS_ZLIB SQUASHFS_LZ4
SQUASHFS_LZO SQUASHFS_XZ ETHERNET WLAN USB_SUPPORT KEXEC HIBERNATION LEGACY_PTYS
""".split()
CONSOLES = {"x86_64": "SERIAL_8250_CONSOLE", "arm64": "SERIAL_AMBA_PL011_CONSOLE"}

tap = Tap()
ok = tap.ok


def check(defconfig, config):
    """What check_defconfig.py says of two texts."""
    with tempfile.TemporaryDirectory() as work:
        paths = []
        for name, text in (("defconfig", defconfig), (".config", config)):
            paths.append(os.path.join(work, name))
            with open(paths[-1], "w", encoding="utf-8") as f:
                f.write(text)
        p = subprocess.run([sys.executable, "-B", CHECK, *paths], capture_output=True, text=True)
        return p.returncode, p.stdout.replace(work + "/", "")


def checker():
    head = "#\n# Linux/x86 6.1.192 Kernel Configuration\n#\n"
    ok(check("CONFIG_A=y\n# CONFIG_B is not set\n", head + "CONFIG_A=y\n") == (0, ""), "all kept")
    got = check("\nCONFIG_A=y\n", head + "# CONFIG_A is not set\n")
    ok(got == (1, "defconfig:2: CONFIG_A=y became n\n"), "a wish that was switched off", got)
    got = check("CONFIG_A=16\n", head + "CONFIG_A=64\n")
    ok(got == (1, "defconfig:1: CONFIG_A=16 became 64\n"), "another value", got)
    got = check("CONFIG_A=y\n", head)
    ok(got == (1, "defconfig:1: CONFIG_A=y became unknown\n"), "an unknown symbol", got)
    got = check("# CONFIG_A is not set\n", head + "CONFIG_A=y\n")
    ok(got == (1, "defconfig:1: CONFIG_A=n became y\n"), "a symbol that came back", got)
    newer = "# from Linux 6.10:\nCONFIG_A=y\n"
    ok(check(newer, head) == (0, ""), "a symbol of a later kernel is not asked of this one")
    ok(check(newer, head.replace("6.1.192", "6.12.1"))[0] == 1, "but of a later one")
    ok(check("# from Linux 6.10:\nCONFIG_A=y\nCONFIG_B=y\n", head)[0] == 1, "and only that symbol")
    ok(check("CONFIG_A=y\n", "CONFIG_A=y\n")[0] == 1, "a .config without a version is refused")


def shipped(arch):
    path = os.path.join(ROOT, "guest", "config", "kernel", f"defconfig.{arch}")
    lines = list(read(path))
    symbols = [symbol for symbol, _, _, _ in lines]
    twice = sorted({s for s in symbols if symbols.count(s) > 1})
    value = {symbol: v for symbol, v, _, _ in lines}
    ok(not twice, f"{arch}: every symbol stands once", twice)
    missing = [s for s in WANTED + [CONSOLES[arch]] if value.get(s) != "y"]
    ok(not missing, f"{arch}: what the guest needs is there", missing)
    there = [s for s in REFUSED if value.get(s, "n") != "n"]
    ok(not there, f"{arch}: what it must not have is not", there)
    built = os.path.join(ROOT, "build", arch, "kernel.config")
    if os.path.exists(built):
        p = subprocess.run(
            [sys.executable, "-B", CHECK, path, built], capture_output=True, text=True
        )
        ok(p.returncode == 0, f"{arch}: the built kernel has kept every wish", p.stdout)


checker()
for arch in CONSOLES:
    shipped(arch)
sys.exit(tap.done())
