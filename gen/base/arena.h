// SPDX-License-Identifier: Apache-2.0
// arena.h -- memory that is freed all at once. Layer: gen/base (libc only).
#ifndef GEN_BASE_ARENA_H
#define GEN_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;

// Starts as {0}. Everything allocated from it lives until arena_free. Running out of memory is
// die(); no caller checks for NULL.
struct arena {
	struct arena_chunk *head;
	size_t bytes; // handed out so far, for figures only
};

// N zeroed bytes, aligned for any type.
void *arena_alloc(struct arena *a, size_t n) __attribute__((malloc, returns_nonnull));

// NUL-ended copies: of a string, of N bytes, of what printf would print.
char *arena_dup(struct arena *a, const char *s);
char *arena_ndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

// Free all that was allocated from A. A is empty afterwards and may be used again.
void arena_free(struct arena *a);

// A growing array inside an arena: VEC(struct x) list = {0}; VEC_ADD(&arena, &list, item);
#define VEC(type)                                                                                  \
	struct {                                                                                   \
		type *v;                                                                           \
		size_t n, cap;                                                                     \
	}
#define VEC_ADD(a, vec, item)                                                                      \
	((vec)->v = arena_room((a), (vec)->v, (vec)->n, &(vec)->cap, sizeof(*(vec)->v)),           \
		(vec)->v[(vec)->n++] = (item))

// Make room for one more item of SIZE bytes in the array V of N items; returns where it now is.
void *arena_room(struct arena *a, void *v, size_t n, size_t *cap, size_t size);

#endif
