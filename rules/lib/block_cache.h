// SPDX-License-Identifier: Apache-2.0
// block_cache.h -- compressed blocks, kept from one build to the next. Layer: rules/lib.
//
// An SQLite file: entry(key, sum, n, used, value), value(id, bytes). SUM is the BLAKE3 of key and
// bytes together, so an entry that was damaged, cut short or belongs to another key is not found.
// USED is the hour in which it last served; where there is more than fits, the oldest go.
//
// A cache is never a reason to fail. One that cannot be read or written is warned of once and then
// does nothing; one that is damaged, or no cache of ours, is thrown away and begun anew. Several
// processes may use one at a time.
#ifndef RULES_LIB_BLOCK_CACHE_H
#define RULES_LIB_BLOCK_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "gen/base/hash.h"

struct block_cache;

// The cache at PATH, made when there is none, for THREADS threads that look things up. Never NULL.
struct block_cache *block_cache_open(const char *path, unsigned threads);

// Copy the bytes of KEY to TO, which has ROOM bytes; how many there are, or -1 for none. Each
// thread says which one it is.
long block_cache_get(struct block_cache *c, unsigned thread, const unsigned char key[HASH_BYTES],
	void *to, size_t room);

// Keep N bytes under KEY, or note that KEY was used again. Only in the thread that opened the
// cache, and between block_cache_begin and block_cache_end, which lets the oldest go until at most
// MAX bytes are kept.
void block_cache_begin(struct block_cache *c);
void block_cache_put(
	struct block_cache *c, const unsigned char key[HASH_BYTES], const void *bytes, size_t n);
void block_cache_use(struct block_cache *c, const unsigned char key[HASH_BYTES]);
void block_cache_end(struct block_cache *c, uint64_t max);

// Note how the last pack went: blocks in it, how many of them were found, and the bytes of both
// before compression. After block_cache_begin.
struct block_cache_run {
	uint64_t blocks, reused, bytes, reused_bytes;
};
void block_cache_note(struct block_cache *c, const struct block_cache_run *run);

// What is in it: entries, their bytes, those of the file, and how the last run went.
struct block_cache_stats {
	uint64_t entries, bytes, file;
	struct block_cache_run last;
};
struct block_cache_stats block_cache_stats(struct block_cache *c);

// Throw everything away.
void block_cache_clear(struct block_cache *c);

void block_cache_close(struct block_cache *c);

#endif
