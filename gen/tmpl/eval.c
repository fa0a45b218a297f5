// SPDX-License-Identifier: Apache-2.0
// eval.c -- the value of an expression. Layer: gen/tmpl (over base).
#include "gen/tmpl/call.h"
#include "gen/tmpl/lex.h"
#include "gen/tmpl/run.h"

// The place of N as messages point at it: the member of a.b, all of other nodes.
static struct span
place_of(const struct node *n)
{
	struct span at = n->at;

	if (n->kind == N_ATTR) {
		at.off += at.len - n->name.n;
		at.len = n->name.n;
	}
	return at;
}

static bool
eval_name(struct run *r, const struct node *n, struct value *out)
{
	const struct value *v = run_get(r, n->name);

	if (v) {
		*out = *v;
	} else {
		*out = value_missing(r->a, (struct missing){.at = n->at, .name = n->name});
	}
	return true;
}

static bool
eval_index(struct run *r, const struct node *n, struct value *out)
{
	struct value v, index;

	return eval(r, n->a, &v) && eval(r, n->b, &index) && run_index(r, n->b->at, v, index, out);
}

static bool
eval_slice(struct run *r, const struct node *n, struct value *out)
{
	const struct node *const nodes[3] = {n->b, n->c, n->d};
	struct value v, bounds[3] = {value_none(), value_none(), value_none()};

	if (!eval(r, n->a, &v))
		return false;
	for (int i = 0; i < 3; i++) {
		if (nodes[i] && !eval(r, nodes[i], &bounds[i]))
			return false;
	}
	return run_slice(r, n->at, v, bounds, out);
}

static bool
eval_args(struct run *r, const struct node *n, struct call *c, bool lazy)
{
	for (int i = 0; i < CALL_MAX; i++) {
		c->arg[i] = (struct value){.kind = V_MISSING};
		if (n->bound[i] && !(lazy ? eval_any : eval)(r, n->bound[i], &c->arg[i]))
			return false;
	}
	return true;
}

static bool
eval_filter(struct run *r, const struct node *n, struct value *out)
{
	struct call c = {.at = n->at};

	if (!eval_any(r, n->a, &c.self))
		return false;
	if (c.self.kind == V_MISSING && !n->filter->lazy)
		return run_fail_missing(r, c.self);
	return eval_args(r, n, &c, n->filter->lazy) && n->filter->apply(r, &c, out);
}

static bool
eval_test(struct run *r, const struct node *n, struct value *out)
{
	struct call c = {.at = n->at};
	bool yes;

	if (!eval_any(r, n->a, &c.self))
		return false;
	if (c.self.kind == V_MISSING && !n->test->lazy)
		return run_fail_missing(r, c.self);
	if (!eval_args(r, n, &c, false) || !n->test->apply(r, &c, &yes))
		return false;
	*out = value_bool(yes);
	return true;
}

static bool
eval_call(struct run *r, const struct node *n, struct value *out)
{
	struct call c = {.at = place_of(n->a)};
	bool known = false;

	if (n->a->kind == N_ATTR)
		return eval(r, n->a->a, &c.self) && method_call(r, &c, n->a->name, &n->args, out);
	if (n->a->kind == N_NAME && !run_get(r, n->a->name) &&
		!function_call(r, &c, n->a->name, &n->args, out, &known))
		return false;
	if (known)
		return true;
	return eval(r, n->a, &c.self) &&
	       run_fail(r, c.at, "%s cannot be called", value_name(c.self));
}

static bool
eval_sign(struct run *r, const struct node *n, struct value *out)
{
	struct value v;
	int64_t i;

	if (!eval(r, n->a, &v))
		return false;
	if (v.kind == V_FLOAT) {
		*out = value_float(n->kind == N_NEG ? -v.real : v.real);
		return true;
	}
	if (!value_is_int(v, &i)) {
		return run_fail(r, n->at, "'%c' wants a number, not %s",
			n->kind == N_NEG ? '-' : '+', value_name(v));
	}
	if (n->kind == N_NEG && i == INT64_MIN)
		return run_fail(r, n->at, "the number is too large");
	*out = value_int(n->kind == N_NEG ? -i : i);
	return true;
}

static bool
eval_logic(struct run *r, const struct node *n, struct value *out)
{
	if (!eval(r, n->a, out))
		return false;
	if (n->kind == N_NOT) {
		*out = value_bool(!value_truth(*out));
		return true;
	}
	return value_truth(*out) == (n->kind == N_OR) || eval_any(r, n->b, out);
}

