// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/threads.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "gen/base/die.h"

struct threads {
	struct thread {
		pthread_t id;
		unsigned i;
		struct threads *all;
	} v[THREADS_MAX];
	unsigned n;
	void (*run)(void *arg, unsigned i);
	void *arg;
};

unsigned
threads_count(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	if (n < 1)
		return 1;
	return n < THREADS_MAX ? (unsigned)n : THREADS_MAX;
}

static void *
run_one(void *arg)
{
	const struct thread *t = arg;

	t->all->run(t->all->arg, t->i);
	return NULL;
}

struct threads *
threads_start(unsigned n, void (*run)(void *arg, unsigned i), void *arg)
{
	struct threads *t = calloc(1, sizeof(*t));
	sigset_t all, old;

	if (!t)
		die("out of memory");
	*t = (struct threads){.n = n, .run = run, .arg = arg};
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (unsigned i = 0; i < n; i++) {
		t->v[i].i = i;
		t->v[i].all = t;
		errno = pthread_create(&t->v[i].id, NULL, run_one, &t->v[i]);
		if (errno != 0)
			die("start a thread:");
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return t;
}

void
threads_join(struct threads *t)
{
	for (unsigned i = 0; i < t->n; i++)
		pthread_join(t->v[i].id, NULL);
	free(t);
}

struct each {
	size_t count;
	atomic_size_t next;
	void (*step)(void *arg, size_t i, unsigned thread);
	void *arg;
};

static void
run_each(void *arg, unsigned thread)
{
	struct each *e = arg;
	size_t i;

	while ((i = atomic_fetch_add(&e->next, 1)) < e->count)
		e->step(e->arg, i, thread);
}

void
threads_each(
	unsigned n, size_t count, void (*step)(void *arg, size_t i, unsigned thread), void *arg)
{
	struct each e = {.count = count, .step = step, .arg = arg};

	threads_join(threads_start(n, run_each, &e));
}
