// SPDX-License-Identifier: Apache-2.0
// filters.c -- the table of filters, and those that fit nowhere else. Layer: gen/tmpl (over base).
#include "gen/tmpl/filters.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gen/tmpl/text.h"

// Its arguments may be names without a value as well, which matters only when they are used.
static bool
filter_default(struct run *r, const struct call *c, struct value *out)
{
	bool given = c->arg[0].kind != V_MISSING || c->arg[0].missing;
	bool boolean = c->arg[1].kind != V_MISSING && value_truth(c->arg[1]);

	if (c->arg[1].kind == V_MISSING && c->arg[1].missing)
		return run_fail_missing(r, c->arg[1]);
	*out = c->self;
	if (c->self.kind == V_MISSING || c->self.kind == V_EMPTY ||
		(boolean && !value_truth(c->self)))
		*out = given ? c->arg[0] : value_str(STR(""));
	return true;
}

static bool
filter_abs(struct run *r, const struct call *c, struct value *out)
{
	int64_t i;

	if (c->self.kind == V_FLOAT) {
		*out = value_float(fabs(c->self.real));
		return true;
	}
	if (!value_is_int(c->self, &i))
		return run_fail(r, c->at, "'abs' wants a number, not %s", value_name(c->self));
	if (i == INT64_MIN)
		return run_fail(r, c->at, "the number is too large");
	*out = value_int(i < 0 ? -i : i);
	return true;
}

// The text S as a number, without white space around it and single '_' between digits. False when
// it is none.
static bool
number_of(struct run *r, struct str s, bool integer, struct value *out)
{
	struct buf b = {0};
	struct str text;
	char *end;

	s = text_strip(s, (struct str){0}, true, true);
	for (size_t i = 0; i < s.n; i++) {
		bool digits = i > 0 && i + 1 < s.n && s.s[i - 1] >= '0' && s.s[i - 1] <= '9' &&
			      s.s[i + 1] >= '0' && s.s[i + 1] <= '9';

		if (s.s[i] != '_' || !digits)
			buf_addc(&b, s.s[i]);
	}
	text = text_keep(r->a, &b);
	if (text.n == 0 ||
		strpbrk(text.s, "xX(")) // strtod knows 0x1p4 and nan(...), Python does not
		return false;
	errno = 0;
	if (integer) {
		*out = value_int(strtoll(text.s, &end, 10));
	} else {
		*out = value_float(strtod(text.s, &end));
	}
	return end == text.s + text.n && (errno == 0 || !integer);
}

// An integer from a float, rounded towards zero; FALLBACK when it has none.
static struct value
truncated(double v, struct value fallback)
{
	return fabs(v) < 9223372036854775808.0 ? value_int((int64_t)v) : fallback;
}

static bool
filter_int(struct run *r, const struct call *c, struct value *out)
{
	struct value fallback = c->arg[0].kind == V_MISSING ? value_int(0) : c->arg[0];
	struct value number;
	int64_t i;

	*out = fallback;
	if (value_is_int(c->self, &i)) {
		*out = value_int(i);
	} else if (c->self.kind == V_FLOAT) {
		*out = truncated(c->self.real, fallback);
	} else if (c->self.kind == V_STR && number_of(r, c->self.str, true, &number)) {
		*out = number;
	} else if (c->self.kind == V_STR && number_of(r, c->self.str, false, &number)) {
		*out = truncated(number.real, fallback);
	}
	return true;
}

static bool
filter_float(struct run *r, const struct call *c, struct value *out)
{
	struct value number;
	double v;

	*out = c->arg[0].kind == V_MISSING ? value_float(0) : c->arg[0];
	if (value_is_number(c->self, &v)) {
		*out = value_float(v);
	} else if (c->self.kind == V_STR && number_of(r, c->self.str, false, &number)) {
		*out = number;
	}
	return true;
}

static const struct filter filters[] = {
	{"abs", "", filter_abs, false},
	{"capitalize", "", filter_capitalize, false},
	{"count", "", filter_length, false},
	{"d", "default_value? boolean?", filter_default, true},
	{"default", "default_value? boolean?", filter_default, true},
	{"dictsort", "case_sensitive? by? reverse?", filter_dictsort, false},
	{"first", "", filter_first, false},
	{"float", "default?", filter_float, false},
	{"format", "a? b? c? d? e? f?", filter_format, false},
	{"indent", "width? first? blank?", filter_indent, false},
	{"int", "default?", filter_int, false},
	{"items", "", filter_items, false},
	{"join", "d? attribute?", filter_join, false},
	{"last", "", filter_last, false},
	{"length", "", filter_length, false},
	{"list", "", filter_list, false},
	{"lower", "", filter_lower, false},
	{"map", "filter? a? b? c? .attribute? .default?", filter_map, false},
	{"max", "case_sensitive? attribute?", filter_max, false},
	{"min", "case_sensitive? attribute?", filter_min, false},
	{"reject", "test? a?", filter_reject, false},
	{"rejectattr", "attribute test? a?", filter_rejectattr, false},
	{"replace", "old new count?", filter_replace, false},
	{"reverse", "", filter_reverse, false},
	{"select", "test? a?", filter_select, false},
	{"selectattr", "attribute test? a?", filter_selectattr, false},
	{"sort", "reverse? case_sensitive? attribute?", filter_sort, false},
	{"string", "", filter_string, false},
	{"sum", "attribute? start?", filter_sum, false},
	{"title", "", filter_title, false},
	{"tojson", "", filter_tojson, false},
	{"trim", "chars?", filter_trim, false},
	{"unique", "case_sensitive? attribute?", filter_unique, false},
	{"upper", "", filter_upper, false},
};

enum { NFILTERS = sizeof(filters) / sizeof(*filters) };

const struct filter *
filter_find(struct str name)
{
	for (size_t i = 0; i < NFILTERS; i++) {
		if (str_is(name, filters[i].name))
			return &filters[i];
	}
	return NULL;
}

const char *const *
filter_names(struct arena *a)
{
	const char **names = arena_alloc(a, (NFILTERS + 1) * sizeof(*names));

	for (size_t i = 0; i < NFILTERS; i++)
		names[i] = filters[i].name;
	return names;
}
