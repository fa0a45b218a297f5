// SPDX-License-Identifier: Apache-2.0
// access.c -- members, indexes, slices and items of values. Layer: gen/tmpl (over base).
#include <string.h>

#include "gen/base/utf8.h"
#include "gen/tmpl/run.h"
#include "gen/tmpl/text.h"

static bool
missing_member(struct run *r, struct span at, struct value v, struct str name, struct value *out)
{
	struct missing m = {.at = at, .name = name};

	m.text = arena_printf(r->a, "%s has no member '%.*s'", value_name(v), STR_FMT(name));
	if (v.kind == V_DICT || v.kind == V_SPACE) {
		m.among = v.dict;
	} else {
		m.name.n = 0;
	}
	*out = value_missing(r->a, m);
	return true;
}

// loop.NAME
static bool
loop_member(struct run *r, const struct loop *l, struct str name, struct value *out)
{
	const struct {
		const char *name;
		size_t v;
	} counts[] = {{"index", l->index + 1}, {"index0", l->index}, {"length", l->items->n},
		{"revindex", l->items->n - l->index}, {"revindex0", l->items->n - l->index - 1},
		{"depth", 1}, {"depth0", 0}};
	bool first = l->index == 0, last = l->index + 1 == l->items->n;

	(void)r;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		if (str_is(name, counts[i].name)) {
			*out = value_int((int64_t)counts[i].v);
			return true;
		}
	}
	if (str_is(name, "first")) {
		*out = value_bool(first);
	} else if (str_is(name, "last")) {
		*out = value_bool(last);
	} else if (str_is(name, "previtem") && !first) {
		*out = l->items->v[l->index - 1];
	} else if (str_is(name, "nextitem") && !last) {
		*out = l->items->v[l->index + 1];
	} else {
		return false;
	}
	return true;
}

bool
run_member(struct run *r, struct span at, struct value v, struct str name, struct value *out)
{
	const struct value *found = NULL;

	if (v.kind == V_LOOP && loop_member(r, v.loop, name, out))
		return true;
	if (v.kind == V_DICT || v.kind == V_SPACE)
		found = dict_get_str(v.dict, name);
	if (!found)
		return missing_member(r, at, v, name, out);
	*out = *found;
	return true;
}

static size_t
length_of(struct value v)
{
	return v.kind == V_STR ? utf8_count(v.str) : v.list->n;
}

static bool
is_sequence(struct value v)
{
	return v.kind == V_STR || v.kind == V_LIST || v.kind == V_TUPLE;
}

bool
run_index(struct run *r, struct span at, struct value v, struct value index, struct value *out)
{
	const struct value *found = NULL;
	struct missing m = {.at = at};
	struct str text;
	int64_t i;

	if (is_sequence(v) && value_is_int(index, &i)) {
		int64_t n = (int64_t)length_of(v);
		int64_t from = i < 0 ? i + n : i;

		if (from >= 0 && from < n) {
			*out = v.kind == V_STR ? value_str(text_part(v.str, (size_t)from, 1))
					       : v.list->v[from];
			return true;
		}
		m.text = arena_printf(r->a, "there is no item %lld in %s of %lld", (long long)i,
			value_name(v), (long long)n);
		*out = value_missing(r->a, m);
		return true;
	}
	if (index.kind == V_STR && v.kind != V_DICT)
		return run_member(r, at, v, index.str, out);
	if (v.kind == V_DICT)
		found = dict_get(v.dict, index);
	if (found) {
		*out = *found;
		return true;
	}
	if (index.kind == V_STR)
		return missing_member(r, at, v, index.str, out);
	if (!run_text(r, at, index, &text))
		return false;
	m.text = arena_printf(r->a, "%s has no item %.*s", value_name(v), STR_FMT(text));
	*out = value_missing(r->a, m);
	return true;
}

// One bound of a slice of N items: like Python, what lies outside is moved to the nearest end.
static int64_t
clamp(int64_t i, int64_t n, int64_t least, int64_t most)
{
	i = i < 0 ? i + n : i;
	return i < least ? least : i > most ? most : i;
}

