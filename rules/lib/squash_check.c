// SPDX-License-Identifier: Apache-2.0
// squash_check.c -- reads an image back, for squash.h: the tree of it. Layer: rules/lib.
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "rules/lib/squash_read.h"

// Types of inodes: those that have more to say are so many further on.
enum { EXTENDED = SQUASHFS_LDIR_TYPE - SQUASHFS_DIR_TYPE };

struct checker {
	const struct tree *tree;
	struct squash_reader *reader;
	size_t seen;         // entries found in the image
	uint32_t *numbers;   // of the inode of each entry of the tree
	sqfs_inode_id *refs; // where that inode is
};

static const char *differs(const struct checker *c, const struct tree_entry *e, const char *what)
	__attribute__((returns_nonnull));

static const char *
differs(const struct checker *c, const struct tree_entry *e, const char *what)
{
	return arena_printf(c->reader->arena, "'%s' in the image has another %s", e->path, what);
}

static size_t
index_of(const struct checker *c, const struct tree_entry *e)
{
	return (size_t)(e - c->tree->list.v);
}

static bool
is_target(struct squash_reader *r, sqfs_inode *inode, const char *target)
{
	size_t n = strlen(target), room = n + 1;
	char *found = arena_alloc(r->arena, room);

	return inode->xtra.symlink_size == n &&
	       sqfs_readlink(&r->fs, inode, found, &room) == SQFS_OK &&
	       memcmp(found, target, n) == 0;
}

static bool
is_device(const sqfs_inode *inode, dev_t device)
{
	return (unsigned)inode->xtra.dev.major == major(device) &&
	       (unsigned)inode->xtra.dev.minor == minor(device);
}

// What is amiss with the kind's own part, NULL when nothing is.
static const char *
compare_kind(struct squash_reader *r, const struct tree_entry *e, sqfs_inode *inode)
{
	unsigned links = S_ISREG(e->mode) ? e->data->names : 1;

	if (S_ISLNK(e->mode) && !is_target(r, inode, e->target))
		return "target";
	if ((S_ISCHR(e->mode) || S_ISBLK(e->mode)) && !is_device(inode, e->rdev))
		return "device number";
	if (S_ISREG(e->mode) && inode->xtra.reg.file_size != (uint64_t)e->data->size)
		return "size";
	return S_ISDIR(e->mode) || (unsigned)inode->nlink == links ? NULL : "number of links";
}

static const char *
compare_owner(struct squash_reader *r, const struct tree_entry *e, const sqfs_inode *inode)
{
	uint32_t uid, gid;

	return squash_read_owner(r, inode->base.uid, &uid) && uid == e->uid &&
			       squash_read_owner(r, inode->base.guid, &gid) && gid == e->gid
		       ? NULL
		       : "owner";
}

static const char *
compare_inode(struct checker *c, const struct tree_entry *e, sqfs_inode_id id, sqfs_inode *inode)
{
	struct squash_reader *r = c->reader;
	const char *what = NULL;

	if (inode->base.mode != (uint16_t)e->mode)
		return differs(c, e, "kind or mode");
	what = compare_owner(r, e, inode);
	if (!what && inode->base.mtime != r->style->time)
		what = "time";
	if (!what)
		what = compare_kind(r, e, inode);
	if (!what && !squash_same_xattrs(r, e, inode))
		what = "set of attributes";
	if (!what && e->data && strcmp(e->data->first, e->path) == 0 &&
		!squash_read_later(r, e, id, inode))
		what = "list of blocks";
	return what ? differs(c, e, what) : NULL;
}

static const char *walk(struct checker *c, const struct tree_entry *e, const sqfs_inode *inode);

// The entry E is NAME of a folder whose inode has the number PARENT.
static const char *
compare_entry(struct checker *c, const struct tree_entry *e, const struct squash_name *name,
	uint32_t parent)
{
	sqfs_inode inode;
	const char *why;

	c->seen++;
	if (!squash_read_inode(c->reader, name->inode, &inode))
		return arena_printf(c->reader->arena, "'%s' in the image cannot be read", e->path);
	c->refs[index_of(c, e)] = name->inode;
	c->numbers[index_of(c, e)] = inode.base.inode_number;
	if (inode.base.inode_number != name->number ||
		(inode.base.inode_type - 1) % EXTENDED + 1 != name->type)
		return differs(c, e, "inode than its folder says");
	why = compare_inode(c, e, name->inode, &inode);
	if (why || !S_ISDIR(e->mode))
		return why;
	return inode.xtra.dir.parent_inode == parent ? walk(c, e, &inode) : differs(c, e, "parent");
}

