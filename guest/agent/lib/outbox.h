// SPDX-License-Identifier: Apache-2.0
// outbox.h -- frames on their way to the host on the control port. Replies are kept until the host
// has acknowledged them, and are sent again on the next connection. Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_OUTBOX_H
#define GUEST_AGENT_LIB_OUTBOX_H

#include <stdint.h>

#include "bytes.h"

enum {
	OUTBOX_MAX_KEPT = 4096,           // replies; with more, all are forgotten
	OUTBOX_MAX_KEPT_BYTES = 32 << 20, // the same
	OUTBOX_FULL = 1 << 20,            // bytes waiting: time to stop taking orders
};

struct outbox_kept;

// QUEUE is what is still to be written. Starts as {.queue = {.max = ...}}.
struct outbox {
	struct bytes queue;
	struct outbox_kept *first;
	size_t nkept, kept_bytes;
};

// Queue the frame in FRAME, and keep a copy under ID, replacing an earlier one, until outbox_acked.
void outbox_keep(struct outbox *o, uint64_t id, const struct bytes *frame);

// The host has the reply to ID. An id that is not known is ignored.
void outbox_acked(struct outbox *o, uint64_t id);

// A new connection: what was queued for the old one is dropped, what is kept is queued again.
void outbox_replay(struct outbox *o);

// Forget everything.
void outbox_free(struct outbox *o);

#endif
