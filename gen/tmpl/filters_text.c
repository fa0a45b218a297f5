// SPDX-License-Identifier: Apache-2.0
// filters_text.c -- filters that make text. Layer: gen/tmpl (over base).
#include <string.h>

#include "gen/base/utf8.h"
#include "gen/tmpl/filters.h"
#include "gen/tmpl/text.h"

static bool
given(const struct call *c, int i)
{
	return c->arg[i].kind != V_MISSING;
}

static bool
truth(const struct call *c, int i)
{
	return given(c, i) && value_truth(c->arg[i]);
}

static bool
self_text(struct run *r, const struct call *c, struct str *out)
{
	return run_text(r, c->at, c->self, out);
}

bool
filter_string(struct run *r, const struct call *c, struct value *out)
{
	struct str s;

	if (!self_text(r, c, &s))
		return false;
	*out = value_str(s);
	return true;
}

bool
filter_upper(struct run *r, const struct call *c, struct value *out)
{
	struct str s;

	if (!self_text(r, c, &s))
		return false;
	*out = value_str(text_upper(r->a, s));
	return true;
}

bool
filter_lower(struct run *r, const struct call *c, struct value *out)
{
	struct str s;

	if (!self_text(r, c, &s))
		return false;
	*out = value_str(text_lower(r->a, s));
	return true;
}

// S with its first character upper and the others lower case, appended to B.
static void
add_capitalized(struct run *r, struct buf *b, struct str s)
{
	struct str first = text_upper(r->a, text_next(&s)), rest = text_lower(r->a, s);

	buf_add(b, first.s, first.n);
	buf_add(b, rest.s, rest.n);
}

bool
filter_capitalize(struct run *r, const struct call *c, struct value *out)
{
	struct buf b = {0};
	struct str s;

	if (!self_text(r, c, &s))
		return false;
	if (s.n)
		add_capitalized(r, &b, s);
	*out = value_str(text_keep(r->a, &b));
	return true;
}

// Whether a word ends before this character.
static bool
parts_words(struct str c)
{
	return text_leading_space(c) > 0 || (c.n == 1 && *c.s && strchr("-({[<", *c.s));
}

bool
filter_title(struct run *r, const struct call *c, struct value *out)
{
	struct buf b = {0};
	struct str s;

	if (!self_text(r, c, &s))
		return false;
	while (s.n) {
		struct str word = s, next = s;

		while (next.n && !parts_words(text_next(&next)))
			s = next;
		word.n -= s.n;
		if (word.n)
			add_capitalized(r, &b, word);
		if (s.n) {
			struct str mark = text_next(&s);

			buf_add(&b, mark.s, mark.n);
		}
	}
	*out = value_str(text_keep(r->a, &b));
	return true;
}

bool
filter_trim(struct run *r, const struct call *c, struct value *out)
{
	struct str s, chars = {0};

	if (!self_text(r, c, &s))
		return false;
	if (given(c, 0) && c->arg[0].kind != V_STR && c->arg[0].kind != V_NONE)
		return run_fail(r, c->at, "'trim' wants a string, not %s", value_name(c->arg[0]));
	if (c->arg[0].kind == V_STR)
		chars = c->arg[0].str;
	*out = value_str(text_strip(s, chars, true, true));
	return true;
}

// How long S becomes when OLD turns into NEW_TEXT, at most; SIZE_MAX when that is too long.
static size_t
replaced_length(struct str s, struct str old, struct str new_text)
{
	size_t n = old.n ? s.n / old.n : s.n + 1;

	return new_text.n && n > VALUE_MAX_TEXT / new_text.n ? SIZE_MAX : n * new_text.n + s.n;
}

// The limit may be far above what is needed, so only a text that would be too long is counted.
static bool
replace_fits(struct run *r, struct span at, struct str s, struct str old, struct str new_text)
{
	size_t n = 0;

	if (replaced_length(s, old, new_text) <= VALUE_MAX_TEXT)
		return true;
	for (struct str rest = s; old.n && text_find(rest, old) < rest.n; n += new_text.n) {
		size_t end = text_find(rest, old) + old.n;

		rest = (struct str){rest.s + end, rest.n - end};
	}
	return run_room(r, at, old.n ? n : SIZE_MAX, s.n);
}

