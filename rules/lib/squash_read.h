// SPDX-License-Identifier: Apache-2.0
// squash_read.h -- a squashfs image being read back. Layer: rules/lib.
// Source: https://dr-emann.github.io/squashfs/ (the format); what Linux insists on: fs/squashfs.
//
// squashfuse reads it, which has neither code nor authors in common with libsquashfs, which wrote
// it. It takes whatever an image says for true, though: an index that leads out of a table, a place
// beyond the end of a block. So all of those are looked at here before squashfuse is given them;
// and so is what it passes over: whether the tables are whole and follow one another, the flags,
// the order of names, the index of a large folder, the count of holes.
#ifndef RULES_LIB_SQUASH_READ_H
#define RULES_LIB_SQUASH_READ_H

#include <squashfuse/squashfuse.h>

#include "rules/lib/squash.h"

// Bytes that are to be those of a file, from OFFSET in it.
struct squash_wanted {
	const struct tree_entry *entry;
	int64_t offset;
	uint64_t block;  // where the block that has them is in the image
	uint32_t header; // its size there, as the image says it; 0: nowhere, they are zeroes
	uint32_t at, n;  // in the block, when unpacked; how many
	bool shares;     // the block with other files
};

// All that is known of the image came out of its file.
struct squash_reader {
	struct arena *arena;
	const struct squash_style *style;
	sqfs fs;
	VEC(struct squash_wanted) wanted;
};

// A name in a folder.
struct squash_name {
	const char *name;
	sqfs_inode_id inode;
	uint32_t number;
	int type; // of the inode, 1 to 7
};

struct squash_names {
	VEC(struct squash_name) list;
};

// Open the image at PATH, which is to be of STYLE; what is found lives in A. NULL when it is whole
// as far as its tables go, else what is amiss; close it in both cases.
const char *squash_reader_open(struct squash_reader *r, struct arena *a, const char *path,
	const struct squash_style *style);
void squash_reader_close(struct squash_reader *r);

// A handle of squashfuse on the image that is open at FD, and its end. Its caches are for one
// thread.
sqfs_err squash_handle_open(sqfs *handle, int fd);
void squash_handle_close(sqfs *handle);

// The little-endian number of N bytes at P.
uint64_t squash_number(const unsigned char *p, size_t n);

// What squashfuse would read wherever it is told to. False when that is no place in the image's
// tables, or what is there cannot be read.
bool squash_read_inode(struct squash_reader *r, sqfs_inode_id id, sqfs_inode *inode);
bool squash_read_bytes(struct squash_reader *r, sqfs_md_cursor *at, void *to, size_t n);
bool squash_read_owner(struct squash_reader *r, uint16_t index, uint32_t *id);

// The names in the folder INODE. False when they cannot be read, or Linux would not find them all.
bool squash_read_folder(
	struct squash_reader *r, const sqfs_inode *inode, struct squash_names *names);

// Whether the attributes of INODE are those of E.
bool squash_same_xattrs(
	struct squash_reader *r, const struct tree_entry *e, const sqfs_inode *inode);

// Note that the bytes of the file ID, which is INODE, are to be those of E; it has their size.
// False when the image does not say where they are.
bool squash_read_later(
	struct squash_reader *r, const struct tree_entry *e, sqfs_inode_id id, sqfs_inode *inode);

// Read all that was noted, each block once, on as many threads as the style says. NULL, or what
// differs.
const char *squash_read_files(struct squash_reader *r);

#endif
