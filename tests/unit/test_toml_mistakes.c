// SPDX-License-Identifier: Apache-2.0
// test_toml_mistakes -- gen/toml: what is refused, where, and in which words. Layer: tests (toml).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gen/base/diag.h"
#include "gen/toml/toml.h"

static struct arena arena;

static int
free_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static const struct diag *
refuse(struct str text)
{
	struct diags ds = {.arena = &arena};

	assert_null(toml_parse(source_of(&arena, "t.toml", text), &ds));
	assert_int_equal(ds.list.n, 1);
	assert_int_equal(ds.nerrors, 1);
	assert_int_equal(ds.list.v[0]->code, E002);
	assert_true(ds.list.v[0]->at.off <= text.n);
	return ds.list.v[0];
}

static void
assert_place(struct span at, size_t line, size_t column, const char *text)
{
	struct place place = span_place(at);

	if (place.line != line || place.column != column) {
		fail_msg("expected %zu:%zu, got %zu:%zu for '%s'", line, column, place.line,
			place.column, text);
	}
}

struct mistake {
	const char *text;
	size_t line, column, len; // len 0: not looked at
	const char *message;
};

static const struct mistake mistakes[] = {
	{"a = 1\nb 2\n", 2, 3, 1, "key-value pair: expected '=', saw '2'"},
	{"a\n", 1, 2, 1, "key-value pair: expected '=' before the end of the line"},
	{"a =\n", 1, 4, 1, "key-value pair: expected value before the end of the line"},
	{"a = 1 2\n", 1, 7, 1, "key-value pair: expected the end of the line"},
	{"= 1\n", 1, 1, 1, "expected a key or a [table]"},
	{"[a\n", 1, 3, 1, "table header: expected ']' before the end of the line"},
	{"[]\n", 1, 2, 1, "table header: expected a key"},
	{"[a]]\n", 1, 4, 1, "table header: expected the end of the line"},
	{"name = nginx\n", 1, 8, 5,
		"expected a value; text needs quotes, and it is 'true' or 'false' in lower case"},
	{"name = [zstd, 1]\n", 1, 9, 4,
		"expected a value; text needs quotes, and it is 'true' or 'false' in lower case"},
	{"on = True\n", 1, 6, 4,
		"expected a value; text needs quotes, and it is 'true' or 'false' in lower case"},
	{"on = tru", 1, 6, 3,
		"expected a value; text needs quotes, and it is 'true' or 'false' in lower case"},
	{"v = 1.2.3\n", 1, 8, 1, "floating-point: expected decimal digit or exponent, saw '.'"},
	{"v = 01\n", 1, 7, 1, "decimal integer: leading zeroes are prohibited"},
	{"v = 9223372036854775808\n", 1, 24, 1,
		"decimal integer: '9223372036854775808' is not representable in 64 bits"},
	{"d = 2026-02-30\n", 1, 15, 1, "date: expected day between 1 and 28 (inclusive), saw 30"},
	{"t = 24:00:00\n", 1, 7, 1, "time: expected hour between 0 and 23"},
	{"s = \"open\nb = 1\n", 1, 10, 1, "string: expected '\"' before the end of the line"},
	{"s = 'open\r\nb = 1\n", 1, 10, 1,
		"literal string: expected ''' before the end of the line"},
	{"s = \"\xc3\xa9\\q\"\n", 1, 8, 1, "string: unknown escape sequence '\\q'"},
	{"s = \"\"\"never\nends\n", 2, 5, 1, "string: the file ends too early"},
	{"l = [1, 2", 1, 10, 1, "array: the file ends too early"},
	{"l = [1 2]", 1, 8, 1, "array: expected comma or closing ']', saw '2'"},
	{"l = { a = 1,\n", 1, 13, 1,
		"inline table: expected key or closing '}' before the end of the line"},
	{"a = 1\rb = 2\n", 1, 7, 1, "key-value pair: a carriage return without a line feed"},
	{"a = \"\x01\"\n", 1, 6, 1, "string: control characters are not allowed here"},
	{"a = 1 # \x7f\n", 1, 9, 1, "comment: control characters are not allowed here"},
	// a control character is shown as '?', whatever it is
	{"a = 1\v\n", 1, 6, 1, "key-value pair: control characters are not allowed here"},
};

