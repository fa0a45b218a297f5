// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/gzip_cache.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "rules/lib/sealed.h"

enum { MAX_BYTES = 256 << 20 };

void
gzip_cache_open(struct gzip_cache *c, const char *dir, int level)
{
	*c = (struct gzip_cache){.dir = dir, .level = level};
	c->pack = libdeflate_alloc_compressor(level);
	c->unpack = libdeflate_alloc_decompressor();
	if (!c->pack || !c->unpack)
		die("out of memory");
	if (dir && !hash_file("/proc/self/exe", c->program))
		c->dir = NULL;
}

static void
reserve(struct buf *b, size_t n)
{
	if (n > b->cap) {
		b->s = realloc(b->s, n);
		if (!b->s)
			die("out of memory");
		b->cap = n;
	}
}

// The path of the file that remembers BYTES.
static char *
path_of(struct arena *a, const struct gzip_cache *c, struct str bytes)
{
	const char *level = arena_printf(a, "%d", c->level);
	struct hasher *h = hash_new();
	char hex[HASH_HEX + 1];

	hash_add(h, c->program, HASH_HEX);
	hash_add(h, level, strlen(level) + 1);
	hash_add(h, bytes.s, bytes.n);
	hash_end(h, hex);
	return path_join(a, c->dir, hex);
}

// Whether the member unpacks to BYTES, to its last byte.
static bool
holds(struct gzip_cache *c, struct str bytes)
{
	size_t used, n;

	reserve(&c->check, bytes.n + 1);
	return libdeflate_gzip_decompress_ex(c->unpack, c->member.s, c->member.n, c->check.s,
		       bytes.n, &used, &n) == LIBDEFLATE_SUCCESS &&
	       used == c->member.n && n == bytes.n && memcmp(c->check.s, bytes.s, n) == 0;
}

static void
compress(struct gzip_cache *c, struct str bytes)
{
	size_t max = libdeflate_gzip_compress_bound(c->pack, bytes.n);

	reserve(&c->member, max);
	c->member.n = libdeflate_gzip_compress(c->pack, bytes.s, bytes.n, c->member.s, max);
	if (!holds(c, bytes))
		die("what was compressed does not unpack to the same bytes");
}

struct str
gzip_cache_member(struct gzip_cache *c, struct str bytes)
{
	struct arena a = {0};
	const char *path = c->dir ? path_of(&a, c, bytes) : NULL;

	if (!path || !sealed_read(path, &c->member) || !holds(c, bytes)) {
		compress(c, bytes);
		if (path) {
			sealed_write(path, buf_str(&c->member));
			c->crowded = c->crowded || path_base(path)[0] == '0';
		}
	}
	arena_free(&a);
	return buf_str(&c->member);
}

struct entry {
	const char *path;
	struct stat st;
};

static int
oldest_first(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	if (a->st.st_mtim.tv_sec != b->st.st_mtim.tv_sec)
		return a->st.st_mtim.tv_sec < b->st.st_mtim.tv_sec ? -1 : 1;
	return strcmp(a->path, b->path);
}

void
gzip_cache_shrink(const char *dir, size_t max)
{
	struct arena a = {0};
	VEC(struct entry) list = {0};
	struct names names = {0};
	size_t sum = 0;

	if (!path_list(&a, dir, &names))
		names.n = 0;
	for (size_t i = 0; i < names.n; i++) {
		struct entry e = {.path = path_join(&a, dir, names.v[i])};

		if (lstat(e.path, &e.st) != 0 || !S_ISREG(e.st.st_mode))
			continue;
		VEC_ADD(&a, &list, e);
		sum += (size_t)e.st.st_size;
	}
	if (sum > max)
		qsort(list.v, list.n, sizeof(*list.v), oldest_first);
	for (size_t i = 0; sum > max; i++) {
		unlink(list.v[i].path);
		sum -= (size_t)list.v[i].st.st_size;
	}
	arena_free(&a);
}

void
gzip_cache_close(struct gzip_cache *c)
{
	if (c->crowded)
		gzip_cache_shrink(c->dir, MAX_BYTES);
	libdeflate_free_compressor(c->pack);
	libdeflate_free_decompressor(c->unpack);
	buf_free(&c->member);
	buf_free(&c->check);
}
