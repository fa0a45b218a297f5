// SPDX-License-Identifier: Apache-2.0
// squash_folder.c -- the names in a folder of an image, for squash_read.h. Layer: rules/lib.
//
// A listing is made of runs: a header, then up to 256 names in ascending order whose inodes lie
// near each other. A large folder has an index besides, of some of its runs, by which Linux finds
// a name without reading all that comes before it.
#include <string.h>

#include "rules/lib/squash_read.h"

enum {
	RUN = 256,
	HEADER = sizeof(struct squashfs_dir_header),
	ENTRY = sizeof(struct squashfs_dir_entry),
	NO_ENTRIES = 3, // the size of an empty folder
};

struct run {
	sqfs_off_t offset; // in the listing
	sqfs_off_t block;  // of the image, where it begins
	const char *first;
};

struct listing {
	struct squash_reader *r;
	sqfs_dir dir;
	sqfs_dir_entry entry;
	char name[UINT16_MAX + 2]; // the longest an image can claim, and a NUL
	VEC(struct run) runs;
	struct squash_names *names;
};

// Whether the entry is one that Linux takes: it is followed by what the header says, and its name
// comes after the one before.
static bool
is_in_order(const struct listing *l, bool begins, sqfs_off_t offset)
{
	const struct squash_names *n = l->names;
	sqfs_off_t size = (begins ? HEADER : 0) + ENTRY + (sqfs_off_t)l->entry.name_size;

	return l->dir.header.count < RUN && l->dir.offset == offset + size &&
	       l->dir.offset <= l->dir.total && strlen(l->name) == l->entry.name_size &&
	       (n->list.n == 0 || strcmp(n->list.v[n->list.n - 1].name, l->name) < 0);
}

// Read one more. False at the end, or (then DAMAGED is set) where there is none to read.
static bool
next_name(struct listing *l, bool *damaged)
{
	struct run run = {l->dir.offset, l->dir.cur.block, NULL};
	bool begins = l->dir.header.count == 0;
	struct squash_name name;
	sqfs_err err;

	if (!sqfs_dir_next(&l->r->fs, &l->dir, &l->entry, &err)) {
		*damaged = err != SQFS_OK;
		return false;
	}
	name.name = arena_dup(l->r->arena, sqfs_dentry_name(&l->entry));
	name.inode = sqfs_dentry_inode(&l->entry);
	name.number = sqfs_dentry_inode_num(&l->entry);
	name.type = sqfs_dentry_type(&l->entry);
	*damaged = !is_in_order(l, begins, run.offset);
	VEC_ADD(l->r->arena, &l->names->list, name);
	run.first = name.name;
	if (begins)
		VEC_ADD(l->r->arena, &l->runs, run);
	return !*damaged;
}

// Whether the index entry at AT is of one of the runs from *I on, which is then the next.
static bool
is_run(struct listing *l, sqfs_md_cursor *at, size_t *i)
{
	unsigned char fixed[sizeof(struct squashfs_dir_index)];
	sqfs_off_t offset, block;
	size_t n;

	if (!squash_read_bytes(l->r, at, fixed, sizeof(fixed)))
		return false;
	offset = (sqfs_off_t)squash_number(fixed, 4);
	block = (sqfs_off_t)(l->r->fs.sb.directory_table_start + squash_number(fixed + 4, 4));
	n = squash_number(fixed + 8, 4) + 1;
	if (n >= sizeof(l->name) || !squash_read_bytes(l->r, at, l->name, n))
		return false;
	while (*i < l->runs.n && l->runs.v[*i].offset < offset)
		++*i;
	return *i < l->runs.n && l->runs.v[*i].offset == offset && l->runs.v[*i].block == block &&
	       strlen(l->runs.v[*i].first) == n && memcmp(l->runs.v[*i].first, l->name, n) == 0;
}

static bool
is_index_right(struct listing *l, const sqfs_inode *inode)
{
	sqfs_md_cursor at = inode->next;
	size_t run = 0;

	for (size_t i = 0; i < inode->xtra.dir.idx_count; i++, run++) {
		if (!is_run(l, &at, &run))
			return false;
	}
	return true;
}

bool
squash_read_folder(struct squash_reader *r, const sqfs_inode *inode, struct squash_names *names)
{
	struct listing l = {.r = r, .names = names};
	unsigned char byte;
	sqfs_inode copy = *inode; // the library would have it writable
	sqfs_md_cursor start;
	bool damaged = false;

	if (sqfs_dir_open(&r->fs, &copy, &l.dir, 0) != SQFS_OK)
		return false;
	start = l.dir.cur;
	if (l.dir.total && !squash_read_bytes(r, &start, &byte, 1))
		return false;
	sqfs_dentry_init(&l.entry, l.name);
	while (next_name(&l, &damaged))
		continue;
	return !damaged && l.dir.offset == l.dir.total &&
	       inode->xtra.dir.dir_size == l.dir.total + NO_ENTRIES && is_index_right(&l, inode);
}
