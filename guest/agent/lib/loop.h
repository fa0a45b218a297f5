// SPDX-License-Identifier: Apache-2.0
// loop.h -- waiting for many descriptors and moments at once, with epoll. Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_LOOP_H
#define GUEST_AGENT_LIB_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

// A descriptor to wait for. It belongs to its owner, who keeps it in a struct of his own and gets
// it back in FN with what happened (EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR). FN may change, add or
// remove any watch, itself included. FD -1: not waited for.
struct watch {
	int fd;
	uint32_t events; // as last set
	void (*fn)(struct loop *l, struct watch *w, uint32_t happened);
};

// A moment to wait for. AT 0: not waited for; it is 0 again when FN is called.
struct timer {
	long long at; // as io_now counts
	void (*fn)(struct loop *l, struct timer *t);
	struct timer *next; // for the loop
};

// Make the one loop of the program. Dies on failure.
struct loop *loop_new(void);

// Wait for EVENTS on W->fd from now on, and for errors and hang-ups; 0: for nothing at all. Dies
// when the kernel refuses.
void loop_watch(struct loop *l, struct watch *w, uint32_t events);

// No longer wait for W; what is already known to have happened to it is not told any more. The
// descriptor stays open. Call it before closing the descriptor and before freeing what holds W.
void loop_forget(struct loop *l, struct watch *w);

// Call T->fn in MS milliseconds, or never.
void loop_after(struct loop *l, struct timer *t, long ms);
void loop_cancel(struct loop *l, struct timer *t);

// Wait and call, until loop_stop.
void loop_run(struct loop *l);
void loop_stop(struct loop *l);

#endif