static bool
eval_math(struct run *r, const struct node *n, struct value *out)
{
	struct value x, y;

	return eval(r, n->a, &x) && eval(r, n->b, &y) && run_math(r, n->at, n->op, x, y, out);
}

static bool
eval_comparison(struct run *r, const struct node *n, struct value *out)
{
	struct value x, y;
	bool yes = true;

	if (!eval(r, n->a, &x))
		return false;
	for (size_t i = 0; yes && i < n->args.n; i++, x = y) {
		if (!eval(r, n->args.v[i].value, &y) ||
			!run_compare(r, n->at, n->args.v[i].op, x, y, &yes))
			return false;
	}
	*out = value_bool(yes);
	return true;
}

static bool
eval_concat(struct run *r, const struct node *n, struct value *out)
{
	struct buf b = {0};
	bool ok = true;

	for (size_t i = 0; ok && i < n->args.n; i++) {
		struct value v;

		ok = eval(r, n->args.v[i].value, &v) &&
		     (value_print(&b, v) || run_room(r, n->at, SIZE_MAX, 0)) &&
		     run_room(r, n->at, b.n, 0);
	}
	*out = value_str((struct str){arena_ndup(r->a, buf_str(&b).s, b.n), b.n});
	buf_free(&b);
	return ok;
}

static bool
eval_choice(struct run *r, const struct node *n, struct value *out)
{
	struct value test;

	if (!eval(r, n->b, &test))
		return false;
	if (value_truth(test))
		return eval_any(r, n->a, out);
	if (n->c)
		return eval_any(r, n->c, out);
	*out = (struct value){.kind = V_EMPTY};
	return true;
}

static bool
eval_list(struct run *r, const struct node *n, struct value *out)
{
	struct list *l = arena_alloc(r->a, sizeof(*l));

	for (size_t i = 0; i < n->args.n; i++) {
		struct value v;

		if (!eval(r, n->args.v[i].value, &v))
			return false;
		VEC_ADD(r->a, l, v);
	}
	*out = n->kind == N_LIST ? value_list(l) : value_tuple(l);
	return true;
}

static bool
eval_dict(struct run *r, const struct node *n, struct value *out)
{
	struct dict *d = arena_alloc(r->a, sizeof(*d));

	for (size_t i = 0; i < n->args.n; i += 2) {
		struct value key, v;

		if (!eval(r, n->args.v[i].value, &key) || !eval(r, n->args.v[i + 1].value, &v))
			return false;
		if (!value_is_hashable(key)) {
			return run_fail(
				r, n->args.v[i].value->at, "%s cannot be a key", value_name(key));
		}
		dict_set(r->a, d, key, v);
	}
	*out = (struct value){.kind = V_DICT, .dict = d};
	return true;
}

static bool
eval_attr(struct run *r, const struct node *n, struct value *out)
{
	struct value v;

	return eval(r, n->a, &v) && run_member(r, place_of(n), v, n->name, out);
}

bool
eval_any(struct run *r, const struct node *n, struct value *out)
{
	static bool (*const evals[])(struct run *, const struct node *, struct value *) = {
		[N_NAME] = eval_name,
		[N_ATTR] = eval_attr,
		[N_INDEX] = eval_index,
		[N_SLICE] = eval_slice,
		[N_CALL] = eval_call,
		[N_FILTER] = eval_filter,
		[N_TEST] = eval_test,
		[N_NOT] = eval_logic,
		[N_NEG] = eval_sign,
		[N_POS] = eval_sign,
		[N_MATH] = eval_math,
		[N_AND] = eval_logic,
		[N_OR] = eval_logic,
		[N_COMPARE] = eval_comparison,
		[N_CONCAT] = eval_concat,
		[N_CHOICE] = eval_choice,
		[N_LIST] = eval_list,
		[N_TUPLE] = eval_list,
		[N_DICT] = eval_dict,
	};

	if (!run_step(r, n->at))
		return false;
	if (n->kind == N_VALUE) {
		*out = n->value;
	} else if (n->kind == N_BLOCK) {
		*out = value_str(r->block);
	} else {
		return evals[n->kind](r, n, out);
	}
	return true;
}

bool
eval(struct run *r, const struct node *n, struct value *out)
{
	if (!eval_any(r, n, out))
		return false;
	return out->kind == V_MISSING ? run_fail_missing(r, *out) : true;
}
