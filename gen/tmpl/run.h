// SPDX-License-Identifier: Apache-2.0
// run.h -- one rendering of a template: variables, mistakes, limits, and what values can do.
// Layer: gen/tmpl (over base).
//
// Functions that return bool return false after a mistake, which is then stored.
#ifndef GEN_TMPL_RUN_H
#define GEN_TMPL_RUN_H

#include "gen/tmpl/ast.h"

enum {
	RUN_MAX_STEPS = 2000000,    // nodes evaluated
	RUN_MAX_MEMORY = 256 << 20, // bytes of values made
	RUN_MAX_MISTAKES = 20,      // after so many, the rest is not tried
	RUN_MAX_ITEMS = 1000000,    // of one list
};

struct var {
	struct str name;
	struct value value;
};

struct scope {
	struct scope *up;
	struct {
		struct var *v;
		size_t n, cap;
	} vars;
};

struct run {
	struct diags *ds;
	struct arena *a;
	struct scope *scope; // the innermost one
	struct buf *out;
	struct str block; // what N_BLOCK stands for
	size_t steps, mistakes, bytes_before;
};

// Store E402 at AT. Always false.
bool run_fail(struct run *r, struct span at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

// Store E401 because a value that is missing was used. Always false.
bool run_fail_missing(struct run *r, struct value v);

// Count one step; false when this rendering has taken too many, or too much memory.
bool run_step(struct run *r, struct span at);

// The variable NAME, NULL when there is none. run_set makes or changes one of the innermost scope.
const struct value *run_get(const struct run *r, struct str name);
void run_set(struct run *r, struct str name, struct value v);

// The value of an expression; eval_any also gives V_MISSING.
bool eval(struct run *r, const struct node *n, struct value *out);
bool eval_any(struct run *r, const struct node *n, struct value *out);

// str(V), in the arena.
bool run_text(struct run *r, struct span at, struct value v, struct str *out);

// list(V): of lists, tuples, dicts (their keys) and texts (their characters).
bool run_items(struct run *r, struct span at, struct value v, const struct list **out);

// V.NAME, V[INDEX] and V[FROM:TO:STEP] (NONE: left out). The first two may give V_MISSING.
bool run_member(struct run *r, struct span at, struct value v, struct str name, struct value *out);
bool run_index(
	struct run *r, struct span at, struct value v, struct value index, struct value *out);
bool run_slice(struct run *r, struct span at, struct value v, const struct value bounds[3],
	struct value *out);

// V followed along the path ATTRIBUTE, "a.b.0" or 0, as filters take it.
bool run_path(
	struct run *r, struct span at, struct value v, struct value attribute, struct value *out);

// X OP Y, with an operator of N_MATH or N_COMPARE.
bool run_math(
	struct run *r, struct span at, int op, struct value x, struct value y, struct value *out);
bool run_compare(struct run *r, struct span at, int op, struct value x, struct value y, bool *out);

// The text S % VALUES: %s, %d, %i, %r and %%.
bool run_format(
	struct run *r, struct span at, struct str s, const struct list *values, struct value *out);

// Whether N bytes more would make a text too long, which is a mistake. True: they would not.
bool run_room(struct run *r, struct span at, size_t n, size_t more);

#endif
