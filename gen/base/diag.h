// SPDX-License-Identifier: Apache-2.0
// diag.h -- what is wrong with what a person wrote: collected, sorted, printed once.
// Layer: gen/base.
#ifndef GEN_BASE_DIAG_H
#define GEN_BASE_DIAG_H

#include <stdbool.h>
#include <stdio.h>

#include "gen/base/source.h"

enum diag_severity { DIAG_ERROR, DIAG_WARNING };

// What a code is by itself. A DIAG_CLASS_BUILD one is an error when something is to be built.
enum diag_class { DIAG_CLASS_ERROR, DIAG_CLASS_WARNING, DIAG_CLASS_BUILD };

#define CODE(id, class, alias, name, title, why, help) id,
enum diag_code {
#include "gen/base/codes.def"
	DIAG_NCODES
};
#undef CODE

struct code_info {
	const char *name; // "E003"
	enum diag_class class;
	const char *alias;
	const char *words; // the name in words
	const char *title, *why, *help;
};

extern const struct code_info diag_codes[DIAG_NCODES];

// Of each code, from examples.def: a file, what is wrong in it, and what is right.
struct code_example {
	const char *file, *wrong, *right;
};

extern const struct code_example diag_examples[DIAG_NCODES];

// A place and a sentence under a diagnostic: where the first definition stands, what was meant.
struct diag_note {
	struct span at; // at.src NULL: no place of its own
	const char *text;
	struct diag_note *next;
};

struct diag {
	enum diag_code code;
	enum diag_severity severity;
	const char *alias; // that of the code, unless diag_alias says otherwise
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
	bool building;             // codes of class BUILD are errors
	bool strict;               // all warnings are errors
	bool allowed[DIAG_NCODES]; // warnings that are not kept
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

// Say that other tools know this one mistake as ALIAS, whatever the table says; "" for no number.
void diag_alias(struct diag *d, const char *alias);

// The code called NAME: its number, the number of other tools, or its name in words. -1 when there
// is none.
int diag_find(const char *name);

// Do not keep warnings of code NAME. NULL, or what is wrong with NAME, in the arena.
const char *diag_allow(struct diags *ds, const char *name);

// Sort by severity (errors first), code, file, offset, and drop doubles. The printing functions do
// it by themselves.
void diag_sort(struct diags *ds);

// Print all of them, sorted, like a compiler:
//   FILE:LINE:COLUMN: error: [E003] TEXT (also E300)
//     the line
//     ^~~~
//   FILE:LINE:COLUMN: note: TEXT
//   help: TEXT
// A last line counts them. Prints nothing when there are none.
void diag_print(struct diags *ds, FILE *f, bool colour);

// The same without the last line.
void diag_print_text(struct diags *ds, FILE *f, bool colour);

// One line for each: "error[E003] FILE:LINE:COLUMN: TEXT".
void diag_print_short(struct diags *ds, FILE *f);

// Whether F wants colour: a terminal, unless NO_COLOR is set; CLICOLOR_FORCE (not "0") says yes.
bool diag_colour(FILE *f);

#endif
