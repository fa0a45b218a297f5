// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/squash_tables.h"

#include <sqfs/dir_writer.h>
#include <sqfs/error.h>
#include <sqfs/frag_table.h>
#include <sqfs/id_table.h>
#include <sqfs/meta_writer.h>
#include <sqfs/xattr_writer.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "rules/lib/squash_inode.h"

// What is known of each entry of the tree: names of one file have one node.
struct node {
	uint32_t number, parent; // of inodes, from 1
	uint64_t ref;            // where the inode is
	bool written;
	struct node *same; // the node of the first name
	size_t *children;  // entries of a folder, by name
	size_t nchildren, nfolders;
};

struct tables {
	const struct tree *tree;
	const struct squash_layout *layout;
	struct node *nodes;
	uint32_t ninodes, time;
	sqfs_meta_writer_t *inodes, *folders;
	sqfs_dir_writer_t *folder;
	sqfs_id_table_t *ids;
	sqfs_frag_table_t *fragments;
	sqfs_xattr_writer_t *xattrs;
};

// Whatever the library refuses has one reason a person can do something about.
static void
must(int err, const char *what)
{
	if (err == SQFS_ERROR_ALLOC)
		die("out of memory");
	if (err) {
		die("pack: the %s do not fit into a squashfs image (libsquashfs error %d)", what,
			err);
	}
}

static void *
have(void *object)
{
	if (!object)
		die("out of memory");
	return object;
}

static size_t
index_of(const struct tables *s, const struct tree_entry *e)
{
	return (size_t)(e - s->tree->list.v);
}

static int
by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

// Paths in byte order are not names in byte order: "a-b" stands before "a/c", but "a" before "a-b".
static void
sort_children(struct tables *s, struct node *n)
{
	struct tree_entry *list = s->tree->list.v;
	const char **names = calloc(n->nchildren + 1, sizeof(*names));

	have(names);
	for (size_t i = 0; i < n->nchildren; i++)
		names[i] = list[n->children[i]].path;
	qsort(names, n->nchildren, sizeof(*names), by_name);
	for (size_t i = 0; i < n->nchildren; i++)
		n->children[i] = index_of(s, tree_find(s->tree, names[i]));
	free(names);
}

static void
number_inodes(struct tables *s)
{
	for (size_t i = 0; i < s->tree->list.n; i++) {
		const struct tree_entry *e = &s->tree->list.v[i];
		struct node *n = &s->nodes[i];

		n->same = n;
		if (e->data && strcmp(e->data->first, e->path) != 0)
			n->same = &s->nodes[index_of(s, tree_find(s->tree, e->data->first))];
		if (n->same == n)
			n->number = ++s->ninodes;
	}
}

static void
link_folders(struct tables *s)
{
	const struct tree *t = s->tree;

	for (size_t i = 1; i < t->list.n; i++)
		s->nodes[index_of(s, tree_parent(t, &t->list.v[i]))].nchildren++;
	for (size_t i = 0; i < t->list.n; i++) {
		struct node *n = &s->nodes[i];

		n->children = arena_alloc(t->arena, (n->nchildren + 1) * sizeof(*n->children));
		n->nchildren = 0;
	}
	for (size_t i = 1; i < t->list.n; i++) {
		struct node *up = &s->nodes[index_of(s, tree_parent(t, &t->list.v[i]))];

		up->children[up->nchildren++] = i;
		up->nfolders += S_ISDIR(t->list.v[i].mode);
		s->nodes[i].parent = up->number;
	}
	s->nodes[0].parent = s->ninodes + 1;
	for (size_t i = 0; i < t->list.n; i++)
		sort_children(s, &s->nodes[i]);
}

static uint32_t
xattr_index(struct tables *s, const struct tree_entry *e)
{
	uint32_t index = SQUASH_NO_XATTRS;
	int err = 0;

	if (e->xattrs.n == 0)
		return index;
	must(sqfs_xattr_writer_begin(s->xattrs, 0), "attributes");
	for (size_t i = 0; i < e->xattrs.n && !err; i++) {
		const struct tree_xattr *x = &e->xattrs.v[i];

		err = sqfs_xattr_writer_add(s->xattrs, x->name, x->value, x->n);
	}
	must(err, "attributes");
	must(sqfs_xattr_writer_end(s->xattrs, &index), "attributes");
	return index;
}

// Give INODE what all kinds have, and write it.
static void
write_inode(
	struct tables *s, struct node *n, const struct tree_entry *e, sqfs_inode_generic_t *inode)
{
	sqfs_u64 block;
	sqfs_u32 offset;

