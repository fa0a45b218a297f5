// SPDX-License-Identifier: Apache-2.0
// render.c -- the statements of a template. Layer: gen/tmpl (over base).
//
// After a mistake rendering goes on with the next statement, to find more of them; a loop ends
// with the pass that had one, because the next would have it again.
#include "gen/tmpl/run.h"
#include "gen/tmpl/text.h"
#include "gen/tmpl/tmpl.h"

static bool render_body(struct run *r, const struct body *body);

static void
open_scope(struct run *r)
{
	struct scope *s = arena_alloc(r->a, sizeof(*s));

	s->up = r->scope;
	r->scope = s;
}

static void
close_scope(struct run *r)
{
	r->scope = r->scope->up;
}

static bool assign(struct run *r, const struct target *t, struct value v);

static bool
assign_parts(struct run *r, const struct target *t, struct value v)
{
	const struct list *items;

	if (!run_items(r, t->at, v, &items))
		return false;
	if (items->n != t->nparts)
		return run_fail(r, t->at, "%zu names for %zu values", t->nparts, items->n);
	for (size_t i = 0; i < t->nparts; i++) {
		if (!assign(r, t->parts[i], items->v[i]))
			return false;
	}
	return true;
}

static bool
assign(struct run *r, const struct target *t, struct value v)
{
	const struct value *space;

	if (t->parts)
		return v.kind == V_MISSING ? run_fail_missing(r, v) : assign_parts(r, t, v);
	if (t->member.n == 0) {
		run_set(r, t->name, v);
		return true;
	}
	if (v.kind == V_MISSING)
		return run_fail_missing(r, v);
	space = run_get(r, t->name);
	if (!space || space->kind != V_SPACE) {
		return run_fail(r, t->at, "'%.*s' is no namespace, so its members cannot be set",
			STR_FMT(t->name));
	}
	dict_set(r->a, space->dict, value_str(t->member), v);
	return true;
}

// Give the names of T a value that causes no further message.
static void
poison(struct run *r, const struct target *t)
{
	for (size_t i = 0; t->parts && i < t->nparts; i++)
		poison(r, t->parts[i]);
	if (!t->parts && t->member.n == 0) {
		run_set(r, t->name,
			value_missing(r->a, (struct missing){.at = t->at, .reported = true}));
	}
}

static bool
render_set(struct run *r, const struct stmt *s)
{
	struct value v;

	if (eval_any(r, s->value, &v) && assign(r, s->target, v))
		return true;
	poison(r, s->target);
	return false;
}

static bool
print(struct run *r, struct span at, struct value v)
{
	struct str text;

	if (!run_text(r, at, v, &text))
		return false;
	buf_add(r->out, text.s, text.n);
	return true;
}

static bool
render_print(struct run *r, const struct stmt *s)
{
	struct value v;

	return eval(r, s->value, &v) && print(r, s->value->at, v);
}

static bool
render_if(struct run *r, const struct stmt *s)
{
	for (size_t i = 0; i < s->branches.n; i++) {
		const struct branch *b = &s->branches.v[i];
		struct value v = value_bool(true);

		if (b->test && !eval(r, b->test, &v))
			return false;
		if (value_truth(v))
			return render_body(r, &b->body);
	}
	return true;
}

// Render BODY into a text of its own.
static bool
render_apart(struct run *r, const struct body *body, struct str *text)
{
	struct buf b = {0}, *out = r->out;
	bool ok;

	open_scope(r);
	r->out = &b;
	ok = render_body(r, body);
	r->out = out;
	close_scope(r);
	*text = text_keep(r->a, &b);
	return ok;
}

// The text of a block, through FILTERS when there are any.
static bool
block_value(struct run *r, const struct stmt *s, struct value *out)
{
	struct str outer = r->block;
	bool ok = render_apart(r, &s->body, &r->block);

	*out = value_str(r->block);
	if (ok && s->value)
		ok = eval(r, s->value, out);
	r->block = outer;
	return ok;
}

