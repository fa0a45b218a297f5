// SPDX-License-Identifier: Apache-2.0
// parse_operand.c -- the operands of expressions: literals, names, and what follows them: member,
// index, call, filter, test. Layer: gen/tmpl (over base).
#include "gen/tmpl/call.h"
#include "gen/tmpl/parse.h"

static const struct node *
parse_value(struct parser *p, struct value v)
{
	struct node *n = parse_new(p, N_VALUE, parse_token(p)->at);

	n->value = v;
	p->pos++;
	return parse_done(p, n);
}

static const struct node *
parse_name(struct parser *p)
{
	static const char *const names[] = {"true", "True", "false", "False", "none", "None"};
	struct str name = parse_token(p)->text;
	struct node *n;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (str_is(name, names[i]))
			return parse_value(p, i < 4 ? value_bool(i < 2) : value_none());
	}
	n = parse_new(p, N_NAME, parse_token(p)->at);
	n->name = name;
	p->pos++;
	return parse_done(p, n);
}

// Strings side by side are one.
static const struct node *
parse_string(struct parser *p)
{
	struct node *n = parse_new(p, N_VALUE, parse_token(p)->at);
	struct buf b = {0};

	for (; parse_token(p)->kind == T_STRING; p->pos++)
		buf_add(&b, parse_token(p)->text.s, parse_token(p)->text.n);
	n->value = value_str((struct str){arena_ndup(p->a, b.s, b.n), b.n});
	buf_free(&b);
	return parse_done(p, n);
}

// "a, b]" or "k: v, k: v}", after the opening bracket. A last comma is fine.
static const struct node *
parse_items(struct parser *p, enum node_kind kind, int close, const char *close_text)
{
	struct node *n = parse_new(p, kind, parse_token(p)->at);

	for (p->pos++; !parse_is_op(p, close);) {
		if (n->args.n && !parse_expect_op(p, ',', ","))
			return NULL;
		if (parse_is_op(p, close))
			break;
		for (int i = 0; i < (kind == N_DICT ? 2 : 1); i++) {
			const struct node *item;

			if (i == 1 && !parse_expect_op(p, ':', ":"))
				return NULL;
			item = parse_expression(p);
			if (!item)
				return NULL;
			parse_add(p, &n->args, item);
		}
	}
	return parse_expect_op(p, close, close_text) ? parse_done(p, n) : NULL;
}

static const struct node *
parse_parentheses(struct parser *p)
{
	struct node *n = parse_new(p, N_TUPLE, parse_token(p)->at);
	const struct node *inside;

	p->pos++;
	if (parse_skip_op(p, ')'))
		return parse_done(p, n);
	inside = parse_tuple(p, true);
	return inside && parse_expect_op(p, ')', ")") ? inside : NULL;
}

const struct node *
parse_primary(struct parser *p)
{
	const struct token *t = parse_token(p);

	if (t->kind == T_NAME)
		return parse_name(p);
	if (t->kind == T_STRING)
		return parse_string(p);
	if (t->kind == T_INT)
		return parse_value(p, value_int(t->integer));
	if (t->kind == T_FLOAT)
		return parse_value(p, value_float(t->real));
	if (parse_is_op(p, '('))
		return parse_parentheses(p);
	if (parse_is_op(p, '['))
		return parse_items(p, N_LIST, ']', "]");
	if (parse_is_op(p, '{'))
		return parse_items(p, N_DICT, '}', "}");
	parse_unexpected(p, "a value");
	return NULL;
}

// One part of a slice; NULL in *out when there is nothing between the colons.
static bool
parse_bound(struct parser *p, const struct node **out)
{
	*out = NULL;
	if (parse_is_op(p, ':') || parse_is_op(p, ']'))
		return true;
	*out = parse_expression(p);
	return *out != NULL;
}

static const struct node *
parse_subscript(struct parser *p, const struct node *a)
{
	struct node *n = parse_new(p, N_INDEX, a->at);

	n->a = a;
	p->pos++;
	if (parse_is_op(p, ']')) {
		parse_unexpected(p, "an index");
		return NULL;
	}
	if (!parse_bound(p, &n->b))
		return NULL;
	if (parse_skip_op(p, ':')) {
		n->kind = N_SLICE;
		if (!parse_bound(p, &n->c))
			return NULL;
		if (parse_skip_op(p, ':') && !parse_bound(p, &n->d))
			return NULL;
	}
	return parse_expect_op(p, ']', "]") ? parse_done(p, n) : NULL;
}

static const struct node *
parse_member(struct parser *p, const struct node *a)
{
	struct node *n = parse_new(p, N_ATTR, a->at);

	n->a = a;
	p->pos++;
	if (parse_token(p)->kind == T_INT) {
		n->kind = N_INDEX;
		n->b = parse_value(p, value_int(parse_token(p)->integer));
	} else if (parse_token(p)->kind == T_NAME) {
		n->name = parse_token(p)->text;
		p->pos++;
	} else {
		parse_unexpected(p, "a name");
		return NULL;
	}
	return parse_done(p, n);
}

bool
parse_args(struct parser *p, struct args *out)
{
	for (p->pos++; !parse_is_op(p, ')');) {
		struct arg arg = {.at = parse_token(p)->at};

		if (out->n && !parse_expect_op(p, ',', ","))
			return false;
		if (parse_is_op(p, ')'))
			break;
		arg.at = parse_token(p)->at;
		if (parse_is_op(p, '*') || parse_is_op(p, OP_POWER))
			return parse_fail(p, arg.at, "arguments with '*' are not supported");
		if (parse_token(p)->kind == T_NAME && parse_next(p)->kind == T_OP &&
			parse_next(p)->op == '=') {
			arg.name = parse_token(p)->text;
			p->pos += 2;
		} else if (out->n && out->v[out->n - 1].name.n) {
			return parse_fail(p, arg.at, "an argument without a name follows '%.*s'",
				STR_FMT(out->v[out->n - 1].name));
		}
		arg.value = parse_expression(p);
		if (!arg.value)
			return false;
		VEC_ADD(p->a, out, arg);
	}
	return parse_expect_op(p, ')', ")");
}

