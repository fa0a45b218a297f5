// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/squash_read.h"

#include <sqfs/data_reader.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "rules/lib/squash_format.h"
#include "rules/lib/threads.h"

// Blocks of one file that a thread reads in a row.
enum { RUN = 64 };

static const char *
open_tables(struct squash_reader *r)
{
	const sqfs_super_t *s = &r->super;

	r->unpacker = squash_compressor(s->compression_id, 0, s->block_size, true);
	r->ids = sqfs_id_table_create(0);
	r->folders = sqfs_dir_reader_create(s, r->unpacker, r->file, 0);
	r->xattrs = sqfs_xattr_reader_create(0);
	if (!r->ids || !r->folders || !r->xattrs)
		die("out of memory");
	if (sqfs_id_table_read(r->ids, r->file, s, r->unpacker) != 0)
		return "its owners cannot be read";
	if (sqfs_xattr_reader_load(r->xattrs, s, r->file, r->unpacker) != 0)
		return "its attributes cannot be read";
	return NULL;
}

const char *
squash_reader_open(struct squash_reader *r, struct arena *a, const char *path)
{
	*r = (struct squash_reader){.arena = a, .path = path};
	r->file = sqfs_open_file(path, SQFS_FILE_OPEN_READ_ONLY);
	if (!r->file)
		return "the image cannot be opened";
	if (sqfs_super_read(&r->super, r->file) != 0)
		return "its super block is none";
	return open_tables(r);
}

void
squash_reader_close(struct squash_reader *r)
{
	sqfs_destroy(r->xattrs);
	sqfs_destroy(r->folders);
	sqfs_destroy(r->ids);
	sqfs_destroy(r->unpacker);
	sqfs_destroy(r->file);
}

void
squash_read_later(
	struct squash_reader *r, const struct tree_entry *e, const sqfs_inode_generic_t *inode)
{
	size_t n = sizeof(*inode) + inode->payload_bytes_used, nblocks;
	struct squash_wanted w = {.entry = e, .inode = arena_alloc(r->arena, n)};
	sqfs_u32 offset;

	memcpy(w.inode, inode, n);
	sqfs_inode_get_frag_location(inode, &w.fragment, &offset);
	nblocks = sqfs_inode_get_file_block_count(inode);
	for (; w.block + RUN < nblocks; w.block += RUN) {
		w.nblocks = RUN;
		VEC_ADD(r->arena, &r->files, w);
	}
	w.nblocks = nblocks - w.block;
	VEC_ADD(r->arena, &r->files, w);
}

// Those that share a fragment block stand together, so that it is unpacked once.
static int
by_fragment(const void *x, const void *y)
{
	const struct squash_wanted *a = x, *b = y;

	if (a->fragment != b->fragment)
		return a->fragment < b->fragment ? -1 : 1;
	if (a->inode->base.inode_number != b->inode->base.inode_number)
		return a->inode->base.inode_number < b->inode->base.inode_number ? -1 : 1;
	return (a->block > b->block) - (a->block < b->block);
}

struct reading {
	struct squash_reader *r;
	size_t *starts; // where a job begins among the files, and their end
	sqfs_data_reader_t *readers[THREADS_MAX];
	_Atomic(const struct tree_entry *) bad;
};

// Whether N bytes at OFFSET of file D are those at P; what no piece covers is zeroes.
static bool
same_bytes(const struct tree_data *d, int64_t offset, const unsigned char *p, size_t n)
{
	int64_t at = offset, end = offset + (int64_t)n;

	for (size_t i = 0; i < d->pieces.n && at < end; i++) {
		const struct tree_piece *piece = &d->pieces.v[i];
		int64_t from = piece->offset, to = from + (int64_t)piece->n;

		for (; at < end && at < from; at++) {
			if (p[at - offset])
				return false;
		}
		to = to < end ? to : end;
		if (at < to && memcmp(piece->bytes + (at - from), p + (at - offset),
				       (size_t)(to - at)) != 0)
			return false;
		at = at < to ? to : at;
	}
	for (; at < end; at++) {
		if (p[at - offset])
			return false;
	}
	return true;
}

