// SPDX-License-Identifier: Apache-2.0
// diag.h -- what is wrong with what a person wrote: collected, sorted, printed once.
// Layer: gen/base.
#ifndef GEN_BASE_DIAG_H
#define GEN_BASE_DIAG_H

#include <stdbool.h>
#include <stdio.h>

#include "gen/base/source.h"

enum diag_severity { DIAG_ERROR, DIAG_WARNING };

#define CODE(id, severity, alias, title, help) id,
enum diag_code {
#include "gen/base/codes.def"
	DIAG_NCODES
};
#undef CODE

struct code_info {
	const char *name; // "E003"
	enum diag_severity severity;
	const char *alias, *title, *help;
};

extern const struct code_info diag_codes[DIAG_NCODES];

// A place and a sentence under a diagnostic: where the first definition stands, what was meant.
struct diag_note {
	struct span at; // at.src NULL: no place of its own
	const char *text;
	struct diag_note *next;
};

struct diag {
	enum diag_code code;
	struct span at;
	const char *text;
	const char *help; // NULL: the one of the code
	struct diag_note *notes;
	size_t order; // in which they came
};

// The collection. Starts as {.arena = &a}; everything in it lives in that arena.
struct diags {
	struct arena *arena;
	VEC(struct diag *) list;
	size_t nerrors, nwarnings;
};

// Store one diagnostic at AT (which must have a source) and return it, for notes. The text is lower
// case, without full stop, with the thing in quotes: "unknown key 'x' in [build]".
struct diag *diag_add(struct diags *ds, enum diag_code code, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

// "note: TEXT" under D, with a place of its own when AT has a source.
void diag_note(struct diags *ds, struct diag *d, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

// Replace the help line of the code by one that knows more.
void diag_help(struct diags *ds, struct diag *d, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

// Sort by severity (errors first), code, file, offset; drop doubles; print all of them, like a
// compiler:
//   FILE:LINE:COLUMN: error: [E003] TEXT (also E300)
//     the line
//     ^~~~
//   FILE:LINE:COLUMN: note: TEXT
//   help: TEXT
// A last line counts them. Prints nothing when there are none.
void diag_print(struct diags *ds, FILE *f, bool colour);

// Whether F wants colour: a terminal, unless NO_COLOR is set; CLICOLOR_FORCE (not "0") says yes.
bool diag_colour(FILE *f);

#endif
