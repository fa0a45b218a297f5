// SPDX-License-Identifier: Apache-2.0
// tests.c -- what may follow 'is'. Layer: gen/tmpl (over base).
#include "gen/tmpl/call.h"
#include "gen/tmpl/lex.h"
#include "gen/tmpl/run.h"
#include "gen/tmpl/text.h"

static bool
is_defined(struct run *r, const struct call *c, bool *out)
{
	(void)r;
	*out = c->self.kind != V_MISSING && c->self.kind != V_EMPTY;
	return true;
}

static bool
is_undefined(struct run *r, const struct call *c, bool *out)
{
	(void)r;
	*out = c->self.kind == V_MISSING || c->self.kind == V_EMPTY;
	return true;
}

static bool
is_container(struct value v)
{
	return v.kind == V_STR || v.kind == V_LIST || v.kind == V_TUPLE || v.kind == V_DICT ||
	       v.kind == V_EMPTY;
}

// One test for each kind, or set of kinds.
#define KIND_TEST(name, condition)                                                                 \
	static bool name(struct run *r, const struct call *c, bool *out)                           \
	{                                                                                          \
		struct value v = c->self;                                                          \
                                                                                                   \
		(void)r;                                                                           \
		*out = condition;                                                                  \
		return true;                                                                       \
	}

KIND_TEST(is_none, v.kind == V_NONE)
KIND_TEST(is_boolean, v.kind == V_BOOL)
KIND_TEST(is_true, v.kind == V_BOOL && v.boolean)
KIND_TEST(is_false, v.kind == V_BOOL && !v.boolean)
KIND_TEST(is_integer, v.kind == V_INT)
KIND_TEST(is_float, v.kind == V_FLOAT)
KIND_TEST(is_number, v.kind == V_INT || v.kind == V_FLOAT || v.kind == V_BOOL)
KIND_TEST(is_string, v.kind == V_STR)
KIND_TEST(is_mapping, v.kind == V_DICT)
KIND_TEST(is_sequence, is_container(v))
KIND_TEST(is_iterable, is_container(v) || v.kind == V_LOOP)

// V % BY == REST
static bool
has_rest(struct run *r, const struct call *c, struct value by, int64_t rest, bool *out)
{
	struct value left;

	if (c->self.kind == V_STR)
		return run_fail(r, c->at, "this test wants a number, not a string");
	if (!run_math(r, c->at, '%', c->self, by, &left))
		return false;
	*out = value_equal(left, value_int(rest));
	return true;
}

static bool
is_odd(struct run *r, const struct call *c, bool *out)
{
	return has_rest(r, c, value_int(2), 1, out);
}

static bool
is_even(struct run *r, const struct call *c, bool *out)
{
	return has_rest(r, c, value_int(2), 0, out);
}

static bool
is_divisible(struct run *r, const struct call *c, bool *out)
{
	return has_rest(r, c, c->arg[0], 0, out);
}

// Whether str(V) has letters and all of them have the case that UPPER says.
static bool
has_case(struct run *r, const struct call *c, bool upper, bool *out)
{
	struct str s, as_upper, as_lower;

	if (!run_text(r, c->at, c->self, &s))
		return false;
	as_upper = text_upper(r->a, s);
	as_lower = text_lower(r->a, s);
	*out = !str_eq(as_upper, as_lower) && str_eq(s, upper ? as_upper : as_lower);
	return true;
}

static bool
is_upper(struct run *r, const struct call *c, bool *out)
{
	return has_case(r, c, true, out);
}

static bool
is_lower(struct run *r, const struct call *c, bool *out)
{
	return has_case(r, c, false, out);
}

#define COMPARE_TEST(name, op)                                                                     \
	static bool name(struct run *r, const struct call *c, bool *out)                           \
	{                                                                                          \
		return run_compare(r, c->at, op, c->self, c->arg[0], out);                         \
	}

COMPARE_TEST(is_equal, OP_EQ)
COMPARE_TEST(is_different, OP_NE)
COMPARE_TEST(is_less, '<')
COMPARE_TEST(is_at_most, OP_LE)
COMPARE_TEST(is_greater, '>')
COMPARE_TEST(is_at_least, OP_GE)
COMPARE_TEST(is_in, OP_IN)

static const struct test tests[] = {
	{"!=", "other", is_different, false},
	{"<", "other", is_less, false},
	{"<=", "other", is_at_most, false},
	{"==", "other", is_equal, false},
	{">", "other", is_greater, false},
	{">=", "other", is_at_least, false},
	{"boolean", "", is_boolean, false},
	{"defined", "", is_defined, true},
	{"divisibleby", "num", is_divisible, false},
	{"eq", "other", is_equal, false},
	{"equalto", "other", is_equal, false},
	{"even", "", is_even, false},
	{"false", "", is_false, false},
	{"float", "", is_float, false},
	{"ge", "other", is_at_least, false},
	{"greaterthan", "other", is_greater, false},
	{"gt", "other", is_greater, false},
	{"in", "seq", is_in, false},
	{"integer", "", is_integer, false},
	{"iterable", "", is_iterable, false},
	{"le", "other", is_at_most, false},
	{"lessthan", "other", is_less, false},
	{"lower", "", is_lower, false},
	{"lt", "other", is_less, false},
	{"mapping", "", is_mapping, false},
	{"ne", "other", is_different, false},
	{"none", "", is_none, false},
	{"number", "", is_number, false},
	{"odd", "", is_odd, false},
	{"sequence", "", is_sequence, false},
	{"string", "", is_string, false},
	{"true", "", is_true, false},
	{"undefined", "", is_undefined, true},
	{"upper", "", is_upper, false},
};

enum { NTESTS = sizeof(tests) / sizeof(*tests) };

const struct test *
test_find(struct str name)
{
	for (size_t i = 0; i < NTESTS; i++) {
		if (str_is(name, tests[i].name))
			return &tests[i];
	}
	return NULL;
}

const char *const *
test_names(struct arena *a)
{
	const char **names = arena_alloc(a, (NTESTS + 1) * sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < NTESTS; i++) {
		if (tests[i].name[0] >= 'a')
			names[n++] = tests[i].name;
	}
	return names;
}