static void
test_mistakes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++) {
		const struct mistake *m = &mistakes[i];
		const struct diag *d = refuse(str_of(m->text));

		assert_place(d->at, m->line, m->column, m->text);
		assert_string_equal(d->text, m->message);
		if (m->len)
			assert_int_equal(d->at.len, m->len);
	}
}

struct twice {
	const char *text;
	size_t line, column;
	const char *key;
	size_t first_line, first_column; // 0: cannot be told
};

static const struct twice twices[] = {
	{"a = 1\na = 2\n", 2, 1, "a", 1, 1},
	{"a = 1\n \"\\u0061\" = 2\n", 2, 2, "\"\\u0061\"", 1, 1},
	{"a = 1\n'a' = 2\n", 2, 1, "'a'", 1, 1},
	{"\"q\\\\\\\"\" = 1\n\"q\\\\\\\"\"=2\n", 2, 1, "\"q\\\\\\\"\"", 1, 1},
	{"a.b = 1\na . b = 2\n", 2, 1, "a . b", 1, 3},
	{"a = 1\na.b = 2\n", 2, 1, "a", 1, 1},
	{"[t]\nx = 1\ny = [\n1]\nx = 3\n", 5, 1, "x", 2, 1},
	{"[t.u]\nx = 1\n[t]\nx = 1\nx = 3\n", 5, 1, "x", 4, 1},
	{"x = 0\n[t]\n[t.u]\nx = 1\nx = 3\n", 5, 1, "x", 4, 1},
	{"[[r]]\nx = 1\n[[r]]\nx = 2\nx = 3\n", 5, 1, "x", 4, 1},
	{"[t]\n[u]\n[t]\n", 3, 1, "[t]", 1, 1},
	{"[t]\n[u]\n [ t ] # again\n[v]\n", 3, 2, "[ t ]", 1, 1},
	{"t = 1\n[t.u]\n[t.u]\n", 2, 1, "[t.u]", 1, 1},
	{"['x]']\n[\"x]\"]", 2, 1, "[\"x]\"]", 1, 1},
	{"t = 1\n[t]\n", 2, 1, "[t]", 1, 1},
	{"t = 1\n\n[t.u]\n[v]\n", 3, 1, "[t.u]", 1, 1},
	{"t = 1\n[t.u]", 2, 1, "[t.u]", 1, 1},
	{"t = 1\n[t.u]\n\n", 2, 1, "[t.u]", 1, 1},
	{"t = {a = 1}\n[t.u]\nx = 1\n", 2, 1, "[t.u]", 1, 5},
	{"[t]\n[[t]]\n", 2, 1, "[[t]]", 1, 1},
	{"t = [1]\n[[t]]\n", 2, 1, "[[t]]", 1, 1},
	{"a = 0\nx = { a = 1, a = 2 }\n", 2, 14, "a", 0, 0},
	{"x = [ { a = 1 }, { b.c = 1, b.c = 2 } ]\n", 1, 29, "b.c", 0, 0},
};

static void
test_defined_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(twices) / sizeof(*twices); i++) {
		const struct twice *t = &twices[i];
		const struct diag *d = refuse(str_of(t->text));

		assert_place(d->at, t->line, t->column, t->text);
		assert_int_equal(d->at.len, strlen(t->key));
		assert_memory_equal(d->at.src->text.s + d->at.off, t->key, d->at.len);
		assert_string_equal(
			d->text, arena_printf(&arena, "'%s' is already defined", t->key));
		if (!t->first_line) {
			assert_null(d->notes);
			continue;
		}
		assert_non_null(d->notes);
		assert_place(d->notes->at, t->first_line, t->first_column, t->text);
		assert_string_equal(d->notes->text, "it was first defined here");
	}
}

