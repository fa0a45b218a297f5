// SPDX-License-Identifier: Apache-2.0
// outbox.c -- frames on their way to the host on the control port. Layer: guest/agent/lib.
#include "outbox.h"

#include <stdlib.h>
#include <string.h>

struct outbox_kept {
	struct outbox_kept *next;
	uint64_t id;
	size_t n;
	unsigned char frame[];
};

static void
forget_all(struct outbox *o)
{
	while (o->first) {
		struct outbox_kept *k = o->first;

		o->first = k->next;
		free(k);
	}
	o->nkept = o->kept_bytes = 0;
}

void
outbox_acked(struct outbox *o, uint64_t id)
{
	for (struct outbox_kept **at = &o->first; *at; at = &(*at)->next) {
		struct outbox_kept *k = *at;

		if (k->id != id)
			continue;
		*at = k->next;
		o->nkept--;
		o->kept_bytes -= k->n;
		free(k);
		return;
	}
}

// Kept in the order they came, so that they are sent again in that order.
void
outbox_keep(struct outbox *o, uint64_t id, const struct bytes *frame)
{
	struct outbox_kept *k = malloc(sizeof(*k) + frame->n);
	struct outbox_kept **at = &o->first;

	bytes_add(&o->queue, frame->p, frame->n);
	outbox_acked(o, id);
	if (o->nkept == OUTBOX_MAX_KEPT || o->kept_bytes + frame->n > OUTBOX_MAX_KEPT_BYTES)
		forget_all(o);
	if (!k)
		return;
	k->next = NULL;
	k->id = id;
	k->n = frame->n;
	memcpy(k->frame, frame->p, frame->n);
	while (*at)
		at = &(*at)->next;
	*at = k;
	o->nkept++;
	o->kept_bytes += k->n;
}

void
outbox_replay(struct outbox *o)
{
	bytes_clear(&o->queue);
	for (const struct outbox_kept *k = o->first; k; k = k->next)
		bytes_add(&o->queue, k->frame, k->n);
}

void
outbox_free(struct outbox *o)
{
	forget_all(o);
	bytes_free(&o->queue);
}
