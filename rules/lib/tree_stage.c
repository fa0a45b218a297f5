// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/tree_stage.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/path.h"

enum { BLOCK = 1 << 18, OPEN_FOLDERS = 16 };

static const char *
place(const struct tree *t, const char *dir, const char *path)
{
	return strcmp(path, ".") == 0 ? dir : path_join(t->arena, dir, path);
}

// Holes stay holes.
static void
write_file(const struct tree_data *d, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || ftruncate(fd, d->size) != 0)
		die("write %s:", path);
	for (size_t i = 0; i < d->pieces.n; i++) {
		const struct tree_piece *p = &d->pieces.v[i];

		for (size_t done = 0; done < p->n;) {
			ssize_t n = pwrite(
				fd, p->bytes + done, p->n - done, (off_t)p->offset + (off_t)done);

			if (n <= 0)
				die("write %s:", path);
			done += (size_t)n;
		}
	}
	if (close(fd) != 0)
		die("write %s:", path);
}

// Returns whether it made another name of a file that is complete already.
static bool
make(const struct tree *t, const struct tree_entry *e, const char *dir, const char *path)
{
	int err = 0;

	if (e->data && strcmp(e->data->first, e->path) != 0) {
		if (link(place(t, dir, e->data->first), path) != 0)
			die("link %s:", path);
		return true;
	}
	if (e->data) {
		write_file(e->data, path);
	} else if (S_ISDIR(e->mode)) {
		err = mkdir(path, 0700);
	} else if (S_ISLNK(e->mode)) {
		err = symlink(e->target, path);
	} else {
		err = mknod(path, e->mode & (S_IFMT | 0600), e->rdev);
	}
	if (err != 0)
		die("make %s:", path);
	return false;
}

// A new owner takes capabilities and setgid bits away, so first the one and then the others.
static void
give(const struct tree_entry *e, const char *path)
{
	if (lchown(path, e->uid, e->gid) != 0) {
		die("give %s to user %ld (run as root, or with buildah unshare):", path,
			(long)e->uid);
	}
	if (!S_ISLNK(e->mode) && chmod(path, e->mode & 07777) != 0)
		die("set the mode of %s:", path);
	for (size_t i = 0; i < e->xattrs.n; i++) {
		const struct tree_xattr *x = &e->xattrs.v[i];

		if (lsetxattr(path, x->name, x->value, x->n, 0) != 0)
			die("set %s of %s:", x->name, path);
	}
}

void
tree_stage(const struct tree *t, const char *dir)
{
	for (size_t i = 0; i < t->list.n; i++) {
		const struct tree_entry *e = &t->list.v[i];
		const char *path = place(t, dir, e->path);

		if (!make(t, e, dir, path))
			give(e, path);
	}
}

static bool
same_piece(int fd, const struct tree_piece *p)
{
	static char block[BLOCK];

	for (size_t done = 0; done < p->n;) {
		size_t want = p->n - done < BLOCK ? p->n - done : BLOCK;
		ssize_t n = pread(fd, block, want, (off_t)p->offset + (off_t)done);

		if (n <= 0 || memcmp(block, p->bytes + done, (size_t)n) != 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static bool
only_zeroes(int fd, int64_t from, int64_t to)
{
	char block[4096];

	while (from < to) {
		size_t want =
			to - from < (int64_t)sizeof(block) ? (size_t)(to - from) : sizeof(block);
		ssize_t n = pread(fd, block, want, (off_t)from);

		if (n <= 0 || block[0] || memcmp(block, block + 1, (size_t)n - 1) != 0)
			return false;
		from += n;
	}
	return true;
}

static bool
same_bytes(const struct tree_data *d, const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool same = fd >= 0;
	int64_t at = 0;

	for (size_t i = 0; i < d->pieces.n && same; i++) {
		const struct tree_piece *p = &d->pieces.v[i];

		same = only_zeroes(fd, at, p->offset) && same_piece(fd, p);
		at = p->offset + (int64_t)p->n;
	}
	same = same && only_zeroes(fd, at, d->size);
	if (fd >= 0)
		close(fd);
	return same;
}

static bool
is_target(const struct tree_entry *e, const char *path)
{
	size_t n = strlen(e->target);
	char *target = malloc(n + 2);
	bool same;

	if (!target)
		die("out of memory");
	same = readlink(path, target, n + 1) == (ssize_t)n && memcmp(target, e->target, n) == 0;
	free(target);
	return same;
}

// What is wrong with the entry, NULL when nothing is.
static const char *
compare(const struct tree_entry *e, const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return "is not there";
	if (st.st_mode != e->mode)
		return "has another kind or mode";
	if (st.st_uid != e->uid || st.st_gid != e->gid)
		return "has another owner";
	if ((S_ISCHR(e->mode) || S_ISBLK(e->mode)) && st.st_rdev != e->rdev)
		return "has another device number";
	if (S_ISLNK(e->mode) && !is_target(e, path))
		return "has another target";
	if (S_ISREG(e->mode) && (st.st_size != e->data->size || !same_bytes(e->data, path)))
		return "has other bytes";
	return NULL;
}

static size_t counted;

static int
count_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)path;
	(void)st;
	(void)kind;
	(void)at;
	counted++;
	return 0;
}

const char *
tree_compare(const struct tree *t, struct arena *a, const char *dir)
{
	for (size_t i = 0; i < t->list.n; i++) {
		const struct tree_entry *e = &t->list.v[i];
		const char *why = compare(e, place(t, dir, e->path));

		if (why)
			return arena_printf(a, "'%s' in the image %s", e->path, why);
	}
	counted = 0;
	if (nftw(dir, count_one, OPEN_FOLDERS, FTW_PHYS) != 0 || counted != t->list.n)
		return arena_printf(a, "the image has %zu names and not %zu", counted, t->list.n);
	return NULL;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

void
tree_unstage(const char *dir)
{
	struct stat st;

	if (lstat(dir, &st) != 0)
		return;
	if (nftw(dir, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS) != 0)
		warn("remove %s:", dir);
}
