// SPDX-License-Identifier: Apache-2.0
// text.h -- what Python does with text, on UTF-8. Layer: gen/tmpl (over base).
#ifndef GEN_TMPL_TEXT_H
#define GEN_TMPL_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "gen/base/arena.h"
#include "gen/base/str.h"

// Whether str.isspace() holds for C, which is more than ASCII.
bool text_is_space(uint32_t c);

// Whether C may stand in a name, being no ASCII character.
bool text_is_letter(uint32_t c);

// The bytes of white space at the start of S, and at its end.
size_t text_leading_space(struct str s);
size_t text_trailing_space(struct str s);

// S without the characters in CHARS (CHARS.s NULL: white space) at its LEFT and RIGHT end.
struct str text_strip(struct str s, struct str chars, bool left, bool right);

// str.upper() and lower(). Letters whose other case is more than one letter stay as they are, but
// for the German sharp s.
struct str text_upper(struct arena *a, struct str s);
struct str text_lower(struct arena *a, struct str s);

// repr() of a text and of a float.
void text_repr(struct buf *out, struct str s);
void text_float(struct buf *out, double v);

// Cut the first character off *s.
struct str text_next(struct str *s);

// The characters of S from the Nth on, COUNT of them at most.
struct str text_part(struct str s, size_t n, size_t count);

// Where NEEDLE first occurs in S; S.n when it does not.
size_t text_find(struct str s, struct str needle);

// str.replace(); LIMIT < 0: all of them.
struct str text_replace(
	struct arena *a, struct str s, struct str old, struct str new_text, int64_t limit);

// Copy what B holds into A and free B.
struct str text_keep(struct arena *a, struct buf *b);

#endif
