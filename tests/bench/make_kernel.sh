#!/bin/sh
# make_kernel.sh TREE DEFCONFIG -- make, as templates/Dockerfile.kernel.j2 calls it, in a tree that it left.
set -eu
cd "$1"
case $(uname -m) in
	aarch64) arch=arm64 image=Image ;;
	*) arch=x86 image=bzImage ;;
esac
compiler=gcc
if command -v ccache >/dev/null; then # the objects know what they were compiled by
	compiler="ccache gcc"
fi
export CCACHE_DISABLE=1 KBUILD_BUILD_USER=capsem KBUILD_BUILD_HOST=capsem KBUILD_BUILD_VERSION=1
export KBUILD_BUILD_TIMESTAMP="Thu Jan 1 00:00:00 UTC 1970"
cp "$2" .config
make ARCH="$arch" CROSS_COMPILE= CC="$compiler" olddefconfig
make ARCH="$arch" CROSS_COMPILE= CC="$compiler" -j"$(nproc)" "$image"
