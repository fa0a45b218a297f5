// SPDX-License-Identifier: Apache-2.0
// relay.c -- copying between two descriptors, both ways. Layer: guest/agent/lib.
#include "relay.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "io.h"

// Read from FROM once, as much as TO's buffer takes. False when the connection failed.
static bool
fill(struct relay_end *from, struct relay_end *to)
{
	size_t room = RELAY_CHUNK - to->out.n;
	unsigned char *p;
	ssize_t n;

	if (from->eof || room == 0)
		return true;
	p = bytes_room(&to->out, room);
	if (!p)
		return false;
	n = read(from->watch.fd, p, room);
	if (n < 0) {
		from->failed = !io_again();
		return !from->failed;
	}
	if (n == 0)
		from->eof = true;
	to->out.n += (size_t)n;
	return true;
}

// Write what waits for TO, and half-close it after the last byte.
static bool
drain(const struct relay_end *from, struct relay_end *to)
{
	ssize_t n;

	if (to->out.n) {
		n = write(to->watch.fd, to->out.p, to->out.n);
		if (n < 0) {
			to->failed = !io_again();
			return !to->failed;
		}
		bytes_take(&to->out, (size_t)n);
		if (to->out.n == 0)
			bytes_free(&to->out); // most connections are idle most of the time
	}
	if (to->out.n == 0 && from->eof && !to->shut) {
		(void)shutdown(to->watch.fd, SHUT_WR);
		to->shut = true;
	}
	return true;
}

static void
wait_for(struct loop *l, struct relay_end *end, const struct relay_end *other)
{
	uint32_t events = 0;

	if (!end->eof && other->out.n < RELAY_CHUNK)
		events |= EPOLLIN;
	if (end->out.n)
		events |= EPOLLOUT;
	loop_watch(l, &end->watch, events);
}

static void
step(struct loop *l, struct relay *r, struct relay_end *end, uint32_t happened)
{
	struct relay_end *other = end == &r->a ? &r->b : &r->a;
	bool ok = true;

	if (happened & (EPOLLIN | EPOLLHUP | EPOLLERR))
		ok = fill(end, other) && drain(end, other);
	if (ok && happened & EPOLLOUT)
		ok = drain(other, end);
	// A side that hung up takes no more bytes, but what it said before is still delivered.
	if (ok && happened & (EPOLLHUP | EPOLLERR) && end->out.n)
		ok = drain(other, end);
	if (!ok || (r->a.shut && r->b.shut) || (r->until_first && (r->a.shut || r->b.shut))) {
		r->done(l, r);
		return;
	}
	wait_for(l, end, other);
	wait_for(l, other, end);
}

static void
step_a(struct loop *l, struct watch *w, uint32_t happened)
{
	struct relay *r = (struct relay *)(void *)((char *)w - offsetof(struct relay, a.watch));

	step(l, r, &r->a, happened);
}

static void
step_b(struct loop *l, struct watch *w, uint32_t happened)
{
	struct relay *r = (struct relay *)(void *)((char *)w - offsetof(struct relay, b.watch));

	step(l, r, &r->b, happened);
}

void
relay_start(struct loop *l, struct relay *r, int fd_a, int fd_b)
{
	r->a.watch = (struct watch){.fd = fd_a, .fn = step_a};
	r->b.watch = (struct watch){.fd = fd_b, .fn = step_b};
	r->a.eof = r->a.shut = r->a.failed = false;
	r->b.eof = r->b.shut = r->b.failed = false;
	r->a.out.max = r->b.out.max = RELAY_CHUNK;
	wait_for(l, &r->a, &r->b);
	wait_for(l, &r->b, &r->a);
}

void
relay_pause(struct loop *l, struct relay *r)
{
	loop_forget(l, &r->a.watch);
	loop_forget(l, &r->b.watch);
}

void
relay_stop(struct loop *l, struct relay *r)
{
	relay_pause(l, r);
	bytes_free(&r->a.out);
	bytes_free(&r->b.out);
}
