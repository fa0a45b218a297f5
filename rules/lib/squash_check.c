// SPDX-License-Identifier: Apache-2.0
// squash_check.c -- reads an image back, for squash.h: the tree of it. Layer: rules/lib.
#include <pthread.h>
#include <sqfs/dir_reader.h>
#include <sqfs/error.h>
#include <sqfs/id_table.h>
#include <sqfs/inode.h>
#include <sqfs/xattr.h>
#include <sqfs/xattr_reader.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "gen/base/die.h"
#include "rules/lib/squash_read.h"

struct checker {
	const struct tree *tree;
	struct squash_reader *reader;
	uint32_t time;
	size_t seen;       // entries found in the image
	uint32_t *numbers; // of the inode of each entry of the tree
};

static const char *differs(const struct checker *c, const struct tree_entry *e, const char *what)
	__attribute__((returns_nonnull));

static const char *
differs(const struct checker *c, const struct tree_entry *e, const char *what)
{
	return arena_printf(c->reader->arena, "'%s' in the image has another %s", e->path, what);
}

static uint32_t
device_of(const sqfs_inode_generic_t *inode)
{
	return inode->base.type == SQFS_INODE_EXT_BDEV || inode->base.type == SQFS_INODE_EXT_CDEV
		       ? inode->data.dev_ext.devno
		       : inode->data.dev.devno;
}

// As Linux writes one into 32 bits: see new_decode_dev of its include/linux/kdev_t.h.
static bool
is_device(uint32_t number, dev_t device)
{
	return (number & 0xfff00) >> 8 == major(device) &&
	       ((number & 0xff) | (number >> 12 & 0xfff00)) == minor(device);
}

static bool
is_target(const sqfs_inode_generic_t *inode, const char *target)
{
	size_t n = inode->base.type == SQFS_INODE_EXT_SLINK ? inode->data.slink_ext.target_size
							    : inode->data.slink.target_size;

	return n == strlen(target) && memcmp(inode->extra, target, n) == 0;
}

// What is amiss with the kind's own part, NULL when nothing is.
static const char *
compare_kind(const struct tree_entry *e, const sqfs_inode_generic_t *inode)
{
	sqfs_u64 size;

	if (S_ISLNK(e->mode) && !is_target(inode, e->target))
		return "target";
	if ((S_ISCHR(e->mode) || S_ISBLK(e->mode)) && !is_device(device_of(inode), e->rdev))
		return "device number";
	if (!S_ISREG(e->mode))
		return NULL;
	if (sqfs_inode_get_file_size(inode, &size) != 0 || size != (sqfs_u64)e->data->size)
		return "size";
	if ((inode->base.type == SQFS_INODE_EXT_FILE ? inode->data.file_ext.nlink : 1) !=
		e->data->names)
		return "number of links";
	return NULL;
}

static const struct tree_xattr *
find_xattr(const struct tree_entry *e, const char *name)
{
	for (size_t i = 0; i < e->xattrs.n; i++) {
		if (strcmp(e->xattrs.v[i].name, name) == 0)
			return &e->xattrs.v[i];
	}
	return NULL;
}

static bool
next_xattr_is_one_of(sqfs_xattr_reader_t *xr, const struct tree_entry *e)
{
	sqfs_xattr_entry_t *key = NULL;
	sqfs_xattr_value_t *value = NULL;
	const struct tree_xattr *want = NULL;
	bool same = false;

	if (sqfs_xattr_reader_read_key(xr, &key) == 0)
		want = find_xattr(e, (const char *)key->key);
	if (want && sqfs_xattr_reader_read_value(xr, key, &value) == 0)
		same = value->size == want->n && memcmp(value->value, want->value, want->n) == 0;
	sqfs_free(key);
	sqfs_free(value);
	return same;
}

