#!/bin/sh
# sanitize.sh -- the unit, golden and rules tests again, with every program under ASan and UBSan.
root=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
flags="-O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer"
"$root/configure" -C "$dir" "$root/guest" "toolchain.cflags=$flags" > /dev/null &&
	ninja -C "$dir" test-programs build/bin/capsem-configure > "$dir/log" 2>&1 || { tail -n 30 "$dir/log"; exit 1; }
# From here on $dir looks like a source tree, so that the program in it finds its files.
for name in configure.c gen rules templates tests guest; do ln -s "$root/$name" "$dir/$name"; done
cd "$root" || exit 1
export CMOCKA_MESSAGE_OUTPUT=TAP LC_ALL=C BIN="$dir/build/bin" TESTS="$dir/build/tests" ASAN_OPTIONS=detect_leaks=0 UBSAN_OPTIONS=print_stacktrace=1
sh tests/fuzz/replay.sh && prove -j2 -f -o --merge --exec '' "$TESTS"/unit/test_* tests/golden/*.t $(ls tests/cli/*.t | grep -v install.t) tests/config/*.t tests/tmpl/*.t \
	tests/toml/*.t $(ls tests/rules/*.t | grep -v contract.t)
