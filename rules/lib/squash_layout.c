// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/squash_layout.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/base/die.h"
#include "rules/lib/threads.h"

// A fragment block is ended at one in CUT_ONE_IN names, though not before it is 1/CUT_AFTER full.
// What other numbers do is in rules/README.md.
enum { CUT_ONE_IN = 8, CUT_AFTER = 4 };

// The bytes of PIECE: in the mapped tar where they lie there in one run, else put together in ROOM.
static const void *
piece_bytes(const struct squash_piece *piece, void *room)
{
	const struct tree_data *d = piece->data;
	int64_t from = piece->offset, end = from + piece->size;

	for (size_t i = 0; i < d->pieces.n; i++) {
		const struct tree_piece *p = &d->pieces.v[i];

		if (p->offset <= from && p->offset + (int64_t)p->n >= end)
			return p->bytes + (from - p->offset);
	}
	memset(room, 0, piece->size);
	for (size_t i = 0; i < d->pieces.n; i++) {
		const struct tree_piece *p = &d->pieces.v[i];
		int64_t a = p->offset > from ? p->offset : from;
		int64_t b = p->offset + (int64_t)p->n < end ? p->offset + (int64_t)p->n : end;

		if (a < b) {
			memcpy((char *)room + (a - from), p->bytes + (a - p->offset),
				(size_t)(b - a));
		}
	}
	return room;
}

const struct squash_piece *
squash_block_piece(const struct squash_layout *l, const struct squash_block *block, size_t i)
{
	return &l->pieces.v[block->fragment ? l->shared.v[block->piece + i] : block->piece];
}

const void *
squash_block_bytes(
	const struct squash_layout *l, const struct squash_block *block, unsigned char *room)
{
	unsigned char *to = room;

	if (!block->fragment)
		return piece_bytes(squash_block_piece(l, block, 0), room);
	for (size_t i = 0; i < block->npieces; i++) {
		const struct squash_piece *piece = squash_block_piece(l, block, i);
		const void *bytes = piece_bytes(piece, to);

		if (bytes != to)
			memcpy(to, bytes, piece->size);
		to += piece->size;
	}
	return room;
}

static void
add_pieces(struct squash_layout *l, struct squash_file *f)
{
	int64_t size = f->data->size;

	f->piece = l->pieces.n;
	f->small = size < l->block_size;
	for (int64_t at = 0; at < size; at += l->block_size) {
		int64_t rest = size - at;
		struct squash_piece piece = {.data = f->data, .offset = at};

		piece.size = (uint32_t)(rest < l->block_size ? rest : l->block_size);
		VEC_ADD(l->arena, &l->pieces, piece);
	}
	f->npieces = l->pieces.n - f->piece;
}

// One file for each tree_data that holds something.
static void
list_files(struct squash_layout *l, const struct tree *t)
{
	for (size_t i = 0; i < t->list.n; i++) {
		const struct tree_entry *e = &t->list.v[i];
		struct squash_file f = {.path = e->path, .data = e->data};

		if (!e->data || e->data->size == 0 || strcmp(e->data->first, e->path) != 0)
			continue;
		add_pieces(l, &f);
		VEC_ADD(l->arena, &l->files, f);
	}
}

// The files stay where they are from now on.
static void
index_files(struct squash_layout *l, const struct tree *t)
{
	size_t n = 0;

	l->of = arena_alloc(l->arena, (t->list.n + 1) * sizeof(*l->of));
	for (size_t i = 0; i < t->list.n; i++) {
		const struct tree_entry *e = &t->list.v[i];

		if (n < l->files.n && l->files.v[n].path == e->path)
			l->of[i] = &l->files.v[n++];
	}
	for (size_t i = 0; i < t->list.n; i++) {
		const struct tree_entry *e = &t->list.v[i];

		if (e->data && e->data->size > 0 && !l->of[i])
			l->of[i] = l->of[tree_find(t, e->data->first) - t->list.v];
	}
}

struct hashing {
	struct squash_layout *layout;
	unsigned char *rooms; // one block for each thread
};

static bool
all_zeroes(const unsigned char *p, size_t n)
{
	return p[0] == 0 && memcmp(p, p + 1, n - 1) == 0;
}

static void
hash_piece(void *arg, size_t i, unsigned thread)
{
	const struct hashing *h = arg;
	struct squash_piece *piece = &h->layout->pieces.v[i];
	size_t size = h->layout->block_size;
	const void *bytes = piece_bytes(piece, h->rooms + thread * size);
	struct str part = {bytes, piece->size};

	hash_parts(&part, 1, piece->hash);
	piece->zeroes = piece->data->size >= (int64_t)size && all_zeroes(bytes, piece->size);
}

static void
hash_pieces(struct squash_layout *l, unsigned threads)
{
	struct hashing h = {l, malloc(threads * (size_t)l->block_size)};

	if (!h.rooms)
		die("out of memory");
	threads_each(threads, l->pieces.n, hash_piece, &h);
	free(h.rooms);
}

