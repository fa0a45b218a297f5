// SPDX-License-Identifier: Apache-2.0
// parse_expr.c -- expressions, in the precedence of Jinja: choice, or, and, not, comparison, + -,
// ~, * / // %, **, sign. Layer: gen/tmpl (over base).
#include "gen/tmpl/parse.h"

struct node *
parse_new(struct parser *p, enum node_kind kind, struct span at)
{
	struct node *n = arena_alloc(p->a, sizeof(*n));

	n->kind = kind;
	n->at = at;
	return n;
}

static void
deepen(struct node *n, const struct node *child)
{
	if (child && child->depth > n->depth)
		n->depth = child->depth;
}

const struct node *
parse_done(struct parser *p, struct node *n)
{
	struct span last = p->tokens.v[p->pos - 1].at;

	deepen(n, n->a);
	deepen(n, n->b);
	deepen(n, n->c);
	deepen(n, n->d);
	for (size_t i = 0; i < n->args.n; i++)
		deepen(n, n->args.v[i].value);
	n->depth++;
	if (last.off + last.len > n->at.off)
		n->at.len = last.off + last.len - n->at.off;
	if (n->depth > PARSE_MAX_NODES) {
		parse_fail(p, n->at, "the expression is nested too deeply");
		return NULL;
	}
	return n;
}

void
parse_add(struct parser *p, struct args *args, const struct node *value)
{
	VEC_ADD(p->a, args, ((struct arg){.value = value, .at = value->at}));
}

bool
parse_enter(struct parser *p)
{
	if (p->nesting == PARSE_MAX_NESTING)
		return parse_fail(p, parse_token(p)->at, "the expression is nested too deeply");
	p->nesting++;
	return true;
}

static const struct node *
binary(struct parser *p, enum node_kind kind, int op, const struct node *a, const struct node *b)
{
	struct node *n = parse_new(p, kind, a->at);

	if (!b)
		return NULL;
	n->op = op;
	n->a = a;
	n->b = b;
	return parse_done(p, n);
}

// WITH_FILTERS: filters and tests belong to it. -a|f is (-a)|f, but in --a|f they go to the whole.
static const struct node *
parse_unary(struct parser *p, bool with_filters)
{
	enum node_kind kind = parse_is_op(p, '-') ? N_NEG : N_POS;
	const struct node *a;
	struct node *n;

	if (!parse_enter(p))
		return NULL;
	if (parse_is_op(p, '-') || parse_is_op(p, '+')) {
		n = parse_new(p, kind, parse_token(p)->at);
		p->pos++;
		n->a = parse_unary(p, false);
		a = n->a ? parse_done(p, n) : NULL;
	} else {
		a = parse_primary(p);
	}
	a = parse_postfix(p, a);
	if (with_filters)
		a = parse_filters_and_tests(p, a);
	p->nesting--;
	return a;
}

static const struct node *
parse_power(struct parser *p)
{
	const struct node *a = parse_unary(p, true);

	while (a && parse_skip_op(p, OP_POWER))
		a = binary(p, N_MATH, OP_POWER, a, parse_unary(p, true));
	return a;
}

static const struct node *
parse_product(struct parser *p)
{
	static const int ops[] = {'*', '/', OP_FLOOR, '%'};
	const struct node *a = parse_power(p);

	for (size_t i = 0; a && i < sizeof(ops) / sizeof(*ops);) {
		if (parse_skip_op(p, ops[i])) {
			a = binary(p, N_MATH, ops[i], a, parse_power(p));
			i = 0;
		} else {
			i++;
		}
	}
	return a;
}

static const struct node *
parse_concat(struct parser *p)
{
	const struct node *a = parse_product(p);
	struct node *n;

	if (!a || !parse_is_op(p, '~'))
		return a;
	n = parse_new(p, N_CONCAT, a->at);
	parse_add(p, &n->args, a);
	while (parse_skip_op(p, '~')) {
		a = parse_product(p);
		if (!a)
			return NULL;
		parse_add(p, &n->args, a);
	}
	return parse_done(p, n);
}

