// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/feed.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

enum { BLOCK = 1 << 17 };

// Keep what the child says now. False at the end of it.
static bool
listen_once(struct feed *f)
{
	char block[4096];
	ssize_t n = read(f->child.out, block, sizeof(block));

	if (n > 0)
		buf_add(&f->said, block, (size_t)n);
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

// Called by libarchive with a full block. The pipe does not block, so that a child which wants to
// talk before it reads on is heard.
static la_ssize_t
write_some(struct archive *to, void *arg, const void *bytes, size_t n)
{
	struct feed *f = arg;

	for (;;) {
		struct pollfd fds[] = {{f->child.in, POLLOUT, 0}, {f->child.out, POLLIN, 0}};
		ssize_t done;

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			break;
		if (fds[1].revents)
			listen_once(f);
		done = fds[0].revents ? write(f->child.in, bytes, n) : 0;
		if (done > 0)
			return done;
		if (done < 0 && errno != EAGAIN && errno != EINTR)
			break;
	}
	archive_set_error(to, errno, "the reader is gone");
	return -1;
}

bool
feed_open(struct feed *f, const char *const *argv, const char *const *env, struct archive *to)
{
	struct proc_spec spec = {
		.argv = argv, .env = env, .in = PROC_PIPE, .out = PROC_PIPE, .err = PROC_TO_OUT};

	*f = (struct feed){.to = to};
	if (!proc_start(&f->child, &spec))
		return false;
	fcntl(f->child.in, F_SETFL, O_NONBLOCK);
	archive_write_set_bytes_per_block(to, BLOCK);
	archive_write_set_bytes_in_last_block(to, 1);
	return archive_write_open(to, f, NULL, write_some, NULL) == ARCHIVE_OK;
}

int
feed_close(struct feed *f)
{
	close(f->child.in);
	f->child.in = -1;
	while (listen_once(f))
		;
	return proc_wait(&f->child);
}

struct str
feed_last_line(const struct feed *f)
{
	struct str all = str_trim(buf_str(&f->said));
	size_t start = all.n;

	while (start > 0 && all.s[start - 1] != '\n')
		start--;
	return (struct str){all.s + start, all.n - start};
}

void
feed_free(struct feed *f)
{
	archive_write_free(f->to);
	buf_free(&f->said);
}
