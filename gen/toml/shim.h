// SPDX-License-Identifier: Apache-2.0
// shim.h -- what toml.cc, the only C++ file, offers to toml.c, and what it needs from it.
// Layer: gen/toml (over base).
#ifndef GEN_TOML_SHIM_H
#define GEN_TOML_SHIM_H

#include "gen/toml/toml.h"

struct mark {
	size_t line, column, off;
};

// The way from line and column to byte offset in one text, prepared so that each look-up is short
// whatever the length of the text and its lines.
struct places {
	const struct source *src;
	struct mark *marks; // about one per 32 bytes, sorted
	size_t n;
};

// Prepare P, in A, for the text of SRC, which it borrows.
void places_init(struct places *p, struct arena *a, const struct source *src);
// The place AT, counted from 1 with columns in characters, as a byte offset: never behind the end.
size_t places_offset(const struct places *p, struct place at);

// What toml++ found wrong.
struct shim_mistake {
	size_t off;       // inside the text, or at its end
	const char *text; // as toml++ words it
};

// Parse the text of P with toml++ and copy the result into A. NULL after a mistake, which is then
// in *m. Dies when memory runs out.
struct toml_value *shim_parse(const struct places *p, struct arena *a, struct shim_mistake *m);

// Refuse what toml++ does not judge well: an overlong text, invalid UTF-8,
// nesting so deep that recursion would end the process. False after a mistake, stored in DS.
bool toml_precheck(const struct source *src, struct diags *ds);

// Store what toml++ found wrong, in our words, at the place that is wrong.
void toml_report(const struct source *src, const struct shim_mistake *m, struct diags *ds);

// Whether TEXT is TOML without a mistake.
bool toml_fine(struct str text, struct arena *a);

// Where the key or header at AT, which may not be defined again, was defined first. False when
// that cannot be told.
bool toml_first(struct span at, struct arena *a, struct span *first);

#endif
