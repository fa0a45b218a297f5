// SPDX-License-Identifier: Apache-2.0
// squash_read.h -- a squashfs image being read back. Layer: rules/lib.
#ifndef RULES_LIB_SQUASH_READ_H
#define RULES_LIB_SQUASH_READ_H

#include <sqfs/compressor.h>
#include <sqfs/dir_reader.h>
#include <sqfs/id_table.h>
#include <sqfs/inode.h>
#include <sqfs/io.h>
#include <sqfs/super.h>
#include <sqfs/xattr_reader.h>

#include "rules/lib/squash.h"

// A file whose bytes are to be compared with the tree's.
struct squash_wanted {
	const struct tree_entry *entry;
	sqfs_inode_generic_t *inode;
	uint32_t fragment; // UINT32_MAX: none
	size_t block, nblocks;
};

// All that is known of the image came out of its file.
struct squash_reader {
	struct arena *arena;
	const char *path;
	sqfs_file_t *file;
	sqfs_super_t super;
	sqfs_compressor_t *unpacker;
	sqfs_id_table_t *ids;
	sqfs_dir_reader_t *folders;
	sqfs_xattr_reader_t *xattrs;
	VEC(struct squash_wanted) files;
};

// Open the image at PATH; what is found lives in A. NULL, or why it cannot be read; close it in
// both cases.
const char *squash_reader_open(struct squash_reader *r, struct arena *a, const char *path);
void squash_reader_close(struct squash_reader *r);

// Note that the bytes of INODE are to be those of E. It is copied.
void squash_read_later(
	struct squash_reader *r, const struct tree_entry *e, const sqfs_inode_generic_t *inode);

// Read all that was noted on THREADS threads. NULL, or what differs.
const char *squash_read_files(struct squash_reader *r, unsigned threads);

#endif