// The hash of a file is that of its pieces' hashes.
static void
hash_files(struct squash_layout *l)
{
	struct str *parts = arena_alloc(l->arena, (l->pieces.n + 1) * sizeof(*parts));

	for (size_t i = 0; i < l->pieces.n; i++)
		parts[i] = (struct str){(const char *)l->pieces.v[i].hash, HASH_BYTES};
	for (size_t i = 0; i < l->files.n; i++) {
		struct squash_file *f = &l->files.v[i];

		hash_parts(parts + f->piece, f->npieces, f->hash);
	}
}

// By contents, then by place.
static int
by_hash(const void *x, const void *y)
{
	const struct squash_file *a = *(struct squash_file *const *)x;
	const struct squash_file *b = *(struct squash_file *const *)y;
	int c = memcmp(a->hash, b->hash, HASH_BYTES);

	if (c == 0 && a->data->size != b->data->size)
		c = a->data->size < b->data->size ? -1 : 1;
	return c ? c : (a > b) - (a < b);
}

static void
find_same(struct squash_layout *l)
{
	struct squash_file **sorted = arena_alloc(l->arena, (l->files.n + 1) * sizeof(*sorted));

	for (size_t i = 0; i < l->files.n; i++)
		sorted[i] = &l->files.v[i];
	qsort(sorted, l->files.n, sizeof(*sorted), by_hash);
	for (size_t i = 1; i < l->files.n; i++) {
		struct squash_file *a = sorted[i - 1], *b = sorted[i];

		if (a->data->size == b->data->size && memcmp(a->hash, b->hash, HASH_BYTES) == 0)
			b->same = a->same ? a->same : a;
	}
}

// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/
static bool
cuts(const char *path)
{
	uint32_t hash = 2166136261;

	for (; *path; path++)
		hash = (hash ^ (unsigned char)*path) * 16777619;
	return (hash >> 8) % CUT_ONE_IN == 0;
}

static void
end_fragment(struct squash_layout *l, struct squash_block *b)
{
	if (b->npieces == 0)
		return;
	b->index = l->nfragments++;
	VEC_ADD(l->arena, &l->blocks, *b);
	*b = (struct squash_block){.fragment = true, .piece = l->shared.n};
}

static void
add_small(struct squash_layout *l, struct squash_block *b, struct squash_file *f)
{
	uint32_t size = (uint32_t)f->data->size;

	if (b->size + size > l->block_size ||
		(b->size >= l->block_size / CUT_AFTER && cuts(f->path)))
		end_fragment(l, b);
	f->offset = b->size;
	f->block = l->nfragments; // its number, until all blocks are known
	VEC_ADD(l->arena, &l->shared, f->piece);
	b->size += size;
	b->npieces++;
}

static void
add_large(struct squash_layout *l, struct squash_file *f)
{
	f->block = l->blocks.n;
	for (size_t i = 0; i < f->npieces; i++) {
		struct squash_block b = {.piece = f->piece + i, .npieces = 1};

		b.size = l->pieces.v[b.piece].size;
		VEC_ADD(l->arena, &l->blocks, b);
	}
}

// A small file knows the number of its fragment block: give it the block.
static void
place_small(struct squash_layout *l)
{
	size_t *at = arena_alloc(l->arena, (l->nfragments + 1) * sizeof(*at));

	for (size_t i = 0; i < l->blocks.n; i++) {
		if (l->blocks.v[i].fragment)
			at[l->blocks.v[i].index] = i;
	}
	for (size_t i = 0; i < l->files.n; i++) {
		struct squash_file *f = &l->files.v[i];

		if (f->small && !f->same)
			f->block = at[f->block];
	}
}

struct block_contents {
	const unsigned char *hash;
	size_t block;
};

// Blocks with the same contents in their order.
static int
by_contents(const void *x, const void *y)
{
	const struct block_contents *a = x, *b = y;
	int c = memcmp(a->hash, b->hash, HASH_BYTES);

	return c ? c : (a->block > b->block) - (a->block < b->block);
}

static void
find_twins(struct squash_layout *l)
{
	struct block_contents *sorted = arena_alloc(l->arena, (l->blocks.n + 1) * sizeof(*sorted));
	size_t n = 0;

	for (size_t i = 0; i < l->blocks.n; i++) {
		struct squash_block *b = &l->blocks.v[i];

		b->twin = i;
		if (!b->fragment)
			sorted[n++] = (struct block_contents){squash_block_piece(l, b, 0)->hash, i};
	}
	qsort(sorted, n, sizeof(*sorted), by_contents);
	for (size_t i = 1; i < n; i++) {
		if (memcmp(sorted[i - 1].hash, sorted[i].hash, HASH_BYTES) == 0)
			l->blocks.v[sorted[i].block].twin = l->blocks.v[sorted[i - 1].block].twin;
	}
}

void
squash_lay_out(struct squash_layout *l, const struct tree *t, uint32_t block_size, unsigned threads)
{
	struct squash_block fragment = {.fragment = true};

	*l = (struct squash_layout){.arena = t->arena, .block_size = block_size};
	list_files(l, t);
	index_files(l, t);
	hash_pieces(l, threads);
	hash_files(l);
	find_same(l);
	for (size_t i = 0; i < l->files.n; i++) {
		struct squash_file *f = &l->files.v[i];

		if (f->same)
			continue;
		if (f->small) {
			add_small(l, &fragment, f);
		} else {
			add_large(l, f);
		}
	}
	end_fragment(l, &fragment);
	place_small(l);
	find_twins(l);
}
