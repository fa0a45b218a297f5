// SPDX-License-Identifier: Apache-2.0
// str.h -- borrowed text and text that grows. Layer: gen/base (libc only).
#ifndef GEN_BASE_STR_H
#define GEN_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>

// A borrowed run of bytes: passed by value, never freed through this struct, not always NUL-ended.
struct str {
	const char *s;
	size_t n;
};

#define STR(lit) ((struct str){"" lit, sizeof(lit) - 1})
#define STR_FMT(x) (int)(x).n, (x).s // for "%.*s"

// The bytes of a NUL-ended string, borrowed; NULL gives the empty one.
struct str str_of(const char *s);

// Whether two runs hold the same bytes; whether A holds those of the string B.
bool str_eq(struct str a, struct str b);
bool str_is(struct str a, const char *b);

// Byte order, as strcmp tells it.
int str_cmp(struct str a, struct str b);

// Whether S starts, or ends, with the bytes of a string. The empty string fits anywhere.
bool str_starts(struct str s, const char *prefix);
bool str_ends(struct str s, const char *suffix);

// S without ASCII blanks, tabs and line ends at both ends; points into S.
struct str str_trim(struct str s);

// Parse a whole decimal (or, with base 8, octal) number. False on anything else: empty, sign alone,
// trailing bytes, out of [MIN, MAX].
bool str_to_long(const char *s, int base, long min, long max, long *out)
	__attribute__((warn_unused_result));

// The name in NAMES (ended by NULL) nearest to WORD, for "did you mean": at most a third of its
// letters differ. NULL when none is near.
const char *str_nearest(const char *word, const char *const *names);

// Text that grows, on the heap. Starts as {0}; freed with buf_free.
struct buf {
	char *s; // NULL until the first byte, then always NUL-ended
	size_t n, cap;
};

// Append N bytes, a string, one byte, or what printf would print. Dies when memory runs out.
void buf_add(struct buf *b, const char *s, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

// The text so far, borrowed until the next call that changes B.
struct str buf_str(const struct buf *b);

// Free the text. B is empty afterwards and may be used again.
void buf_free(struct buf *b);

#endif
