// SPDX-License-Identifier: Apache-2.0
// squash_xattrs.c -- the attributes of a file in an image, for squash_read.h. Layer: rules/lib.
//
// An inode has the number of a set, the table says where a set is and how many are in it. Each is
// a kind, the rest of the name, and a value, or where else the value is.
#include <string.h>

#include "rules/lib/squash_read.h"

enum {
	HEADER = sizeof(struct squashfs_xattr_entry),
	COUNT = sizeof(struct squashfs_xattr_val),
	REFERENCE = sizeof(uint64_t),
};

static const char *const prefixes[] = {[SQUASHFS_XATTR_USER] = "user.",
	[SQUASHFS_XATTR_TRUSTED] = "trusted.",
	[SQUASHFS_XATTR_SECURITY] = "security."};

enum { PREFIXES = sizeof(prefixes) / sizeof(*prefixes) };

static sqfs_md_cursor
place_of(const struct squash_reader *r, uint64_t reference)
{
	sqfs_md_cursor at;

	sqfs_md_cursor_inode(&at, reference, (sqfs_off_t)r->fs.xattr_info.xattr_table_start);
	return at;
}

// Whether N bytes at AT are those at BYTES.
static bool
is_next(struct squash_reader *r, sqfs_md_cursor *at, const void *bytes, size_t n)
{
	void *room = arena_alloc(r->arena, n + 1);

	return n == 0 || (squash_read_bytes(r, at, room, n) && memcmp(room, bytes, n) == 0);
}

static bool
next_number(struct squash_reader *r, sqfs_md_cursor *at, size_t *n)
{
	unsigned char bytes[COUNT];

	if (!squash_read_bytes(r, at, bytes, sizeof(bytes)))
		return false;
	*n = squash_number(bytes, sizeof(bytes));
	return true;
}

// The attribute of E whose name is next at AT, after its header.
static const struct tree_xattr *
next_name(struct squash_reader *r, sqfs_md_cursor *at, const struct tree_entry *e, unsigned kind,
	size_t n)
{
	size_t skip = kind < PREFIXES ? strlen(prefixes[kind]) : 0;

	for (size_t i = 0; i < e->xattrs.n && skip; i++) {
		const struct tree_xattr *x = &e->xattrs.v[i];
		sqfs_md_cursor here = *at;

		if (strlen(x->name) != skip + n || strncmp(x->name, prefixes[kind], skip) != 0 ||
			!is_next(r, &here, x->name + skip, n))
			continue;
		*at = here;
		return x;
	}
	return NULL;
}

// A value that several files have is there once; where it is stands in its place.
static bool
is_value_elsewhere(struct squash_reader *r, sqfs_md_cursor *at, const struct tree_xattr *want)
{
	unsigned char reference[REFERENCE];
	sqfs_md_cursor there;
	size_t n;

	if (!next_number(r, at, &n) || n != sizeof(reference) ||
		!squash_read_bytes(r, at, reference, sizeof(reference)))
		return false;
	there = place_of(r, squash_number(reference, sizeof(reference)));
	return next_number(r, &there, &n) && n == want->n && is_next(r, &there, want->value, n);
}

// The attribute of E that is next at AT; the bytes it takes there are added to TAKEN.
static const struct tree_xattr *
next_xattr(struct squash_reader *r, sqfs_md_cursor *at, const struct tree_entry *e, size_t *taken)
{
	unsigned char header[HEADER];
	const struct tree_xattr *x;
	unsigned kind;
	bool elsewhere;
	size_t n;

	if (!squash_read_bytes(r, at, header, sizeof(header)))
		return NULL;
	kind = (unsigned)squash_number(header, 2);
	elsewhere = kind & SQUASHFS_XATTR_VALUE_OOL;
	n = squash_number(header + 2, 2);
	x = next_name(r, at, e, kind & ~(unsigned)SQUASHFS_XATTR_VALUE_OOL, n);
	if (!x)
		return NULL;
	*taken += HEADER + n + COUNT + (elsewhere ? REFERENCE : x->n);
	if (elsewhere)
		return is_value_elsewhere(r, at, x) ? x : NULL;
	return next_number(r, at, &n) && n == x->n && is_next(r, at, x->value, n) ? x : NULL;
}

// Whether the set that is said to be of SIZE is that of E: the bytes it takes, as libsquashfs has
// it, or those of names and values, as mksquashfs does. To Linux it is what the file takes on disk.
static bool
is_set(struct squash_reader *r, sqfs_md_cursor at, const struct tree_entry *e, size_t size)
{
	bool *found = arena_alloc(r->arena, e->xattrs.n);
	size_t taken = 0, plain = 0;

	for (size_t i = 0; i < e->xattrs.n; i++) {
		const struct tree_xattr *x = next_xattr(r, &at, e, &taken);

		if (!x || found[x - e->xattrs.v])
			return false;
		found[x - e->xattrs.v] = true;
		plain += strlen(x->name) + 1 + x->n;
	}
	return size == taken || size == plain;
}

bool
squash_same_xattrs(struct squash_reader *r, const struct tree_entry *e, const sqfs_inode *inode)
{
	unsigned char set[sizeof(struct squashfs_xattr_id)];

	if (e->xattrs.n == 0 || inode->xattr == SQUASHFS_INVALID_XATTR)
		return e->xattrs.n == 0 && inode->xattr == SQUASHFS_INVALID_XATTR;
	if (inode->xattr >= r->fs.xattr_info.xattr_ids ||
		sqfs_table_get(&r->fs.xattr_table, &r->fs, inode->xattr, set) != SQFS_OK)
		return false;
	return squash_number(set + 8, 4) == e->xattrs.n &&
	       is_set(r, place_of(r, squash_number(set, 8)), e, squash_number(set + 12, 4));
}