static const struct node *
parse_call(struct parser *p, const struct node *a)
{
	struct node *n = parse_new(p, N_CALL, a->at);

	n->a = a;
	return parse_args(p, &n->args) ? parse_done(p, n) : NULL;
}

const struct node *
parse_postfix(struct parser *p, const struct node *a)
{
	while (a) {
		if (parse_is_op(p, '.')) {
			a = parse_member(p, a);
		} else if (parse_is_op(p, '[')) {
			a = parse_subscript(p, a);
		} else if (parse_is_op(p, '(')) {
			a = parse_call(p, a);
		} else {
			break;
		}
	}
	return a;
}

// Give the arguments of N, whose name stands at AT, to its parameters.
static bool
bind(struct parser *p, struct node *n, const char *params, const char *what, struct span at)
{
	struct span where = at;
	const char *problem;

	n->bound = arena_alloc(p->a, CALL_MAX * sizeof(*n->bound));
	problem = call_bind(p->a, params, &n->args, n->bound, &where);
	if (!problem)
		return true;
	return parse_fail(
		p, where, "%s '%.*s' %s", what, (int)at.len, at.src->text.s + at.off, problem);
}

// There is no filter or test (WHAT) called NAME.
static bool
fail_unknown(struct parser *p, const struct token *name, const char *what, const char *const *names)
{
	const char *near = str_nearest(arena_ndup(p->a, name->text.s, name->text.n), names);
	struct buf all = {0};
	struct diag *d;

	if (p->wrong)
		return false;
	p->wrong = true;
	d = diag_add(p->ds, E400, name->at, "unknown %s '%.*s'", what, STR_FMT(name->text));
	if (near)
		diag_note(p->ds, d, (struct span){0}, "did you mean '%s'?", near);
	for (; *names; names++)
		buf_addf(&all, "%s%s", all.n ? ", " : "", *names);
	diag_help(p->ds, d, "the %ss are %s", what, all.s);
	buf_free(&all);
	return false;
}

// "name(args)" after '|', over A.
static const struct node *
parse_filter(struct parser *p, const struct node *a)
{
	const struct token *name = parse_token(p);
	struct node *n = parse_new(p, N_FILTER, a->at);

	if (name->kind != T_NAME) {
		parse_unexpected(p, "the name of a filter");
		return NULL;
	}
	n->a = a;
	n->name = name->text;
	n->filter = filter_find(name->text);
	p->pos++;
	if (!n->filter) {
		fail_unknown(p, name, "filter", filter_names(p->a));
		return NULL;
	}
	if (parse_is_op(p, '(') && !parse_args(p, &n->args))
		return NULL;
	if (!bind(p, n, n->filter->params, "filter", name->at) || !parse_done(p, n))
		return NULL;
	n->at = name->at;
	return n;
}

// Whether the current token begins the argument of a test written without brackets.
static bool
starts_argument(const struct parser *p)
{
	const struct token *t = parse_token(p);

	if (t->kind == T_NAME) {
		return !parse_is_name(p, "else") && !parse_is_name(p, "or") &&
		       !parse_is_name(p, "and");
	}
	return t->kind == T_STRING || t->kind == T_INT || t->kind == T_FLOAT ||
	       parse_is_op(p, '[') || parse_is_op(p, '{');
}

static bool
parse_test_args(struct parser *p, struct args *out)
{
	const struct node *arg;

	if (parse_is_op(p, '('))
		return parse_args(p, out);
	if (!starts_argument(p))
		return true;
	if (parse_is_name(p, "is"))
		return parse_fail(p, parse_token(p)->at, "tests cannot be chained with 'is'");
	arg = parse_postfix(p, parse_primary(p));
	if (!arg)
		return false;
	parse_add(p, out, arg);
	return true;
}

static const struct node *
parse_test(struct parser *p, const struct node *a)
{
	struct node *n = parse_new(p, N_TEST, a->at), *negated;
	bool is_not;
	const struct token *name;

	p->pos++;
	is_not = parse_skip_name(p, "not");
	name = parse_token(p);
	if (name->kind != T_NAME) {
		parse_unexpected(p, "the name of a test");
		return NULL;
	}
	n->a = a;
	n->test = test_find(name->text);
	p->pos++;
	if (!n->test) {
		fail_unknown(p, name, "test", test_names(p->a));
		return NULL;
	}
	if (!parse_test_args(p, &n->args) || !bind(p, n, n->test->params, "test", name->at) ||
		!parse_done(p, n))
		return NULL;
	if (!is_not)
		return n;
	negated = parse_new(p, N_NOT, n->at);
	negated->a = n;
	return parse_done(p, negated);
}

const struct node *
parse_filters_and_tests(struct parser *p, const struct node *a)
{
	while (a) {
		if (parse_skip_op(p, '|')) {
			a = parse_filter(p, a);
		} else if (parse_is_name(p, "is")) {
			a = parse_test(p, a);
		} else if (parse_is_op(p, '(')) {
			a = parse_call(p, a);
		} else {
			break;
		}
	}
	return a;
}

const struct node *
parse_filters(struct parser *p, bool start_inline)
{
	const struct node *a = parse_new(p, N_BLOCK, parse_token(p)->at);

	if (start_inline)
		a = parse_filter(p, a);
	while (a && parse_skip_op(p, '|'))
		a = parse_filter(p, a);
	return a;
}