static bool
render_set_block(struct run *r, const struct stmt *s)
{
	struct value v;

	if (block_value(r, s, &v) && assign(r, s->target, v))
		return true;
	poison(r, s->target);
	return false;
}

static bool
render_filter(struct run *r, const struct stmt *s)
{
	struct value v;

	return block_value(r, s, &v) && print(r, s->value->at, v);
}

static bool
render_with(struct run *r, const struct stmt *s)
{
	struct list values = {0};
	bool ok = true;

	for (size_t i = 0; i < s->with.n; i++) { // they do not see each other
		struct value v;

		if (!eval_any(r, s->with.v[i].value, &v))
			return false;
		VEC_ADD(r->a, &values, v);
	}
	open_scope(r);
	for (size_t i = 0; ok && i < s->with.n; i++)
		ok = assign(r, s->with.v[i].target, values.v[i]);
	ok = ok && render_body(r, &s->body);
	close_scope(r);
	return ok;
}

// Those of ITEMS for which the loop's condition holds.
static bool
filter_items(struct run *r, const struct stmt *s, const struct list **items)
{
	struct list *kept = arena_alloc(r->a, sizeof(*kept));
	struct value v;

	for (size_t i = 0; i < (*items)->n; i++) {
		bool ok;

		open_scope(r);
		ok = assign(r, s->target, (*items)->v[i]) && eval(r, s->test, &v);
		close_scope(r);
		if (!ok)
			return false;
		if (value_truth(v))
			VEC_ADD(r->a, kept, (*items)->v[i]);
	}
	*items = kept;
	return true;
}

static bool
render_pass(struct run *r, const struct stmt *s, const struct list *items, size_t i)
{
	struct loop *loop = arena_alloc(r->a, sizeof(*loop));
	bool ok;

	*loop = (struct loop){items, i};
	open_scope(r);
	run_set(r, STR("loop"), (struct value){.kind = V_LOOP, .loop = loop});
	ok = run_step(r, s->at) && assign(r, s->target, items->v[i]) && render_body(r, &s->body);
	close_scope(r);
	return ok;
}

static bool
render_for(struct run *r, const struct stmt *s)
{
	const struct list *items;
	struct value v;
	bool ok = true;

	if (!eval(r, s->value, &v) || !run_items(r, s->value->at, v, &items) ||
		(s->test && !filter_items(r, s, &items)))
		return false;
	for (size_t i = 0; ok && i < items->n; i++)
		ok = render_pass(r, s, items, i);
	if (items->n == 0) {
		open_scope(r);
		ok = render_body(r, &s->other);
		close_scope(r);
	}
	return ok;
}

static bool
render_stmt(struct run *r, const struct stmt *s)
{
	static bool (*const renders[])(struct run *, const struct stmt *) = {
		[S_PRINT] = render_print,
		[S_IF] = render_if,
		[S_FOR] = render_for,
		[S_SET] = render_set,
		[S_SET_BLOCK] = render_set_block,
		[S_WITH] = render_with,
		[S_FILTER] = render_filter,
	};

	if (!run_step(r, s->at))
		return false;
	if (s->kind != S_TEXT)
		return renders[s->kind](r, s);
	buf_add(r->out, s->text.s, s->text.n);
	return true;
}

static bool
render_body(struct run *r, const struct body *body)
{
	bool ok = true;

	for (size_t i = 0; i < body->n; i++) {
		if (!render_stmt(r, body->v[i]))
			ok = false;
		if (r->mistakes >= RUN_MAX_MISTAKES || r->steps == RUN_MAX_STEPS)
			return false;
	}
	return ok;
}

bool
tmpl_render(const struct tmpl *t, const cJSON *values, struct diags *ds, struct buf *out)
{
	struct run r = {.ds = ds, .a = ds->arena, .out = out, .bytes_before = ds->arena->bytes};
	struct value all = value_of_json(r.a, values);

	open_scope(&r);
	for (size_t i = 0; all.kind == V_DICT && i < all.dict->n; i++)
		run_set(&r, all.dict->v[i].key.str, all.dict->v[i].value);
	open_scope(&r);
	return render_body(&r, &t->body);
}
