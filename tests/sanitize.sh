#!/bin/sh
# sanitize.sh -- the unit, golden and rules tests again, with every program under ASan and UBSan.
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
flags="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
"$root/configure" -C "$dir" "$root/guest" "toolchain.cflags=$flags" > /dev/null &&
	ninja -C "$dir" test-programs build/bin/capsem-configure > "$dir/log" 2>&1 || { tail -n 30 "$dir/log"; exit 1; }
cd "$root" || exit 1
export BIN="$dir/build/bin" TESTS="$dir/build/tests" ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1
sh tests/fuzz/replay.sh && prove -j2 -Q --merge --exec '' "$TESTS"/unit/test_* tests/golden/*.t tests/cli/configure.t tests/tmpl/*.t \
	tests/toml/*.t $(ls tests/rules/*.t | grep -v contract.t)
