// SPDX-License-Identifier: Apache-2.0
// host.c -- connections to the host. Layer: guest/agent/lib.
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "io.h"
#include "say.h"

// musl has no linux/vm_sockets.h. Source: that header, and vsock(7).
enum { VSOCK_FAMILY = 40, VSOCK_HOST = 2 };

struct vsock_address {
	uint16_t family;
	uint16_t reserved;
	uint32_t port;
	uint32_t cid;
	uint8_t flags;
	uint8_t zero[3];
};

static uint32_t host_cid = VSOCK_HOST;
static const char *test_dir; // NULL: vsock

// The word of the kernel command line that begins with PREFIX, in LINE; NULL when there is none.
static const char *
find_word(const char *line, const char *prefix)
{
	size_t n = strlen(prefix);

	for (const char *p = line; (p = strstr(p, prefix)); p += n) {
		if (p == line || p[-1] == ' ')
			return p + n;
	}
	return NULL;
}

void
host_start(void)
{
	char line[4096] = "";
	const char *word;
	int fd = open("/proc/cmdline", O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		ssize_t n = read(fd, line, sizeof(line) - 1);

		line[n > 0 ? n : 0] = '\0';
		(void)close(fd);
	}
	word = find_word(line, "capsem.host-cid=");
	if (word)
		host_cid = (uint32_t)strtoul(word, NULL, 10);
	test_dir = getenv("CAPSEM_TEST_SOCKET_DIR");
	if (test_dir && (getppid() == 1 || find_word(line, "capsem.")))
		say_die("CAPSEM_TEST_SOCKET_DIR is for tests outside the VM");
}

const char *
host_is_test(void)
{
	return test_dir;
}

static int
open_vsock(enum host_port port, int flags)
{
	struct vsock_address to = {VSOCK_FAMILY, 0, (uint32_t)port, host_cid, 0, {0}};
	int fd = socket(VSOCK_FAMILY, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);

	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0 || errno == EINPROGRESS)
		return fd;
	io_close(&fd);
	return -1;
}

static int
open_unix(enum host_port port, int flags)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	int n = snprintf(to.sun_path, sizeof(to.sun_path), "%s/%d", test_dir, (int)port);
	int fd;

	if (n < 0 || (size_t)n >= sizeof(to.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	// A full backlog is EAGAIN here and ECONNRESET on vsock, where callers know what to do.
	if (errno == EAGAIN)
		errno = ECONNRESET;
	io_close(&fd);
	return -1;
}

static int
open_port(enum host_port port, int flags)
{
	return test_dir ? open_unix(port, flags) : open_vsock(port, flags);
}

int
host_connect(enum host_port port)
{
	const struct timeval limit = {.tv_sec = 30};
	int fd = open_port(port, 0);

	if (fd >= 0) {
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	}
	return fd;
}

int
host_connect_retry(enum host_port port, long budget)
{
	long long deadline = io_now() + budget;
	long delay = 50;

	for (;;) {
		int fd = host_connect(port);

		if (fd >= 0 || io_now() >= deadline)
			return fd;
		io_sleep(delay);
		delay = delay * 2 > 500 ? 500 : delay * 2;
	}
}

int
host_connect_begin(enum host_port port)
{
	return open_port(port, SOCK_NONBLOCK);
}

int
host_connected(int fd)
{
	int error = 0;
	socklen_t n = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
		return errno;
	return error;
}
