#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# check_defconfig.py -- which wishes of a defconfig did not survive `make olddefconfig`?
#
#   check_defconfig.py DEFCONFIG CONFIG
#
# Prints one line for each symbol of DEFCONFIG that has another value in CONFIG, the .config that
# came of it, and exits 1 when there is one. "# CONFIG_X is not set" is kept when X is unset or
# unknown. A symbol under a comment "# from Linux X.Y:" is asked of such kernels only; the version
# is the one CONFIG names in its header.
import re
import sys

SET = re.compile(r"CONFIG_(\w+)=(.+)$")
UNSET = re.compile(r"# CONFIG_(\w+) is not set$")
SINCE = re.compile(r"# from Linux (\d+)\.(\d+):$")
HEADER = re.compile(r"# Linux/\S+ (\d+)\.(\d+)\S* Kernel Configuration")


def read(path):
    """(symbol, value, since, line) of each line that says something; "n" stands for unset."""
    since = (0, 0)
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            line = line.rstrip("\n")
            if m := SINCE.match(line):
                since = (int(m[1]), int(m[2]))
                continue
            if m := SET.match(line):
                yield m[1], m[2], since, number
            elif m := UNSET.match(line):
                yield m[1], "n", since, number
            since = (0, 0)


def version(path):
    with open(path, encoding="utf-8") as f:
        for line in f:
            if m := HEADER.match(line):
                return int(m[1]), int(m[2])
    sys.exit(f"check_defconfig.py: error: {path}: no kernel version in its header")


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: check_defconfig.py DEFCONFIG CONFIG")
    defconfig, config = sys.argv[1:]
    got = {symbol: value for symbol, value, _, _ in read(config)}
    kernel = version(config)
    lost = 0
    for symbol, value, since, number in read(defconfig):
        if since > kernel or got.get(symbol, "n") == value:
            continue
        print(f"{defconfig}:{number}: CONFIG_{symbol}={value} became {got.get(symbol, 'unknown')}")
        lost += 1
    sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