static bool
same_xattrs(const struct checker *c, const struct tree_entry *e, const sqfs_inode_generic_t *inode)
{
	sqfs_xattr_reader_t *xr = c->reader->xattrs;
	sqfs_u32 index = UINT32_MAX;
	sqfs_xattr_id_t at;

	sqfs_inode_get_xattr_index(inode, &index);
	if (index == UINT32_MAX || e->xattrs.n == 0)
		return index == UINT32_MAX && e->xattrs.n == 0;
	if (sqfs_xattr_reader_get_desc(xr, index, &at) != 0 || at.count != e->xattrs.n ||
		sqfs_xattr_reader_seek_kv(xr, &at) != 0)
		return false;
	for (size_t i = 0; i < at.count; i++) {
		if (!next_xattr_is_one_of(xr, e))
			return false;
	}
	return true;
}

static const char *
compare_entry(struct checker *c, const struct tree_entry *e, const sqfs_tree_node_t *node)
{
	const sqfs_inode_generic_t *inode = node->inode;
	const char *what;

	c->numbers[e - c->tree->list.v] = inode->base.inode_number;
	if (inode->base.mode != (sqfs_u16)e->mode)
		return differs(c, e, "kind or mode");
	if (node->uid != e->uid || node->gid != e->gid)
		return differs(c, e, "owner");
	if (inode->base.mod_time != c->time)
		return differs(c, e, "time");
	what = compare_kind(e, inode);
	if (what)
		return differs(c, e, what);
	if (!same_xattrs(c, e, inode))
		return differs(c, e, "set of attributes");
	if (e->data && strcmp(e->data->first, e->path) == 0 && e->data->size)
		squash_read_later(c->reader, e, inode);
	return NULL;
}

static const char *
walk(struct checker *c, const sqfs_tree_node_t *node, const char *path)
{
	const struct tree_entry *e = tree_find(c->tree, path);
	const char *why;

	c->seen++;
	if (!e)
		return arena_printf(c->reader->arena, "the image has a '%s'", path);
	why = compare_entry(c, e, node);
	for (const sqfs_tree_node_t *n = node->children; n && !why; n = n->next) {
		const char *name = (const char *)n->name;

		why = walk(c, n,
			strcmp(path, ".") == 0
				? name
				: arena_printf(c->reader->arena, "%s/%s", path, name));
	}
	return why;
}

static int
by_number(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

// Names of one file are one inode, and others are not.
static const char *
compare_links(const struct checker *c)
{
	const struct tree *t = c->tree;
	size_t firsts = 0, distinct = 0;

	for (size_t i = 0; i < t->list.n; i++) {
		const struct tree_entry *e = &t->list.v[i];

		if (!e->data || strcmp(e->data->first, e->path) == 0) {
			firsts++;
		} else if (c->numbers[i] != c->numbers[tree_find(t, e->data->first) - t->list.v]) {
			return differs(c, e, "inode than the file it is a hard link to");
		}
	}
	qsort(c->numbers, t->list.n, sizeof(*c->numbers), by_number);
	for (size_t i = 0; i < t->list.n; i++)
		distinct += i == 0 || c->numbers[i] != c->numbers[i - 1];
	return firsts == distinct ? NULL : "different files in the image are hard links";
}

static const char *
compare_tree(struct checker *c)
{
	sqfs_tree_node_t *root = NULL;
	const char *why;

	if (sqfs_dir_reader_get_full_hierarchy(
		    c->reader->folders, c->reader->ids, NULL, 0, &root) != 0)
		return "the folders of the image cannot be read";
	why = walk(c, root, ".");
	sqfs_dir_tree_destroy(root);
	if (!why && c->seen != c->tree->list.n) {
		why = arena_printf(c->reader->arena, "the image has %zu names and not %zu", c->seen,
			c->tree->list.n);
	}
	return why ? why : compare_links(c);
}

const char *
squash_check(
	const struct tree *t, struct arena *a, const char *path, const struct squash_style *style)
{
	struct squash_reader reader;
	struct checker c = {.tree = t, .reader = &reader, .time = style->time};
	const char *why = squash_reader_open(&reader, a, path);

	c.numbers = arena_alloc(a, t->list.n * sizeof(*c.numbers));
	if (!why && (reader.super.block_size != style->block ||
			    reader.super.modification_time != style->time))
		why = "the image has another block size or time";
	if (!why)
		why = compare_tree(&c);
	if (!why)
		why = squash_read_files(&reader, style->threads);
	squash_reader_close(&reader);
	return why;
}