static const char *
walk_name(struct checker *c, const struct tree_entry *folder, const struct squash_name *name,
	uint32_t parent)
{
	const char *path = name->name;
	const struct tree_entry *e;

	if (strcmp(folder->path, ".") != 0)
		path = arena_printf(c->reader->arena, "%s/%s", folder->path, name->name);
	e = tree_find(c->tree, path);
	return e ? compare_entry(c, e, name, parent)
		 : arena_printf(c->reader->arena, "the image has a '%s'", path);
}

// E is a folder, whose INODE is what it should be.
static const char *
walk(struct checker *c, const struct tree_entry *e, const sqfs_inode *inode)
{
	struct squash_names names = {0};
	int folders = 0;
	const char *why = NULL;

	if (!squash_read_folder(c->reader, inode, &names))
		return arena_printf(c->reader->arena, "'%s' in the image cannot be read", e->path);
	for (size_t i = 0; i < names.list.n && !why; i++) {
		folders += names.list.v[i].type == SQUASHFS_DIR_TYPE;
		why = walk_name(c, e, &names.list.v[i], inode->base.inode_number);
	}
	if (!why && inode->nlink != folders + 2)
		why = differs(c, e, "number of links");
	return why;
}

static int
by_number(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;

	return (a > b) - (a < b);
}

// Names of one file are one inode, others are not, and there is nothing else.
static const char *
compare_links(const struct checker *c)
{
	const struct tree *t = c->tree;
	size_t firsts = 0, distinct = 0;

	for (size_t i = 0; i < t->list.n; i++) {
		const struct tree_entry *e = &t->list.v[i];

		if (!e->data || strcmp(e->data->first, e->path) == 0) {
			firsts++;
		} else if (c->refs[i] != c->refs[index_of(c, tree_find(t, e->data->first))]) {
			return differs(c, e, "inode than the file it is a hard link to");
		}
	}
	qsort(c->numbers, t->list.n, sizeof(*c->numbers), by_number);
	for (size_t i = 0; i < t->list.n; i++)
		distinct += i == 0 || c->numbers[i] != c->numbers[i - 1];
	if (firsts != distinct)
		return "different files in the image are hard links";
	return distinct == c->reader->fs.sb.inodes && c->numbers[0] == 1 &&
			       c->numbers[t->list.n - 1] == distinct
		       ? NULL
		       : "the image has another number of inodes";
}

// The top has no name, and a parent that is none.
static const char *
compare_tree(struct checker *c)
{
	const struct tree *t = c->tree;
	struct squash_name top = {".", sqfs_inode_root(&c->reader->fs), 0, SQUASHFS_DIR_TYPE};
	sqfs_inode inode;
	const char *why;

	if (squash_read_inode(c->reader, top.inode, &inode))
		top.number = inode.base.inode_number;
	why = compare_entry(c, &t->list.v[0], &top, c->reader->fs.sb.inodes + 1);
	if (!why && c->seen != t->list.n) {
		why = arena_printf(c->reader->arena, "the image has %zu names and not %zu", c->seen,
			t->list.n);
	}
	return why ? why : compare_links(c);
}

const char *
squash_check(
	const struct tree *t, struct arena *a, const char *path, const struct squash_style *style)
{
	struct squash_reader reader;
	struct checker c = {.tree = t, .reader = &reader};
	const char *why = squash_reader_open(&reader, a, path, style);

	c.numbers = arena_alloc(a, t->list.n * sizeof(*c.numbers));
	c.refs = arena_alloc(a, t->list.n * sizeof(*c.refs));
	if (!why)
		why = compare_tree(&c);
	if (!why)
		why = squash_read_files(&reader);
	squash_reader_close(&reader);
	return why;
}
