// SPDX-License-Identifier: Apache-2.0
// functions.c -- dict(), namespace() and range(). Layer: gen/tmpl (over base).
#include "gen/tmpl/call.h"
#include "gen/tmpl/run.h"

// dict(a=1, b=2) and namespace(a=1, b=2)
static bool
make_dict(struct run *r, const struct args *args, enum value_kind kind, struct value *out)
{
	struct dict *d = arena_alloc(r->a, sizeof(*d));

	for (size_t i = 0; i < args->n; i++) {
		struct value v;

		if (!args->v[i].name.n)
			return run_fail(r, args->v[i].at, "this function wants 'name=value'");
		if (!eval(r, args->v[i].value, &v))
			return false;
		dict_set(r->a, d, value_str(args->v[i].name), v);
	}
	*out = (struct value){.kind = kind, .dict = d};
	return true;
}

// range(to), range(from, to) and range(from, to, step)
static bool
make_range(struct run *r, const struct call *c, const struct args *args, struct value *out)
{
	struct list *l = arena_alloc(r->a, sizeof(*l));
	int64_t v[3] = {0, 0, 1};
	struct value arg;

	if (args->n < 1 || args->n > 3)
		return run_fail(r, c->at, "'range' wants one to three integers");
	for (size_t i = 0; i < args->n; i++) {
		if (!eval(r, args->v[i].value, &arg))
			return false;
		if (args->v[i].name.n || !value_is_int(arg, &v[args->n == 1 ? 1 : i]))
			return run_fail(r, args->v[i].at, "'range' wants integers");
	}
	if (v[2] == 0)
		return run_fail(r, c->at, "the step of a range is 0");
	for (int64_t i = v[0]; v[2] > 0 ? i < v[1] : i > v[1];) {
		if (l->n == RUN_MAX_ITEMS)
			return run_fail(r, c->at, "more than %d items", RUN_MAX_ITEMS);
		VEC_ADD(r->a, l, value_int(i));
		if (__builtin_add_overflow(i, v[2], &i))
			break;
	}
	*out = value_list(l);
	return true;
}

bool
function_call(struct run *r, struct call *c, struct str name, const struct args *args,
	struct value *out, bool *known)
{
	*known = true;
	if (str_is(name, "range"))
		return make_range(r, c, args, out);
	if (str_is(name, "dict"))
		return make_dict(r, args, V_DICT, out);
	if (str_is(name, "namespace"))
		return make_dict(r, args, V_SPACE, out);
	*known = false;
	return true;
}