static void
test_encoding(void **state)
{
	// a byte order mark is no character of the text
	const struct diag *d = refuse(str_of("\xef\xbb\xbf"
					     "a = 1 2\n"));

	(void)state;
	assert_place(d->at, 1, 7, "behind a byte order mark");
	assert_int_equal(d->at.off, 9);
	d = refuse(str_of("a = 1\nb = \"\xc3\xa9 \xff\"\n"));
	assert_place(d->at, 2, 8, "invalid byte");
	assert_string_equal(d->text, "byte 0xff is not valid UTF-8 here");
	d = refuse(str_of("# \xed\xa0\x80 surrogate\n"));
	assert_place(d->at, 1, 3, "surrogate");
	d = refuse(str_of("# \xc0\xaf overlong\n"));
	assert_place(d->at, 1, 3, "overlong");
	d = refuse(str_of("a = 1 # \xe2\x82"));
	assert_place(d->at, 1, 9, "cut off");
	// found before any syntax error, because the rest cannot be trusted
	d = refuse(str_of("a = = 1\n\x80"));
	assert_place(d->at, 2, 1, "late byte");
}

static void
test_nul_bytes(void **state)
{
	const struct diag *d = refuse(STR("a = 1\n\0b = 2\n"));

	(void)state;
	assert_place(d->at, 2, 1, "NUL at the start of a line");
	d = refuse(STR("a = \"x\0y\"\n"));
	assert_place(d->at, 1, 7, "NUL in a string");
	d = refuse(STR("\0"));
	assert_place(d->at, 1, 1, "NUL alone");
}

static void
assert_too_deep(const char *text, size_t column)
{
	const struct diag *d = refuse(str_of(text));

	assert_string_equal(d->text, "nested more than 256 levels deep");
	assert_place(d->at, 1, column, "nesting");
}

static void
test_nesting(void **state)
{
	enum { FAR = 100000 };
	char *many = arena_alloc(&arena, 2 * FAR + 1);

	(void)state;
	memset(many, '[', FAR);
	assert_too_deep(arena_printf(&arena, "a = %s", many), 5 + TOML_MAX_DEPTH);
	for (size_t i = 0; i < FAR; i++)
		memcpy(many + 2 * i, "a.", 2);
	assert_too_deep(arena_printf(&arena, "%sb = 1", many), 2 + 2 * TOML_MAX_DEPTH);
	assert_too_deep(arena_printf(&arena, "[%sb]", many), 1 + 2 * TOML_MAX_DEPTH);
	many[200] = '\0';
	assert_too_deep(arena_printf(&arena, "%sx = { %sy = {%sz = 1}}", many, many, many),
		200 + 6 + 200 + 5 + 2 * 55);
}

static void
test_length(void **state)
{
	size_t n = (size_t)TOML_MAX_BYTES + 1;
	char *text = malloc(n);
	const struct diag *d;

	(void)state;
	assert_non_null(text);
	memset(text, '\n', n);
	d = refuse((struct str){text, n});
	assert_string_equal(d->text, "the file is longer than 16 MiB");
	assert_place(d->at, 1, 1, "length");
	memset(text, ' ', n); // as long as allowed, with a mistake at its end
	text[n - 2] = '=';
	d = refuse((struct str){text, n - 1});
	assert_place(d->at, 1, n - 1, "last byte");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_mistakes, free_arena),
		cmocka_unit_test_teardown(test_defined_twice, free_arena),
		cmocka_unit_test_teardown(test_encoding, free_arena),
		cmocka_unit_test_teardown(test_nul_bytes, free_arena),
		cmocka_unit_test_teardown(test_nesting, free_arena),
		cmocka_unit_test_teardown(test_length, free_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
