#!/bin/sh
# bench.sh [NAME]... -- time and memory of configure, ninja and the helpers, each beside a command that
# does the same job or a like one in the same run, since machines and their loads differ.
#
# Needs a build in ./build (make -f Makefile.bootstrap image), hyperfine and GNU time. Names: configure,
# validate, noop, loop, render, initrd, sums, squashfs (slow). Without one: all but squashfs.
set -eu
cd "$(dirname "$0")/../.."
ROOT=$PWD BIN=$PWD/build/bin
ARCH=$(uname -m | sed 's/aarch64/arm64/')
ASSETS=$ROOT/build/assets/$ARCH
for tool in hyperfine b3sum cpio sqfstar /usr/bin/time; do
	command -v "$tool" >/dev/null || { echo "bench.sh: $tool is not installed: apt install hyperfine time b3sum cpio squashfs-tools" >&2; exit 2; }
done
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

compare() { # compare NAME COMMAND PEER-NAME PEER
	echo "== $1, beside $3"
	hyperfine --style basic --warmup 2 --min-runs "${RUNS:-10}" -n "$1" "$2" -n "$3" "$4" 2>/dev/null |
		sed -n 's/^ *Time (mean.*: */  &/p; s/^ *Range.*//p; s/^Benchmark [0-9]*: */  &/p; /^Summary/,$p' | sed '/^$/d'
	for command in "$2" "$4"; do
		/usr/bin/time -f '  peak memory %M KiB' sh -c "$command" 2>&1 >/dev/null | tail -n 1
	done
}

bench_configure() {
	"$BIN/capsem-configure" -C "$dir/out" guest/ >"$dir/said"
	compare "configure, nothing changed" "$BIN/capsem-configure --quiet -C $dir/out guest/" \
		"python3 reading the same TOML files" "python3 -c 'import glob, tomllib
for f in glob.glob(\"guest/config/**/*.toml\", recursive=True): tomllib.load(open(f, \"rb\"))'"
	compare "configure, from nothing" "rm -rf $dir/out; $BIN/capsem-configure --quiet -C $dir/out guest/" \
		"python3 -c pass" "python3 -c pass"
}

# The whole check of the shipped config, and of one with a thousand providers.
bench_validate() {
	python=$(readlink -f "$(python3 -c 'import sys; print(sys.executable)')")
	compare "validate, the shipped config" "$BIN/capsem-configure validate guest/" "python3 -c pass" "$python -c pass"
	mkdir -p "$dir/many" && cp -R guest/config "$dir/many/config"
	i=0
	while [ $i -lt 1000 ]; do
		sed "s/openai/p$i/g; s/OPENAI/P$i/g" guest/config/ai/openai.toml >"$dir/many/config/ai/p$i.toml"
		i=$((i + 1))
	done
	compare "validate, 1000 more providers" "$BIN/capsem-configure validate $dir/many" "python3 -c pass" "$python -c pass"
}

bench_noop() {
	compare "ninja, nothing to do" "ninja" "git status" "git status --porcelain"
}

# One edit of capsem-init after another, in a copy, so that nothing here is touched.
bench_loop() {
	cp -R guest "$dir/guest"
	"$BIN/capsem-configure" -C "$dir/loop" "$dir/guest" >"$dir/said"
	mkdir -p "$dir/loop/build/$ARCH" "$dir/tree"
	cp -p "build/$ARCH/initrd.tar" "$dir/loop/build/$ARCH/"
	ninja -C "$dir/loop" -t restat >/dev/null 2>&1 || true
	ninja -C "$dir/loop" "agents-$ARCH" >/dev/null
	tar -xf "build/$ARCH/initrd.tar" -C "$dir/tree"
	cp "$dir/loop/build/$ARCH/agents/"capsem-* "$dir/tree/"
	ninja -C "$dir/loop" "initrd-$ARCH" >"$dir/said" || { cat "$dir/said"; exit 1; }
	compare "edit of capsem-init, then ninja initrd" "echo '# edited' >>$dir/guest/artifacts/capsem-init; ninja -C $dir/loop initrd-$ARCH" \
		"cpio | gzip of the same files" "cd $dir/tree && find . | cpio -o -H newc --quiet | gzip -6 >$dir/initrd.gz"
}

bench_render() {
	compare "render_dockerfile" "$BIN/render_dockerfile -o $dir/Dockerfile build/$ARCH/rootfs.values.json templates/Dockerfile.rootfs.j2" \
		"python3-jinja2" "python3 -c 'import jinja2, json
env = jinja2.Environment(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
env.from_string(open(\"templates/Dockerfile.rootfs.j2\").read()).render(json.load(open(\"build/$ARCH/rootfs.values.json\")))'"
}

bench_initrd() {
	mkdir -p "$dir/files"
	(cd "$dir/files" && gzip -dc "$ASSETS/initrd.img" | cpio -id --quiet)
	compare "pack_initrd" "$BIN/pack_initrd -o $dir/initrd.img -s 0 build/$ARCH/initrd.tar build/$ARCH/initrd.list.json" \
		"cpio | gzip" "cd $dir/files && find . | cpio -o -H newc --quiet | gzip -6 >$dir/initrd.gz"
}

bench_sums() {
	compare "sum_blake3" "$BIN/sum_blake3 -o $dir/sum -n x $ASSETS/rootfs.squashfs" "b3sum" "b3sum $ASSETS/rootfs.squashfs"
}

bench_squashfs() {
	RUNS=1 compare "pack_squashfs" "$BIN/pack_squashfs -o $dir/out.squashfs -s 0 -c zstd -l 15 build/$ARCH/rootfs.tar" \
		"sqfstar" "rm -f $dir/peer.squashfs; sqfstar -quiet -no-progress -comp zstd -Xcompression-level 15 -b 128K $dir/peer.squashfs <build/$ARCH/rootfs.tar"
}

[ $# -gt 0 ] || set -- configure validate noop loop render initrd sums
for name; do
	"bench_$name"
done
