// SPDX-License-Identifier: Apache-2.0
// block_cache_db.h -- between the two halves of block_cache.h. Layer: rules/lib.
#ifndef RULES_LIB_BLOCK_CACHE_DB_H
#define RULES_LIB_BLOCK_CACHE_DB_H

#include <sqlite3.h>

#include "rules/lib/block_cache.h"
#include "rules/lib/threads.h"

// A connection that looks things up.
struct cache_reader {
	sqlite3 *db;
	sqlite3_stmt *get;
};

struct block_cache {
	char *path;
	unsigned nreaders;
	struct cache_reader readers[THREADS_MAX]; // one for each thread
	sqlite3 *db;                              // the one that writes; NULL: there is no cache
	sqlite3_stmt *drop_value, *put_value, *put_entry, *use;
	size_t batch; // bytes since the last commit
	bool warned;
};

// Warn, and go on without the cache, WHY being the reason. One that is damaged is removed.
void cache_give_up(struct block_cache *c, const char *why);

// Run statements; the number a statement gives, -1 when it fails.
bool cache_run(struct block_cache *c, const char *sql);
int64_t cache_number(struct block_cache *c, const char *sql);

#endif
