// SPDX-License-Identifier: Apache-2.0
// toml_json -- print a TOML file as the tagged JSON of the toml-test suite. Layer: tests (toml).
//   toml_json FILE     {"key": {"type": "integer", "value": "1"}, ...} in the order of the text
//   toml_json -s FILE  [[key offset, length, value offset, length, tagged key, tagged value], ...]
//                      for each member, -1 and null for the key of an array's item
// Diagnostics go to stderr, with exit status 1.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "gen/base/diag.h"
#include "gen/base/die.h"
#include "gen/base/json.h"
#include "gen/toml/toml.h"

static void
print_string(struct str s)
{
	putchar('"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.s[i];

		if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) {
			printf("\\u%04x", c);
		} else {
			putchar(c);
		}
	}
	putchar('"');
}

static void
print_float(double v)
{
	if (isnan(v)) {
		printf("nan");
	} else if (isinf(v)) {
		printf(v < 0 ? "-inf" : "inf");
	} else {
		printf("%.17g", v);
	}
}

static void
print_datetime(const struct toml_value *v)
{
	const struct toml_datetime *t = &v->datetime;
	int minutes = t->offset < 0 ? -t->offset : t->offset;

	if (v->type != TOML_TIME)
		printf("%04d-%02d-%02d", t->year, t->month, t->day);
	if (v->type == TOML_DATETIME)
		putchar('T');
	if (v->type != TOML_DATE)
		printf("%02d:%02d:%02d.%09d", t->hour, t->minute, t->second, t->nanosecond);
	if (v->type == TOML_DATETIME && t->has_offset)
		printf("%c%02d:%02d", t->offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

static const char *
tag(const struct toml_value *v)
{
	static const char *const tags[] = {[TOML_STRING] = "string",
		[TOML_INT] = "integer",
		[TOML_FLOAT] = "float",
		[TOML_BOOL] = "bool",
		[TOML_DATE] = "date-local",
		[TOML_TIME] = "time-local"};

	if (v->type == TOML_DATETIME)
		return v->datetime.has_offset ? "datetime" : "datetime-local";
	return tags[v->type];
}

static void
print_scalar(const struct toml_value *v)
{
	printf("{\"type\": \"%s\", \"value\": ", tag(v));
	if (v->type == TOML_STRING) {
		print_string(v->string);
	} else {
		putchar('"');
		if (v->type == TOML_INT) {
			printf("%lld", (long long)v->integer);
		} else if (v->type == TOML_FLOAT) {
			print_float(v->real);
		} else if (v->type == TOML_BOOL) {
			printf("%s", v->boolean ? "true" : "false");
		} else {
			print_datetime(v);
		}
		putchar('"');
	}
	putchar('}');
}

static void
print_value(const struct toml_value *v)
{
	if (v->type == TOML_TABLE) {
		putchar('{');
		for (size_t i = 0; i < v->members.n; i++) {
			printf(i ? ", " : "");
			print_string(v->members.v[i].key);
			printf(": ");
			print_value(v->members.v[i].value);
		}
		putchar('}');
	} else if (v->type == TOML_ARRAY) {
		putchar('[');
		for (size_t i = 0; i < v->items.n; i++) {
			printf(i ? ", " : "");
			print_value(v->items.v[i]);
		}
		putchar(']');
	} else {
		print_scalar(v);
	}
}

static void print_spans(const struct toml_value *v);

static void
print_span(const struct toml_member *m, const struct toml_value *v)
{
	if (m) {
		printf("[%zu, %zu, ", m->key_at.off, m->key_at.len);
	} else {
		printf("[-1, -1, ");
	}
	printf("%zu, %zu, ", v->at.off, v->at.len);
	if (m) {
		print_string(m->key);
	} else {
		printf("null");
	}
	printf(", ");
	print_value(v);
	printf("],\n");
	print_spans(v);
}

static void
print_spans(const struct toml_value *v)
{
	for (size_t i = 0; v->type == TOML_TABLE && i < v->members.n; i++)
		print_span(&v->members.v[i], v->members.v[i].value);
	for (size_t i = 0; v->type == TOML_ARRAY && i < v->items.n; i++)
		print_span(NULL, v->items.v[i]);
}

int
main(int argc, char *argv[])
{
	bool spans = argc == 3 && strcmp(argv[1], "-s") == 0;
	struct arena a = {0};
	struct diags ds = {.arena = &a};
	struct source *src;
	struct toml_value *v;

	progname = "toml_json";
	if (argc != 2 && !spans)
		die_usage("expected [-s] FILE");
	src = source_load(&a, argv[argc - 1], argv[argc - 1]);
	if (!src)
		die("open %s:", argv[argc - 1]);
	v = toml_parse(src, &ds);
	if (v && spans) {
		printf("[");
		print_spans(v);
		printf("null]\n");
	} else if (v) {
		print_value(v);
		printf("\n");
	}
	diag_print(&ds, stderr, false);
	arena_free(&a);
	return v ? 0 : 1;
}