static bool
same_fragment(sqfs_data_reader_t *reader, const struct squash_wanted *w, int64_t offset)
{
	sqfs_u8 *bytes = NULL;
	bool same;
	size_t n;

	if (sqfs_data_reader_get_fragment(reader, w->inode, &n, &bytes) != 0)
		return false;
	same = offset + (int64_t)n == w->entry->data->size &&
	       same_bytes(w->entry->data, offset, bytes, n);
	sqfs_free(bytes);
	return same;
}

static bool
same_file(sqfs_data_reader_t *reader, const struct squash_wanted *w, int64_t block_size)
{
	int64_t offset = (int64_t)w->block * block_size, size = w->entry->data->size;
	size_t all = sqfs_inode_get_file_block_count(w->inode);
	bool same = true;

	for (size_t i = w->block; i < w->block + w->nblocks && same; i++) {
		int64_t rest = size - offset;
		sqfs_u8 *bytes = NULL;
		size_t n;

		if (sqfs_data_reader_get_block(reader, w->inode, i, &n, &bytes) != 0)
			return false;
		same = (int64_t)n == (rest < block_size ? rest : block_size) &&
		       same_bytes(w->entry->data, offset, bytes, n);
		offset += (int64_t)n;
		sqfs_free(bytes);
	}
	if (!same || w->block + w->nblocks < all)
		return same;
	return w->fragment == UINT32_MAX ? offset == size : same_fragment(reader, w, offset);
}

static void
read_job(void *arg, size_t i, unsigned thread)
{
	struct reading *g = arg;

	for (size_t k = g->starts[i]; k < g->starts[i + 1] && !atomic_load(&g->bad); k++) {
		const struct squash_wanted *w = &g->r->files.v[k];

		if (!same_file(g->readers[thread], w, g->r->super.block_size))
			atomic_store(&g->bad, w->entry);
	}
}

static size_t
find_jobs(struct reading *g)
{
	const struct squash_reader *r = g->r;
	size_t n = 0;

	g->starts = arena_alloc(r->arena, (r->files.n + 1) * sizeof(*g->starts));
	for (size_t i = 0; i < r->files.n; i++) {
		const struct squash_wanted *w = &r->files.v[i];

		if (i == 0 || w->fragment == UINT32_MAX || w->fragment != w[-1].fragment)
			g->starts[n++] = i;
	}
	g->starts[n] = r->files.n;
	return n;
}

// A reader for each thread; none of the library's objects may be used by two.
static bool
open_readers(struct reading *g, sqfs_file_t **files, sqfs_compressor_t **unpackers, unsigned n)
{
	const sqfs_super_t *s = &g->r->super;

	for (unsigned i = 0; i < n; i++) {
		files[i] = sqfs_open_file(g->r->path, SQFS_FILE_OPEN_READ_ONLY);
		unpackers[i] = squash_compressor(s->compression_id, 0, s->block_size, true);
		if (!files[i])
			return false;
		g->readers[i] = sqfs_data_reader_create(files[i], s->block_size, unpackers[i], 0);
		if (!g->readers[i] || sqfs_data_reader_load_fragment_table(g->readers[i], s) != 0)
			return false;
	}
	return true;
}

const char *
squash_read_files(struct squash_reader *r, unsigned threads)
{
	struct reading g = {.r = r};
	sqfs_file_t *files[THREADS_MAX] = {NULL};
	sqfs_compressor_t *unpackers[THREADS_MAX] = {NULL};
	const struct tree_entry *bad;
	bool opened = open_readers(&g, files, unpackers, threads);

	if (opened && r->files.n) {
		qsort(r->files.v, r->files.n, sizeof(*r->files.v), by_fragment);
		threads_each(threads, find_jobs(&g), read_job, &g);
	}
	for (unsigned i = 0; i < threads; i++) {
		sqfs_destroy(g.readers[i]);
		sqfs_destroy(unpackers[i]);
		sqfs_destroy(files[i]);
	}
	bad = atomic_load(&g.bad);
	if (!opened)
		return "its fragment table cannot be read";
	return bad ? arena_printf(r->arena, "'%s' in the image has other bytes", bad->path) : NULL;
}
