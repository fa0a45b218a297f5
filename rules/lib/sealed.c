// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/sealed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gen/base/arena.h"
#include "gen/base/cleanup.h"
#include "gen/base/hash.h"
#include "gen/base/path.h"

enum { HOUR = 60 * 60, BLOCK = 1 << 16 };

static void
seal(const char *path, struct str bytes, char hex[HASH_HEX + 1])
{
	const char *name = path_base(path);
	struct hasher *h = hash_new();

	hash_add(h, name, strlen(name) + 1);
	hash_add(h, bytes.s, bytes.n);
	hash_end(h, hex);
}

static bool
read_all(int fd, struct buf *to)
{
	char block[BLOCK];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0)
		buf_add(to, block, (size_t)n);
	return n == 0;
}

static bool
open_seal(const char *path, struct buf *to)
{
	char hex[HASH_HEX + 1];

	if (to->n < HASH_HEX)
		return false;
	seal(path, (struct str){to->s + HASH_HEX, to->n - HASH_HEX}, hex);
	if (memcmp(to->s, hex, HASH_HEX) != 0)
		return false;
	to->n -= HASH_HEX;
	memmove(to->s, to->s + HASH_HEX, to->n + 1);
	return true;
}

bool
sealed_read(const char *path, struct buf *to)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	bool ok;

	to->n = 0;
	if (fd < 0)
		return false;
	ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && read_all(fd, to) && open_seal(path, to);
	if (ok && st.st_mtim.tv_sec < time(NULL) - HOUR)
		futimens(fd, NULL); // what cannot be noted does no harm
	close(fd);
	return ok;
}

// False when a folder cannot be made.
static bool
make_folder(struct arena *a, const char *dir)
{
	char *up = path_dir(a, dir);

	if (mkdir(dir, 0777) == 0 || errno == EEXIST)
		return true;
	return errno == ENOENT && strcmp(up, dir) != 0 && make_folder(a, up) &&
	       (mkdir(dir, 0777) == 0 || errno == EEXIST);
}

static bool
write_all(int fd, const char *s, size_t n)
{
	while (n) {
		ssize_t done = write(fd, s, n);

		if (done < 0)
			return false;
		s += done;
		n -= (size_t)done;
	}
	return true;
}

// The file is written under a name of its own, then given the one it is looked for by.
void
sealed_write(const char *path, struct str bytes)
{
	struct arena a = {0};
	char *tmp = arena_printf(&a, "%s.XXXXXX", path), hex[HASH_HEX + 1];
	int fd = make_folder(&a, path_dir(&a, path)) ? mkstemp(tmp) : -1;

	if (fd >= 0) {
		cleanup_file(tmp);
		seal(path, bytes, hex);
		if (fchmod(fd, 0644) != 0 || !write_all(fd, hex, HASH_HEX) ||
			!write_all(fd, bytes.s, bytes.n) || rename(tmp, path) != 0)
			unlink(tmp);
		cleanup_forget(tmp);
		close(fd);
	}
	arena_free(&a);
}
