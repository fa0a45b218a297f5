// SPDX-License-Identifier: Apache-2.0
// call.c -- arguments and parameters. Layer: gen/tmpl (over base).
#include <string.h>

#include "gen/tmpl/call.h"

struct parameter {
	struct str name;
	bool optional, keyword_only;
};

// Cut the first parameter off *params. False when there is none.
static bool
next_parameter(const char **params, struct parameter *out)
{
	size_t n;

	*params += strspn(*params, " ");
	n = strcspn(*params, " ");
	if (n == 0)
		return false;
	out->name = (struct str){*params, n};
	*params += n;
	out->optional = str_ends(out->name, "?");
	out->name.n -= out->optional;
	out->keyword_only = str_starts(out->name, ".");
	out->name.s += out->keyword_only;
	out->name.n -= out->keyword_only;
	return true;
}

// The index of the parameter called NAME, or CALL_MAX.
static size_t
find_parameter(const char *params, struct str name)
{
	struct parameter p;

	for (size_t i = 0; next_parameter(&params, &p); i++) {
		if (str_eq(p.name, name))
			return i;
	}
	return CALL_MAX;
}

// How many arguments without names PARAMS takes.
static size_t
npositional(const char *params)
{
	struct parameter p;
	size_t n = 0;

	while (next_parameter(&params, &p))
		n += !p.keyword_only;
	return n;
}

static const char *
find_missing(struct arena *a, const char *params, const struct node *const *bound)
{
	struct parameter p;

	for (size_t i = 0; next_parameter(&params, &p); i++) {
		if (!bound[i] && !p.optional)
			return arena_printf(a, "needs the argument '%.*s'", STR_FMT(p.name));
	}
	return NULL;
}

const char *
call_bind(struct arena *a, const char *params, const struct args *args,
	const struct node *bound[CALL_MAX], struct span *at)
{
	size_t max = npositional(params);
	struct span name = *at;

	for (size_t i = 0; i < CALL_MAX; i++)
		bound[i] = NULL;
	for (size_t i = 0; i < args->n; i++) {
		const struct arg *arg = &args->v[i];
		size_t to = arg->name.n ? find_parameter(params, arg->name) : i;

		*at = arg->at;
		if (arg->name.n && to == CALL_MAX)
			return arena_printf(a, "has no argument '%.*s'", STR_FMT(arg->name));
		if (!arg->name.n && to >= max) {
			return arena_printf(
				a, "takes %zu argument%s at most", max, max == 1 ? "" : "s");
		}
		if (bound[to])
			return arena_printf(a, "has the argument '%.*s' twice", STR_FMT(arg->name));
		bound[to] = arg->value;
	}
	*at = name;
	return find_missing(a, params, bound);
}
