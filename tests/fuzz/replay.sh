#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# replay.sh -- run each fuzz target over its corpus: $TESTS/fuzz/fuzz_X over tests/fuzz/corpus/X.
set -u
cd "$(dirname "$0")/../.." || exit 1
TESTS=${TESTS:-$PWD/build/tests}
failed=0
found=0
for program in "$TESTS"/fuzz/fuzz_*; do
	case $program in *.d | *.o) continue ;; esac
	[ -x "$program" ] || continue
	name=${program##*/fuzz_}
	found=$((found + 1))
	printf 'fuzz_%s: ' "$name"
	"$program" tests/fuzz/corpus/"$name"/* || failed=1
done
[ $found -gt 0 ] || { echo "no fuzz targets in $TESTS/fuzz"; exit 1; }
exit $failed