static bool
slice_bounds(struct run *r, struct span at, const struct value bounds[3], int64_t v[3])
{
	for (int i = 0; i < 3; i++) {
		if (bounds[i].kind != V_NONE && !value_is_int(bounds[i], &v[i])) {
			return run_fail(
				r, at, "a slice wants integers, not %s", value_name(bounds[i]));
		}
	}
	if (v[2] == 0)
		return run_fail(r, at, "the step of a slice is 0");
	return true;
}

static struct value
slice_of_text(struct run *r, const struct list *items)
{
	struct buf b = {0};

	for (size_t i = 0; i < items->n; i++)
		buf_add(&b, items->v[i].str.s, items->v[i].str.n);
	return value_str(text_keep(r->a, &b));
}

bool
run_slice(struct run *r, struct span at, struct value v, const struct value bounds[3],
	struct value *out)
{
	struct list *part = arena_alloc(r->a, sizeof(*part));
	int64_t b[3] = {0, 0, 1}, n;
	const struct list *items;

	if (!is_sequence(v))
		return run_fail(r, at, "%s cannot be sliced", value_name(v));
	if (!slice_bounds(r, at, bounds, b) || !run_items(r, at, v, &items))
		return false;
	n = (int64_t)items->n;
	if (b[2] > 0) {
		b[0] = clamp(b[0], n, 0, n);
		b[1] = bounds[1].kind == V_NONE ? n : clamp(b[1], n, 0, n);
	} else {
		b[0] = bounds[0].kind == V_NONE ? n - 1 : clamp(b[0], n, -1, n - 1);
		b[1] = bounds[1].kind == V_NONE ? -1 : clamp(b[1], n, -1, n - 1);
	}
	// no step leads farther than one past the end, so the index cannot overflow
	b[2] = clamp(b[2], 0, -n - 1, n + 1);
	for (int64_t i = b[0]; b[2] > 0 ? i < b[1] : i > b[1]; i += b[2])
		VEC_ADD(r->a, part, items->v[i]);
	*out = v.kind == V_STR    ? slice_of_text(r, part)
	       : v.kind == V_LIST ? value_list(part)
				  : value_tuple(part);
	return true;
}

bool
run_items(struct run *r, struct span at, struct value v, const struct list **out)
{
	struct list *l;

	if (v.kind == V_LIST || v.kind == V_TUPLE) {
		*out = v.list;
		return true;
	}
	l = arena_alloc(r->a, sizeof(*l));
	*out = l;
	if (v.kind == V_DICT) {
		for (size_t i = 0; i < v.dict->n; i++)
			VEC_ADD(r->a, l, v.dict->v[i].key);
	} else if (v.kind == V_STR) {
		if (utf8_count(v.str) > RUN_MAX_ITEMS)
			return run_fail(r, at, "more than %d items", RUN_MAX_ITEMS);
		for (struct str rest = v.str; rest.n;)
			VEC_ADD(r->a, l, value_str(text_next(&rest)));
	} else if (v.kind != V_EMPTY) {
		return run_fail(r, at, "%s has no items", value_name(v));
	}
	return true;
}

bool
run_path(struct run *r, struct span at, struct value v, struct value attribute, struct value *out)
{
	struct str path = attribute.str;
	bool more = true;

	*out = v;
	if (attribute.kind != V_STR)
		return run_index(r, at, v, attribute, out);
	while (more && out->kind != V_MISSING) {
		const char *dot = path.n ? memchr(path.s, '.', path.n) : NULL;
		struct str part = {path.s, dot ? (size_t)(dot - path.s) : path.n};
		const char *text = arena_ndup(r->a, part.s, part.n);
		struct value index = value_str(part);
		long i;

		if (*text != '-' && str_to_long(text, 10, 0, RUN_MAX_ITEMS, &i))
			index = value_int(i);
		if (!run_index(r, at, *out, index, out))
			return false;
		more = dot != NULL;
		path = more ? (struct str){dot + 1, path.n - part.n - 1} : path;
	}
	return true;
}
