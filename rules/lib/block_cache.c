// SPDX-License-Identifier: Apache-2.0
// block_cache.c -- the first half of block_cache.h: opening, and what happens when that fails.
// Layer: rules/lib.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/arena.h"
#include "gen/base/die.h"
#include "gen/base/path.h"
#include "rules/lib/block_cache_db.h"

// APPLICATION marks a file as ours, VERSION the tables below.
#define APPLICATION "1128354672"
#define VERSION "1"

enum { BUSY_MS = 20000 };

static const char tables[] =
	"PRAGMA page_size = 16384; PRAGMA auto_vacuum = INCREMENTAL; BEGIN IMMEDIATE;"
	"CREATE TABLE IF NOT EXISTS entry (key BLOB PRIMARY KEY, sum BLOB NOT NULL, "
	"n INTEGER NOT NULL, used INTEGER NOT NULL, value INTEGER NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS value (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"
	"CREATE TABLE IF NOT EXISTS run (id INTEGER PRIMARY KEY, blocks INTEGER, reused INTEGER, "
	"bytes INTEGER, reused_bytes INTEGER);"
	"PRAGMA application_id = " APPLICATION "; PRAGMA user_version = " VERSION "; COMMIT;";

static void
close_links(struct block_cache *c)
{
	for (unsigned i = 0; i < c->nreaders; i++) {
		sqlite3_finalize(c->readers[i].get);
		sqlite3_close(c->readers[i].db);
		c->readers[i] = (struct cache_reader){NULL, NULL};
	}
	sqlite3_finalize(c->drop_value);
	sqlite3_finalize(c->put_value);
	sqlite3_finalize(c->put_entry);
	sqlite3_finalize(c->use);
	c->drop_value = c->put_value = c->put_entry = c->use = NULL;
	sqlite3_close(c->db);
	c->db = NULL;
}

// One process at a time begins a cache or throws one away. Closing what this gives lets it go; -1
// where folders cannot be locked.
static int
lock_folder(const struct block_cache *c)
{
	struct arena a = {0};
	int fd = path_lock_dir(path_dir(&a, c->path), true);

	arena_free(&a);
	return fd;
}

// Not when another process has put a new one in its place since. The folder is locked.
static void
remove_file(const struct block_cache *c)
{
	struct arena a = {0};
	int moved = 0;

	sqlite3_file_control(c->db, NULL, SQLITE_FCNTL_HAS_MOVED, &moved);
	if (!moved) {
		unlink(c->path);
		unlink(arena_printf(&a, "%s-journal", c->path));
	}
	arena_free(&a);
}

static void
remove_damaged(const struct block_cache *c)
{
	int code = sqlite3_errcode(c->db);

	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB) {
		int lock = lock_folder(c);

		remove_file(c); // the next run makes a new one
		close(lock);
	}
}

void
cache_give_up(struct block_cache *c, const char *why)
{
	if (!c->warned)
		warn("the cache %s cannot be used: %s; going on without it", c->path, why);
	c->warned = true;
	if (c->db)
		remove_damaged(c);
	close_links(c);
}

