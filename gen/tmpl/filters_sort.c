// SPDX-License-Identifier: Apache-2.0
// filters_sort.c -- filters that compare items. Layer: gen/tmpl (over base).
//
// Unless told otherwise they take upper and lower case for the same, as Jinja does.
#include "gen/tmpl/filters.h"
#include "gen/tmpl/lex.h"
#include "gen/tmpl/text.h"

// An item and what it is compared by.
struct keyed {
	struct value item;
	const struct list *key; // one value for each attribute
};

struct keyed_list {
	struct keyed *v;
	size_t n, cap;
};

static bool
given(const struct call *c, int i)
{
	return c->arg[i].kind != V_MISSING && c->arg[i].kind != V_NONE;
}

static bool
truth(const struct call *c, int i)
{
	return given(c, i) && value_truth(c->arg[i]);
}

// V followed along ATTRIBUTE (V itself when there is none), in lower case unless CASED.
static bool
key_of(struct run *r, struct span at, struct value v, struct value attribute, bool cased,
	struct value *out)
{
	*out = v;
	if (attribute.kind != V_MISSING && attribute.kind != V_NONE) {
		if (!run_path(r, at, v, attribute, out))
			return false;
		if (out->kind == V_MISSING)
			return run_fail_missing(r, *out);
	}
	if (out->kind == V_STR && !cased)
		*out = value_str(text_lower(r->a, out->str));
	return true;
}

// The keys of V for each of the attributes in "a,b".
static bool
keys_of(struct run *r, struct span at, struct value v, struct value attribute, bool cased,
	const struct list **out)
{
	struct list *l = arena_alloc(r->a, sizeof(*l));
	struct str rest = attribute.str;
	struct value key;
	bool more = true;

	*out = l;
	if (attribute.kind != V_STR) {
		if (!key_of(r, at, v, attribute, cased, &key))
			return false;
		VEC_ADD(r->a, l, key);
		return true;
	}
	while (more) {
		size_t n = text_find(rest, STR(","));

		more = n < rest.n;
		if (!key_of(r, at, v, value_str((struct str){rest.s, n}), cased, &key))
			return false;
		VEC_ADD(r->a, l, key);
		rest = more ? (struct str){rest.s + n + 1, rest.n - n - 1} : rest;
	}
	return true;
}

// Whether X stands before Y; a mistake when they have no order.
static bool
before(struct run *r, struct span at, const struct keyed *x, const struct keyed *y, bool *out)
{
	size_t i = 0;

	while (i + 1 < x->key->n && value_equal(x->key->v[i], y->key->v[i]))
		i++;
	return run_compare(r, at, '<', x->key->v[i], y->key->v[i], out);
}

// Sort N items by merging; items that are equal keep their order. REVERSE: the largest first.
static bool
merge_sort(struct run *r, struct span at, struct keyed *v, size_t n, bool reverse)
{
	size_t half = n / 2, i = 0, j = half, k = 0;
	struct keyed *sorted;

	if (n < 2)
		return true;
	if (!run_step(r, at) || !merge_sort(r, at, v, half, reverse) ||
		!merge_sort(r, at, v + half, n - half, reverse))
		return false;
	sorted = arena_alloc(r->a, n * sizeof(*sorted));
	while (i < half || j < n) {
		bool second = i == half;

		if (i < half && j < n &&
			!(reverse ? before(r, at, &v[i], &v[j], &second)
				  : before(r, at, &v[j], &v[i], &second)))
			return false;
		sorted[k++] = second ? v[j++] : v[i++];
	}
	for (i = 0; i < n; i++)
		v[i] = sorted[i];
	return true;
}

// REVERSE is an argument, which Python wants to be an integer here.
static bool
sort_into(struct run *r, struct span at, struct keyed_list *keyed, struct value reverse,
	struct value *out)
{
	struct list *l = arena_alloc(r->a, sizeof(*l));
	int64_t yes = 0;

	if (reverse.kind != V_MISSING && !value_is_int(reverse, &yes))
		return run_fail(r, at, "'reverse' is a boolean, not %s", value_name(reverse));
	if (!merge_sort(r, at, keyed->v, keyed->n, yes != 0))
		return false;
	for (size_t i = 0; i < keyed->n; i++)
		VEC_ADD(r->a, l, keyed->v[i].item);
	*out = value_list(l);
	return true;
}

