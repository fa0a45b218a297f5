// SPDX-License-Identifier: Apache-2.0
// block_cache_use.c -- the second half of block_cache.h: blocks in and out. Layer: rules/lib.
#include <string.h>
#include <time.h>

#include "gen/base/arena.h"
#include "gen/base/die.h"
#include "rules/lib/block_cache_db.h"

enum { BATCH = 64 << 20 };

static void
sum_of(const unsigned char key[HASH_BYTES], const void *bytes, size_t n,
	unsigned char sum[HASH_BYTES])
{
	const struct str parts[] = {{(const char *)key, HASH_BYTES}, {bytes, n}};

	hash_parts(parts, 2, sum);
}

long
block_cache_get(struct block_cache *c, unsigned thread, const unsigned char key[HASH_BYTES],
	void *to, size_t room)
{
	sqlite3_stmt *s = c->readers[thread].get;
	unsigned char sum[HASH_BYTES];
	long found = -1;

	if (!s)
		return -1;
	sqlite3_bind_blob(s, 1, key, HASH_BYTES, SQLITE_STATIC);
	if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_bytes(s, 0) == HASH_BYTES) {
		size_t n = (size_t)sqlite3_column_bytes(s, 1);
		const void *bytes = sqlite3_column_blob(s, 1);

		sum_of(key, bytes, n, sum);
		if (n <= room && memcmp(sum, sqlite3_column_blob(s, 0), sizeof(sum)) == 0) {
			if (n)
				memcpy(to, bytes, n);
			found = (long)n;
		}
	}
	sqlite3_reset(s);
	return found;
}

void
block_cache_begin(struct block_cache *c)
{
	c->batch = 0;
	if (c->db && !cache_run(c, "BEGIN IMMEDIATE"))
		cache_give_up(c, sqlite3_errmsg(c->db));
}

static int64_t
this_hour(void)
{
	return (int64_t)time(NULL) / 3600;
}

static bool
step(sqlite3_stmt *s)
{
	bool done = sqlite3_step(s) == SQLITE_DONE;

	sqlite3_reset(s);
	return done;
}

// Not in one piece: others wait meanwhile.
static void
commit_batch(struct block_cache *c, size_t n)
{
	c->batch += n;
	if (c->batch < BATCH)
		return;
	c->batch = 0;
	if (!cache_run(c, "COMMIT; BEGIN IMMEDIATE"))
		cache_give_up(c, sqlite3_errmsg(c->db));
}

void
block_cache_put(
	struct block_cache *c, const unsigned char key[HASH_BYTES], const void *bytes, size_t n)
{
	unsigned char sum[HASH_BYTES];

	if (!c->db)
		return;
	sum_of(key, bytes, n, sum);
	sqlite3_bind_blob(c->drop_value, 1, key, HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_blob(c->put_value, 1, n ? bytes : "", (int)n, SQLITE_STATIC);
	sqlite3_bind_blob(c->put_entry, 1, key, HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_blob(c->put_entry, 2, sum, HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_int64(c->put_entry, 3, (int64_t)n);
	sqlite3_bind_int64(c->put_entry, 4, this_hour());
	if (!step(c->drop_value) || !step(c->put_value) || !step(c->put_entry)) {
		cache_give_up(c, sqlite3_errmsg(c->db));
		return;
	}
	commit_batch(c, n);
}

void
block_cache_use(struct block_cache *c, const unsigned char key[HASH_BYTES])
{
	if (!c->db)
		return;
	sqlite3_bind_blob(c->use, 1, key, HASH_BYTES, SQLITE_STATIC);
	sqlite3_bind_int64(c->use, 2, this_hour());
	if (!step(c->use))
		cache_give_up(c, sqlite3_errmsg(c->db));
}

// The oldest entries, until a tenth is free again; then what no entry names.
static bool
evict(struct block_cache *c, uint64_t max)
{
	uint64_t have = (uint64_t)cache_number(c, "SELECT coalesce(sum(n), 0) FROM entry");
	uint64_t least = have - max + max / 10;
	struct arena a = {0};
	bool done;

	if (have <= max)
		return true;
	done = cache_run(c,
		arena_printf(&a,
			"DELETE FROM entry WHERE key IN (SELECT key FROM (SELECT key, sum(n) OVER "
			"(ORDER BY used, key) - n AS before FROM entry) WHERE before < %llu);"
			"DELETE FROM value WHERE id NOT IN (SELECT value FROM entry);",
			(unsigned long long)least));
	arena_free(&a);
	return done;
}

void
block_cache_end(struct block_cache *c, uint64_t max)
{
	if (c->db && (!evict(c, max) || !cache_run(c, "COMMIT; PRAGMA incremental_vacuum")))
		cache_give_up(c, sqlite3_errmsg(c->db));
}

void
block_cache_note(struct block_cache *c, const struct block_cache_run *r)
{
	struct arena a = {0};

	if (c->db &&
		!cache_run(c,
			arena_printf(&a,
				"INSERT OR REPLACE INTO run VALUES (1, %llu, %llu, %llu, %llu)",
				(unsigned long long)r->blocks, (unsigned long long)r->reused,
				(unsigned long long)r->bytes, (unsigned long long)r->reused_bytes)))
		cache_give_up(c, sqlite3_errmsg(c->db));
	arena_free(&a);
}

static uint64_t
count(struct block_cache *c, const char *sql)
{
	int64_t n = cache_number(c, sql);

	return n < 0 ? 0 : (uint64_t)n;
}

struct block_cache_stats
block_cache_stats(struct block_cache *c)
{
	return (struct block_cache_stats){
		.entries = count(c, "SELECT count(*) FROM entry"),
		.bytes = count(c, "SELECT coalesce(sum(n), 0) FROM entry"),
		.file = count(c, "PRAGMA page_count") * count(c, "PRAGMA page_size"),
		.last = {count(c, "SELECT blocks FROM run"), count(c, "SELECT reused FROM run"),
			count(c, "SELECT bytes FROM run"),
			count(c, "SELECT reused_bytes FROM run")},
	};
}

void
block_cache_clear(struct block_cache *c)
{
	if (c->db &&
		!cache_run(c,
			"BEGIN IMMEDIATE; DELETE FROM entry; DELETE FROM value; DELETE FROM run; "
			"COMMIT; PRAGMA incremental_vacuum"))
		cache_give_up(c, sqlite3_errmsg(c->db));
}
