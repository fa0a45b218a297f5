// SPDX-License-Identifier: Apache-2.0
// test_toml -- gen/toml: order, values and their spans. Layer: tests (toml).
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
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

static struct toml_value *
parse_n(const char *text, size_t n)
{
	struct diags ds = {.arena = &arena};
	struct toml_value *v = toml_parse(source_of(&arena, "t.toml", (struct str){text, n}), &ds);

	assert_int_equal(ds.list.n, 0);
	assert_non_null(v);
	return v;
}

static struct toml_value *
parse(const char *text)
{
	return parse_n(text, strlen(text));
}

static void
assert_str(struct str s, const char *expected)
{
	assert_int_equal(s.n, strlen(expected));
	assert_string_equal(s.s, expected); // so it is NUL-ended as well
}

static void
assert_span(struct span at, const char *expected)
{
	struct str text = {at.src->text.s + at.off, at.len};

	if (!str_is(text, expected))
		fail_msg("expected '%s', got '%.*s'", expected, STR_FMT(text));
}

// The value at a path of keys parted by '/'.
static const struct toml_value *
at(const struct toml_value *v, const char *path)
{
	char *copy = arena_dup(&arena, path), *save = NULL;

	for (char *key = strtok_r(copy, "/", &save); key; key = strtok_r(NULL, "/", &save)) {
		v = toml_get(v, key);
		assert_non_null(v);
	}
	return v;
}

static void
assert_keys(const struct toml_value *table, const char *expected)
{
	struct buf b = {0};

	assert_int_equal(table->type, TOML_TABLE);
	for (size_t i = 0; i < table->members.n; i++)
		buf_addf(&b, "%s%s", i ? " " : "", table->members.v[i].key.s);
	assert_string_equal(buf_str(&b).s, expected);
	buf_free(&b);
}

static void
test_order(void **state)
{
	const struct toml_value *root = parse("zeta = 1\n"
					      "alpha = 2\n"
					      "[mid.last.inner]\n"
					      "b = 1\na = 2\n\"0\" = 3\n"
					      "[mid]\n"
					      "y.q = 1\nx = { d = 1, c = 2 }\ny.p = 2\n"
					      "[[rows]]\nn = 1\nm = 2\n"
					      "[mid.first]\n"
					      "[[rows]]\nm = 1\nn = 2\n");

	(void)state;
	assert_keys(root, "zeta alpha mid rows");
	assert_keys(at(root, "mid"), "last y x first");
	assert_keys(at(root, "mid/last/inner"), "b a 0");
	assert_keys(at(root, "mid/y"), "q p");
	assert_keys(at(root, "mid/x"), "d c");
	assert_int_equal(at(root, "rows")->items.n, 2);
	assert_keys(at(root, "rows")->items.v[0], "n m");
	assert_keys(at(root, "rows")->items.v[1], "m n");
}

static void
test_scalars(void **state)
{
	const struct toml_value *root =
		parse("s = \"a\\u00e9\\n\"\nl = 'C:\\n'\n"
		      "i = -1_000\nh = 0xFf\no = 0o17\nb = 0b101\n"
		      "big = 9223372036854775807\n"
		      "small = -9223372036854775808\n"
		      "f = 6.5e-1\nn = nan\nm = -inf\nt = true\nu = false\n");

	(void)state;
	assert_int_equal(at(root, "s")->type, TOML_STRING);
	assert_str(at(root, "s")->string, "a\xc3\xa9\n");
	assert_str(at(root, "l")->string, "C:\\n");
	assert_int_equal(at(root, "i")->type, TOML_INT);
	assert_int_equal(at(root, "i")->integer, -1000);
	assert_int_equal(at(root, "h")->integer, 255);
	assert_int_equal(at(root, "o")->integer, 15);
	assert_int_equal(at(root, "b")->integer, 5);
	assert_true(at(root, "big")->integer == INT64_MAX);
	assert_true(at(root, "small")->integer == INT64_MIN);
	assert_int_equal(at(root, "f")->type, TOML_FLOAT);
	assert_true(at(root, "f")->real == 0.65);
	assert_true(isnan(at(root, "n")->real));
	assert_true(isinf(at(root, "m")->real) && at(root, "m")->real < 0);
	assert_int_equal(at(root, "t")->type, TOML_BOOL);
	assert_true(at(root, "t")->boolean);
	assert_false(at(root, "u")->boolean);
}

