// SPDX-License-Identifier: Apache-2.0
// squash_read.c -- the bytes of files in an image, for squash_read.h. Layer: rules/lib.
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "rules/lib/squash_read.h"
#include "rules/lib/threads.h"

// Where `sparse` is in the inode of a file that has holes.
enum { SPARSE_AT = 32, SPARSE_SIZE = 8 };

// Whether a block lies among those of files, and is not longer than Linux takes it.
static bool
is_block(const struct squash_reader *r, uint64_t at, uint32_t header)
{
	const struct squashfs_super_block *s = &r->fs.sb;
	uint32_t size;
	bool packed;

	sqfs_data_header(header, &packed, &size);
	return size <= s->block_size && at >= sizeof(*s) && at <= s->inode_table_start &&
	       size <= s->inode_table_start - at;
}

// What is left of a file after its blocks, and for most files all of it.
static bool
add_fragment(struct squash_reader *r, struct squash_wanted w, const sqfs_inode *inode)
{
	uint32_t index = inode->xtra.reg.frag_idx;
	struct squashfs_fragment_entry fragment;

	w.n = (uint32_t)(w.entry->data->size - w.offset);
	if (w.n == 0 && index == SQUASHFS_INVALID_FRAG)
		return true;
	if (index >= r->fs.sb.fragments || sqfs_frag_entry(&r->fs, &fragment, index) != SQFS_OK)
		return false;
	w.block = fragment.start_block;
	w.header = fragment.size;
	w.at = inode->xtra.reg.frag_off;
	w.shares = true;
	VEC_ADD(r->arena, &r->wanted, w);
	return is_block(r, w.block, w.header);
}

// A file of the short kind has no count of holes.
static bool
are_holes_counted(struct squash_reader *r, sqfs_inode_id id, const sqfs_inode *inode, uint64_t n)
{
	unsigned char sparse[SPARSE_SIZE];
	sqfs_md_cursor at;

	if (inode->base.inode_type == SQUASHFS_REG_TYPE)
		return n == 0;
	sqfs_md_cursor_inode(&at, id, (sqfs_off_t)r->fs.sb.inode_table_start);
	return squash_read_bytes(r, &at, NULL, SPARSE_AT) &&
	       squash_read_bytes(r, &at, sparse, sizeof(sparse)) &&
	       squash_number(sparse, sizeof(sparse)) == n;
}

bool
squash_read_later(
	struct squash_reader *r, const struct tree_entry *e, sqfs_inode_id id, sqfs_inode *inode)
{
	struct squash_wanted w = {.entry = e};
	sqfs_blocklist list;
	uint64_t holes = 0;

	sqfs_blocklist_init(&r->fs, inode, &list);
	for (; list.remain; w.offset += w.n) {
		int64_t rest = e->data->size - w.offset;

		if (sqfs_blocklist_next(&list) != SQFS_OK)
			return false;
		w.block = list.block;
		w.header = list.header;
		w.n = rest < r->fs.sb.block_size ? (uint32_t)rest : r->fs.sb.block_size;
		holes += w.header ? 0 : w.n;
		if (w.header && !is_block(r, w.block, w.header))
			return false;
		VEC_ADD(r->arena, &r->wanted, w);
	}
	return add_fragment(r, w, inode) && are_holes_counted(r, id, inode, holes);
}

