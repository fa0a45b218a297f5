// SPDX-License-Identifier: Apache-2.0
// io.c -- descriptors and time. Layer: guest/agent/lib.
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

void
io_start(void)
{
	struct rlimit limit;

	(void)signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}

bool
io_write_all(int fd, const void *p, size_t n)
{
	const char *from = p;
	ssize_t done;

	while (n) {
		done = write(fd, from, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		from += done;
		n -= (size_t)done;
	}
	return true;
}

bool
io_read_exact(int fd, void *p, size_t n)
{
	char *to = p;
	ssize_t done;

	while (n) {
		done = read(fd, to, n);
		if (done < 0 && errno == EINTR)
			continue;
		if (done == 0)
			errno = ECONNRESET;
		if (done <= 0)
			return false;
		to += done;
		n -= (size_t)done;
	}
	return true;
}

void
io_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags >= 0)
		(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

bool
io_again(void)
{
	return errno == EAGAIN || errno == EINTR;
}

long long
io_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
io_sleep(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		continue;
}

void
io_close(int *fd)
{
	int error = errno;

	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
	errno = error;
}
