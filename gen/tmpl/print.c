// SPDX-License-Identifier: Apache-2.0
// print.c -- values as text: Python's str() and repr(), and JSON. Layer: gen/tmpl (over base).
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/utf8.h"
#include "gen/tmpl/text.h"
#include "gen/tmpl/value.h"

enum { MAX_DEPTH = 1500 };

static bool repr(struct buf *out, struct value v, int depth);

static bool
repr_list(struct buf *out, const struct list *l, int depth)
{
	for (size_t i = 0; i < l->n; i++) {
		buf_adds(out, i ? ", " : "");
		if (!repr(out, l->v[i], depth))
			return false;
	}
	return true;
}

static bool
repr_dict(struct buf *out, const struct dict *d, int depth)
{
	buf_addc(out, '{');
	for (size_t i = 0; i < d->n; i++) {
		buf_adds(out, i ? ", " : "");
		if (!repr(out, d->v[i].key, depth))
			return false;
		buf_adds(out, ": ");
		if (!repr(out, d->v[i].value, depth))
			return false;
	}
	buf_addc(out, '}');
	return true;
}

static bool
repr_nested(struct buf *out, struct value v, int depth)
{
	bool ok;

	switch (v.kind) {
	case V_LIST:
		buf_addc(out, '[');
		ok = repr_list(out, v.list, depth);
		buf_addc(out, ']');
		return ok;
	case V_TUPLE:
		buf_addc(out, '(');
		ok = repr_list(out, v.list, depth);
		buf_adds(out, v.list->n == 1 ? ",)" : ")");
		return ok;
	case V_SPACE:
		buf_adds(out, "<Namespace ");
		ok = repr_dict(out, v.dict, depth);
		buf_addc(out, '>');
		return ok;
	default:
		return repr_dict(out, v.dict, depth);
	}
}

static bool
repr(struct buf *out, struct value v, int depth)
{
	if (depth > MAX_DEPTH || out->n > VALUE_MAX_TEXT)
		return false;
	switch (v.kind) {
	case V_EMPTY:
		buf_adds(out, "Undefined");
		return true;
	case V_NONE:
		buf_adds(out, "None");
		return true;
	case V_BOOL:
		buf_adds(out, v.boolean ? "True" : "False");
		return true;
	case V_INT:
		buf_addf(out, "%" PRId64, v.integer);
		return true;
	case V_FLOAT:
		text_float(out, v.real);
		return true;
	case V_STR:
		text_repr(out, v.str);
		return true;
	case V_LOOP:
		buf_addf(out, "<LoopContext %zu/%zu>", v.loop->index + 1, v.loop->items->n);
		return true;
	case V_MISSING:
		return false;
	default:
		return repr_nested(out, v, depth + 1);
	}
}

bool
value_repr(struct buf *out, struct value v)
{
	return repr(out, v, 0);
}

bool
value_print(struct buf *out, struct value v)
{
	if (v.kind == V_EMPTY)
		return true;
	if (v.kind != V_STR)
		return repr(out, v, 0);
	buf_add(out, v.str.s, v.str.n);
	return true;
}

static bool json(struct buf *out, struct value v, int depth);

// A UTF-16 unit.
static void
json_unit(struct buf *out, uint32_t unit)
{
	buf_addf(out, "\\u%04x", unit);
}

static void
json_char(struct buf *out, uint32_t c)
{
	static const char special[] = "\"\\\n\r\t\f\b", letter[] = "\"\\nrtfb";
	const char *s = c && c < 0x80 ? strchr(special, (int)c) : NULL;

	if (s) {
		buf_addf(out, "\\%c", letter[s - special]);
	} else if (c >= 0x10000) {
		json_unit(out, 0xd800 + ((c - 0x10000) >> 10));
		json_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
	} else if (c < 0x20 || c >= 0x80 || strchr("<>&'", (int)c)) {
		json_unit(out, c); // Jinja also hides what means something in HTML
	} else {
		buf_addc(out, (char)c);
	}
}

static void
json_str(struct buf *out, struct str s)
{
	uint32_t c;

	buf_addc(out, '"');
	for (size_t n; (n = utf8_decode(s, &c)) > 0; s.s += n, s.n -= n)
		json_char(out, c);
	buf_addc(out, '"');
}

static bool
json_list(struct buf *out, const struct list *l, int depth)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < l->n; i++) {
		buf_adds(out, i ? ", " : "");
		if (!json(out, l->v[i], depth))
			return false;
	}
	buf_addc(out, ']');
	return true;
}

static int
compare_keys(const void *x, const void *y)
{
	return str_cmp(((const struct pair *)x)->key.str, ((const struct pair *)y)->key.str);
}

static bool
json_dict(struct buf *out, const struct dict *d, int depth)
{
	struct pair *sorted = malloc((d->n + 1) * sizeof(*sorted));
	bool ok = true;

	if (!sorted)
		die("out of memory");
	for (size_t i = 0; ok && i < d->n; i++) {
		sorted[i] = d->v[i];
		ok = d->v[i].key.kind == V_STR;
	}
	if (ok)
		qsort(sorted, d->n, sizeof(*sorted), compare_keys);
	buf_addc(out, '{');
	for (size_t i = 0; ok && i < d->n; i++) {
		buf_adds(out, i ? ", " : "");
		json_str(out, sorted[i].key.str);
		buf_adds(out, ": ");
		ok = json(out, sorted[i].value, depth);
	}
	buf_addc(out, '}');
	free(sorted);
	return ok;
}

static void
json_float(struct buf *out, double v)
{
	if (isfinite(v)) {
		text_float(out, v);
	} else {
		buf_adds(out, isnan(v) ? "NaN" : v < 0 ? "-Infinity" : "Infinity");
	}
}

static bool
json(struct buf *out, struct value v, int depth)
{
	if (depth > MAX_DEPTH || out->n > VALUE_MAX_TEXT)
		return false;
	switch (v.kind) {
	case V_NONE:
		buf_adds(out, "null");
		return true;
	case V_BOOL:
		buf_adds(out, v.boolean ? "true" : "false");
		return true;
	case V_INT:
		buf_addf(out, "%" PRId64, v.integer);
		return true;
	case V_FLOAT:
		json_float(out, v.real);
		return true;
	case V_STR:
		json_str(out, v.str);
		return true;
	case V_LIST:
	case V_TUPLE:
		return json_list(out, v.list, depth + 1);
	case V_DICT:
		return json_dict(out, v.dict, depth + 1);
	default:
		return false;
	}
}

bool
value_json(struct buf *out, struct value v)
{
	return json(out, v, 0);
}
