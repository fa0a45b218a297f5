// SPDX-License-Identifier: Apache-2.0
// source.h -- a text a person wrote, and places in it. Layer: gen/base (libc only).
#ifndef GEN_BASE_SOURCE_H
#define GEN_BASE_SOURCE_H

#include <stdbool.h>
#include <stdio.h>

#include "gen/base/arena.h"
#include "gen/base/str.h"

struct source {
	const char *path; // as messages show it
	struct str text;  // the whole file; empty when it could not be read
};

// LEN bytes at offset OFF of SRC. SRC NULL: no place at all.
struct span {
	const struct source *src;
	size_t off, len;
};

// 1-based; columns count UTF-8 characters. A byte order mark at the start takes no column.
struct place {
	size_t line, column;
};

// Read the file at PATH, to be shown as SHOWN. NULL, with errno set, when it cannot be read; a
// folder gives EISDIR. Both strings are copied.
struct source *source_load(struct arena *a, const char *path, const char *shown);

// Read what F still holds. NULL, with errno set, when it cannot be read.
struct source *source_read(struct arena *a, FILE *f, const char *shown);

// A source whose text is already in memory (borrowed), or an empty one for a missing file.
struct source *source_of(struct arena *a, const char *shown, struct str text);

// The place LINE:COLUMN (column in characters) as an offset, never behind the end of the text.
size_t source_offset(const struct source *src, struct place at);

// The line and column where AT starts, both counted from 1; the column in characters.
struct place span_place(struct span at);

// Print the line that holds AT and carets under it, each behind two blanks; of a very long line,
// the part around AT. Tabs stay tabs, so the two lines agree at any tab width; control bytes print
// as
// '?'. CARET and RESET are put around the carets (colour, or "").
void span_print(FILE *f, struct span at, const char *caret, const char *reset);

#endif
