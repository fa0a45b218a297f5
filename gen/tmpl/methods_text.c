// SPDX-License-Identifier: Apache-2.0
// methods_text.c -- the methods of strings. Layer: gen/tmpl (over base).
#include <string.h>

#include "gen/base/utf8.h"
#include "gen/tmpl/call.h"
#include "gen/tmpl/run.h"
#include "gen/tmpl/text.h"

static struct str
text_arg(const struct call *c, int i, struct str fallback)
{
	return c->arg[i].kind == V_STR ? c->arg[i].str : fallback;
}

static bool
str_upper(struct run *r, const struct call *c, struct value *out)
{
	*out = value_str(text_upper(r->a, c->self.str));
	return true;
}

static bool
str_lower(struct run *r, const struct call *c, struct value *out)
{
	*out = value_str(text_lower(r->a, c->self.str));
	return true;
}

static bool
strip(const struct call *c, bool left, bool right, struct value *out)
{
	struct str chars = text_arg(c, 0, (struct str){0});

	*out = value_str(text_strip(c->self.str, chars, left, right));
	return true;
}

static bool
str_strip(struct run *r, const struct call *c, struct value *out)
{
	(void)r;
	return strip(c, true, true, out);
}

static bool
str_lstrip(struct run *r, const struct call *c, struct value *out)
{
	(void)r;
	return strip(c, true, false, out);
}

static bool
str_rstrip(struct run *r, const struct call *c, struct value *out)
{
	(void)r;
	return strip(c, false, true, out);
}

// Split at runs of white space, without empty parts.
static void
split_at_space(struct run *r, struct str s, int64_t limit, struct list *l)
{
	for (;;) {
		struct str word;

		s = text_strip(s, (struct str){0}, true, false);
		if (s.n == 0)
			return;
		if (limit-- == 0) {
			VEC_ADD(r->a, l, value_str(text_strip(s, (struct str){0}, false, true)));
			return;
		}
		for (word = s; s.n && text_leading_space(s) == 0;)
			text_next(&s);
		word.n -= s.n;
		VEC_ADD(r->a, l, value_str(word));
	}
}

static bool
str_split(struct run *r, const struct call *c, struct value *out)
{
	struct str separator = text_arg(c, 0, (struct str){0}), s = c->self.str;
	struct list *l = arena_alloc(r->a, sizeof(*l));
	int64_t limit = -1;
	size_t at;

	value_is_int(c->arg[1], &limit);
	*out = value_list(l);
	if (!separator.s) {
		split_at_space(r, s, limit, l);
		return true;
	}
	if (separator.n == 0)
		return run_fail(r, c->at, "the separator is empty");
	while (limit-- != 0 && (at = text_find(s, separator)) < s.n) {
		VEC_ADD(r->a, l, value_str((struct str){s.s, at}));
		s = (struct str){s.s + at + separator.n, s.n - at - separator.n};
	}
	VEC_ADD(r->a, l, value_str(s));
	return true;
}

// Where the line at the start of S ends, and how long its end is: 0 at the end of the text.
static size_t
line_length(struct str s, size_t *end)
{
	struct str rest = s;
	uint32_t code;

	for (*end = 0; rest.n && *end == 0;) {
		struct str c = text_next(&rest);

		if (!utf8_decode(c, &code))
			continue;
		if ((code >= 0x0a && code <= 0x0d) || (code >= 0x1c && code <= 0x1e) ||
			code == 0x85 || code == 0x2028 || code == 0x2029)
			*end = c.n;
	}
	if (*end == 1 && rest.n && rest.s[-1] == '\r' && rest.s[0] == '\n') {
		*end = 2;
		return s.n - rest.n - 1;
	}
	return s.n - rest.n - *end;
}

