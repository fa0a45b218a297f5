// SPDX-License-Identifier: Apache-2.0
// words.h -- the command lines of many edges as text. Layer: gen/emit.
#ifndef GEN_EMIT_WORDS_H
#define GEN_EMIT_WORDS_H

#include "gen/base/str.h"

// Starts with BEFORE, put before each word, and PRINT, which appends one of them. A list that is
// the one printed last (most files are compiled with the flags of the one before) is copied.
struct word_printer {
	const char *before;
	void (*print)(struct buf *out, const char *word);
	const char *const *v; // the last list, and its text
	size_t n;
	struct buf text;
};

// The N words of V as text, which is P's until the next call.
struct str words_print(struct word_printer *p, const char *const *v, size_t n);

#endif
