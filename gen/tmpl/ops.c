// SPDX-License-Identifier: Apache-2.0
// ops.c -- operators. Layer: gen/tmpl (over base).
#include <math.h>
#include <string.h>

#include "gen/tmpl/lex.h"
#include "gen/tmpl/run.h"
#include "gen/tmpl/text.h"

static const char *
op_text(int op)
{
	static const char *const texts[] = {"**", "//", "==", "!=", ">=", "<="};
	static const char singles[] = "+\0-\0*\0/\0%\0<\0>";

	if (op >= OP_POWER && op <= OP_LE)
		return texts[op - OP_POWER];
	for (size_t i = 0; i < sizeof(singles); i += 2) {
		if (singles[i] == op)
			return &singles[i];
	}
	return op == OP_IN ? "in" : "not in";
}

static bool
too_large(struct run *r, struct span at)
{
	return run_fail(r, at, "the number is too large");
}

// Like Python, whose % has the sign of the divisor and whose // rounds down.
static bool
divide_ints(struct run *r, struct span at, int op, int64_t x, int64_t y, struct value *out)
{
	int64_t rest;

	if (y == 0)
		return run_fail(r, at, "division by zero");
	if (op == '/') {
		*out = value_float((double)x / (double)y);
		return true;
	}
	if (y == -1) { // INT64_MIN / -1 does not fit
		*out = value_int(op == '%' ? 0 : -x);
		return op == '%' || x != INT64_MIN || too_large(r, at);
	}
	rest = x % y;
	if (rest != 0 && (rest < 0) != (y < 0)) {
		*out = value_int(op == '%' ? rest + y : x / y - 1);
	} else {
		*out = value_int(op == '%' ? rest : x / y);
	}
	return true;
}

static bool
divide_floats(struct run *r, struct span at, int op, double x, double y, struct value *out)
{
	double rest, whole;

	if (y == 0)
		return run_fail(r, at, "division by zero");
	if (op == '/') {
		*out = value_float(x / y);
		return true;
	}
	rest = fmod(x, y);
	if (op == '%') {
		if (rest != 0 && (rest < 0) != (y < 0))
			rest += y;
		*out = value_float(rest == 0 ? copysign(0, y) : rest);
		return true;
	}
	whole = (x - rest) / y - (rest != 0 && (rest < 0) != (y < 0));
	*out = value_float(
		whole == 0 ? copysign(0, x / y) : floor(whole) + (whole - floor(whole) > 0.5));
	return true;
}

static bool
power_ints(struct run *r, struct span at, int64_t x, int64_t y, struct value *out)
{
	int64_t v = 1;

	if (y < 0) {
		if (x == 0)
			return run_fail(r, at, "division by zero");
		*out = value_float(pow((double)x, (double)y));
		return true;
	}
	for (; y > 0; y--) {
		if (x == 0 || x == 1 || x == -1) { // need not be multiplied that often
			v = x == -1 && y % 2 == 0 ? 1 : x;
			break;
		}
		if (__builtin_mul_overflow(v, x, &v))
			return too_large(r, at);
	}
	*out = value_int(v);
	return true;
}

static bool
math_ints(struct run *r, struct span at, int op, int64_t x, int64_t y, struct value *out)
{
	int64_t v = 0;
	bool overflow;

	if (op == OP_POWER)
		return power_ints(r, at, x, y, out);
	if (op == '/' || op == OP_FLOOR || op == '%')
		return divide_ints(r, at, op, x, y, out);
	overflow = op == '+'   ? __builtin_add_overflow(x, y, &v)
		   : op == '-' ? __builtin_sub_overflow(x, y, &v)
			       : __builtin_mul_overflow(x, y, &v);
	*out = value_int(v);
	return overflow ? too_large(r, at) : true;
}

static bool
math_floats(struct run *r, struct span at, int op, double x, double y, struct value *out)
{
	if (op == '/' || op == OP_FLOOR || op == '%')
		return divide_floats(r, at, op, x, y, out);
	if (op != OP_POWER) {
		*out = value_float(op == '+' ? x + y : op == '-' ? x - y : x * y);
		return true;
	}
	if ((x == 0 && y < 0) || (x < 0 && isfinite(x) && isfinite(y) && y != floor(y)))
		return run_fail(r, at, "this power is no real number");
	*out = value_float(pow(x, y));
	if (isinf(out->real) && isfinite(x) && isfinite(y))
		return too_large(r, at);
	return true;
}

static bool
join_lists(struct run *r, struct span at, struct value x, struct value y, struct value *out)
{
	struct list *l = arena_alloc(r->a, sizeof(*l));

	if (x.list->n + y.list->n > RUN_MAX_ITEMS)
		return run_fail(r, at, "more than %d items", RUN_MAX_ITEMS);
	for (size_t i = 0; i < x.list->n; i++)
		VEC_ADD(r->a, l, x.list->v[i]);
	for (size_t i = 0; i < y.list->n; i++)
		VEC_ADD(r->a, l, y.list->v[i]);
	*out = x.kind == V_LIST ? value_list(l) : value_tuple(l);
	return true;
}

