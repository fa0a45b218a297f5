// SPDX-License-Identifier: Apache-2.0
#include "gen/tmpl/value.h"

#include <math.h>

enum { MAX_DEPTH = 1500 };

struct value
value_none(void)
{
	return (struct value){.kind = V_NONE};
}

struct value
value_bool(bool v)
{
	return (struct value){.kind = V_BOOL, .boolean = v};
}

struct value
value_int(int64_t v)
{
	return (struct value){.kind = V_INT, .integer = v};
}

struct value
value_float(double v)
{
	return (struct value){.kind = V_FLOAT, .real = v};
}

struct value
value_str(struct str s)
{
	return (struct value){.kind = V_STR, .str = s};
}

struct value
value_list(const struct list *l)
{
	return (struct value){.kind = V_LIST, .list = l};
}

struct value
value_tuple(const struct list *l)
{
	return (struct value){.kind = V_TUPLE, .list = l};
}

struct value
value_pair(struct arena *a, struct value x, struct value y)
{
	struct list *l = arena_alloc(a, sizeof(*l));

	VEC_ADD(a, l, x);
	VEC_ADD(a, l, y);
	return value_tuple(l);
}

struct value
value_missing(struct arena *a, struct missing m)
{
	struct missing *copy = arena_alloc(a, sizeof(*copy));

	*copy = m;
	return (struct value){.kind = V_MISSING, .missing = copy};
}

static struct value
number_of_json(const cJSON *json)
{
	double v = json->valuedouble;

	// as far as a double tells integers apart
	return v == floor(v) && fabs(v) <= 9007199254740992.0 ? value_int((int64_t)v)
							      : value_float(v);
}

static struct value
items_of_json(struct arena *a, const cJSON *json)
{
	struct list *l = arena_alloc(a, sizeof(*l));

	for (const cJSON *item = json->child; item; item = item->next)
		VEC_ADD(a, l, value_of_json(a, item));
	return value_list(l);
}

static struct value
members_of_json(struct arena *a, const cJSON *json)
{
	struct dict *d = arena_alloc(a, sizeof(*d));

	for (const cJSON *item = json->child; item; item = item->next) {
		dict_set(a, d, value_str(str_of(arena_dup(a, item->string))),
			value_of_json(a, item));
	}
	return (struct value){.kind = V_DICT, .dict = d};
}

struct value
value_of_json(struct arena *a, const cJSON *json)
{
	if (cJSON_IsString(json))
		return value_str(str_of(arena_dup(a, json->valuestring)));
	if (cJSON_IsNumber(json))
		return number_of_json(json);
	if (cJSON_IsBool(json))
		return value_bool(cJSON_IsTrue(json));
	if (cJSON_IsArray(json))
		return items_of_json(a, json);
	if (cJSON_IsObject(json))
		return members_of_json(a, json);
	return value_none();
}

const char *
value_name(struct value v)
{
	static const char *const names[] = {
		[V_MISSING] = "no value",
		[V_EMPTY] = "no value",
		[V_NONE] = "none",
		[V_BOOL] = "a boolean",
		[V_INT] = "an integer",
		[V_FLOAT] = "a float",
		[V_STR] = "a string",
		[V_LIST] = "a list",
		[V_TUPLE] = "a tuple",
		[V_DICT] = "a dict",
		[V_SPACE] = "a namespace",
		[V_LOOP] = "a loop",
	};

	return names[v.kind];
}

const struct value *
dict_get(const struct dict *d, struct value key)
{
	for (size_t i = 0; i < d->n; i++) {
		if (value_equal(d->v[i].key, key))
			return &d->v[i].value;
	}
	return NULL;
}

const struct value *
dict_get_str(const struct dict *d, struct str key)
{
	return dict_get(d, value_str(key));
}

void
dict_set(struct arena *a, struct dict *d, struct value key, struct value v)
{
	for (size_t i = 0; i < d->n; i++) {
		if (value_equal(d->v[i].key, key)) {
			d->v[i].value = v;
			return;
		}
	}
	VEC_ADD(a, d, ((struct pair){key, v}));
}

bool
value_truth(struct value v)
{
	switch (v.kind) {
	case V_BOOL:
		return v.boolean;
	case V_INT:
		return v.integer != 0;
	case V_FLOAT:
		return v.real != 0;
	case V_STR:
		return v.str.n > 0;
	case V_LIST:
	case V_TUPLE:
		return v.list->n > 0;
	case V_DICT:
		return v.dict->n > 0;
	case V_SPACE:
	case V_LOOP:
		return true;
	default:
		return false;
	}
}

