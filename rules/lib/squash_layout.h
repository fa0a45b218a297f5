// SPDX-License-Identifier: Apache-2.0
// squash_layout.h -- which bytes of a tree make which block of a squashfs image. Layer: rules/lib.
//
// A file of a block or more has blocks of its own, the last one shorter; smaller ones share
// fragment blocks with their neighbours in the order of paths. A new fragment block begins where
// the next file does not fit, and at names picked by their hash: so an edit that shifts what
// follows it is forgotten at the next such name, and the fragment blocks after it are what they
// were.
#ifndef RULES_LIB_SQUASH_LAYOUT_H
#define RULES_LIB_SQUASH_LAYOUT_H

#include "gen/base/hash.h"
#include "rules/lib/tree.h"

// A run of bytes of a file, at most a block.
struct squash_piece {
	const struct tree_data *data;
	int64_t offset;
	uint32_t size;
	bool zeroes; // not stored at all
	unsigned char hash[HASH_BYTES];
};

// What a file holds.
struct squash_file {
	const char *path; // the first that has it
	const struct tree_data *data;
	size_t piece, npieces;    // its pieces: blocks, or the one that goes into a fragment block
	bool small;               // the latter
	struct squash_file *same; // an earlier file with the same bytes, whose place it shares
	size_t block;             // of the image: its first, or the fragment block it is in
	uint32_t offset;          // in the fragment block
	unsigned char hash[HASH_BYTES];
};

// A block of an image, in the order in which they are written. When laid out it says what goes into
// it, when written where that is.
struct squash_block {
	size_t piece, npieces; // one, or the files of a fragment block
	uint32_t size;         // bytes before compression
	size_t twin; // an earlier block of a file with the same bytes, else its own number
	bool fragment;
	uint32_t index;  // of a fragment block: its number among them
	uint64_t at;     // in the image
	uint32_t stored; // bytes there, SQUASH_RAW when not compressed; 0: zeroes, and nowhere
};

enum { SQUASH_RAW = 1 << 24 };

struct squash_layout {
	struct arena *arena;
	uint32_t block_size;
	VEC(struct squash_piece) pieces;
	VEC(struct squash_file) files;
	VEC(struct squash_block) blocks;
	VEC(size_t) shared; // pieces of small files, those of a fragment block in a row
	uint32_t nfragments;
	struct squash_file **of; // for each entry of the tree, NULL where it has no bytes
};

// Lay out the files of T, which is read and hashed by THREADS threads. Lives in the arena of T.
void squash_lay_out(
	struct squash_layout *l, const struct tree *t, uint32_t block_size, unsigned threads);

// The bytes of BLOCK, put together in ROOM if need be.
const void *squash_block_bytes(
	const struct squash_layout *l, const struct squash_block *block, unsigned char *room);

// Where the piece is that block BLOCK holds as its Ith.
const struct squash_piece *squash_block_piece(
	const struct squash_layout *l, const struct squash_block *block, size_t i);

#endif
