// SPDX-License-Identifier: Apache-2.0
// threads.h -- the same work on all processors. Layer: rules/lib.
#ifndef RULES_LIB_THREADS_H
#define RULES_LIB_THREADS_H

#include <stddef.h>

enum { THREADS_MAX = 64 };

// How many there are to use: the processors of this machine, at most THREADS_MAX.
unsigned threads_count(void);

// Threads that are running. Only threads.c looks inside.
struct threads;

// Start N threads, thread I of which calls RUN(ARG, I), and wait for them. Threads take no signals:
// those end or stop the program through the one that called. Dies when none can be started.
struct threads *threads_start(unsigned n, void (*run)(void *arg, unsigned i), void *arg);
void threads_join(struct threads *t);

// Call STEP(ARG, I, THREAD) for each I below COUNT, on N threads, in any order.
void threads_each(
	unsigned n, size_t count, void (*step)(void *arg, size_t i, unsigned thread), void *arg);

#endif
