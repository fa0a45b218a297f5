// SPDX-License-Identifier: Apache-2.0
#include "gen/base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/str.h"

char *
path_join(struct arena *a, const char *dir, const char *name)
{
	size_t n = strlen(dir), more = strlen(name);
	char *path;

	if (name[0] == '/' || n == 0 || strcmp(dir, ".") == 0)
		return arena_ndup(a, name, more);
	path = arena_alloc(a, n + more + 2);
	memcpy(path, dir, n + 1);
	if (dir[n - 1] != '/')
		path[n++] = '/';
	memcpy(path + n, name, more + 1);
	return path;
}

char *
path_dir(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return arena_dup(a, ".");
	return slash == path ? arena_dup(a, "/") : arena_ndup(a, path, (size_t)(slash - path));
}

const char *
path_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

const char *
path_unfit(const char *path)
{
	for (; *path; path++) {
		if ((unsigned char)*path < ' ' || strchr("\"&'*;<>^`|\177", *path))
			return path;
	}
	return NULL;
}

// Drop the last part of the clean path OUT, if it has one that ".." can cancel.
static bool
drop_last(char *out, size_t *n, bool rooted)
{
	size_t start = rooted ? 1 : 0, i = *n;

	while (i > start && out[i - 1] != '/')
		i--;
	if (i == *n || strncmp(out + i, "..", *n - i) == 0)
		return rooted && *n == start; // "/.." is "/"
	*n = i > start ? i - 1 : start;
	return true;
}

char *
path_clean(struct arena *a, const char *path)
{
	bool rooted = path[0] == '/';
	char *out = arena_alloc(a, strlen(path) + 2);
	size_t n = 0;

	if (rooted)
		out[n++] = '/';
	while (*path) {
		size_t len = strcspn(path, "/");
		bool up = len == 2 && strncmp(path, "..", 2) == 0;

		if (len && !(len == 1 && *path == '.') && !(up && drop_last(out, &n, rooted))) {
			if (n && out[n - 1] != '/')
				out[n++] = '/';
			memcpy(out + n, path, len);
			n += len;
		}
		path += len + (path[len] == '/');
	}
	if (n == 0)
		out[n++] = '.';
	out[n] = '\0';
	return out;
}

char *
path_absolute(struct arena *a, const char *cwd, const char *path)
{
	return path_clean(a, path[0] == '/' ? path : arena_printf(a, "%s/%s", cwd, path));
}

char *
path_below(struct arena *a, const char *base, const char *path)
{
	size_t n = strlen(base);

	if (strcmp(base, path) == 0)
		return arena_dup(a, ".");
	if (strcmp(base, "/") == 0)
		return arena_dup(a, path + 1);
	if (strncmp(path, base, n) == 0 && path[n] == '/')
		return arena_dup(a, path + n + 1);
	return arena_dup(a, path);
}

char *
path_cwd(struct arena *a)
{
	for (size_t n = 256;; n *= 2) {
		char *buf = arena_alloc(a, n);

		if (getcwd(buf, n))
			return buf;
		if (errno != ERANGE)
			die("find the current folder:");
	}
}

static bool
is_kind(const char *path, mode_t kind)
{
	struct stat st;

	return stat(path, &st) == 0 && (st.st_mode & S_IFMT) == kind;
}

bool
path_is_dir(const char *path)
{
	return is_kind(path, S_IFDIR);
}

bool
path_is_file(const char *path)
{
	return is_kind(path, S_IFREG);
}

int
path_lock_dir(const char *path, bool wait)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (fd >= 0 && flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0) {
		int why = errno;

		if (why == EINTR)
			continue;
		close(fd);
		errno = why;
		fd = -1;
	}
	return fd;
}

void
path_make_dirs(const char *path)
{
	struct arena a = {0};
	char *p = arena_dup(&a, path);

	for (char *slash = p;;) {
		slash = *slash ? strchr(slash + 1, '/') : NULL;
		if (slash)
			*slash = '\0';
		if (mkdir(p, 0777) != 0 && errno != EEXIST)
			die("create folder %s:", p);
		if (!slash)
			break;
		*slash = '/';
	}
	if (!path_is_dir(path))
		die("%s is in the way: not a folder", path);
	arena_free(&a);
}

static bool
can_run(const char *path)
{
	return path_is_file(path) && access(path, X_OK) == 0;
}

char *
path_find_program(struct arena *a, const char *search, const char *name)
{
	if (strchr(name, '/'))
		return can_run(name) ? arena_dup(a, name) : NULL;
	while (search && *search) {
		size_t n = strcspn(search, ":");
		char *full = arena_printf(a, "%.*s/%s", (int)n, search, name);

		if (n && can_run(full))
			return full;
		search += n + (search[n] == ':');
	}
	return NULL;
}

static int
by_bytes(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

bool
path_list(struct arena *a, const char *dir, struct names *out)
{
	VEC(char *) list = {0};
	struct dirent *e;
	DIR *d = opendir(dir);
	int err;

	if (!d)
		return false;
	while ((errno = 0, e = readdir(d))) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			VEC_ADD(a, &list, arena_dup(a, e->d_name));
	}
	err = errno;
	closedir(d);
	if (list.n)
		qsort(list.v, list.n, sizeof(*list.v), by_bytes);
	*out = (struct names){list.v, list.n};
	errno = err;
	return err == 0;
}