static void
test_times(void **state)
{
	const struct toml_value *root = parse("d = 1979-05-27\nt = 07:32:01.25\n"
					      "l = 1979-05-27 07:32:00\n"
					      "o = 1979-05-27T00:32:00.999999-07:30\n"
					      "z = 1979-05-27t00:32:00z\n");
	struct toml_datetime d = at(root, "d")->datetime, t = at(root, "t")->datetime;
	struct toml_datetime o = at(root, "o")->datetime;

	(void)state;
	assert_int_equal(at(root, "d")->type, TOML_DATE);
	assert_true(d.year == 1979 && d.month == 5 && d.day == 27);
	assert_int_equal(at(root, "t")->type, TOML_TIME);
	assert_true(t.hour == 7 && t.minute == 32 && t.second == 1 && t.nanosecond == 250000000);
	assert_int_equal(at(root, "l")->type, TOML_DATETIME);
	assert_false(at(root, "l")->datetime.has_offset);
	assert_int_equal(at(root, "l")->datetime.hour, 7);
	assert_int_equal(at(root, "o")->type, TOML_DATETIME);
	assert_true(o.has_offset && o.offset == -450 && o.nanosecond == 999999000);
	assert_true(at(root, "z")->datetime.has_offset && at(root, "z")->datetime.offset == 0);
	assert_span(at(root, "d")->at, "1979-05-27");
	assert_span(at(root, "t")->at, "07:32:01.25");
	assert_span(at(root, "l")->at, "1979-05-27 07:32:00");
	assert_span(at(root, "o")->at, "1979-05-27T00:32:00.999999-07:30");
}

// Each value ends its file without a line end, then is followed by blanks and a comment.
static void
test_value_spans(void **state)
{
	static const char *const values[] = {"\"a\"", "'b'", "\"\"", "\"\"\"m\nn\"\"\"",
		"'''\no\n'''", "\"\"\"five \"\" quotes\"\"\"\"\"", "\"\\u00e9\xc3\xa9\"", "12",
		"-1", "0x1f", "1.5", "1e9", "inf", "-nan", "true", "false", "1979-05-27",
		"1979-05-27 01:02:03", "1979-05-27T01:02:03.5+01:00", "01:02:03", "[]",
		"[ 1, [2] ]", "[\n1, # one\n]", "{}", "{ a = 1, b.c = [{}] }"};

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		const char *v = values[i];

		assert_span(at(parse(arena_printf(&arena, "k = %s", v)), "k")->at, v);
		assert_span(at(parse(arena_printf(&arena, "k=%s\n", v)), "k")->at, v);
		assert_span(
			at(parse(arena_printf(&arena, "# \xc3\xa9\nk\t=\t%s \t# c\r\n", v)), "k")
				->at,
			v);
		assert_span(
			at(parse(arena_printf(&arena, "k = [ %s , 2 ]", v)), "k")->items.v[0]->at,
			v);
	}
}

static void
test_key_spans(void **state)
{
	const struct toml_value *root = parse("bare-key_1 = 1\n"
					      "\"quoted \xc3\xa9\" . 'lit' = 2\n"
					      "  [ a . \"b c\" ] # x\n"
					      "in = { k = 1, \"l\".m = 2 }\n");
	const struct toml_member *m = toml_find(root, "quoted \xc3\xa9");

	(void)state;
	assert_span(toml_find(root, "bare-key_1")->key_at, "bare-key_1");
	assert_span(m->key_at, "\"quoted \xc3\xa9\"");
	assert_span(m->value->at, "\"quoted \xc3\xa9\""); // made by a dotted key
	assert_span(toml_find(m->value, "lit")->key_at, "'lit'");
	assert_span(toml_find(m->value, "lit")->value->at, "2");
	assert_span(toml_find(root, "a")->key_at, "a");
	assert_span(toml_find(at(root, "a"), "b c")->key_at, "\"b c\"");
	assert_span(at(root, "a/b c")->at, "[ a . \"b c\" ]");
	assert_span(toml_find(at(root, "a/b c/in"), "k")->key_at, "k");
	assert_span(toml_find(at(root, "a/b c/in"), "l")->key_at, "\"l\"");
	assert_span(at(root, "a/b c/in/l/m")->at, "2");
}

static void
test_header_spans(void **state)
{
	const struct toml_value *root = parse("[a.b]\nx = 1\n[a]\ny = 2\n"
					      "[[t]]\n[[ t ]]\n[t.u]\n[only.implied]\n");

	(void)state;
	assert_int_equal(root->at.off, 0);
	assert_int_equal(root->at.len, 0);
	assert_span(at(root, "a/b")->at, "[a.b]");
	assert_span(at(root, "a")->at, "[a]"); // its own header wins
	assert_int_equal(toml_find(root, "a")->key_at.off, 1);
	assert_int_equal(at(root, "t")->type, TOML_ARRAY);
	assert_span(at(root, "t")->at, "[[t]]");
	assert_span(at(root, "t")->items.v[0]->at, "[[t]]");
	assert_span(at(root, "t")->items.v[1]->at, "[[ t ]]");
	assert_span(at(at(root, "t")->items.v[1], "u")->at, "[t.u]");
	assert_span(at(root, "only")->at, "[only.implied]");
}

