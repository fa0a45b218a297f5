// SPDX-License-Identifier: Apache-2.0
// bytes.h -- a growing run of bytes with a ceiling. Layer: guest/agent/lib (libc only).
#ifndef GUEST_AGENT_LIB_BYTES_H
#define GUEST_AGENT_LIB_BYTES_H

#include <stdbool.h>
#include <stddef.h>

// N bytes at P. It never holds more than MAX; what would exceed that, or what memory cannot be had
// for, is left out and FAILED is set, so that a writer can check once at its end. Starts as
// {.max = LIMIT}.
struct bytes {
	unsigned char *p;
	size_t n, cap, max;
	bool failed;
};

// Append N bytes.
void bytes_add(struct bytes *b, const void *p, size_t n);

// Make room for N more bytes and return where they go (the caller then adds to b->n); NULL when
// there is no room.
unsigned char *bytes_room(struct bytes *b, size_t n);

// Remove the first N bytes.
void bytes_take(struct bytes *b, size_t n);

// Empty again, memory kept (clear) or given back (free). Both forget a failure.
void bytes_clear(struct bytes *b);
void bytes_free(struct bytes *b);

#endif