bool
filter_replace(struct run *r, const struct call *c, struct value *out)
{
	struct str s, old, new_text;
	int64_t limit = -1;

	if (!self_text(r, c, &s) || !run_text(r, c->at, c->arg[0], &old) ||
		!run_text(r, c->at, c->arg[1], &new_text))
		return false;
	if (given(c, 2) && c->arg[2].kind != V_NONE && !value_is_int(c->arg[2], &limit)) {
		return run_fail(r, c->at, "the count of 'replace' is %s, not an integer",
			value_name(c->arg[2]));
	}
	if (!replace_fits(r, c->at, s, old, new_text))
		return false;
	*out = value_str(text_replace(r->a, s, old, new_text, limit));
	return true;
}

bool
filter_join(struct run *r, const struct call *c, struct value *out)
{
	struct str separator = STR("");
	const struct list *l;
	struct buf b = {0};
	bool ok = true;

	if (!run_items(r, c->at, c->self, &l) ||
		(given(c, 0) && !run_text(r, c->at, c->arg[0], &separator)))
		return false;
	for (size_t i = 0; ok && i < l->n; i++) {
		struct value v = l->v[i];

		if (given(c, 1) && c->arg[1].kind != V_NONE) {
			ok = run_path(r, c->at, v, c->arg[1], &v) &&
			     (v.kind != V_MISSING || run_fail_missing(r, v));
		}
		if (i)
			buf_add(&b, separator.s, separator.n);
		ok = ok && (value_print(&b, v) || run_room(r, c->at, SIZE_MAX, 0)) &&
		     run_room(r, c->at, b.n, 0);
	}
	*out = value_str(text_keep(r->a, &b));
	return ok;
}

bool
filter_format(struct run *r, const struct call *c, struct value *out)
{
	struct list values = {0};
	struct str s;

	if (!self_text(r, c, &s))
		return false;
	for (int i = 0; i < CALL_MAX && given(c, i); i++)
		VEC_ADD(r->a, &values, c->arg[i]);
	return run_format(r, c->at, s, &values, out);
}

// What 'indent' puts before each line.
static bool
indentation(struct run *r, const struct call *c, struct str *out)
{
	struct buf b = {0};
	int64_t width = 4;

	if (c->arg[0].kind == V_STR) {
		*out = c->arg[0].str;
		return true;
	}
	if (given(c, 0) && !value_is_int(c->arg[0], &width))
		return run_fail(r, c->at, "the width of 'indent' is %s", value_name(c->arg[0]));
	if (width > RUN_MAX_ITEMS)
		return run_fail(r, c->at, "the width of 'indent' is too large");
	for (; width > 0; width--)
		buf_addc(&b, ' ');
	*out = text_keep(r->a, &b);
	return true;
}

// The lines of S, one more than it has line ends.
static bool
lines_of(struct run *r, struct span at, struct str s, const struct list **out)
{
	struct call split = {.at = at};
	struct value lines;
	struct buf b = {0};

	buf_add(&b, s.s, s.n);
	buf_addc(&b, '\n');
	split.self = value_str(text_keep(r->a, &b));
	if (!method_call(r, &split, STR("splitlines"), &(struct args){0}, &lines))
		return false;
	*out = lines.list;
	return true;
}

bool
filter_indent(struct run *r, const struct call *c, struct value *out)
{
	struct str indent = {0};
	const struct list *lines;
	struct buf b = {0};
	bool ok = true;

	if (c->self.kind != V_STR)
		return run_fail(r, c->at, "'indent' wants a string, not %s", value_name(c->self));
	if (!indentation(r, c, &indent) || !lines_of(r, c->at, c->self.str, &lines))
		return false;
	for (size_t i = 0; ok && i < lines->n; i++) {
		struct str line = lines->v[i].str;

		buf_adds(&b, i ? "\n" : "");
		if (i == 0 ? truth(c, 1) : line.n || truth(c, 2))
			buf_add(&b, indent.s, indent.n);
		buf_add(&b, line.s, line.n);
		ok = run_room(r, c->at, b.n, 0);
	}
	*out = value_str(text_keep(r->a, &b));
	return ok;
}

bool
filter_tojson(struct run *r, const struct call *c, struct value *out)
{
	struct buf b = {0};
	bool ok = value_json(&b, c->self);

	*out = value_str(text_keep(r->a, &b));
	return ok ||
	       run_fail(r, c->at, "%s with this inside has no form in JSON, or a too long one",
		       value_name(c->self));
}