static bool
str_splitlines(struct run *r, const struct call *c, struct value *out)
{
	struct list *l = arena_alloc(r->a, sizeof(*l));
	struct str s = c->self.str;

	while (s.n) {
		size_t end, n = line_length(s, &end);

		VEC_ADD(r->a, l, value_str((struct str){s.s, n}));
		s = (struct str){s.s + n + end, s.n - n - end};
	}
	*out = value_list(l);
	return true;
}

static bool
str_startswith(struct run *r, const struct call *c, struct value *out)
{
	struct str s = c->self.str, what = text_arg(c, 0, STR(""));

	(void)r;
	*out = value_bool(s.n >= what.n && memcmp(s.s, what.s, what.n) == 0);
	return true;
}

static bool
str_endswith(struct run *r, const struct call *c, struct value *out)
{
	struct str s = c->self.str, what = text_arg(c, 0, STR(""));

	(void)r;
	*out = value_bool(s.n >= what.n && memcmp(s.s + s.n - what.n, what.s, what.n) == 0);
	return true;
}

static bool
str_find(struct run *r, const struct call *c, struct value *out)
{
	struct str s = c->self.str, what = text_arg(c, 0, STR(""));
	size_t at = text_find(s, what);

	(void)r;
	if (at == s.n && what.n > 0) {
		*out = value_int(-1);
	} else {
		*out = value_int((int64_t)utf8_count((struct str){s.s, at}));
	}
	return true;
}

static bool
str_count(struct run *r, const struct call *c, struct value *out)
{
	struct str s = c->self.str, what = text_arg(c, 0, STR(""));
	int64_t n = 0;
	size_t at;

	(void)r;
	if (what.n == 0)
		n = (int64_t)utf8_count(s) + 1;
	for (; what.n > 0 && (at = text_find(s, what)) < s.n; n++)
		s = (struct str){s.s + at + what.n, s.n - at - what.n};
	*out = value_int(n);
	return true;
}

static bool
str_isdigit(struct run *r, const struct call *c, struct value *out)
{
	bool yes = c->self.str.n > 0;

	(void)r;
	for (size_t i = 0; i < c->self.str.n; i++)
		yes = yes && c->self.str.s[i] >= '0' && c->self.str.s[i] <= '9';
	*out = value_bool(yes);
	return true;
}

static bool
str_replace(struct run *r, const struct call *c, struct value *out)
{
	return method_as_filter(r, "replace", *c, out);
}

static bool
str_capitalize(struct run *r, const struct call *c, struct value *out)
{
	return method_as_filter(r, "capitalize", *c, out);
}

static bool
str_join(struct run *r, const struct call *c, struct value *out)
{
	struct call swapped = {.at = c->at, .self = c->arg[0], .arg = {c->self}};
	const struct list *l;

	if (!run_items(r, c->at, c->arg[0], &l))
		return false;
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].kind != V_STR) {
			return run_fail(
				r, c->at, "'join' wants strings, not %s", value_name(l->v[i]));
		}
	}
	return method_as_filter(r, "join", swapped, out);
}

const struct method text_methods[] = {
	{V_STR, "capitalize", "", "", str_capitalize},
	{V_STR, "count", "sub", "s", str_count},
	{V_STR, "endswith", "suffix", "s", str_endswith},
	{V_STR, "find", "sub", "s", str_find},
	{V_STR, "isdigit", "", "", str_isdigit},
	{V_STR, "join", "iterable", ".", str_join},
	{V_STR, "lower", "", "", str_lower},
	{V_STR, "lstrip", "chars?", "n", str_lstrip},
	{V_STR, "replace", "old new count?", "ssi", str_replace},
	{V_STR, "rstrip", "chars?", "n", str_rstrip},
	{V_STR, "split", "sep? maxsplit?", "ni", str_split},
	{V_STR, "splitlines", "", "", str_splitlines},
	{V_STR, "startswith", "prefix", "s", str_startswith},
	{V_STR, "strip", "chars?", "n", str_strip},
	{V_STR, "upper", "", "", str_upper},
	{.name = NULL},
};
