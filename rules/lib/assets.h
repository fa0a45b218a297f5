// SPDX-License-Identifier: Apache-2.0
// assets.h -- the files a guest boots from, as they lie in the assets folder. Layer: rules/lib.
//
//   ASSETS/x86_64/vmlinuz  initrd.img  rootfs.squashfs (or rootfs.erofs)
//   ASSETS/arm64/...
//
// Where no folder holds any, they may lie in ASSETS itself, as older tools left them; they then
// belong to the architecture "unknown".
#ifndef RULES_LIB_ASSETS_H
#define RULES_LIB_ASSETS_H

#include <sys/stat.h>

#include "gen/base/hash.h"
#include "gen/base/str.h"
#include "rules/lib/rule.h"

struct asset {
	const char *arch, *name; // "x86_64", "vmlinuz"
	const char *shown;       // relative to the folder: "x86_64/vmlinuz"
	const char *path;
	struct stat st; // when it was found
	char hash[HASH_HEX + 1];
};

struct assets {
	struct arena *arena;
	const char *dir;
	const char *root; // the root file system that counts, or NULL
	VEC(struct asset)
	list;      // by architecture in byte order, then kernel, initrd, root file system
	bool flat; // they lie in DIR itself
};

struct assets_places {
	const char *dir, *sums;
	const char *cache; // of sum_file, or NULL
	const char *root;
};

// Find and hash all assets below DIR. A hash is taken from the sum file SUMS/ARCH/NAME.b3 when that
// is not older than the asset and speaks of it, else worked out, or remembered in CACHE; SUMS may
// be NULL. Starts again when an asset was replaced meanwhile. Dies when one cannot be read or is no
// regular file. Of rootfs.squashfs and rootfs.erofs one counts: ROOT if it is there, else (or when
// ROOT is NULL) the latter.
void assets_find(struct assets *as, struct arena *a, const struct assets_places *places);

// Whether the asset at this path is still the file that was found.
bool asset_is_same(const struct asset *asset, const char *path);

// Append the sum file of them all: "HASH  ARCH/NAME" lines; a single newline when there are none.
void assets_print_sums(const struct assets *as, struct buf *out);

// Whether NAME is one that an asset may have.
bool asset_is_name(const char *name);

#endif
