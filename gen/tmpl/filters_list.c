// SPDX-License-Identifier: Apache-2.0
// filters_list.c -- filters that take lists apart. Layer: gen/tmpl (over base).
#include "gen/base/utf8.h"
#include "gen/tmpl/filters.h"
#include "gen/tmpl/text.h"

static bool
given(const struct call *c, int i)
{
	return c->arg[i].kind != V_MISSING;
}

bool
filter_length(struct run *r, const struct call *c, struct value *out)
{
	switch (c->self.kind) {
	case V_EMPTY:
		*out = value_int(0);
		return true;
	case V_STR:
		*out = value_int((int64_t)utf8_count(c->self.str));
		return true;
	case V_LIST:
	case V_TUPLE:
		*out = value_int((int64_t)c->self.list->n);
		return true;
	case V_DICT:
		*out = value_int((int64_t)c->self.dict->n);
		return true;
	case V_LOOP:
		*out = value_int((int64_t)c->self.loop->items->n);
		return true;
	default:
		return run_fail(r, c->at, "%s has no length", value_name(c->self));
	}
}

static bool
end_item(struct run *r, const struct call *c, bool last, struct value *out)
{
	const struct list *l;

	if (!run_items(r, c->at, c->self, &l))
		return false;
	if (l->n == 0) {
		*out = value_missing(
			r->a, (struct missing){.at = c->at,
				      .text = last ? "there is no last item of nothing"
						   : "there is no first item of nothing"});
	} else {
		*out = l->v[last ? l->n - 1 : 0];
	}
	return true;
}

bool
filter_first(struct run *r, const struct call *c, struct value *out)
{
	return end_item(r, c, false, out);
}

bool
filter_last(struct run *r, const struct call *c, struct value *out)
{
	return end_item(r, c, true, out);
}

bool
filter_list(struct run *r, const struct call *c, struct value *out)
{
	const struct list *l;

	if (!run_items(r, c->at, c->self, &l))
		return false;
	*out = value_list(l);
	return true;
}

bool
filter_items(struct run *r, const struct call *c, struct value *out)
{
	struct list *l = arena_alloc(r->a, sizeof(*l));

	if (c->self.kind != V_DICT)
		return run_fail(r, c->at, "%s has no items with keys", value_name(c->self));
	for (size_t i = 0; i < c->self.dict->n; i++) {
		const struct pair *p = &c->self.dict->v[i];

		VEC_ADD(r->a, l, value_pair(r->a, p->key, p->value));
	}
	*out = value_list(l);
	return true;
}

bool
filter_reverse(struct run *r, const struct call *c, struct value *out)
{
	struct list *l = arena_alloc(r->a, sizeof(*l));
	const struct list *items;
	struct buf b = {0};

	if (!run_items(r, c->at, c->self, &items))
		return false;
	for (size_t i = items->n; i-- > 0;) {
		if (c->self.kind == V_STR) {
			buf_add(&b, items->v[i].str.s, items->v[i].str.n);
		} else {
			VEC_ADD(r->a, l, items->v[i]);
		}
	}
	*out = c->self.kind == V_STR ? value_str(text_keep(r->a, &b)) : value_list(l);
	return true;
}

// The filter or test called by NAME, with the parameters it has. WHAT: "filter" or "test".
static bool
check_count(struct run *r, const struct call *c, const char *params, int first, int max,
	const char *what)
{
	int n = 0, least = 0, most = 0;

	for (const char *p = params; *p; p++) {
		least += (p == params || p[-1] == ' ') && *p != '.';
		most += (p == params || p[-1] == ' ') && *p != '.';
		least -= *p == '?';
	}
	while (n < max && given(c, first + n))
		n++;
	if (n >= least && n <= most)
		return true;
	return run_fail(r, c->at, "the %s takes %d to %d arguments, not %d", what, least, most, n);
}

