// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/squash_blocks.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "rules/lib/squash_format.h"
#include "rules/lib/threads.h"

// Blocks in work at a time, for each thread.
enum { AHEAD = 8 };

// A finished block on its way to the file.
struct slot {
	unsigned char *bytes;
	bool ready;
};

struct packing {
	struct squash_layout *layout;
	const struct squash_style *style;
	SQFS_COMPRESSOR id;
	struct str maker;         // part of every key
	size_t room;              // for the bytes of a block, in or out
	struct squash_made *made; // of each block
	struct slot *slots;
	size_t nslots;
	pthread_mutex_t lock; // over what follows, and each slot's READY
	pthread_cond_t changed;
	size_t taken, written; // blocks that a thread has begun; that are in the file
	const char *failed;
};

// The number of the next block to do, once there is a slot for it. The count of all at the end.
static size_t
take(struct packing *p)
{
	size_t i;

	pthread_mutex_lock(&p->lock);
	i = p->taken < p->layout->blocks.n ? p->taken++ : p->layout->blocks.n;
	while (i < p->layout->blocks.n && i >= p->written + p->nslots)
		pthread_cond_wait(&p->changed, &p->lock);
	pthread_mutex_unlock(&p->lock);
	return i;
}

static void
hand_over(struct packing *p, struct slot *slot, const char *failed)
{
	pthread_mutex_lock(&p->lock);
	slot->ready = true;
	if (failed)
		p->failed = failed;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

static void
key_of(const struct packing *p, const struct squash_block *b, const void *bytes,
	unsigned char key[HASH_BYTES])
{
	unsigned char hash[HASH_BYTES];
	struct str parts[] = {{bytes, b->size}, p->maker};

	if (b->fragment) {
		hash_parts(parts, 1, hash);
	} else {
		memcpy(hash, squash_block_piece(p->layout, b, 0)->hash, HASH_BYTES);
	}
	parts[0] = (struct str){(const char *)hash, HASH_BYTES};
	hash_parts(parts, 2, key);
}

// Compress block I to TO, unless it is in the cache. NULL, or what went wrong.
static const char *
pack_block(struct packing *p, size_t i, unsigned char *to, unsigned thread, sqfs_compressor_t *cmp,
	unsigned char *room)
{
	const struct squash_block *b = &p->layout->blocks.v[i];
	const void *bytes = squash_block_bytes(p->layout, b, room);
	struct block_cache *cache = p->style->cache;
	struct squash_made *m = &p->made[i];
	long n = -1;

	m->size = b->size;
	if (cache) {
		key_of(p, b, bytes, m->key);
		n = block_cache_get(cache, thread, m->key, to, p->room);
	}
	m->reused = n >= 0 && n < (long)b->size;
	if (!m->reused)
		n = cmp->do_block(cmp, bytes, b->size, to, (sqfs_u32)p->room);
	if (n < 0)
		return "the compressor failed";
	m->n = n < (long)b->size ? (uint32_t)n : 0;
	if (m->n == 0)
		memcpy(to, bytes, b->size);
	return NULL;
}

static bool
is_zeroes(const struct packing *p, const struct squash_block *b)
{
	return !b->fragment && squash_block_piece(p->layout, b, 0)->zeroes;
}

static void
run(void *arg, unsigned thread)
{
	struct packing *p = arg;
	const struct squash_style *style = p->style;
	sqfs_compressor_t *cmp = squash_compressor(p->id, style->level, style->block);
	unsigned char *room = malloc(p->room);
	size_t i, n = p->layout->blocks.n;

	while ((i = take(p)) < n) {
		struct squash_block *b = &p->layout->blocks.v[i];
		struct slot *slot = &p->slots[i % p->nslots];
		const char *failed = room ? NULL : "out of memory";

		if (room && !is_zeroes(p, b) && b->twin == i)
			failed = pack_block(p, i, slot->bytes, thread, cmp, room);
		hand_over(p, slot, failed);
	}
	free(room);
	sqfs_destroy(cmp);
}

static void
wait_for(struct packing *p, struct slot *slot)
{
	pthread_mutex_lock(&p->lock);
	while (!slot->ready)
		pthread_cond_wait(&p->changed, &p->lock);
	slot->ready = false;
	if (p->failed)
		die("pack: %s", p->failed);
	pthread_mutex_unlock(&p->lock);
}

static void
write_block(struct packing *p, size_t i, unsigned char *bytes, sqfs_file_t *file,
	struct squash_report *report)
{
	struct squash_block *b = &p->layout->blocks.v[i];
	const struct squash_made *m = &p->made[b->twin];
	size_t n = m->n ? m->n : m->size;

	if (b->twin != i)
		file->read_at(file, m->at, bytes, n);
	b->at = file->get_size(file);
	b->stored = m->n ? m->n : m->size | SQUASH_RAW;
	file->write_at(file, b->at, bytes, n);
	p->made[i] = *m;
	p->made[i].at = b->at;
	p->made[i].again = b->twin != i;
	VEC_ADD(p->layout->arena, &report->blocks, p->made[i]);
}

static void
write_all(struct packing *p, sqfs_file_t *file, struct squash_report *report)
{
	for (size_t i = 0; i < p->layout->blocks.n; i++) {
		const struct squash_block *b = &p->layout->blocks.v[i];
		struct slot *slot = &p->slots[i % p->nslots];

		wait_for(p, slot);
		if (!is_zeroes(p, b))
			write_block(p, i, slot->bytes, file, report);
		progress_add(p->style->progress, b->size);
		pthread_mutex_lock(&p->lock);
		p->written++;
		pthread_cond_broadcast(&p->changed);
		pthread_mutex_unlock(&p->lock);
	}
}

static void
make_slots(struct packing *p)
{
	p->slots = calloc(p->nslots, sizeof(*p->slots));
	for (size_t i = 0; p->slots && i < p->nslots; i++) {
		p->slots[i].bytes = malloc(p->room);
		if (!p->slots[i].bytes)
			die("out of memory");
	}
	if (!p->slots)
		die("out of memory");
}

void
squash_write_blocks(struct squash_layout *l, sqfs_file_t *file, SQFS_COMPRESSOR id,
	const struct squash_style *style, struct squash_report *report)
{
	struct packing p = {.layout = l, .style = style, .id = id};
	struct threads *threads;

	p.maker = str_of(squash_maker(l->arena, id, style->level, style->block));
	p.room = 2 * (size_t)style->block; // what cannot be compressed grows a little
	p.nslots = AHEAD * (size_t)style->threads;
	p.made = arena_alloc(l->arena, (l->blocks.n + 1) * sizeof(*p.made));
	pthread_mutex_init(&p.lock, NULL);
	pthread_cond_init(&p.changed, NULL);
	make_slots(&p);
	threads = threads_start(style->threads, run, &p);
	write_all(&p, file, report);
	threads_join(threads);
	for (size_t i = 0; i < p.nslots; i++)
		free(p.slots[i].bytes);
	free(p.slots);
}
