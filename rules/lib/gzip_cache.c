// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/gzip_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/path.h"

enum { MAX_BYTES = 256 << 20, HOUR = 60 * 60 };

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

static void
seal(const char *path, struct str member, char hex[HASH_HEX + 1])
{
	struct hasher *h = hash_new();

	hash_add(h, path_base(path), HASH_HEX);
	hash_add(h, member.s, member.n);
	hash_end(h, hex);
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

// Read the file at FD, whose size is N, into the member.
static bool
read_member(struct gzip_cache *c, const char *path, int fd, size_t n)
{
	char sealed[HASH_HEX], hex[HASH_HEX + 1];

	c->member.n = n - HASH_HEX;
	reserve(&c->member, c->member.n);
	if (read(fd, sealed, HASH_HEX) != HASH_HEX ||
		read(fd, c->member.s, c->member.n) != (ssize_t)c->member.n)
		return false;
	seal(path, buf_str(&c->member), hex);
	return memcmp(sealed, hex, HASH_HEX) == 0;
}

static bool
recall(struct gzip_cache *c, const char *path, struct str bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool ok;

	if (fd < 0)
		return false;
	ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > HASH_HEX &&
	     read_member(c, path, fd, (size_t)st.st_size) && holds(c, bytes);
	if (ok && st.st_mtim.tv_sec < time(NULL) - HOUR)
		futimens(fd, NULL); // used lately; what cannot be noted does no harm
	close(fd);
	return ok;
}

// Write the member under a name of its own, then give it the one it is looked for by. Not synced:
// a file that a crash has damaged shows by its hash.
static void
remember(struct gzip_cache *c, struct arena *a, const char *path)
{
	char *tmp = arena_printf(a, "%s.XXXXXX", path), hex[HASH_HEX + 1];
	int fd = mkstemp(tmp);
	bool ok;

	if (fd < 0)
		return;
	cleanup_file(tmp);
	seal(path, buf_str(&c->member), hex);
	ok = fchmod(fd, 0644) == 0 && write(fd, hex, HASH_HEX) == HASH_HEX &&
	     write(fd, c->member.s, c->member.n) == (ssize_t)c->member.n;
	close(fd);
	if (!ok || rename(tmp, path) != 0)
		unlink(tmp);
	cleanup_forget(tmp);
	c->crowded = c->crowded || path_base(path)[0] == '0';
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

// Make the folder; false when that does not work, which is no mistake here.
static bool
make_folder(struct arena *a, const char *dir)
{
	char *up = path_dir(a, dir);

	if (mkdir(dir, 0777) == 0 || errno == EEXIST)
		return true;
	return errno == ENOENT && strcmp(up, dir) != 0 && make_folder(a, up) &&
	       (mkdir(dir, 0777) == 0 || errno == EEXIST);
}

struct str
gzip_cache_member(struct gzip_cache *c, struct str bytes)
{
	struct arena a = {0};
	const char *path = c->dir ? path_of(&a, c, bytes) : NULL;

	if (!path || !recall(c, path, bytes)) {
		compress(c, bytes);
		if (path && make_folder(&a, c->dir))
			remember(c, &a, path);
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