// Apply the filter named by the first argument to V, with the others as its arguments.
static bool
apply_filter(struct run *r, const struct call *c, struct value v, struct value *out)
{
	const struct filter *f = c->arg[0].kind == V_STR ? filter_find(c->arg[0].str) : NULL;
	struct call inner = {.at = c->at, .self = v};

	if (!f)
		return run_fail(r, c->at, "'map' wants the name of a filter, or an attribute");
	if (!check_count(r, c, f->params, 1, 3, "filter"))
		return false;
	for (int i = 0; i < CALL_MAX; i++)
		inner.arg[i] = i < 3 ? c->arg[1 + i] : (struct value){.kind = V_MISSING};
	return f->apply(r, &inner, out) && (out->kind != V_MISSING || run_fail_missing(r, *out));
}

static bool
map_one(struct run *r, const struct call *c, struct value v, struct value *out)
{
	if (!given(c, 4))
		return apply_filter(r, c, v, out);
	if (!run_path(r, c->at, v, c->arg[4], out))
		return false;
	if (out->kind != V_MISSING)
		return true;
	*out = given(c, 5) ? c->arg[5] : *out;
	return given(c, 5) || run_fail_missing(r, *out);
}

bool
filter_map(struct run *r, const struct call *c, struct value *out)
{
	struct list *l = arena_alloc(r->a, sizeof(*l));
	const struct list *items;

	if (!run_items(r, c->at, c->self, &items))
		return false;
	for (size_t i = 0; i < items->n; i++) {
		struct value v;

		if (!run_step(r, c->at) || !map_one(r, c, items->v[i], &v))
			return false;
		VEC_ADD(r->a, l, v);
	}
	*out = value_list(l);
	return true;
}

// Whether V passes the test named by argument FIRST, or is true when there is none.
static bool
passes(struct run *r, const struct call *c, int first, struct value v, bool *yes)
{
	struct call inner = {.at = c->at, .self = v};
	const struct test *t;

	if (!given(c, first)) {
		*yes = v.kind != V_MISSING && value_truth(v);
		return v.kind != V_MISSING || run_fail_missing(r, v);
	}
	t = c->arg[first].kind == V_STR ? test_find(c->arg[first].str) : NULL;
	if (!t)
		return run_fail(r, c->at, "this filter wants the name of a test");
	if (v.kind == V_MISSING && !t->lazy)
		return run_fail_missing(r, v);
	if (!check_count(r, c, t->params, first + 1, 1, "test"))
		return false;
	for (int i = 0; i < CALL_MAX; i++)
		inner.arg[i] = i < 1 ? c->arg[first + 1] : (struct value){.kind = V_MISSING};
	return t->apply(r, &inner, yes);
}

static bool
select_items(struct run *r, const struct call *c, bool attribute, bool keep, struct value *out)
{
	struct list *l = arena_alloc(r->a, sizeof(*l));
	const struct list *items;

	if (!run_items(r, c->at, c->self, &items))
		return false;
	for (size_t i = 0; i < items->n; i++) {
		struct value v = items->v[i];
		bool yes = false;

		if (!run_step(r, c->at))
			return false;
		if (attribute && !run_path(r, c->at, v, c->arg[0], &v))
			return false;
		if (!passes(r, c, attribute ? 1 : 0, v, &yes))
			return false;
		if (yes == keep)
			VEC_ADD(r->a, l, items->v[i]);
	}
	*out = value_list(l);
	return true;
}

bool
filter_select(struct run *r, const struct call *c, struct value *out)
{
	return select_items(r, c, false, true, out);
}

bool
filter_reject(struct run *r, const struct call *c, struct value *out)
{
	return select_items(r, c, false, false, out);
}

bool
filter_selectattr(struct run *r, const struct call *c, struct value *out)
{
	return select_items(r, c, true, true, out);
}

bool
filter_rejectattr(struct run *r, const struct call *c, struct value *out)
{
	return select_items(r, c, true, false, out);
}
