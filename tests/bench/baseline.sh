#!/bin/sh
# baseline.sh TREE [COMMANDS] -- the edit loop as a shell script, for the benchmark: unpack the initrd, copy what is
# ours over it, pack it again, sum the assets, write the manifest. COMMANDS, a script, compiles first.
set -eu
tree=$1 arch=$(uname -m | sed 's/aarch64/arm64/')
assets=$tree/build/assets/$arch work=$tree/build/baseline
cd "$tree"
[ $# -lt 2 ] || sh "$2"
rm -rf "$work" && mkdir -p "$work/root" "$work/out"
(cd "$work/root" && gzip -dc "$assets/initrd.img" | cpio -id --quiet)
cp guest/artifacts/capsem-init "$work/root/init"
cp guest/artifacts/capsem-doctor guest/artifacts/capsem-bench guest/artifacts/snapshots "$work/root/"
cp -R guest/artifacts/diagnostics guest/artifacts/capsem_bench "$work/root/"
for agent in "build/$arch/agents/"capsem-*; do
	install -m 555 "$agent" "$work/root/"
done
chmod 755 "$work/root/init"
(cd "$work/root" && find . | LC_ALL=C sort | cpio -o -H newc --quiet | gzip) >"$work/out/initrd.img"
(cd "$assets" && b3sum vmlinuz rootfs.squashfs && cd "$work/out" && b3sum initrd.img) >"$work/out/B3SUMS"
python3 - "$work/out/B3SUMS" "$assets" "$work/out" <<'EOF'
import datetime, json, os, sys
sums, assets, out = sys.argv[1:]
files = {}
for line in open(sums):
    digest, name = line.split()
    path = os.path.join(out if name == "initrd.img" else assets, name)
    files[name] = {"hash": digest, "size": os.path.getsize(path)}
    stem, dot, rest = name.partition(".")
    alias = os.path.join(out, "%s-%s%s%s" % (stem, digest[:16], dot, rest))
    if not os.path.exists(alias):
        os.link(path, alias)
manifest = {"format": 2, "date": datetime.date.today().isoformat(), "assets": files}
with open(os.path.join(out, "manifest.json"), "w") as f:
    json.dump(manifest, f, indent=2)
EOF