bool
filter_sort(struct run *r, const struct call *c, struct value *out)
{
	struct keyed_list keyed = {0};
	const struct list *items;

	if (!run_items(r, c->at, c->self, &items))
		return false;
	for (size_t i = 0; i < items->n; i++) {
		struct keyed k = {.item = items->v[i]};

		if (!keys_of(r, c->at, k.item, c->arg[2], truth(c, 1), &k.key))
			return false;
		VEC_ADD(r->a, &keyed, k);
	}
	return sort_into(r, c->at, &keyed, c->arg[0], out);
}

bool
filter_dictsort(struct run *r, const struct call *c, struct value *out)
{
	bool by_value = c->arg[1].kind == V_STR && str_is(c->arg[1].str, "value");
	struct keyed_list keyed = {0};
	struct value pairs;

	if (c->arg[1].kind != V_MISSING && !by_value &&
		!(c->arg[1].kind == V_STR && str_is(c->arg[1].str, "key")))
		return run_fail(r, c->at, "'dictsort' sorts by \"key\" or by \"value\"");
	if (!filter_items(r, c, &pairs))
		return false;
	for (size_t i = 0; i < pairs.list->n; i++) {
		struct keyed k = {.item = pairs.list->v[i]};

		if (!keys_of(r, c->at, k.item, value_int(by_value), truth(c, 0), &k.key))
			return false;
		VEC_ADD(r->a, &keyed, k);
	}
	return sort_into(r, c->at, &keyed, c->arg[2], out);
}

bool
filter_unique(struct run *r, const struct call *c, struct value *out)
{
	struct list *l = arena_alloc(r->a, sizeof(*l));
	const struct list *items;
	struct dict seen = {0};

	if (!run_items(r, c->at, c->self, &items))
		return false;
	for (size_t i = 0; i < items->n; i++) {
		struct value key;

		if (!run_step(r, c->at) ||
			!key_of(r, c->at, items->v[i], c->arg[1], truth(c, 0), &key))
			return false;
		if (!value_is_hashable(key))
			return run_fail(r, c->at, "%s cannot be a key", value_name(key));
		if (dict_get(&seen, key))
			continue;
		dict_set(r->a, &seen, key, value_none());
		VEC_ADD(r->a, l, items->v[i]);
	}
	*out = value_list(l);
	return true;
}

// The first of the items that is before (or, with MOST, after) all others.
static bool
extreme(struct run *r, const struct call *c, bool most, struct value *out)
{
	const struct list *items;
	struct value best, key;

	if (!run_items(r, c->at, c->self, &items))
		return false;
	*out = value_missing(r->a, (struct missing){.at = c->at,
					   .text = "there is no smallest or largest of nothing"});
	for (size_t i = 0; i < items->n; i++) {
		bool better = i == 0;

		if (!key_of(r, c->at, items->v[i], c->arg[1], truth(c, 0), &key))
			return false;
		if (i > 0 && !run_compare(r, c->at, most ? '>' : '<', key, best, &better))
			return false;
		if (better) {
			best = key;
			*out = items->v[i];
		}
	}
	return true;
}

bool
filter_max(struct run *r, const struct call *c, struct value *out)
{
	return extreme(r, c, true, out);
}

bool
filter_min(struct run *r, const struct call *c, struct value *out)
{
	return extreme(r, c, false, out);
}

bool
filter_sum(struct run *r, const struct call *c, struct value *out)
{
	const struct list *items;
	struct value v;

	if (!run_items(r, c->at, c->self, &items))
		return false;
	*out = c->arg[1].kind == V_MISSING ? value_int(0) : c->arg[1];
	if (out->kind == V_STR)
		return run_fail(r, c->at, "'sum' does not add strings; use 'join'");
	for (size_t i = 0; i < items->n; i++) {
		if (!key_of(r, c->at, items->v[i], c->arg[0], true, &v) ||
			!run_math(r, c->at, '+', *out, v, out))
			return false;
	}
	return true;
}
