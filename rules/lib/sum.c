// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/sum.h"

#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/path.h"
#include "rules/lib/sealed.h"

// Clocks of file systems tick every few milliseconds: a file that was changed just now may change
// once more without another time to show for it. Its hash is not remembered.
enum { SETTLED_SECONDS = 2 };

// Where the hash of the file at PATH is remembered: one file for each path.
static const char *
entry_of(struct arena *a, const char *cache, const char *path)
{
	struct hasher *h = hash_new();
	char hex[HASH_HEX + 1];

	hash_add(h, path, strlen(path));
	hash_end(h, hex);
	return path_join(a, cache, hex);
}

// What must stay the same for a hash to hold.
static const char *
identity(struct arena *a, const struct stat *st)
{
	return arena_printf(a, "%ju %ju %jd %jd.%09ld %jd.%09ld ", (uintmax_t)st->st_dev,
		(uintmax_t)st->st_ino, (intmax_t)st->st_size, (intmax_t)st->st_mtim.tv_sec,
		st->st_mtim.tv_nsec, (intmax_t)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

static bool
recall(const char *entry, const char *same, char hex[HASH_HEX + 1])
{
	struct buf b = {0};
	size_t n = strlen(same);
	bool found = sealed_read(entry, &b) && b.n == n + HASH_HEX && memcmp(b.s, same, n) == 0;

	if (found)
		memcpy(hex, b.s + n, HASH_HEX + 1);
	buf_free(&b);
	return found;
}

bool
sum_file(const char *cache, const char *path, char hex[HASH_HEX + 1], struct hash_watch watch)
{
	struct arena a = {0};
	struct stat before, after;
	const char *entry, *same;
	bool ok;

	if (!cache || stat(path, &before) != 0)
		return hash_file_watched(path, hex, watch);
	entry = entry_of(&a, cache, path);
	same = identity(&a, &before);
	ok = recall(entry, same, hex);
	if (!ok) {
		ok = hash_file_watched(path, hex, watch);
		if (ok && stat(path, &after) == 0 && strcmp(same, identity(&a, &after)) == 0 &&
			time(NULL) - after.st_ctim.tv_sec >= SETTLED_SECONDS)
			sealed_write(entry, str_of(arena_printf(&a, "%s%s", same, hex)));
	}
	arena_free(&a);
	return ok;
}

void
sum_check_name(const char *name)
{
	if (strpbrk(name, "\\\n"))
		die_usage("-n wants a name without line breaks and backslashes");
}

void
sum_write(struct arena *a, const char *path, const char *name, const char *hex)
{
	output_write(path, str_of(arena_printf(a, "%s  %s\n", hex, name)), 0644);
}
