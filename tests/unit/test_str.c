// SPDX-License-Identifier: Apache-2.0
// test_str -- gen/base/str, without the growing half. Layer: tests (base).
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "gen/base/str.h"

static void
test_compare(void **state)
{
	struct str a = STR("ab"), zero = {"a\0c", 3};

	(void)state;
	assert_true(str_eq(a, str_of("ab")));
	assert_false(str_eq(a, STR("abc")));
	assert_false(str_eq(zero, STR("a")));
	assert_true(str_eq((struct str){0}, STR("")));
	assert_true(str_eq(str_of(NULL), STR("")));
	assert_true(str_is(a, "ab"));
	assert_false(str_is(a, "a"));
	assert_true(str_is((struct str){"abc", 2}, "ab"));
	assert_int_equal(str_cmp(a, STR("ab")), 0);
	assert_true(str_cmp(a, STR("abc")) < 0);
	assert_true(str_cmp(STR("b"), a) > 0);
	assert_true(str_cmp(STR("\x7f"), STR("\x80")) < 0); // bytes, not signed characters
	assert_true(str_cmp((struct str){0}, STR("a")) < 0);
	assert_true(str_cmp(STR("a"), zero) < 0);
}

static void
test_ends(void **state)
{
	struct str s = STR("name.toml");

	(void)state;
	assert_true(str_starts(s, "name"));
	assert_true(str_starts(s, ""));
	assert_false(str_starts(s, "name.toml.x"));
	assert_false(str_starts(s, "Name"));
	assert_true(str_ends(s, ".toml"));
	assert_true(str_ends(s, ""));
	assert_false(str_ends(s, "xname.toml"));
	assert_false(str_ends((struct str){"a.toml", 5}, ".toml"));
	assert_true(str_starts((struct str){0}, ""));
	assert_false(str_ends((struct str){0}, "a"));
}

static void
test_trim(void **state)
{
	(void)state;
	assert_true(str_is(str_trim(STR(" \t\r\n a b \n")), "a b"));
	assert_int_equal(str_trim(STR(" \t ")).n, 0);
	assert_int_equal(str_trim(STR("")).n, 0);
	assert_int_equal(str_trim(STR("\0")).n, 1); // a NUL is no blank
	assert_int_equal(str_trim(STR(" \0 ")).n, 1);
	assert_true(str_is(str_trim(STR("\v")), "\v"));
}

static void
assert_number(const char *s, int base, long expected)
{
	long v = 12345;

	assert_true(str_to_long(s, base, LONG_MIN, LONG_MAX, &v));
	assert_int_equal(v, expected);
}

static void
test_numbers(void **state)
{
	static const char *const bad[] = {"", "-", "+1", " 1", "1 ", "1x", "0x10", "--1", "1.0",
		"1e3", "9223372036854775808", "-9223372036854775809", "99999999999999999999999"};
	long v = 7;

	(void)state;
	assert_number("0", 10, 0);
	assert_number("-1", 10, -1);
	assert_number("007", 10, 7);
	assert_number("0755", 8, 0755);
	assert_number("9223372036854775807", 10, LONG_MAX);
	assert_number("-9223372036854775808", 10, LONG_MIN);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(str_to_long(bad[i], 10, LONG_MIN, LONG_MAX, &v));
	assert_false(str_to_long("8", 8, 0, 10, &v));
	assert_false(str_to_long("11", 10, 1, 10, &v));
	assert_false(str_to_long("0", 10, 1, 10, &v));
	assert_int_equal(v, 7); // untouched
	assert_true(str_to_long("10", 10, 1, 10, &v));
	assert_int_equal(v, 10);
}

static void
test_nearest(void **state)
{
	static const char *const names[] = {
		"compression", "base_image", "name", "kernel_branch", NULL};
	static const char *const empty[] = {NULL};
	static const char *const short_names[] = {"a", "arm64", NULL};
	char longest[200];

	(void)state;
	assert_string_equal(str_nearest("compresion", names), "compression");
	assert_string_equal(str_nearest("Name", names), "name");
	assert_string_equal(str_nearest("kernelbranch", names), "kernel_branch");
	assert_string_equal(str_nearest("name", names), "name");
	assert_null(str_nearest("something", names));
	assert_null(str_nearest("xyz", names));
	assert_null(str_nearest("name", empty));
	assert_string_equal(str_nearest("b", short_names), "a"); // one letter may always differ
	assert_string_equal(str_nearest("", short_names), "a");
	assert_string_equal(str_nearest("arm6", short_names), "arm64");
	assert_null(str_nearest("amd64", short_names));
	memset(longest, 'n', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(str_nearest(longest, names));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_trim),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
