#!/bin/sh
# warnings.t -- everything compiles without a warning with gcc and with clang, for debugging and for use.
root=$(cd "$(dirname "$0")/../.." && pwd)
dir=$(mktemp -d) && trap 'rm -rf "$dir"' EXIT
n=0
echo 1..4
for compiler in "gcc g++" "clang clang++"; do
	for flags in "-O0 -g" "-O2"; do
		n=$((n + 1))
		set -- $compiler
		if "$root/configure" -C "$dir/$n" "$root/guest" toolchain.cc="$1" toolchain.cxx="$2" "toolchain.cflags=$flags -Werror" \
			toolchain.x86_64.cflags=-Werror toolchain.arm64.cflags=-Werror > "$dir/log" 2>&1 &&
			ninja -C "$dir/$n" -k 0 test-programs build/bin/capsem-configure agents-x86_64 agents-arm64 >> "$dir/log" 2>&1; then
			echo "ok $n - $1 $flags"
		else
			echo "not ok $n - $1 $flags"
			grep -E 'error|warning|FAILED' "$dir/log" | head -n 20 | sed 's/^/# /'
		fi
	done
done
