// SPDX-License-Identifier: Apache-2.0
// buf.c -- the growing half of str.h. Layer: gen/base.
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/str.h"

static void
grow(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;

	if (n > SIZE_MAX / 2 - b->n)
		die("out of memory (%zu bytes wanted)", n);
	while (cap < b->n + n + 1)
		cap *= 2;
	b->s = realloc(b->s, cap);
	if (!b->s)
		die("out of memory (%zu bytes wanted)", cap);
	b->cap = cap;
}

// For N bytes and a NUL.
static inline void
make_room(struct buf *b, size_t n)
{
	if (n >= b->cap - b->n)
		grow(b, n);
}

void
buf_add(struct buf *b, const char *s, size_t n)
{
	make_room(b, n);
	if (n)
		memcpy(b->s + b->n, s, n);
	b->n += n;
	b->s[b->n] = '\0';
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_addc(struct buf *b, char c)
{
	make_room(b, 1);
	b->s[b->n++] = c;
	b->s[b->n] = '\0';
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	make_room(b, 1);
	n = vsnprintf(b->s + b->n, b->cap - b->n, fmt, ap);
	va_end(ap);
	if (n < 0)
		die("cannot format '%s'", fmt);
	if ((size_t)n >= b->cap - b->n) {
		make_room(b, (size_t)n);
		vsnprintf(b->s + b->n, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	b->n += (size_t)n;
}

struct str
buf_str(const struct buf *b)
{
	return (struct str){b->s ? b->s : "", b->n};
}

void
buf_free(struct buf *b)
{
	free(b->s);
	*b = (struct buf){0};
}