static const struct node *
parse_sum(struct parser *p)
{
	const struct node *a = parse_concat(p);

	while (a && (parse_is_op(p, '+') || parse_is_op(p, '-'))) {
		int op = parse_token(p)->op;

		p->pos++;
		a = binary(p, N_MATH, op, a, parse_concat(p));
	}
	return a;
}

// The comparison operator here, skipped; 0 for none.
static int
comparison(struct parser *p)
{
	static const int ops[] = {OP_EQ, OP_NE, '<', OP_LE, '>', OP_GE};

	for (size_t i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
		if (parse_skip_op(p, ops[i]))
			return ops[i];
	}
	if (parse_skip_name(p, "in"))
		return OP_IN;
	if (parse_is_name(p, "not") && parse_next(p)->kind == T_NAME &&
		str_is(parse_next(p)->text, "in")) {
		p->pos += 2;
		return OP_NOT_IN;
	}
	return 0;
}

static const struct node *
parse_comparison(struct parser *p)
{
	const struct node *a = parse_sum(p);
	struct node *n = NULL;
	int op;

	while (a && (op = comparison(p))) {
		if (!n) {
			n = parse_new(p, N_COMPARE, a->at);
			n->a = a;
		}
		a = parse_sum(p);
		if (!a)
			return NULL;
		parse_add(p, &n->args, a);
		n->args.v[n->args.n - 1].op = op;
	}
	return n && a ? parse_done(p, n) : a;
}

static const struct node *
parse_not(struct parser *p)
{
	struct node *n;

	if (!parse_is_name(p, "not"))
		return parse_comparison(p);
	if (!parse_enter(p))
		return NULL;
	n = parse_new(p, N_NOT, parse_token(p)->at);
	p->pos++;
	n->a = parse_not(p);
	p->nesting--;
	return n->a ? parse_done(p, n) : NULL;
}

static const struct node *
parse_and(struct parser *p)
{
	const struct node *a = parse_not(p);

	while (a && parse_skip_name(p, "and"))
		a = binary(p, N_AND, 0, a, parse_not(p));
	return a;
}

static const struct node *
parse_or(struct parser *p)
{
	const struct node *a = parse_and(p);

	while (a && parse_skip_name(p, "or"))
		a = binary(p, N_OR, 0, a, parse_and(p));
	return a;
}

const struct node *
parse_expression(struct parser *p)
{
	const struct node *a;

	if (!parse_enter(p))
		return NULL;
	a = parse_or(p);
	while (a && parse_skip_name(p, "if")) {
		struct node *n = parse_new(p, N_CHOICE, a->at);

		n->a = a;
		n->b = parse_or(p);
		if (!n->b)
			return NULL;
		if (parse_skip_name(p, "else") && !(n->c = parse_expression(p)))
			return NULL;
		a = parse_done(p, n);
	}
	p->nesting--;
	return a;
}

// Whether "a, b," ends here.
static bool
is_tuple_end(const struct parser *p)
{
	const struct token *t = parse_token(p);

	return t->kind == T_PRINT_END || t->kind == T_TAG_END || parse_is_op(p, ')');
}

const struct node *
parse_tuple(struct parser *p, bool choice)
{
	const struct node *a = choice ? parse_expression(p) : parse_or(p);
	struct node *n;

	if (!a || !parse_is_op(p, ','))
		return a;
	n = parse_new(p, N_TUPLE, a->at);
	parse_add(p, &n->args, a);
	while (parse_skip_op(p, ',') && !is_tuple_end(p)) {
		a = choice ? parse_expression(p) : parse_or(p);
		if (!a)
			return NULL;
		parse_add(p, &n->args, a);
	}
	return parse_done(p, n);
}
