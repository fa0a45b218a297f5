// SPDX-License-Identifier: Apache-2.0
#include "gen/base/output.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/path.h"

enum { BLOCK = 1 << 16, LINK_TRIES = 10 };

static char *
tmp_name(const char *path)
{
	size_t n = strlen(path) + sizeof(".tmp");
	char *tmp = malloc(n);

	if (!tmp)
		die("out of memory");
	snprintf(tmp, n, "%s.tmp", path);
	return tmp;
}

bool
output_look(const char *path, struct stat *st)
{
	if (lstat(path, st) != 0) {
		if (errno != ENOENT && errno != ENOTDIR)
			die("look at %s:", path);
		return false;
	}
	if (!S_ISREG(st->st_mode))
		die("%s is in the way: not a regular file", path);
	return true;
}

static void
make_parent(const char *path)
{
	struct arena a = {0};
	char *dir = path_dir(&a, path);

	if (!path_is_dir(dir))
		path_make_dirs(dir);
	arena_free(&a);
}

void
output_open(struct output *o, const char *path)
{
	struct stat st;

	output_look(path, &st);
	make_parent(path);
	o->path = path;
	o->tmp = tmp_name(path);
	cleanup_file(o->tmp);
	unlink(o->tmp); // a crash may have left one that cannot be opened for writing
	o->f = fopen(o->tmp, "w+e");
	if (!o->f)
		die("open %s:", o->tmp);
}

void
output_copy(struct output *o, const char *from)
{
	FILE *f = fopen(from, "re");
	static char buf[BLOCK];
	size_t n;

	if (!f)
		die("open %s:", from);
	while ((n = fread(buf, 1, sizeof(buf), f)) > 0) {
		if (fwrite(buf, 1, n, o->f) != n)
			die("write %s:", o->tmp);
	}
	if (ferror(f))
		die("read %s:", from);
	fclose(f);
}

void
output_adopt(struct output *o)
{
	fclose(o->f);
	o->f = fopen(o->tmp, "r+e");
	if (!o->f)
		die("open %s:", o->tmp);
}

static bool
same_bytes(FILE *a, const char *path)
{
	static char x[BLOCK], y[BLOCK];
	FILE *b = fopen(path, "re");
	size_t n, m;
	bool same;

	if (!b)
		return false;
	rewind(a);
	do {
		n = fread(x, 1, sizeof(x), a);
		m = fread(y, 1, sizeof(y), b);
		same = n == m && (n == 0 || memcmp(x, y, n) == 0);
	} while (same && n);
	same = same && !ferror(a) && !ferror(b);
	fclose(b);
	return same;
}

// A rename is on the disk only when its folder is.
static void
sync_folder(const char *path)
{
	struct arena a = {0};
	char *dir = path_dir(&a, path);
	int fd = open(dir, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd); // some file systems cannot, which is no reason to fail
		close(fd);
	}
	arena_free(&a);
}

static void
finish(struct output *o)
{
	cleanup_forget(o->tmp);
	free(o->tmp);
	*o = (struct output){0};
}

bool
output_commit(struct output *o, unsigned mode)
{
	struct stat st, tmp;
	bool changed;

	if (fflush(o->f) != 0 || ferror(o->f) || fstat(fileno(o->f), &tmp) != 0)
		die("write %s:", o->tmp);
	changed = !output_look(o->path, &st) || (st.st_mode & 07777) != mode ||
		  st.st_size != tmp.st_size || !same_bytes(o->f, o->path);
	if (changed && (fchmod(fileno(o->f), mode) != 0 || fsync(fileno(o->f)) != 0))
		die("write %s:", o->tmp);
	if (fclose(o->f) != 0)
		die("close %s:", o->tmp);
	if (changed && rename(o->tmp, o->path) != 0)
		die("rename %s to %s:", o->tmp, o->path);
	if (changed) {
		sync_folder(o->path);
	} else {
		unlink(o->tmp);
	}
	finish(o);
	return changed;
}

void
output_abandon(struct output *o)
{
	fclose(o->f);
	unlink(o->tmp);
	finish(o);
}

// Whether the file at PATH has these bytes and this mode.
static bool
holds(const char *path, struct str bytes, unsigned mode)
{
	static char block[BLOCK];
	struct stat st;
	size_t n, at = 0;
	FILE *f;

	if (!output_look(path, &st) || (st.st_mode & 07777) != mode ||
		(size_t)st.st_size != bytes.n)
		return false;
	f = fopen(path, "re");
	if (!f)
		return false;
	while ((n = fread(block, 1, sizeof(block), f)) > 0 && n <= bytes.n - at &&
		memcmp(block, bytes.s + at, n) == 0)
		at += n;
	fclose(f);
	return at == bytes.n && n == 0;
}

