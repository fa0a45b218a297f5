// SPDX-License-Identifier: Apache-2.0
// squash.h -- a tree as a squashfs image. Layer: rules/lib.
// Source: https://dr-emann.github.io/squashfs/ (the format), /usr/include/sqfs (libsquashfs),
// /usr/include/squashfuse.
//
// An image is a super block; the blocks of files, each file's in a row; fragment blocks, which hold
// several small files each; then tables: inodes, folders, fragments, owners, attributes. The blocks
// are laid out and compressed here, on all processors; libsquashfs writes the tables.
//
// The bytes depend on the tree and the style alone: not on the order of the tar, the number of
// threads, the time of day or what the cache holds.
#ifndef RULES_LIB_SQUASH_H
#define RULES_LIB_SQUASH_H

#include <stdint.h>

#include "gen/base/output.h"
#include "rules/lib/block_cache.h"
#include "rules/lib/progress.h"
#include "rules/lib/tree.h"

struct squash_style {
	const char *format;        // zstd, gzip, lzo or xz
	long level;                // 0: as the format has it by default
	uint32_t block;            // bytes in a block, a power of two
	uint32_t time;             // of every file, seconds since 1970
	unsigned threads;          // at least 1
	struct block_cache *cache; // where compressed blocks may be found; NULL for nowhere
	struct progress *progress; // counts the bytes of files
};

// One block of an image that was written, for the cache.
struct squash_made {
	unsigned char key[HASH_BYTES];
	uint64_t at;   // where in the image
	uint32_t n;    // bytes there; 0: it was stored as it is, since it cannot be compressed
	uint32_t size; // before compression
	bool reused;   // it came from the cache
	bool again;    // it has the bytes of an earlier one, and its key
};

struct squash_report {
	VEC(struct squash_made) blocks;
};

// Write T to OUT, which is empty. Files with the same bytes share them. Dies when OUT cannot be
// written, and when T has more of something than the format can hold. What became of each block is
// told in REPORT.
void squash_write(const struct tree *t, struct output *out, const struct squash_style *style,
	struct squash_report *report);

// Read the image at PATH and compare all of it with T: names, kinds, permission bits, owners,
// times, devices, targets, attributes, which names are one file, and every byte of every file.
// Knows nothing but the finished image, and has no code in common with squash_write: squashfuse
// reads it. NULL when they are the same, else what differs, in A.
const char *squash_check(
	const struct tree *t, struct arena *a, const char *path, const struct squash_style *style);

#endif