bool
cache_run(struct block_cache *c, const char *sql)
{
	return c->db && sqlite3_exec(c->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

int64_t
cache_number(struct block_cache *c, const char *sql)
{
	sqlite3_stmt *s = NULL;
	int64_t n = -1;

	if (c->db && sqlite3_prepare_v2(c->db, sql, -1, &s, NULL) == SQLITE_OK &&
		sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	sqlite3_finalize(s);
	return n;
}

// Losing the last blocks when the machine stops is no loss, and damage is found when reading.
static bool
open_db(const char *path, sqlite3 **db)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

	if (sqlite3_open_v2(path, db, flags, NULL) != SQLITE_OK)
		return false;
	sqlite3_busy_timeout(*db, BUSY_MS);
	return sqlite3_exec(*db,
		       "PRAGMA synchronous = OFF; PRAGMA mmap_size = 0; "
		       "PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;",
		       NULL, NULL, NULL) == SQLITE_OK;
}

static bool
prepare(sqlite3 *db, sqlite3_stmt **s, const char *sql)
{
	return sqlite3_prepare_v2(db, sql, -1, s, NULL) == SQLITE_OK;
}

static bool
prepare_all(struct block_cache *c)
{
	for (unsigned i = 0; i < c->nreaders; i++) {
		struct cache_reader *l = &c->readers[i];

		if (!open_db(c->path, &l->db) ||
			!prepare(l->db, &l->get,
				"SELECT sum, bytes FROM entry, value "
				"WHERE key = ? AND value.id = entry.value"))
			return false;
	}
	return prepare(c->db, &c->drop_value,
		       "DELETE FROM value WHERE id = (SELECT value FROM entry WHERE key = ?)") &&
	       prepare(c->db, &c->put_value, "INSERT INTO value(bytes) VALUES (?)") &&
	       prepare(c->db, &c->put_entry,
		       "INSERT OR REPLACE INTO entry(key, sum, n, used, value) "
		       "VALUES (?, ?, ?, ?, last_insert_rowid())") &&
	       prepare(c->db, &c->use, "UPDATE entry SET used = ?2 WHERE key = ?1 AND used < ?2");
}

static bool
is_ours(struct block_cache *c)
{
	return cache_number(c, "PRAGMA application_id") == strtol(APPLICATION, NULL, 10) &&
	       cache_number(c, "PRAGMA user_version") == strtol(VERSION, NULL, 10);
}

static bool
open_ours(struct block_cache *c)
{
	return open_db(c->path, &c->db) && is_ours(c) && prepare_all(c);
}

// The same where a file without anything in it becomes one of ours. The folder is locked.
static bool
open_or_begin(struct block_cache *c)
{
	close_links(c);
	return open_db(c->path, &c->db) &&
	       (is_ours(c) || (cache_number(c, "SELECT count(*) FROM sqlite_master") == 0 &&
				      cache_run(c, tables))) &&
	       prepare_all(c);
}

// Damage, or a file that is no cache; not a folder that cannot be written or a disk that is full.
static bool
is_damage(struct block_cache *c)
{
	int code = c->db ? sqlite3_errcode(c->db) : SQLITE_CANTOPEN;

	return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_OK ||
	       code == SQLITE_ROW || code == SQLITE_DONE || code == SQLITE_ERROR;
}

static bool
begin_again(struct block_cache *c)
{
	warn("the cache %s is damaged, or not of this program: starting a new one", c->path);
	remove_file(c);
	return open_or_begin(c);
}

static bool
begin(struct block_cache *c)
{
	int lock = lock_folder(c);
	bool good = open_or_begin(c) || (is_damage(c) && begin_again(c));

	close(lock);
	return good;
}

static bool
make_folder(struct arena *a, const char *dir)
{
	if (path_is_dir(dir))
		return true;
	return make_folder(a, path_dir(a, dir)) && (mkdir(dir, 0777) == 0 || errno == EEXIST);
}

static bool
make_parent(const char *path)
{
	struct arena a = {0};
	bool made = make_folder(&a, path_dir(&a, path));

	arena_free(&a);
	return made;
}

struct block_cache *
block_cache_open(const char *path, unsigned threads)
{
	struct block_cache *c = calloc(1, sizeof(*c));

	if (!c)
		die("out of memory");
	c->path = strdup(path);
	c->nreaders = threads;
	if (!c->path)
		die("out of memory");
	if (!make_parent(path)) {
		cache_give_up(c, strerror(errno));
	} else if (!open_ours(c) && !begin(c)) {
		cache_give_up(c, c->db ? sqlite3_errmsg(c->db) : "out of memory");
	}
	return c;
}

void
block_cache_close(struct block_cache *c)
{
	close_links(c);
	free(c->path);
	free(c);
}
