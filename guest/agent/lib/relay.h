// SPDX-License-Identifier: Apache-2.0
// relay.h -- copying between two descriptors, both ways, without ever blocking.
// Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_RELAY_H
#define GUEST_AGENT_LIB_RELAY_H

#include "bytes.h"
#include "loop.h"

enum { RELAY_CHUNK = 8192 }; // what waits in each direction is never more

// One end: what it still has to write, and what became of it.
struct relay_end {
	struct watch watch;
	struct bytes out; // read from the other end, to be written to this one
	bool eof;         // nothing more will be read from it
	bool shut;        // told that nothing more will be written to it
	bool failed;      // reading or writing gave an error
};

// Two ends being copied to each other. The end of input on one side becomes a half-close of the
// other, once all is written; the opposite direction goes on. DONE is called once, when both have
// ended or either failed (UNTIL_FIRST: when either has ended, too); it may free what holds the
// relay, after relay_stop.
struct relay {
	struct relay_end a, b;
	bool until_first;
	void (*done)(struct loop *l, struct relay *r);
};

// Start to copy between FD_A and FD_B, sockets or a terminal that do not block. What the ends' OUT
// already hold is written first. The relay never closes the descriptors.
void relay_start(struct loop *l, struct relay *r, int fd_a, int fd_b);

// Stop waiting for either; what is still to be written is kept for a relay_start to come.
void relay_pause(struct loop *l, struct relay *r);

// The same, and give the buffers back.
void relay_stop(struct loop *l, struct relay *r);

#endif