	inode->base.mode = (sqfs_u16)e->mode;
	inode->base.mod_time = s->time;
	inode->base.inode_number = n->number;
	must(sqfs_id_table_id_to_index(s->ids, e->uid, &inode->base.uid_idx), "owners");
	must(sqfs_id_table_id_to_index(s->ids, e->gid, &inode->base.gid_idx), "owners");
	sqfs_meta_writer_get_position(s->inodes, &block, &offset);
	n->ref = block << 16 | offset;
	must(sqfs_meta_writer_write_inode(s->inodes, inode), "inodes");
	n->written = true;
	free(inode);
}

static void
write_other(struct tables *s, size_t i)
{
	struct node *n = s->nodes[i].same;
	const struct tree_entry *e = &s->tree->list.v[i];

	if (!n->written) {
		write_inode(
			s, n, e, squash_inode(e, s->layout, s->layout->of[i], xattr_index(s, e)));
	}
}

static void write_folder(struct tables *s, size_t i);

// The inodes of what a folder holds come before its own; those of its files lie together.
static void
write_children(struct tables *s, const struct node *n)
{
	for (size_t i = 0; i < n->nchildren; i++) {
		if (S_ISDIR(s->tree->list.v[n->children[i]].mode))
			write_folder(s, n->children[i]);
	}
	for (size_t i = 0; i < n->nchildren; i++) {
		if (!S_ISDIR(s->tree->list.v[n->children[i]].mode))
			write_other(s, n->children[i]);
	}
}

static void
write_folder(struct tables *s, size_t i)
{
	const struct tree_entry *e = &s->tree->list.v[i];
	struct node *n = &s->nodes[i];
	sqfs_inode_generic_t *inode;

	write_children(s, n);
	must(sqfs_dir_writer_begin(s->folder, 0), "folders");
	for (size_t k = 0; k < n->nchildren; k++) {
		const struct tree_entry *child = &s->tree->list.v[n->children[k]];
		const struct node *c = s->nodes[n->children[k]].same;

		must(sqfs_dir_writer_add_entry(s->folder, path_base(child->path), c->number, c->ref,
			     (sqfs_u16)child->mode),
			"folders");
	}
	must(sqfs_dir_writer_end(s->folder), "folders");
	inode = have(sqfs_dir_writer_create_inode(s->folder, 0, xattr_index(s, e), n->parent));
	squash_set_links(inode, (uint32_t)n->nfolders + 2);
	write_inode(s, n, e, inode);
}

static void
make_writers(struct tables *s, sqfs_file_t *file, sqfs_compressor_t *cmp)
{
	s->inodes = have(sqfs_meta_writer_create(file, cmp, 0));
	s->folders = have(sqfs_meta_writer_create(file, cmp, SQFS_META_WRITER_KEEP_IN_MEMORY));
	s->folder = have(sqfs_dir_writer_create(s->folders, 0));
	s->ids = have(sqfs_id_table_create(0));
	s->fragments = have(sqfs_frag_table_create(0));
	s->xattrs = have(sqfs_xattr_writer_create(0));
}

static void
drop_writers(struct tables *s)
{
	sqfs_destroy(s->folder);
	sqfs_destroy(s->inodes);
	sqfs_destroy(s->folders);
	sqfs_destroy(s->ids);
	sqfs_destroy(s->fragments);
	sqfs_destroy(s->xattrs);
}

static void
list_fragments(struct tables *s)
{
	for (size_t i = 0; i < s->layout->blocks.n; i++) {
		const struct squash_block *b = &s->layout->blocks.v[i];
		sqfs_u32 index;

		if (b->fragment) {
			must(sqfs_frag_table_append(s->fragments, b->at, b->stored, &index),
				"files");
		}
	}
}

void
squash_write_tables(const struct tree *t, const struct squash_layout *l, sqfs_file_t *file,
	sqfs_compressor_t *cmp, sqfs_super_t *super)
{
	struct tables s = {.tree = t, .layout = l, .time = super->modification_time};

	s.nodes = arena_alloc(t->arena, t->list.n * sizeof(*s.nodes));
	number_inodes(&s);
	link_folders(&s);
	make_writers(&s, file, cmp);
	list_fragments(&s);
	super->inode_table_start = file->get_size(file);
	write_folder(&s, 0);
	must(sqfs_meta_writer_flush(s.inodes), "inodes");
	must(sqfs_meta_writer_flush(s.folders), "folders");
	super->inode_count = s.ninodes;
	super->root_inode_ref = s.nodes[0].ref;
	super->directory_table_start = file->get_size(file);
	must(sqfs_meta_write_write_to_file(s.folders), "folders");
	must(sqfs_frag_table_write(s.fragments, file, super, cmp), "files");
	must(sqfs_id_table_write(s.ids, file, super, cmp), "owners");
	must(sqfs_xattr_writer_flush(s.xattrs, file, super, cmp), "attributes");
	drop_writers(&s);
}
