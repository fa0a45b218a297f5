// SPDX-License-Identifier: Apache-2.0
// engine.c -- hands a command line and the standard files to engine.py, which answers it.
//
// $CAPSEM_STANDIN/socket takes the folder and the words, each ended by a zero byte, with three
// descriptors; one byte comes back, the exit status. Twenty of these cost what one start of Python
// does.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { MOST = 1 << 20, NFILES = 3 };

static int
reach(const char *folder)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!folder || snprintf(at.sun_path, sizeof(at.sun_path), "%s/socket", folder) >=
			       (int)sizeof(at.sun_path))
		return -1;
	return connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0 ? fd : -1;
}

static size_t
pack_words(int argc, char *argv[], char *to)
{
	size_t n;

	if (!getcwd(to, MOST))
		exit(3);
	n = strlen(to) + 1;
	for (int i = 1; i < argc; i++) {
		size_t size = strlen(argv[i]) + 1;

		if (n + size > MOST)
			exit(3);
		memcpy(to + n, argv[i], size);
		n += size;
	}
	to[n++] = '\n';
	return n;
}

static ssize_t
send_all(int fd, char *words, size_t n)
{
	static const int files[NFILES] = {0, 1, 2};
	char control[CMSG_SPACE(sizeof(files))] = {0};
	struct iovec part = {words, n};
	struct msghdr m = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	ssize_t sent;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(files));
	memcpy(CMSG_DATA(c), files, sizeof(files));
	sent = sendmsg(fd, &m, MSG_NOSIGNAL);
	while (sent >= 0 && (size_t)sent < n) {
		ssize_t more = send(fd, words + sent, n - (size_t)sent, MSG_NOSIGNAL);

		if (more < 0)
			return more;
		sent += more;
	}
	return sent;
}

int
main(int argc, char *argv[])
{
	static char words[MOST + 1];
	int fd = reach(getenv("CAPSEM_STANDIN"));
	unsigned char status = 3;

	if (fd < 0 || send_all(fd, words, pack_words(argc, argv, words)) < 0 ||
		read(fd, &status, 1) != 1) {
		fputs("stand-in: nobody answers\n", stderr);
		return 3;
	}
	return status;
}
