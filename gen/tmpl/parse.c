// SPDX-License-Identifier: Apache-2.0
// parse.c -- looking at tokens, mistakes, and the targets of assignments.
// Layer: gen/tmpl (over base).
#include "gen/tmpl/parse.h"

#include <stdarg.h>
#include <stdio.h>

const struct token *
parse_token(const struct parser *p)
{
	return &p->tokens.v[p->pos];
}

const struct token *
parse_next(const struct parser *p)
{
	return &p->tokens.v[p->pos + 1 < p->tokens.n ? p->pos + 1 : p->pos];
}

bool
parse_is_op(const struct parser *p, int op)
{
	return parse_token(p)->kind == T_OP && parse_token(p)->op == op;
}

bool
parse_is_name(const struct parser *p, const char *name)
{
	return parse_token(p)->kind == T_NAME && str_is(parse_token(p)->text, name);
}

bool
parse_skip_op(struct parser *p, int op)
{
	bool here = parse_is_op(p, op);

	p->pos += here;
	return here;
}

bool
parse_skip_name(struct parser *p, const char *name)
{
	bool here = parse_is_name(p, name);

	p->pos += here;
	return here;
}

bool
parse_fail(struct parser *p, struct span at, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!p->wrong)
		diag_add(p->ds, E400, at, "%s", text);
	p->wrong = true;
	return false;
}

bool
parse_at_end(const struct parser *p)
{
	enum token_kind kind = parse_token(p)->kind;

	return kind == T_PRINT_END || kind == T_TAG_END || kind == T_END;
}

bool
parse_unexpected(struct parser *p, const char *expected)
{
	const struct token *t = parse_token(p);

	if (parse_at_end(p))
		return parse_fail(p, t->at, "expected %s before the end of the tag", expected);
	return parse_fail(p, t->at, "expected %s, got '%.*s'", expected, (int)t->at.len,
		t->at.src->text.s + t->at.off);
}

bool
parse_expect_op(struct parser *p, int op, const char *text)
{
	char quoted[8];

	if (parse_skip_op(p, op))
		return true;
	snprintf(quoted, sizeof(quoted), "'%s'", text);
	return parse_unexpected(p, quoted);
}

static struct target *
parse_one_target(struct parser *p, bool members)
{
	static const char *const constants[] = {
		"true", "True", "false", "False", "none", "None", NULL};
	struct target *t = arena_alloc(p->a, sizeof(*t));

	t->at = parse_token(p)->at;
	if (parse_skip_op(p, '(')) {
		if (!parse_enter(p))
			return NULL;
		t = parse_target(p, false);
		return t && parse_expect_op(p, ')', ")") ? t : NULL;
	}
	for (size_t i = 0; constants[i]; i++) {
		if (parse_is_name(p, constants[i])) {
			parse_unexpected(p, "the name of a variable");
			return NULL;
		}
	}
	t->name = parse_token(p)->text;
	if (parse_token(p)->kind != T_NAME) {
		parse_unexpected(p, "the name of a variable");
		return NULL;
	}
	p->pos++;
	if (members && parse_skip_op(p, '.')) {
		t->member = parse_token(p)->text;
		if (parse_token(p)->kind != T_NAME) {
			parse_unexpected(p, "the name of a member");
			return NULL;
		}
		p->pos++;
	}
	return t;
}

struct target *
parse_target(struct parser *p, bool members)
{
	struct target *first = parse_one_target(p, members), *t;
	struct {
		struct target **v;
		size_t n, cap;
	} parts = {0};

	if (!first || !parse_is_op(p, ','))
		return first;
	t = arena_alloc(p->a, sizeof(*t));
	t->at = first->at;
	VEC_ADD(p->a, &parts, first);
	while (parse_skip_op(p, ',') && !parse_at_end(p) && !parse_is_name(p, "in") &&
		!parse_is_op(p, '=') && !parse_is_op(p, ')')) {
		first = parse_one_target(p, false);
		if (!first)
			return NULL;
		VEC_ADD(p->a, &parts, first);
	}
	t->parts = parts.v;
	t->nparts = parts.n;
	return t;
}
