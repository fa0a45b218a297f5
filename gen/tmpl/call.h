// SPDX-License-Identifier: Apache-2.0
// call.h -- filters, tests and methods: how they are found and given their arguments.
// Layer: gen/tmpl (over base).
//
// PARAMS names the parameters, parted by blanks: "old new count?". '?': may be left out; '.' in
// front: only as a keyword.
#ifndef GEN_TMPL_CALL_H
#define GEN_TMPL_CALL_H

#include "gen/tmpl/ast.h"

enum { CALL_MAX = 6 }; // parameters, at most

struct run;

// One call. An argument that was left out is V_MISSING without a struct missing.
struct call {
	struct span at;    // of the name
	struct value self; // what stands before '|', 'is' or '.'
	struct value arg[CALL_MAX];
};

struct filter {
	const char *name, *params;
	bool (*apply)(struct run *r, const struct call *c, struct value *out);
	bool lazy; // takes names without a value
};

struct test {
	const char *name, *params;
	bool (*apply)(struct run *r, const struct call *c, bool *out);
	bool lazy;
};

// TYPES has one letter for each parameter: s a string, n a string or none, i an integer, '.'
// anything.
struct method {
	enum value_kind kind; // of the value
	const char *name, *params, *types;
	bool (*apply)(struct run *r, const struct call *c, struct value *out);
};

extern const struct method text_methods[]; // ended by a name that is NULL

// Call the filter NAME, which exists, for a method.
bool method_as_filter(struct run *r, const char *name, struct call c, struct value *out);

// NULL: there is none of that name. The names, ended by NULL, are for "did you mean".
const struct filter *filter_find(struct str name);
const struct test *test_find(struct str name);
const char *const *filter_names(struct arena *a);
const char *const *test_names(struct arena *a);

// Call the method NAME of c->self with ARGS.
bool method_call(
	struct run *r, struct call *c, struct str name, const struct args *args, struct value *out);

// Call the function NAME: dict, namespace, or range. False in *known: there is none.
bool function_call(struct run *r, struct call *c, struct str name, const struct args *args,
	struct value *out, bool *known);

// Give each parameter its argument, or NULL. Returns NULL, else what is wrong, with its place in
// *at when that is an argument.
const char *call_bind(struct arena *a, const char *params, const struct args *args,
	const struct node *bound[CALL_MAX], struct span *at);

#endif
