// SPDX-License-Identifier: Apache-2.0
// utf8.h -- characters in text. Layer: gen/base (libc only).
// Source: RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
#ifndef GEN_BASE_UTF8_H
#define GEN_BASE_UTF8_H

#include <stdint.h>

#include "gen/base/str.h"

// Read the first character of S into *c; returns its length in bytes, 0 when S is empty or does not
// begin with a valid character.
size_t utf8_decode(struct str s, uint32_t *c);

// How many bytes at the start of S are valid: S.n when all of it is.
size_t utf8_valid(struct str s);

// The length of the byte order mark that S begins with; 0 when it begins with none.
size_t utf8_mark(struct str s);

// The number of characters in S; a byte that starts none counts as one.
size_t utf8_count(struct str s);

// The bytes of S that hold its first N characters (fewer when S is shorter).
size_t utf8_prefix(struct str s, size_t n);

// Append the character C, which must be valid.
void utf8_add(struct buf *b, uint32_t c);

#endif