static bool
join_texts(struct run *r, struct span at, struct str x, struct str y, struct value *out)
{
	char *s;

	if (!run_room(r, at, x.n, y.n))
		return false;
	s = arena_alloc(r->a, x.n + y.n + 1);
	memcpy(s, x.s, x.n);
	memcpy(s + x.n, y.s, y.n);
	*out = value_str((struct str){s, x.n + y.n});
	return true;
}

static bool
repeat_text(struct run *r, struct span at, struct str s, size_t times, struct value *out)
{
	struct buf b = {0};

	if (s.n > 0 && !run_room(r, at, times > VALUE_MAX_TEXT ? SIZE_MAX : times * s.n, 0))
		return false;
	for (size_t i = 0; s.n > 0 && i < times; i++)
		buf_add(&b, s.s, s.n);
	*out = value_str(text_keep(r->a, &b));
	return true;
}

static bool
repeat_list(struct run *r, struct span at, struct value v, size_t times, struct value *out)
{
	struct list *l = arena_alloc(r->a, sizeof(*l));

	if (v.list->n > 0 && times > RUN_MAX_ITEMS / v.list->n)
		return run_fail(r, at, "more than %d items", RUN_MAX_ITEMS);
	for (size_t i = 0; v.list->n > 0 && i < times; i++) {
		for (size_t j = 0; j < v.list->n; j++)
			VEC_ADD(r->a, l, v.list->v[j]);
	}
	*out = v.kind == V_LIST ? value_list(l) : value_tuple(l);
	return true;
}

static bool
repeat(struct run *r, struct span at, struct value v, int64_t times, struct value *out)
{
	size_t n = times > 0 ? (size_t)times : 0;

	return v.kind == V_STR ? repeat_text(r, at, v.str, n, out) : repeat_list(r, at, v, n, out);
}

static bool
is_repeatable(struct value v)
{
	return v.kind == V_STR || v.kind == V_LIST || v.kind == V_TUPLE;
}

// "text" % value, "text" % (value, value)
static bool
format_with(struct run *r, struct span at, struct value x, struct value y, struct value *out)
{
	struct list *one = arena_alloc(r->a, sizeof(*one));

	if (y.kind == V_TUPLE)
		return run_format(r, at, x.str, y.list, out);
	VEC_ADD(r->a, one, y);
	return run_format(r, at, x.str, one, out);
}

bool
run_math(struct run *r, struct span at, int op, struct value x, struct value y, struct value *out)
{
	int64_t i, j;
	double a, b;

	if (value_is_int(x, &i) && value_is_int(y, &j))
		return math_ints(r, at, op, i, j, out);
	if (value_is_number(x, &a) && value_is_number(y, &b))
		return math_floats(r, at, op, a, b, out);
	if (op == '+' && x.kind == V_STR && y.kind == V_STR)
		return join_texts(r, at, x.str, y.str, out);
	if (op == '+' && x.kind == y.kind && is_repeatable(x))
		return join_lists(r, at, x, y, out);
	if (op == '*' && is_repeatable(x) && value_is_int(y, &j))
		return repeat(r, at, x, j, out);
	if (op == '*' && is_repeatable(y) && value_is_int(x, &i))
		return repeat(r, at, y, i, out);
	if (op == '%' && x.kind == V_STR)
		return format_with(r, at, x, y, out);
	return run_fail(r, at, "'%s' does not work with %s and %s%s", op_text(op), value_name(x),
		value_name(y),
		op == '+' && (x.kind == V_STR || y.kind == V_STR) ? "; '~' joins anything as text"
								  : "");
}

static bool
contains(struct run *r, struct span at, struct value x, struct value y, bool *out)
{
	const struct list *l;

	if (y.kind == V_STR) {
		if (x.kind != V_STR) {
			return run_fail(
				r, at, "'in' a string wants a string, not %s", value_name(x));
		}
		*out = x.str.n == 0 || text_find(y.str, x.str) < y.str.n;
		return true;
	}
	if (y.kind == V_DICT && !value_is_hashable(x))
		return run_fail(r, at, "%s cannot be a key", value_name(x));
	if (!run_items(r, at, y, &l))
		return false;
	*out = false;
	for (size_t i = 0; i < l->n && !*out; i++)
		*out = value_equal(l->v[i], x);
	return true;
}

bool
run_compare(struct run *r, struct span at, int op, struct value x, struct value y, bool *out)
{
	int order;

	if (op == OP_IN || op == OP_NOT_IN) {
		if (!contains(r, at, x, y, out))
			return false;
		*out = *out == (op == OP_IN);
		return true;
	}
	if (op == OP_EQ || op == OP_NE) {
		*out = value_equal(x, y) == (op == OP_EQ);
		return true;
	}
	if (!value_order(x, y, &order)) {
		return run_fail(r, at, "'%s' does not work with %s and %s", op_text(op),
			value_name(x), value_name(y));
	}
	if (order == VALUE_UNORDERED) {
		*out = false;
	} else {
		*out = op == '<'     ? order < 0
		       : op == '>'   ? order > 0
		       : op == OP_LE ? order <= 0
				     : order >= 0;
	}
	return true;
}
