// SPDX-License-Identifier: Apache-2.0
// files.c -- files the host puts into the VM, and takes out of the workspace.
// Layer: guest/agent/lib.
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io.h"
#include "utf8.h"

static bool __attribute__((format(printf, 2, 3))) fail(char why[FILES_WHY], const char *fmt, ...)
{
	char text[FILES_WHY + PATH_MAX];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)utf8_clean(why, FILES_WHY - 1, text, strlen(text));
	return false;
}

// Copy the path to TO, NUL-ended. Returns why it is refused, or NULL.
static const char *
copy_path(char to[PATH_MAX], struct text path)
{
	if (path.n == 0)
		return "the path is empty";
	if (path.n >= PATH_MAX)
		return "the path is too long";
	if (memchr(path.s, '\0', path.n))
		return "the path has NUL";
	memcpy(to, path.s, path.n);
	to[path.n] = '\0';
	return strstr(to, "..") ? "the path has '..'" : NULL;
}

// Make the folders above PATH. Those that exist are left alone; a failure shows when the file is
// opened.
static void
make_folders(const char *path)
{
	char above[PATH_MAX];

	(void)snprintf(above, sizeof(above), "%s", path);
	for (char *p = strchr(above + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = '\0';
		(void)mkdir(above, 0755);
		*p = '/';
	}
}

// Open for writing, without waiting for a reader, should it be a pipe. -1 with errno set.
static int
open_to_write(const char *path, int flags)
{
	struct stat st;
	int fd = open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC | flags, 0600);

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || ftruncate(fd, 0) < 0) {
		errno = errno ? errno : EINVAL;
		io_close(&fd);
	}
	return fd;
}

static bool
write_file(const char *path, const struct bytes *data, uint64_t mode, int flags, bool through)
{
	int fd;
	bool ok;

	make_folders(path);
	errno = 0;
	fd = open_to_write(path, flags);
	if (fd < 0)
		return false;
	ok = io_write_all(fd, data->p, data->n);
	(void)fchmod(fd, (mode_t)(mode & 07777));
	ok = ok && (!through || fsync(fd) == 0);
	io_close(&fd);
	return ok;
}

bool
files_boot_write(struct files_boot *b, struct text path, const struct bytes *data, uint64_t mode,
	char why[FILES_WHY])
{
	char to[PATH_MAX];
	const char *reason = copy_path(to, path);

	if (reason)
		return fail(why, "%s", reason);
	if (b->n >= FILES_MAX_BOOT)
		return fail(why, "there are too many files");
	if (data->n > FILES_MAX_BOOT_BYTES - b->bytes)
		return fail(why, "the files are too large together");
	if (!write_file(to, data, mode, 0, false))
		return fail(why, "%s", strerror(errno));
	b->n++;
	b->bytes += data->n;
	return true;
}

// Whether PATH, which is real, is ROOT or lies below it.
static bool
is_below(const char *root, const char *path)
{
	size_t n = strlen(root);

	if (strcmp(root, "/") == 0)
		return true;
	return strncmp(path, root, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

// Cut the last part off PATH: "a/b" becomes "a", "a" becomes ".", "/a" becomes "/".
static void
to_parent(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash && slash != path) {
		*slash = '\0';
		return;
	}
	path[0] = slash ? '/' : '.';
	path[1] = '\0';
}

// The nearest thing above or at PATH that exists must really lie in ROOT: what is made below it
// then does, too. Returns why not, or NULL; TO gets the path.
static const char *
check(const char *root, struct text path, char to[PATH_MAX])
{
	char real_root[PATH_MAX], real[PATH_MAX], at[PATH_MAX];
	const char *reason = copy_path(to, path);
	struct stat st;

	if (reason)
		return reason;
	if (lstat(to, &st) == 0 && S_ISLNK(st.st_mode))
		return "the path is a symbolic link";
	if (!realpath(root, real_root))
		return "there is no workspace";
	(void)snprintf(at, sizeof(at), "%s", to);
	while (!realpath(at, real)) {
		if (errno != ENOENT || strcmp(at, "/") == 0 || strcmp(at, ".") == 0)
			return "the path cannot be followed";
		to_parent(at);
	}
	return is_below(real_root, real) ? NULL : "the path leaves the workspace";
}

bool
files_write(const char *root, struct text path, const struct bytes *data, uint64_t mode,
	char why[FILES_WHY])
{
	char to[PATH_MAX];
	const char *reason = check(root, path, to);

	if (reason)
		return fail(why, "FileWrite rejected: %s", reason);
	if (!write_file(to, data, mode, O_NOFOLLOW, true))
		return fail(why, "failed to write %s: %s", to, strerror(errno));
	return true;
}

// Read to the end. False, with errno set, for an error or for more than DATA may hold.
static bool
read_all(int fd, struct bytes *data)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) < 0)
		return false;
	errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	if (!S_ISREG(st.st_mode))
		return false;
	do {
		unsigned char *to = bytes_room(data, 4096);

		if (!to) {
			errno = EFBIG;
			return false;
		}
		n = read(fd, to, 4096);
		data->n += n > 0 ? (size_t)n : 0;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n == 0;
}

bool
files_read(const char *root, struct text path, struct bytes *data, char why[FILES_WHY])
{
	char from[PATH_MAX];
	const char *reason = check(root, path, from);
	int fd;
	bool ok;

	bytes_clear(data);
	if (reason)
		return fail(why, "FileRead rejected: %s", reason);
	fd = open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ok = fd >= 0 && read_all(fd, data);
	io_close(&fd);
	return ok || fail(why, "failed to read %s: %s", from, strerror(errno));
}

bool
files_delete(const char *root, struct text path, char why[FILES_WHY])
{
	char at[PATH_MAX];
	const char *reason = check(root, path, at);

	if (reason)
		return fail(why, "FileDelete rejected: %s", reason);
	if (unlink(at) < 0 && errno != ENOENT)
		return fail(why, "failed to delete %s: %s", at, strerror(errno));
	return true;
}