bool
output_write(const char *path, struct str bytes, unsigned mode)
{
	struct output_batch b = {0};
	bool changed = output_batch_add(&b, path, bytes, mode);

	output_batch_commit(&b);
	return changed;
}

bool
output_batch_add(struct output_batch *b, const char *path, struct str bytes, unsigned mode)
{
	struct output *o;

	if (holds(path, bytes, mode))
		return false;
	if (b->n == OUTPUT_BATCH)
		output_batch_commit(b);
	o = &b->v[b->n++];
	output_open(o, path);
	if ((bytes.n && fwrite(bytes.s, 1, bytes.n, o->f) != bytes.n) || fflush(o->f) != 0 ||
		fchmod(fileno(o->f), mode) != 0)
		die("write %s:", o->tmp);
	return true;
}

static bool
same_folder(const char *a, const char *b)
{
	size_t n = (size_t)(path_base(a) - a);

	assert(a && b);
	return n == (size_t)(path_base(b) - b) && memcmp(a, b, n) == 0;
}

void
output_batch_commit(struct output_batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		struct output *o = &b->v[i];

		if (fsync(fileno(o->f)) != 0)
			die("write %s:", o->tmp);
		if (fclose(o->f) != 0)
			die("close %s:", o->tmp);
	}
	for (size_t i = 0; i < b->n; i++) {
		if (rename(b->v[i].tmp, b->v[i].path) != 0)
			die("rename %s to %s:", b->v[i].tmp, b->v[i].path);
	}
	for (size_t i = 0; i < b->n; i++) {
		size_t k = 0;

		while (!same_folder(b->v[k].path, b->v[i].path))
			k++;
		if (k == i)
			sync_folder(b->v[i].path);
	}
	for (size_t i = 0; i < b->n; i++)
		finish(&b->v[i]);
	b->n = 0;
}

static bool
already_points(const char *target, const char *linkpath)
{
	size_t n = strlen(target);
	char *was = malloc(n + 2);
	ssize_t len;
	bool same;

	if (!was)
		die("out of memory");
	len = readlink(linkpath, was, n + 1);
	same = len == (ssize_t)n && memcmp(was, target, n) == 0;
	free(was);
	return same;
}

static void
move_link(char *tmp, const char *linkpath)
{
	if (rename(tmp, linkpath) != 0)
		die("rename %s to %s:", tmp, linkpath);
	unlink(tmp); // rename does nothing when both are the same file
	cleanup_forget(tmp);
	free(tmp);
}

bool
output_symlink(const char *target, const char *linkpath)
{
	char *tmp;

	if (already_points(target, linkpath))
		return false;
	tmp = tmp_name(linkpath);
	cleanup_file(tmp);
	unlink(tmp);
	if (symlink(target, tmp) != 0)
		die("link %s to %s:", tmp, target);
	move_link(tmp, linkpath);
	return true;
}

static bool
is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

// A file that is replaced meanwhile may lose its name between look-up and link: ENOENT.
static bool
try_link(const char *target, const char *linkpath)
{
	int tries = LINK_TRIES;
	char *tmp = tmp_name(linkpath);

	cleanup_file(tmp);
	unlink(tmp);
	while (link(target, tmp) != 0) {
		if (errno == ENOENT && tries-- > 0)
			continue;
		cleanup_forget(tmp);
		free(tmp);
		return false;
	}
	move_link(tmp, linkpath);
	return true;
}

bool
output_hardlink(const char *target, const char *linkpath)
{
	struct stat a, b;

	if (lstat(target, &a) != 0)
		die("look at %s:", target);
	if (lstat(linkpath, &b) == 0 && is_same_file(&a, &b))
		return false;
	if (!try_link(target, linkpath))
		die("link %s to %s:", linkpath, target);
	return true;
}

static bool
is_copy(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size && a->st_mode == b->st_mode &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static void
copy_file(const char *from, const struct stat *st, const char *path)
{
	const struct timespec times[2] = {st->st_mtim, st->st_mtim};
	struct output o;

	output_open(&o, path);
	output_copy(&o, from);
	if (fflush(o.f) != 0 || futimens(fileno(o.f), times) != 0)
		die("write %s:", o.tmp);
	output_commit(&o, st->st_mode & 07777);
}

bool
output_share(const char *from, const char *path)
{
	struct stat a, b;

	if (!output_look(from, &a))
		die("%s is missing", from);
	if (output_look(path, &b) && (is_same_file(&a, &b) || is_copy(&a, &b)))
		return false;
	make_parent(path);
	if (try_link(from, path))
		return true;
	if (errno != EXDEV && errno != EPERM && errno != EMLINK && errno != EOPNOTSUPP)
		die("link %s to %s:", path, from);
	copy_file(from, &a, path);
	return true;
}
