// SPDX-License-Identifier: Apache-2.0
// parse_tags.c -- the tags of a template. Layer: gen/tmpl (over base).
//
// After a mistake the rest of its tag is skipped and parsing goes on, so that all mistakes are
// reported in one run. A block whose head is wrong still has a body and an end.
#include "gen/tmpl/parse.h"
#include "gen/tmpl/tmpl.h"

// Start to read a tag.
static void
begin_tag(struct parser *p)
{
	p->wrong = parse_token(p)->wrong;
	p->nesting = 0;
	p->pos++;
}

// Go behind the end of the tag; what stands before it is a mistake.
static void
end_tag(struct parser *p)
{
	if (!parse_at_end(p))
		parse_unexpected(p, "the end of the tag");
	while (!parse_at_end(p))
		p->pos++;
	if (parse_token(p)->kind != T_END)
		p->pos++;
}

static struct stmt *
add_stmt(struct parser *p, struct body *body, enum stmt_kind kind, struct span at)
{
	struct stmt *s = arena_alloc(p->a, sizeof(*s));

	s->kind = kind;
	s->at = at;
	VEC_ADD(p->a, body, s);
	return s;
}

// Parse up to a tag that ends the open block, and over its name. Returns that name, NULL at the
// end of the template.
static const char *parse_body(struct parser *p, struct body *body);

// Finish the tag of a block called NAME, or of a later part of it, and read the body after it.
static const char *
parse_block(struct parser *p, struct body *body, struct span at, const char *name,
	const char *const *ends)
{
	const struct block block = {p->open, p->open ? p->open->depth + 1 : 1, at, name, ends};
	bool wrong = p->wrong;
	const char *end;

	parse_skip_op(p, ':');
	end_tag(p);
	if (block.depth > PARSE_MAX_BLOCKS) {
		if (!p->unclosed) {
			diag_add(p->ds, E400, at, "more than %d blocks inside each other",
				PARSE_MAX_BLOCKS);
		}
		p->unclosed = true;
		p->pos = p->tokens.n - 1;
		return NULL;
	}
	p->open = &block;
	end = parse_body(p, body);
	p->open = block.up;
	if (!end && !p->unclosed && !wrong)
		diag_add(p->ds, E400, at, "'%s' is not closed: expected '%s'", name, ends[0]);
	if (!end)
		p->unclosed = true;
	return end;
}

static void
parse_print(struct parser *p, struct body *body, struct span at)
{
	do {
		const struct node *value = parse_expression(p);

		if (!value)
			return;
		add_stmt(p, body, S_PRINT, at)->value = value;
	} while (parse_skip_op(p, ','));
}

static void
parse_set(struct parser *p, struct body *body, struct span at)
{
	static const char *const ends[] = {"endset", NULL};
	struct stmt *s = add_stmt(p, body, S_SET, at);

	s->target = parse_target(p, true);
	if (!s->target)
		return;
	if (parse_skip_op(p, '=')) {
		s->value = parse_tuple(p, true);
		return;
	}
	s->kind = S_SET_BLOCK;
	s->value = parse_filters(p, false);
	parse_block(p, &s->body, at, "set", ends);
}

static void
parse_for(struct parser *p, struct body *body, struct span at)
{
	static const char *const ends[] = {"endfor", "else", NULL};
	static const char *const last[] = {"endfor", NULL};
	struct stmt *s = add_stmt(p, body, S_FOR, at);
	const char *end;

	s->target = parse_target(p, false);
	if (s->target && str_is(s->target->name, "loop"))
		parse_fail(p, s->target->at, "'loop' cannot be the variable of a loop");
	if (s->target && (parse_skip_name(p, "in") || parse_unexpected(p, "'in'")))
		s->value = parse_tuple(p, false);
	if (s->value && parse_skip_name(p, "if"))
		s->test = parse_expression(p);
	if (parse_is_name(p, "recursive"))
		parse_fail(p, parse_token(p)->at, "recursive loops are not supported");
	end = parse_block(p, &s->body, at, "for", ends);
	if (end && str_is(str_of(end), "else"))
		parse_block(p, &s->other, at, "for", last);
}

static void
parse_if(struct parser *p, struct body *body, struct span at)
{
	static const char *const ends[] = {"endif", "elif", "else", NULL};
	struct stmt *s = add_stmt(p, body, S_IF, at);
	const char *end = "elif";

	while (end && !str_is(str_of(end), "endif")) {
		struct branch b = {0};
		bool last = str_is(str_of(end), "else");

		if (!last)
			b.test = parse_tuple(p, false);
		end = parse_block(
			p, &b.body, at, "if", last ? (const char *const[]){"endif", NULL} : ends);
		VEC_ADD(p->a, &s->branches, b);
	}
}

static void
parse_with(struct parser *p, struct body *body, struct span at)
{
	static const char *const ends[] = {"endwith", NULL};
	struct stmt *s = add_stmt(p, body, S_WITH, at);

	while (!parse_at_end(p)) {
		struct assignment a = {0};

		if (s->with.n && !parse_expect_op(p, ',', ","))
			break;
		a.target = parse_target(p, false);
		if (!a.target || !parse_expect_op(p, '=', "="))
			break;
		a.value = parse_expression(p);
		if (!a.value)
			break;
		VEC_ADD(p->a, &s->with, a);
	}
	parse_block(p, &s->body, at, "with", ends);
}

