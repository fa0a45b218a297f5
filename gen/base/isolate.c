// SPDX-License-Identifier: Apache-2.0
#include "gen/base/isolate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "gen/base/proc.h"

static void
shut(int *fd)
{
	close(*fd);
	*fd = -1;
}

// Write some of IN. A child that does not read all of it is no mistake.
static void
feed(int *fd, struct str *in)
{
	ssize_t n = in->n ? write(*fd, in->s, in->n) : 0;

	if (n > 0)
		*in = (struct str){in->s + n, in->n - (size_t)n};
	if (in->n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		shut(fd);
}

// Read some of what was printed. False when it is more than MAX bytes.
static bool
listen_to(int *fd, struct buf *b, size_t max)
{
	char block[65536];
	ssize_t n = read(*fd, block, sizeof(block));

	if (n > 0)
		buf_add(b, block, (size_t)n);
	if (n == 0 || (n < 0 && errno != EINTR))
		shut(fd);
	return b->n <= max;
}

// One round; false when the child has used up its time, or its words.
static bool
talk_once(struct proc *p, struct str *in, long long left, size_t max, struct isolate_end *end)
{
	struct pollfd fds[] = {{p->in, POLLOUT, 0}, {p->out, POLLIN, 0}, {p->err, POLLIN, 0}};

	if (left > 0 && poll(fds, 3, (int)left) < 0)
		return true; // a signal
	if (fds[0].revents)
		feed(&p->in, in);
	if ((fds[1].revents && !listen_to(&p->out, &end->out, max)) ||
		(fds[2].revents && !listen_to(&p->err, &end->err, max)))
		end->loud = true;
	end->late = left <= 0;
	return !end->loud && !end->late;
}

bool
isolate(const struct isolate_spec *spec, struct isolate_end *end)
{
	long long until = proc_now_ms() + 1000LL * spec->seconds;
	struct str in = spec->in;
	struct proc p;

	*end = (struct isolate_end){0};
	if (!proc_call(&p, spec->run, spec->arg))
		return false;
	fcntl(p.in, F_SETFL, O_NONBLOCK);
	if (in.n == 0)
		shut(&p.in);
	while (p.out >= 0 || p.err >= 0) {
		if (talk_once(&p, &in, until - proc_now_ms(), spec->max_bytes, end))
			continue;
		kill(-p.group, SIGKILL);
		break;
	}
	end->status = proc_wait(&p);
	return true;
}

void
isolate_free(struct isolate_end *end)
{
	buf_free(&end->out);
	buf_free(&end->err);
}
