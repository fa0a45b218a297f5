// SPDX-License-Identifier: Apache-2.0
// listen.c -- ports on the loopback address. Layer: guest/agent/lib.
#include "listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>

#include "say.h"

// As many as the kernel allows: it lowers this to net.core.somaxconn. musl's SOMAXCONN is 128, and
// a client whose turn is dropped tries again only after a second, then three, then seven.
enum { BACKLOG = 65535 };

static int
bind_port(int type, unsigned port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = {htonl(INADDR_LOOPBACK)}};
	const int on = 1;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		say_die("socket:");
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0)
		say_die("bind 127.0.0.1:%u:", port);
	return fd;
}

int
listen_tcp(unsigned port)
{
	int fd = bind_port(SOCK_STREAM, port);

	if (listen(fd, BACKLOG) < 0)
		say_die("listen 127.0.0.1:%u:", port);
	return fd;
}

int
listen_udp(unsigned port)
{
	return bind_port(SOCK_DGRAM, port);
}

int
listen_accept(int fd, bool *full)
{
	const int on = 1;
	int client;

	*full = false;
	do {
		client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	} while (client < 0 && (errno == EINTR || errno == ECONNABORTED));
	if (client < 0) {
		*full = errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS;
		return -1;
	}
	(void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return client;
}