static bool
all_zeroes(const unsigned char *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

// Whether N bytes at OFFSET of file D are those at P, or zeroes where P is NULL; what no piece of
// the file covers is zeroes.
static bool
same_bytes(const struct tree_data *d, int64_t offset, const unsigned char *p, size_t n)
{
	int64_t at = offset, end = offset + (int64_t)n;

	for (size_t i = 0; i < d->pieces.n && at < end; i++) {
		const struct tree_piece *piece = &d->pieces.v[i];
		int64_t from = piece->offset > at ? piece->offset : at;
		int64_t to = piece->offset + (int64_t)piece->n;
		const unsigned char *want = (const unsigned char *)piece->bytes;

		from = from < end ? from : end;
		to = to < end ? to : end;
		if (p && !all_zeroes(p + (at - offset), (size_t)(from - at)))
			return false;
		at = from;
		if (at >= to)
			continue;
		want += at - piece->offset;
		if (p ? memcmp(want, p + (at - offset), (size_t)(to - at)) != 0
		      : !all_zeroes(want, (size_t)(to - at)))
			return false;
		at = to;
	}
	return !p || all_zeroes(p + (at - offset), (size_t)(end - at));
}

struct reading {
	struct squash_reader *r;
	size_t *starts; // where a job begins among what is wanted, and their end
	sqfs handles[THREADS_MAX];
	_Atomic(const struct tree_entry *) bad;
};

// A block of one file has its bytes and no more.
static bool
is_in(const struct squash_wanted *w, const sqfs_block *block)
{
	return w->shares ? w->at <= block->size && w->n <= block->size - w->at
			 : w->n == block->size;
}

// Of several that differ the first is told, whichever thread finds it.
static void
note_bad(struct reading *g, const struct tree_entry *e)
{
	const struct tree_entry *was = atomic_load(&g->bad);

	while ((!was || e < was) && !atomic_compare_exchange_weak(&g->bad, &was, e))
		continue;
}

// A job is all that is wanted of one block.
static void
read_job(void *arg, size_t job, unsigned thread)
{
	struct reading *g = arg;
	const struct squash_wanted *w = g->r->wanted.v + g->starts[job];
	const struct squash_wanted *end = g->r->wanted.v + g->starts[job + 1];
	sqfs_block *block = NULL;
	bool there = !w->header || sqfs_data_block_read(&g->handles[thread], (sqfs_off_t)w->block,
					   w->header, &block) == SQFS_OK;

	for (; w < end; w++) {
		const unsigned char *bytes = block ? (unsigned char *)block->data + w->at : NULL;

		if (!there || (block && !is_in(w, block)) ||
			!same_bytes(w->entry->data, w->offset, bytes, w->n))
			note_bad(g, w->entry);
	}
	if (block)
		sqfs_block_dispose(block);
}

// Those that share a block stand together, so that it is unpacked once; in the order of the file.
static int
by_block(const void *x, const void *y)
{
	const struct squash_wanted *a = x, *b = y;

	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	if (a->header != b->header)
		return a->header < b->header ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

static size_t
find_jobs(struct reading *g)
{
	const struct squash_reader *r = g->r;
	size_t n = 0;

	g->starts = arena_alloc(r->arena, (r->wanted.n + 1) * sizeof(*g->starts));
	for (size_t i = 0; i < r->wanted.n; i++) {
		const struct squash_wanted *w = &r->wanted.v[i];

		if (i == 0 || w->block != w[-1].block || w->header != w[-1].header)
			g->starts[n++] = i;
	}
	g->starts[n] = r->wanted.n;
	return n;
}

const char *
squash_read_files(struct squash_reader *r)
{
	struct reading g = {.r = r};
	unsigned threads = r->style->threads, opened = 0;
	const struct tree_entry *bad;

	if (r->wanted.n == 0)
		return NULL;
	qsort(r->wanted.v, r->wanted.n, sizeof(*r->wanted.v), by_block);
	while (opened < threads && squash_handle_open(&g.handles[opened], r->fs.fd) == SQFS_OK)
		opened++;
	if (opened == threads)
		threads_each(threads, find_jobs(&g), read_job, &g);
	for (unsigned i = 0; i < opened; i++)
		squash_handle_close(&g.handles[i]);
	bad = atomic_load(&g.bad);
	if (opened < threads)
		return "its tables cannot be read twice";
	return bad ? arena_printf(r->arena, "'%s' in the image has other bytes", bad->path) : NULL;
}