// A line is longer than the distance between two marks, and the text has many lines.
static void
test_far_places(void **state)
{
	struct buf b = {0};
	const struct toml_value *root, *list;

	(void)state;
	for (int i = 0; i < 500; i++)
		buf_addf(&b, "# \xe2\x82\xac %d\n\nk%d = %d\n", i, i, i);
	buf_adds(&b, "list = [");
	for (int i = 0; i < 500; i++)
		buf_addf(&b, "\"\xe2\x82\xac%d\", ", i);
	buf_adds(&b, "]\n");
	root = parse_n(b.s, b.n);
	list = at(root, "list");
	for (int i = 0; i < 500; i++) {
		assert_span(at(root, arena_printf(&arena, "k%d", i))->at,
			arena_printf(&arena, "%d", i));
		assert_span(list->items.v[i]->at, arena_printf(&arena, "\"\xe2\x82\xac%d\"", i));
	}
	buf_free(&b);
}

static void
test_line_ends(void **state)
{
	const struct toml_value *root =
		parse("a = \"\"\"\r\nx\r\ny\"\"\"\r\n\r\nb = 'z' # c\r\n[t]\r\n");

	(void)state;
	assert_str(at(root, "a")->string, "x\ny");
	assert_str(at(root, "b")->string, "z");
	assert_span(at(root, "b")->at, "'z'");
	assert_span(at(root, "t")->at, "[t]");
}

static void
test_nul_in_string(void **state)
{
	const struct toml_value *root = parse("a = \"x\\u0000y\"\n\"k\\u0000\" = 1\n");

	(void)state;
	assert_int_equal(at(root, "a")->string.n, 3);
	assert_memory_equal(at(root, "a")->string.s, "x\0y", 4);
	assert_int_equal(root->members.v[1].key.n, 2);
	assert_null(toml_get(root, "k")); // another key
}

static void
test_empty(void **state)
{
	(void)state;
	assert_int_equal(parse("")->members.n, 0);
	assert_int_equal(parse("# nothing\n\n")->members.n, 0);
	assert_int_equal(parse("[t]")->members.v[0].value->members.n, 0);
}

static void
test_nesting_allowed(void **state)
{
	char text[600] = "a = ";
	const struct toml_value *v;
	size_t depth = 0;

	(void)state;
	memset(text + 4, '[', TOML_MAX_DEPTH);
	memset(text + 4 + TOML_MAX_DEPTH, ']', TOML_MAX_DEPTH);
	for (v = at(parse(text), "a"); v->items.n; v = v->items.v[0])
		depth++;
	assert_int_equal(depth, TOML_MAX_DEPTH - 1);
	// dots in text and comments nest nothing
	memset(text, '.', sizeof(text) - 1);
	parse(arena_printf(&arena, "a = '''%s'''\nb = \"%s\" # %s\n", text, text, text));
}

static void
test_look_up(void **state)
{
	const struct toml_value *root = parse("a = 1\nab = 2\n");

	(void)state;
	assert_int_equal(toml_get(root, "ab")->integer, 2);
	assert_null(toml_get(root, "b"));
	assert_null(toml_find(root, ""));
	assert_string_equal(toml_type_name(TOML_STRING), "a string");
	assert_string_equal(toml_type_name(TOML_INT), "an integer");
	assert_string_equal(toml_type_name(TOML_DATETIME), "a date and time");
	assert_string_equal(toml_type_name(TOML_TABLE), "a table");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_order, free_arena),
		cmocka_unit_test_teardown(test_scalars, free_arena),
		cmocka_unit_test_teardown(test_times, free_arena),
		cmocka_unit_test_teardown(test_value_spans, free_arena),
		cmocka_unit_test_teardown(test_key_spans, free_arena),
		cmocka_unit_test_teardown(test_header_spans, free_arena),
		cmocka_unit_test_teardown(test_far_places, free_arena),
		cmocka_unit_test_teardown(test_line_ends, free_arena),
		cmocka_unit_test_teardown(test_nul_in_string, free_arena),
		cmocka_unit_test_teardown(test_empty, free_arena),
		cmocka_unit_test_teardown(test_nesting_allowed, free_arena),
		cmocka_unit_test_teardown(test_look_up, free_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
