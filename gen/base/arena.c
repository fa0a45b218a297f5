// SPDX-License-Identifier: Apache-2.0
#include "gen/base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"

enum { CHUNK = 64 * 1024 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t used, size;
	alignas(max_align_t) char data[];
};

static struct arena_chunk *
new_chunk(struct arena *a, size_t n)
{
	size_t size = n > CHUNK ? n : CHUNK;
	struct arena_chunk *c = size > SIZE_MAX - sizeof(*c) ? NULL : calloc(1, sizeof(*c) + size);

	if (!c)
		die("out of memory (%zu bytes wanted)", n);
	c->size = size;
	c->next = a->head;
	a->head = c;
	return c;
}

static size_t
aligned(size_t n)
{
	size_t align = alignof(max_align_t);

	return (n + align - 1) / align * align;
}

void *
arena_alloc(struct arena *a, size_t n)
{
	struct arena_chunk *c = a->head;
	void *p;

	if (n > SIZE_MAX - alignof(max_align_t))
		die("out of memory (%zu bytes wanted)", n);
	n = aligned(n);
	if (!c || c->size - c->used < n)
		c = new_chunk(a, n);
	p = c->data + c->used;
	c->used += n;
	a->bytes += n;
	return p;
}

char *
arena_ndup(struct arena *a, const char *s, size_t n)
{
	char *copy = arena_alloc(a, n + 1);

	if (n)
		memcpy(copy, s, n);
	return copy;
}

char *
arena_dup(struct arena *a, const char *s)
{
	return arena_ndup(a, s, strlen(s));
}

char *
arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	char first[256], *s; // most texts fit, and are then formatted once
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(first, sizeof(first), fmt, ap);
	if (n < 0)
		die("cannot format '%s'", fmt);
	s = arena_alloc(a, (size_t)n + 1);
	if ((size_t)n < sizeof(first)) {
		memcpy(s, first, (size_t)n);
	} else {
		vsnprintf(s, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	return s;
}

char *
arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}

// Make the array V, of OLD bytes, NEW bytes long where it lies. Only what was allocated last can
// grow.
static bool
stretch(struct arena *a, const void *v, size_t old, size_t new)
{
	struct arena_chunk *c = a->head;

	if (!v || !c || c->used < aligned(old) ||
		(const char *)v != c->data + c->used - aligned(old))
		return false;
	if (c->size - c->used < aligned(new) - aligned(old))
		return false;
	c->used += aligned(new) - aligned(old);
	a->bytes += aligned(new) - aligned(old);
	return true;
}

void *
arena_room(struct arena *a, void *v, size_t n, size_t *cap, size_t size)
{
	size_t want = *cap ? *cap * 2 : 2;
	void *grown;

	if (n < *cap)
		return v;
	if (stretch(a, v, *cap * size, want * size)) {
		*cap = want;
		return v;
	}
	grown = arena_alloc(a, want * size);
	if (n)
		memcpy(grown, v, n * size);
	*cap = want;
	return grown;
}

void
arena_free(struct arena *a)
{
	while (a->head) {
		struct arena_chunk *next = a->head->next;

		free(a->head);
		a->head = next;
	}
	a->bytes = 0;
}
