// SPDX-License-Identifier: Apache-2.0
// bytes.c -- a growing run of bytes with a ceiling. Layer: guest/agent/lib.
#include "bytes.h"

#include <stdlib.h>
#include <string.h>

unsigned char *
bytes_room(struct bytes *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 64;
	unsigned char *p;

	if (b->failed || n > b->max - b->n) {
		b->failed = true;
		return NULL;
	}
	while (cap < b->n + n)
		cap *= 2;
	if (cap > b->cap) {
		p = realloc(b->p, cap);
		if (!p) {
			b->failed = true;
			return NULL;
		}
		b->p = p;
		b->cap = cap;
	}
	return b->p + b->n;
}

void
bytes_add(struct bytes *b, const void *p, size_t n)
{
	unsigned char *to = bytes_room(b, n);

	if (to && n) {
		memcpy(to, p, n);
		b->n += n;
	}
}

void
bytes_take(struct bytes *b, size_t n)
{
	b->n -= n;
	if (b->n)
		memmove(b->p, b->p + n, b->n);
}

void
bytes_clear(struct bytes *b)
{
	b->n = 0;
	b->failed = false;
}

void
bytes_free(struct bytes *b)
{
	free(b->p);
	b->p = NULL;
	b->cap = 0;
	bytes_clear(b);
}
