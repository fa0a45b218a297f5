// SPDX-License-Identifier: Apache-2.0
// methods.c -- x.method(), and the methods of dicts, lists and loops. Layer: gen/tmpl (over base).
#include "gen/tmpl/call.h"
#include "gen/tmpl/run.h"

bool
method_as_filter(struct run *r, const char *name, struct call c, struct value *out)
{
	return filter_find(str_of(name))->apply(r, &c, out);
}

static bool
dict_items(struct run *r, const struct call *c, struct value *out)
{
	return method_as_filter(r, "items", *c, out);
}

static bool
dict_keys(struct run *r, const struct call *c, struct value *out)
{
	const struct list *l;

	if (!run_items(r, c->at, c->self, &l))
		return false;
	*out = value_list(l);
	return true;
}

static bool
dict_values(struct run *r, const struct call *c, struct value *out)
{
	struct list *l = arena_alloc(r->a, sizeof(*l));

	for (size_t i = 0; i < c->self.dict->n; i++)
		VEC_ADD(r->a, l, c->self.dict->v[i].value);
	*out = value_list(l);
	return true;
}

static bool
dict_get_method(struct run *r, const struct call *c, struct value *out)
{
	const struct value *found;

	if (!value_is_hashable(c->arg[0]))
		return run_fail(r, c->at, "%s cannot be a key", value_name(c->arg[0]));
	found = dict_get(c->self.dict, c->arg[0]);
	*out = found ? *found : c->arg[1].kind == V_MISSING ? value_none() : c->arg[1];
	return true;
}

static bool
list_count(struct run *r, const struct call *c, struct value *out)
{
	int64_t n = 0;

	(void)r;
	for (size_t i = 0; i < c->self.list->n; i++)
		n += value_equal(c->self.list->v[i], c->arg[0]);
	*out = value_int(n);
	return true;
}

static bool
list_index(struct run *r, const struct call *c, struct value *out)
{
	for (size_t i = 0; i < c->self.list->n; i++) {
		if (value_equal(c->self.list->v[i], c->arg[0])) {
			*out = value_int((int64_t)i);
			return true;
		}
	}
	return run_fail(r, c->at, "the value is not in the list");
}

static const struct method other_methods[] = {
	{V_DICT, "get", "key default?", "..", dict_get_method},
	{V_DICT, "items", "", "", dict_items},
	{V_DICT, "keys", "", "", dict_keys},
	{V_DICT, "values", "", "", dict_values},
	{V_LIST, "count", "value", ".", list_count},
	{V_LIST, "index", "value", ".", list_index},
	{V_TUPLE, "count", "value", ".", list_count},
	{V_TUPLE, "index", "value", ".", list_index},
	{.name = NULL},
};

static bool
check_type(struct run *r, struct span at, char type, struct value v)
{
	bool string = type == 's' || type == 'n';

	if (type == '.' || v.kind == V_MISSING || (string && v.kind == V_STR) ||
		(type == 'n' && v.kind == V_NONE) ||
		(type == 'i' && (v.kind == V_INT || v.kind == V_BOOL)))
		return true;
	return run_fail(r, at, "this method wants %s, not %s", string ? "a string" : "an integer",
		value_name(v));
}

static bool
apply(struct run *r, const struct method *m, struct call *c, const struct args *args,
	struct value *out)
{
	const struct node *bound[CALL_MAX];
	struct span at = c->at;
	const char *problem = call_bind(r->a, m->params, args, bound, &at);

	if (problem)
		return run_fail(r, at, "method '%s' %s", m->name, problem);
	for (int i = 0; i < CALL_MAX; i++) {
		c->arg[i] = (struct value){.kind = V_MISSING};
		if (bound[i] && (!eval(r, bound[i], &c->arg[i]) ||
					!check_type(r, bound[i]->at, m->types[i], c->arg[i])))
			return false;
	}
	return m->apply(r, c, out);
}

// loop.cycle(a, b, ...)
static bool
loop_cycle(struct run *r, struct call *c, const struct args *args, struct value *out)
{
	if (args->n == 0)
		return run_fail(r, c->at, "method 'cycle' needs arguments");
	return eval(r, args->v[c->self.loop->index % args->n].value, out);
}

// The table for values of this kind.
static const struct method *
methods_of(enum value_kind kind)
{
	return kind == V_STR ? text_methods : other_methods;
}

static bool
unknown_method(struct run *r, const struct call *c, struct str name)
{
	struct {
		const char **v;
		size_t n, cap;
	} names = {0};
	const char *near;
	struct diag *d;

	for (const struct method *m = methods_of(c->self.kind); m->name; m++) {
		if (m->kind == c->self.kind)
			VEC_ADD(r->a, &names, m->name);
	}
	VEC_ADD(r->a, &names, NULL);
	near = str_nearest(arena_ndup(r->a, name.s, name.n), names.v);
	d = diag_add(
		r->ds, E402, c->at, "%s has no method '%.*s'", value_name(c->self), STR_FMT(name));
	if (near)
		diag_note(r->ds, d, (struct span){0}, "did you mean '%s'?", near);
	r->mistakes++;
	return false;
}

bool
method_call(
	struct run *r, struct call *c, struct str name, const struct args *args, struct value *out)
{
	if (c->self.kind == V_LOOP && str_is(name, "cycle"))
		return loop_cycle(r, c, args, out);
	for (const struct method *m = methods_of(c->self.kind); m->name; m++) {
		if (m->kind == c->self.kind && str_is(name, m->name))
			return apply(r, m, c, args, out);
	}
	return unknown_method(r, c, name);
}
