# SPDX-License-Identifier: Apache-2.0
"""The command line of capsem-bench: choose, measure, print a table or JSON."""

import argparse
import json
import os
import platform
import sys

from capsem_bench import measure


def main(argv=None):
    parser = argparse.ArgumentParser(prog="capsem-bench", description="Measure this sandbox.")
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="any of: " + ", ".join(measure.GROUPS) + " (default: all)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object instead of a table"
    )
    parser.add_argument(
        "--folder",
        default=os.path.expanduser("~"),
        help="where disk speed is measured (default: home)",
    )
    args = parser.parse_args(argv)
    unknown = [w for w in args.what if w not in measure.GROUPS]
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    results = {}
    for group in args.what or measure.GROUPS:
        results[group] = measure.GROUPS[group](args.folder)
        if not args.json:
            print_group(group, results[group])
    if args.json:
        json.dump(
            {"machine": platform.machine(), "kernel": platform.release(), "results": results},
            sys.stdout,
            indent=2,
        )
        print()
    return 0


def print_group(group, rows):
    for row in rows:
        value = "not there" if row["value"] is None else f"{row['value']:,.1f} {row['unit']}"
        print(f"{group:8} {row['name']:28} {value:>18}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
