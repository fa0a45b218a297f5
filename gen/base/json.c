// SPDX-License-Identifier: Apache-2.0
#include "gen/base/json.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/utf8.h"

cJSON *
json_parse(const struct source *src, struct span *at)
{
	const char *end = NULL, *text = src->text.s;
	cJSON *v = cJSON_ParseWithLengthOpts(text, src->text.n, &end, false);
	size_t off;

	while (v && end < text + src->text.n && *end && strchr(" \t\r\n", *end))
		end++;
	if (v && end == text + src->text.n)
		return v;
	off = end ? (size_t)(end - text) : 0;
	cJSON_Delete(v);
	*at = (struct span){src, off < src->text.n ? off : src->text.n, 1};
	return NULL;
}

cJSON *
json_read(struct arena *a, const char *path)
{
	struct source *src = source_load(a, path, path);
	struct span at = {0};
	struct place place;
	cJSON *v;

	if (!src)
		die("open %s:", path);
	v = json_parse(src, &at);
	if (v)
		return v;
	place = span_place(at);
	die("%s:%zu:%zu: not valid JSON", path, place.line, place.column);
}

static void
print_unit(struct buf *out, unsigned unit)
{
	buf_addf(out, "\\u%04x", unit);
}

static void
print_code_point(struct buf *out, uint32_t c)
{
	if (c >= 0x10000) {
		print_unit(out, 0xd800 + ((c - 0x10000) >> 10));
		print_unit(out, 0xdc00 + ((c - 0x10000) & 0x3ff));
	} else {
		print_unit(out, c);
	}
}

// How many bytes S starts with that stand for themselves.
static size_t
plain_bytes(const char *s)
{
	size_t n = 0;

	while (s[n] >= 0x20 && s[n] < 0x7f && s[n] != '"' && s[n] != '\\')
		n++;
	return n;
}

// The first character of S, which does not stand for itself; returns how many bytes it has.
static size_t
print_special(struct buf *out, struct str s)
{
	static const char special[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
	const char *at = strchr(special, *s.s);
	uint32_t c;
	size_t n;

	if (at) {
		buf_addc(out, '\\');
		buf_addc(out, letter[at - special]);
		return 1;
	}
	n = utf8_decode(s, &c);
	print_code_point(out, n ? c : 0xfffd);
	return n ? n : 1;
}

void
json_print_str(struct buf *out, const char *s)
{
	struct str rest = str_of(s);

	buf_addc(out, '"');
	for (;;) {
		size_t n = plain_bytes(rest.s);

		buf_add(out, rest.s, n);
		if (n < rest.n)
			n += print_special(out, (struct str){rest.s + n, rest.n - n});
		if (n == rest.n)
			break;
		rest = (struct str){rest.s + n, rest.n - n};
	}
	buf_addc(out, '"');
}

static void
print_number(struct buf *out, double v)
{
	char digits[32];
	int precision = 15;

	if (fabs(v) < 9007199254740992.0 && v == floor(v)) {
		buf_addf(out, "%.0f", v);
		return;
	}
	do {
		snprintf(digits, sizeof(digits), "%.*g", precision, v);
	} while (precision++ < 17 && strtod(digits, NULL) != v);
	buf_adds(out, digits);
}

// A depth of ONE_LINE stays so for all that is below.
enum { ONE_LINE = -1 };

static void
print_break(struct buf *out, int depth, const char *blank)
{
	if (depth == ONE_LINE) {
		buf_adds(out, blank);
	} else {
		buf_addc(out, '\n');
		for (int i = 0; i < depth; i++)
			buf_add(out, "  ", 2);
	}
}

static void print_value(struct buf *out, const cJSON *v, int depth);

static void
print_items(struct buf *out, const cJSON *v, int depth)
{
	int below = depth == ONE_LINE ? ONE_LINE : depth + 1;

	for (const cJSON *item = v->child; item; item = item->next) {
		print_break(out, below, item == v->child ? "" : " ");
		if (cJSON_IsObject(v)) {
			json_print_str(out, item->string);
			buf_adds(out, ": ");
		}
		print_value(out, item, below);
		if (item->next)
			buf_addc(out, ',');
	}
	if (v->child)
		print_break(out, depth, "");
}

static void
print_value(struct buf *out, const cJSON *v, int depth)
{
	if (cJSON_IsString(v)) {
		json_print_str(out, v->valuestring);
	} else if (cJSON_IsNumber(v)) {
		print_number(out, v->valuedouble);
	} else if (cJSON_IsRaw(v)) { // see json_int and json_print_line
		buf_adds(out, v->valuestring);
	} else if (cJSON_IsBool(v)) {
		buf_adds(out, cJSON_IsTrue(v) ? "true" : "false");
	} else if (cJSON_IsObject(v) || cJSON_IsArray(v)) {
		buf_addc(out, cJSON_IsObject(v) ? '{' : '[');
		print_items(out, v, depth);
		buf_addc(out, cJSON_IsObject(v) ? '}' : ']');
	} else {
		buf_adds(out, "null");
	}
}

void
json_print(struct buf *out, const cJSON *v)
{
	print_value(out, v, 0);
}

void
json_end(struct buf *out, cJSON *v)
{
	json_print(out, v);
	buf_addc(out, '\n');
	cJSON_Delete(v);
}

void
json_put(FILE *f, cJSON *v)
{
	struct buf text = {0};

	json_end(&text, v);
	fputs(text.s, f);
	buf_free(&text);
}

void
json_print_line(struct buf *out, const cJSON *v)
{
	print_value(out, v, ONE_LINE);
}

void
json_set(cJSON *object, const char *key, cJSON *v)
{
	if (!v || !cJSON_AddItemToObject(object, key, v))
		die("out of memory");
}

void
json_set_str(cJSON *object, const char *key, const char *s)
{
	json_set(object, key, cJSON_CreateString(s));
}

cJSON *
json_int(long v)
{
	char digits[24];

	if (v > -(1L << 53) && v < 1L << 53)
		return cJSON_CreateNumber((double)v);
	snprintf(digits, sizeof(digits), "%ld", v);
	return cJSON_CreateRaw(digits);
}

void
json_set_int(cJSON *object, const char *key, long v)
{
	json_set(object, key, json_int(v));
}

void
json_set_bool(cJSON *object, const char *key, bool v)
{
	json_set(object, key, cJSON_CreateBool(v));
}

cJSON *
json_add_object(cJSON *object, const char *key)
{
	cJSON *v = cJSON_CreateObject();

	json_set(object, key, v);
	return v;
}

cJSON *
json_add_array(cJSON *object, const char *key)
{
	cJSON *v = cJSON_CreateArray();

	json_set(object, key, v);
	return v;
}

void
json_push(cJSON *array, cJSON *v)
{
	if (!v || !cJSON_AddItemToArray(array, v))
		die("out of memory");
}

void
json_push_str(cJSON *array, const char *s)
{
	json_push(array, cJSON_CreateString(s));
}

void
json_push_int(cJSON *array, long v)
{
	json_push(array, json_int(v));
}

cJSON *
json_push_object(cJSON *array)
{
	cJSON *v = cJSON_CreateObject();

	json_push(array, v);
	return v;
}
