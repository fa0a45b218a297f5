// SPDX-License-Identifier: Apache-2.0
// test_json -- gen/base/json: mistakes have places, the layout is Python's. Layer: tests (base).
#include <stdint.h>

#include "gen/base/json.h"
#include "tests/unit/child.h"
#include "tests/unit/folder.h"

static struct arena arena;

// TEXT, read and printed again. The caller frees it.
static char *
again(const char *text)
{
	struct span at;
	cJSON *v = json_parse(source_of(&arena, "t", str_of(text)), &at);
	struct buf b = {0};

	assert_non_null(v);
	json_print(&b, v);
	cJSON_Delete(v);
	return b.s;
}

static void
assert_prints(const char *text, const char *expected)
{
	char *got = again(text);

	assert_string_equal(got, expected);
	free(got);
}

static void
test_layout(void **state)
{
	(void)state;
	assert_prints("{}", "{}");
	assert_prints("[]", "[]");
	assert_prints(" null\n", "null");
	assert_prints("[true,false,null]", "[\n  true,\n  false,\n  null\n]");
	assert_prints("{\"b\":{\"x\":[]},\"a\":[{}]}",
		"{\n  \"b\": {\n    \"x\": []\n  },\n  \"a\": [\n    {}\n  ]\n}");
}

static void
test_one_line(void **state)
{
	static const char text[] =
		"{\"b\": {\"x\": [], \"y\": {}}, \"a\": [1, [null, \"\\u00e9\"]]}";
	struct span at;
	cJSON *v = json_parse(source_of(&arena, "t", str_of(text)), &at);
	struct buf b = {0};

	(void)state;
	json_print_line(&b, v);
	assert_string_equal(b.s, text);
	json_set(v, "raw", cJSON_CreateRaw("1.50"));
	b.n = 0;
	json_print_line(&b, cJSON_GetObjectItem(v, "raw"));
	assert_string_equal(b.s, "1.50");
	cJSON_Delete(v);
	buf_free(&b);
}

static void
test_strings(void **state)
{
	(void)state;
	assert_prints("\"a/b\"", "\"a/b\""); // a slash stays
	assert_prints("\"\\u0041\\\"\\\\\"", "\"A\\\"\\\\\"");
	assert_prints("\"\\b\\f\\n\\r\\t\\u0001\\u001f\"", "\"\\b\\f\\n\\r\\t\\u0001\\u001f\"");
	assert_prints("\"\x7f\"", "\"\\u007f\"");
	assert_prints("\"\xc3\xa9\xe2\x82\xac\"", "\"\\u00e9\\u20ac\"");
	assert_prints("\"\xf0\x9f\x98\x80\"", "\"\\ud83d\\ude00\"");
	assert_prints("\"\\ud83d\\ude00\"", "\"\\ud83d\\ude00\"");
	assert_prints("{\"k\\n\":1}", "{\n  \"k\\n\": 1\n}");
}

// What is not UTF-8 must not reach a file that promises to be.
static void
test_bad_utf8(void **state)
{
	static const char *const cases[][2] = {{"\xff", "\\ufffd"}, {"a\xc3", "a\\ufffd"},
		{"\xc0\x80", "\\ufffd\\ufffd"}, {"\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"},
		{"\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"}, {"\x80z", "\\ufffdz"},
		{"\xe2\x82z", "\\ufffd\\ufffdz"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cJSON *v = cJSON_CreateString(cases[i][0]);
		struct buf b = {0};

		json_print(&b, v);
		assert_int_equal(b.n, strlen(cases[i][1]) + 2);
		assert_memory_equal(b.s + 1, cases[i][1], b.n - 2);
		cJSON_Delete(v);
		buf_free(&b);
	}
}

static void
test_numbers(void **state)
{
	(void)state;
	assert_prints("0", "0");
	assert_prints("-7", "-7");
	assert_prints("9007199254740991", "9007199254740991");
	assert_prints("0.1", "0.1");
	assert_prints("0.30000000000000004", "0.30000000000000004");
	assert_prints("1e300", "1e+300");
	assert_prints("-2.5e-8", "-2.5e-08");
}

static void
assert_mistake(const char *text, size_t n, size_t line, size_t column)
{
	struct source *src = source_of(&arena, "t", (struct str){text, n});
	struct span at = {0};
	struct place p;

	assert_null(json_parse(src, &at));
	assert_ptr_equal(at.src, src);
	assert_true(at.off <= n);
	p = span_place(at);
	assert_int_equal(p.line, line);
	assert_int_equal(p.column, column);
}

static void
test_mistakes(void **state)
{
	(void)state;
	assert_mistake("", 0, 1, 1);
	assert_mistake("{} x", 4, 1, 4);
	assert_mistake("{\n  \"a\": tru\n}", 14, 2, 8);
	assert_mistake("[1,\n 2,\n x]", 11, 3, 2);
	assert_mistake("[1]\0", 4, 1, 4);
	assert_mistake("{\"a\":1", 6, 1, 6); // where the text ends
	assert_mistake("'a'", 3, 1, 1);
}

// Nesting beyond what the parser stands is a mistake, not a crash.
static void
test_deep(void **state)
{
	static char deep[200000];
	struct span at;

	(void)state;
	memset(deep, '[', sizeof(deep));
	assert_null(json_parse(source_of(&arena, "t", (struct str){deep, sizeof(deep)}), &at));
}

static void
read_file(void *arg)
{
	cJSON_Delete(json_read(&arena, arg));
}

static void
test_read(void **state)
{
	char good[] = "good.json", bad[] = "bad.json", none[] = "none.json";
	struct child_end end;

	(void)state;
	folder_put(good, "{\"a\": [1]}\n", 0644);
	folder_put(bad, "{\n \"a\": ]\n}\n", 0644);
	assert_int_equal(child_run(read_file, good).status, 0);
	end = child_run(read_file, bad);
	assert_int_equal(end.status, 1);
	assert_non_null(strstr(end.said, "error: bad.json:2:7: not valid JSON\n"));
	end = child_run(read_file, none);
	assert_int_equal(end.status, 1);
	assert_non_null(strstr(end.said, "error: open none.json: No such file"));
}

static void
test_set(void **state)
{
	cJSON *o = cJSON_CreateObject();
	struct buf b = {0};

	(void)state;
	json_set_str(o, "s", "x");
	json_set_int(o, "i", 5000000000);
	json_set_bool(o, "b", true);
	json_set_int(o, "large", INT64_MAX);
	json_set_int(o, "small", INT64_MIN);
	json_print(&b, o);
	assert_string_equal(b.s, "{\n  \"s\": \"x\",\n  \"i\": 5000000000,\n  \"b\": true,\n"
				 "  \"large\": 9223372036854775807,\n"
				 "  \"small\": -9223372036854775808\n}");
	buf_free(&b);
	cJSON_Delete(o);
}

static int
leave(void **state)
{
	arena_free(&arena);
	return folder_leave(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_bad_utf8),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_deep),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_set),
	};

	return cmocka_run_group_tests(tests, folder_enter, leave);
}