bool
value_is_int(struct value v, int64_t *out)
{
	if (v.kind == V_INT) {
		*out = v.integer;
	} else if (v.kind == V_BOOL) {
		*out = v.boolean;
	} else {
		return false;
	}
	return true;
}

bool
value_is_number(struct value v, double *out)
{
	int64_t i;

	if (v.kind == V_FLOAT) {
		*out = v.real;
	} else if (value_is_int(v, &i)) {
		*out = (double)i;
	} else {
		return false;
	}
	return true;
}

// The order of two numbers, exact also where a double cannot hold the integer.
static int
order_numbers(struct value x, struct value y)
{
	int64_t i = 0, j = 0;
	bool xi = value_is_int(x, &i), yi = value_is_int(y, &j);
	long double a = xi ? (long double)i : (long double)x.real;
	long double b = yi ? (long double)j : (long double)y.real;

	if (xi && yi)
		return (i > j) - (i < j);
	return isnan(a) || isnan(b) ? VALUE_UNORDERED : (a > b) - (a < b);
}

static bool equal(struct value x, struct value y, int depth);

static bool
equal_lists(const struct list *x, const struct list *y, int depth)
{
	for (size_t i = 0; i < x->n && x->n == y->n; i++) {
		if (!equal(x->v[i], y->v[i], depth))
			return false;
	}
	return x->n == y->n;
}

static bool
equal_dicts(const struct dict *x, const struct dict *y, int depth)
{
	for (size_t i = 0; i < x->n && x->n == y->n; i++) {
		const struct value *v = dict_get(y, x->v[i].key);

		if (!v || !equal(x->v[i].value, *v, depth))
			return false;
	}
	return x->n == y->n;
}

static bool
equal(struct value x, struct value y, int depth)
{
	double a, b;

	if (depth > MAX_DEPTH)
		return false;
	if (value_is_number(x, &a) && value_is_number(y, &b))
		return order_numbers(x, y) == 0;
	if (x.kind != y.kind)
		return false;
	switch (x.kind) {
	case V_EMPTY:
	case V_NONE:
		return true;
	case V_STR:
		return str_eq(x.str, y.str);
	case V_LIST:
	case V_TUPLE:
		return x.list == y.list || equal_lists(x.list, y.list, depth + 1);
	case V_DICT:
		return x.dict == y.dict || equal_dicts(x.dict, y.dict, depth + 1);
	case V_SPACE:
		return x.dict == y.dict;
	default:
		return x.kind == V_LOOP && x.loop == y.loop;
	}
}

bool
value_equal(struct value x, struct value y)
{
	return equal(x, y, 0);
}

static bool order(struct value x, struct value y, int *result, int depth);

// Like Python: the first two items that differ decide.
static bool
order_lists(const struct list *x, const struct list *y, int *result, int depth)
{
	for (size_t i = 0; i < x->n && i < y->n; i++) {
		if (!equal(x->v[i], y->v[i], depth))
			return order(x->v[i], y->v[i], result, depth);
	}
	*result = (x->n > y->n) - (x->n < y->n);
	return true;
}

static bool
order(struct value x, struct value y, int *result, int depth)
{
	double a, b;

	if (depth > MAX_DEPTH)
		return false;
	if (value_is_number(x, &a) && value_is_number(y, &b)) {
		*result = order_numbers(x, y);
		return true;
	}
	if (x.kind != y.kind)
		return false;
	if (x.kind == V_STR) {
		int c = str_cmp(x.str, y.str);

		*result = (c > 0) - (c < 0);
		return true;
	}
	if (x.kind == V_LIST || x.kind == V_TUPLE)
		return order_lists(x.list, y.list, result, depth + 1);
	return false;
}

bool
value_order(struct value x, struct value y, int *result)
{
	return order(x, y, result, 0);
}

static bool
hashable(struct value v, int depth)
{
	if (v.kind == V_TUPLE && depth < MAX_DEPTH) {
		for (size_t i = 0; i < v.list->n; i++) {
			if (!hashable(v.list->v[i], depth + 1))
				return false;
		}
		return true;
	}
	return v.kind != V_LIST && v.kind != V_DICT && v.kind != V_TUPLE;
}

bool
value_is_hashable(struct value v)
{
	return hashable(v, 0);
}