static void
parse_filter_block(struct parser *p, struct body *body, struct span at)
{
	static const char *const ends[] = {"endfilter", NULL};
	struct stmt *s = add_stmt(p, body, S_FILTER, at);

	s->value = parse_filters(p, true);
	parse_block(p, &s->body, at, "filter", ends);
}

static const struct {
	const char *name;
	void (*parse)(struct parser *p, struct body *body, struct span at);
} tags[] = {{"filter", parse_filter_block}, {"for", parse_for}, {"if", parse_if},
	{"print", parse_print}, {"set", parse_set}, {"with", parse_with}};

enum { NTAGS = sizeof(tags) / sizeof(*tags) };

// Tags of Jinja that are not here, and what ends those that have a body.
static const struct {
	const char *name, *end;
} missing[] = {{"autoescape", "endautoescape"}, {"block", "endblock"}, {"call", "endcall"},
	{"macro", "endmacro"}, {"extends", NULL}, {"from", NULL}, {"import", NULL},
	{"include", NULL}, {"break", NULL}, {"continue", NULL}, {"debug", NULL}, {"do", NULL}};

// "if" at AT is one of Jinja's tags that are not supported: true, after reporting it.
static bool
parse_missing(struct parser *p, const struct token *name)
{
	struct body ignored = {0};

	for (size_t i = 0; i < sizeof(missing) / sizeof(*missing); i++) {
		const char *const ends[] = {missing[i].end, NULL};

		if (!str_is(name->text, missing[i].name))
			continue;
		parse_fail(p, name->at, "the tag '%s' is not supported", missing[i].name);
		while (!parse_at_end(p))
			p->pos++;
		if (missing[i].end)
			parse_block(p, &ignored, name->at, missing[i].name, ends);
		return true;
	}
	return false;
}

static bool
ends_some_block(struct str name)
{
	return str_is(name, "else") || str_is(name, "elif") || str_starts(name, "end");
}

// A tag that is none, or the end of a block that is not the open one.
static void
fail_tag(struct parser *p, const struct token *name)
{
	const char *names[NTAGS + 1] = {0}, *near;
	struct diag *d;

	if (p->wrong)
		return;
	p->wrong = true;
	if (ends_some_block(name->text)) {
		d = diag_add(p->ds, E400, name->at, "unexpected '%.*s'", STR_FMT(name->text));
		if (p->open) {
			diag_note(p->ds, d, p->open->at, "'%s' is open and needs '%s'",
				p->open->name, p->open->ends[0]);
		}
		return;
	}
	for (size_t i = 0; i < NTAGS; i++)
		names[i] = tags[i].name;
	d = diag_add(p->ds, E400, name->at, "unknown tag '%.*s'", STR_FMT(name->text));
	near = str_nearest(arena_ndup(p->a, name->text.s, name->text.n), names);
	if (near)
		diag_note(p->ds, d, (struct span){0}, "did you mean '%s'?", near);
}

// The tag whose name is the current token and which begins at AT.
static void
parse_tag(struct parser *p, struct body *body, struct span at)
{
	const struct token *name = parse_token(p);

	if (name->kind != T_NAME) {
		parse_unexpected(p, "the name of a tag");
		return;
	}
	p->pos++;
	for (size_t i = 0; i < NTAGS; i++) {
		if (str_is(name->text, tags[i].name)) {
			at.len = name->at.off + name->at.len - at.off;
			tags[i].parse(p, body, at);
			return;
		}
	}
	if (parse_missing(p, name))
		return;
	fail_tag(p, name);
	while (!parse_at_end(p))
		p->pos++;
}

// The name in ENDS that the current token is, NULL when it is none.
static const char *
is_end(const struct parser *p, const char *const *ends)
{
	for (; *ends; ends++) {
		if (parse_is_name(p, *ends))
			return *ends;
	}
	return NULL;
}

static const char *
parse_body(struct parser *p, struct body *body)
{
	for (;;) {
		const struct token *t = parse_token(p);
		const char *end;

		if (t->kind == T_END)
			return NULL;
		if (t->kind == T_TEXT) {
			add_stmt(p, body, S_TEXT, t->at)->text = t->text;
			p->pos++;
			continue;
		}
		begin_tag(p);
		end = t->kind == T_TAG && p->open ? is_end(p, p->open->ends) : NULL;
		if (end) {
			p->pos++;
			return end;
		}
		if (t->kind == T_TAG) {
			parse_tag(p, body, t->at);
		} else {
			add_stmt(p, body, S_PRINT, t->at)->value = parse_tuple(p, true);
		}
		end_tag(p);
	}
}

struct tmpl *
tmpl_parse(const struct source *src, struct diags *ds)
{
	struct tmpl *t = arena_alloc(ds->arena, sizeof(*t));
	struct parser p = {.ds = ds, .a = ds->arena};
	size_t before = ds->nerrors;

	t->src = src;
	p.tokens = lex(src, ds);
	parse_body(&p, &t->body);
	return ds->nerrors == before ? t : NULL;
}
