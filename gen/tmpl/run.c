// SPDX-License-Identifier: Apache-2.0
// run.c -- mistakes, limits and variables of one rendering. Layer: gen/tmpl (over base).
#include "gen/tmpl/run.h"

#include <stdarg.h>
#include <stdio.h>

bool
run_fail(struct run *r, struct span at, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_add(r->ds, E402, at, "%s", text);
	r->mistakes++;
	return false;
}

// The names where M was looked for.
static const char *const *
names_around(const struct run *r, const struct missing *m)
{
	struct {
		const char **v;
		size_t n, cap;
	} names = {0};

	for (size_t i = 0; m->among && i < m->among->n; i++) {
		if (m->among->v[i].key.kind == V_STR)
			VEC_ADD(r->a, &names, m->among->v[i].key.str.s);
	}
	for (const struct scope *s = r->scope; !m->among && s; s = s->up) {
		for (size_t i = 0; i < s->vars.n; i++) {
			struct str name = s->vars.v[i].name;

			VEC_ADD(r->a, &names, arena_ndup(r->a, name.s, name.n));
		}
	}
	VEC_ADD(r->a, &names, NULL);
	return names.v;
}

bool
run_fail_missing(struct run *r, struct value v)
{
	struct missing *m = v.missing;
	const char *near = NULL;
	struct diag *d;

	if (m->reported)
		return false;
	m->reported = true;
	r->mistakes++;
	if (m->text) {
		d = diag_add(r->ds, E401, m->at, "%s", m->text);
	} else {
		d = diag_add(r->ds, E401, m->at, "unknown name '%.*s'", STR_FMT(m->name));
	}
	if (m->name.n)
		near = str_nearest(arena_ndup(r->a, m->name.s, m->name.n), names_around(r, m));
	if (near)
		diag_note(r->ds, d, (struct span){0}, "did you mean '%s'?", near);
	return false;
}

bool
run_step(struct run *r, struct span at)
{
	if (r->steps == RUN_MAX_STEPS)
		return false; // said before
	if (++r->steps == RUN_MAX_STEPS)
		return run_fail(r, at, "the template takes more than %d steps", RUN_MAX_STEPS);
	if (r->a->bytes - r->bytes_before > RUN_MAX_MEMORY || r->out->n > RUN_MAX_MEMORY) {
		r->steps = RUN_MAX_STEPS;
		return run_fail(r, at, "the template makes more than %d MiB of text and values",
			RUN_MAX_MEMORY >> 20);
	}
	return true;
}

bool
run_room(struct run *r, struct span at, size_t n, size_t more)
{
	if (n <= VALUE_MAX_TEXT && more <= VALUE_MAX_TEXT - n)
		return true;
	return run_fail(r, at, "the value is nested too deeply, or longer than %d MiB as text",
		VALUE_MAX_TEXT >> 20);
}

const struct value *
run_get(const struct run *r, struct str name)
{
	for (const struct scope *s = r->scope; s; s = s->up) {
		for (size_t i = 0; i < s->vars.n; i++) {
			if (str_eq(s->vars.v[i].name, name))
				return &s->vars.v[i].value;
		}
	}
	return NULL;
}

void
run_set(struct run *r, struct str name, struct value v)
{
	for (size_t i = 0; i < r->scope->vars.n; i++) {
		if (str_eq(r->scope->vars.v[i].name, name)) {
			r->scope->vars.v[i].value = v;
			return;
		}
	}
	VEC_ADD(r->a, &r->scope->vars, ((struct var){name, v}));
}

bool
run_text(struct run *r, struct span at, struct value v, struct str *out)
{
	struct buf b = {0};
	bool ok;

	if (v.kind == V_STR) {
		*out = v.str;
		return true;
	}
	ok = value_print(&b, v) || run_room(r, at, SIZE_MAX, 0);
	*out = (struct str){arena_ndup(r->a, buf_str(&b).s, b.n), b.n};
	buf_free(&b);
	return ok;
}
