// SPDX-License-Identifier: Apache-2.0
// loop.c -- waiting for many descriptors and moments at once. Layer: guest/agent/lib.
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "io.h"
#include "say.h"

enum { BATCH = 64 };

struct loop {
	int fd;
	bool stop;
	struct timer *timers; // unordered: there are few
	struct epoll_event batch[BATCH];
	int nbatch, at; // events of the batch, and the one being handled
};

struct loop *
loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));

	if (!l || (l->fd = epoll_create1(EPOLL_CLOEXEC)) < 0)
		say_die("epoll:");
	return l;
}

void
loop_forget(struct loop *l, struct watch *w)
{
	if (w->events)
		(void)epoll_ctl(l->fd, EPOLL_CTL_DEL, w->fd, NULL);
	w->events = 0;
	for (int i = l->at + 1; i < l->nbatch; i++) {
		if (l->batch[i].data.ptr == w)
			l->batch[i].data.ptr = NULL;
	}
}

void
loop_watch(struct loop *l, struct watch *w, uint32_t events)
{
	struct epoll_event e = {.events = events, .data = {.ptr = w}};

	if (events == 0)
		loop_forget(l, w);
	if (w->events == events)
		return;
	if (epoll_ctl(l->fd, w->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, w->fd, &e) < 0)
		say_die("epoll:");
	w->events = events;
}

void
loop_cancel(struct loop *l, struct timer *t)
{
	for (struct timer **p = &l->timers; *p; p = &(*p)->next) {
		if (*p == t) {
			*p = t->next;
			break;
		}
	}
	t->at = 0;
}

void
loop_after(struct loop *l, struct timer *t, long ms)
{
	loop_cancel(l, t);
	t->at = io_now() + ms;
	t->next = l->timers;
	l->timers = t;
}

static struct timer *
first_timer(const struct loop *l)
{
	struct timer *first = l->timers;

	for (struct timer *t = first; t; t = t->next) {
		if (t->at < first->at)
			first = t;
	}
	return first;
}

static void
call_timers(struct loop *l)
{
	long long now = io_now();
	struct timer *t;

	while (!l->stop && (t = first_timer(l)) && t->at <= now) {
		loop_cancel(l, t);
		t->fn(l, t);
	}
}

static int
wait_ms(const struct loop *l)
{
	const struct timer *t = first_timer(l);
	long long ms;

	if (!t)
		return -1;
	ms = t->at - io_now();
	return ms < 0 ? 0 : ms > 60000 ? 60000 : (int)ms;
}

void
loop_run(struct loop *l)
{
	l->stop = false;
	while (!l->stop) {
		l->nbatch = epoll_wait(l->fd, l->batch, BATCH, wait_ms(l));
		if (l->nbatch < 0 && errno != EINTR)
			say_die("epoll:");
		for (l->at = 0; l->at < l->nbatch && !l->stop; l->at++) {
			struct watch *w = l->batch[l->at].data.ptr;

			if (w)
				w->fn(l, w, l->batch[l->at].events);
		}
		l->nbatch = 0;
		call_timers(l);
	}
}

void
loop_stop(struct loop *l)
{
	l->stop = true;
}
