// SPDX-License-Identifier: Apache-2.0
// fail_nth -- a library to preload: the nth call that changes a file fails, or never comes back.
// Layer: tests.
//
// FAIL_AT=N counts the calls below in the process named FAIL_PROGRAM, from 1. The Nth creates the
// file FAIL_MARK, so that a test knows the call was reached, and then fails with ENOSPC; with
// FAIL_HANG set it waits for a signal instead, a quarter of a second. Only calls made
// through the dynamic linker count: what the C library does inside fclose is one call here.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

static long calls;

// The function NAME of the next library, as a function pointer in *FN.
static void
find(const char *name, void *fn)
{
	void *p = dlsym(RTLD_NEXT, name);

	if (!p)
		abort();
	memcpy(fn, &p, sizeof(p));
}

// Take a quarter of a second, or until a signal came (or would, were it not blocked).
static void
hang(void)
{
	sigset_t waiting;

	for (int i = 0; i < 250; i++) {
		if (nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL) != 0)
			return;
		sigpending(&waiting);
		if (sigismember(&waiting, SIGINT) == 1)
			return;
	}
}

// Whether this call is the one. Leaves errno as a full disk would.
static bool
is_time(void)
{
	const char *at = getenv("FAIL_AT"), *program = getenv("FAIL_PROGRAM");
	const char *mark = getenv("FAIL_MARK");

	if (!at || !mark || !program || strcmp(program, program_invocation_short_name) != 0)
		return false;
	if (++calls != strtol(at, NULL, 10))
		return false;
	open(mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (getenv("FAIL_HANG")) {
		hang();
		return false;
	}
	errno = ENOSPC;
	return true;
}

static bool
is_time_for(FILE *f)
{
	return f && fileno(f) > 2 && is_time();
}

FILE *
fopen(const char *path, const char *mode)
{
	FILE *(*real)(const char *, const char *);

	find("fopen", &real);
	return strpbrk(mode, "wa+") && is_time() ? NULL : real(path, mode);
}

size_t
fwrite(const void *p, size_t size, size_t n, FILE *f)
{
	size_t (*real)(const void *, size_t, size_t, FILE *);

	find("fwrite", &real);
	if (!is_time_for(f))
		return real(p, size, n, f);
	f->_flags |= 0x20; // what ferror looks at in glibc
	return 0;
}

int
fflush(FILE *f)
{
	int (*real)(FILE *);

	find("fflush", &real);
	return is_time_for(f) ? EOF : real(f);
}

// The file is closed all the same, as the system does it.
int
fclose(FILE *f)
{
	int (*real)(FILE *), result;
	bool fails = is_time_for(f);

	find("fclose", &real);
	result = real(f);
	if (fails)
		errno = ENOSPC;
	return fails ? EOF : result;
}

ssize_t
write(int fd, const void *p, size_t n)
{
	ssize_t (*real)(int, const void *, size_t);

	find("write", &real);
	return fd > 2 && is_time() ? -1 : real(fd, p, n);
}

int
close(int fd)
{
	int (*real)(int), result;
	bool fails = fd > 2 && is_time();

	find("close", &real);
	result = real(fd);
	if (fails)
		errno = ENOSPC;
	return fails ? -1 : result;
}

int
fsync(int fd)
{
	int (*real)(int);

	find("fsync", &real);
	return is_time() ? -1 : real(fd);
}

int
fchmod(int fd, mode_t mode)
{
	int (*real)(int, mode_t);

	find("fchmod", &real);
	return is_time() ? -1 : real(fd, mode);
}

int
ftruncate(int fd, off_t n)
{
	int (*real)(int, off_t);

	find("ftruncate", &real);
	return is_time() ? -1 : real(fd, n);
}

int
rename(const char *from, const char *to)
{
	int (*real)(const char *, const char *);

	find("rename", &real);
	return is_time() ? -1 : real(from, to);
}

int
link(const char *from, const char *to)
{
	int (*real)(const char *, const char *);

	find("link", &real);
	return is_time() ? -1 : real(from, to);
}

int
symlink(const char *from, const char *to)
{
	int (*real)(const char *, const char *);

	find("symlink", &real);
	return is_time() ? -1 : real(from, to);
}

int
mkdir(const char *path, mode_t mode)
{
	int (*real)(const char *, mode_t);

	find("mkdir", &real);
	return is_time() ? -1 : real(path, mode);
}

int
utimensat(int dir, const char *path, const struct timespec t[2], int flags)
{
	int (*real)(int, const char *, const struct timespec *, int);

	find("utimensat", &real);
	return is_time() ? -1 : real(dir, path, t, flags);
}
