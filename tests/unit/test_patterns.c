// SPDX-License-Identifier: Apache-2.0
// test_patterns -- gen/check/patterns and json: what texts look like. Layer: tests (check).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gen/check/json.h"
#include "gen/check/patterns.h"

#define TWENTY "0123456789abcdefABCD"

static void
test_secrets(void **state)
{
	static const char *const yes[] = {"sk-ant-0123456789", "xsk-ant-_-_-_-_-_-",
		"AIza0123456789", "a sk-" TWENTY " b", "ghp_" TWENTY, "glpat-0123456789",
		"Bearer \n\t" TWENTY, NULL};
	static const char *const no[] = {"", "sk-ant-", "sk-ant-012345678", "sk-proj-" TWENTY,
		"AIza012345678", "sk-0123456789abcdefABC", "gho_" TWENTY, "github_pat_" TWENTY,
		"bearer " TWENTY, "Bearer" TWENTY, "Bearer short", NULL};

	(void)state;
	for (size_t i = 0; yes[i]; i++)
		assert_true(pattern_secret(str_of(yes[i])).n > 0);
	for (size_t i = 0; no[i]; i++)
		assert_int_equal(pattern_secret(str_of(no[i])).n, 0);
	assert_int_equal(pattern_secret(STR("key=AIza0123456789;")).off, 4);
	assert_int_equal(pattern_secret(STR("key=AIza0123456789;")).n, 14);
}

static void
test_placeholders(void **state)
{
	static const char *const no[] = {"", "  ", "TODO: later", "TODO\nTODO", "XX", NULL};

	(void)state;
	assert_true(pattern_is_placeholder(STR("TODO")));
	assert_true(pattern_is_placeholder(STR("\n change\x4d"
					       "e \t")));
	assert_true(pattern_is_placeholder(STR("replace_me\n")));
	for (size_t i = 0; no[i]; i++)
		assert_false(pattern_is_placeholder(str_of(no[i])));
}

static void
test_domains(void **state)
{
	static const char *const bad[] = {
		"", " ", "http://a.b", "a/b", "a.b:80", "[::1]", "::1", NULL};
	static const char *const odd[] = {
		"a:b", " a", "*.*.x", "a.", "a..b", "*a.b", "a b", "gr\xc3\xb6\xc3\x9f.de", NULL};
	static const char *const fine[] = {
		"a", "*.a.b", "A.B", "127.0.0.1", "x_y.z", "*.internal", NULL};
	static const char *const broad[] = {
		"*", "*.com", "*.app", "*.ai", "*.COM", "*.xyz", "*.", NULL};
	static const char *const narrow[] = {
		"*.info", "*.internal", "*.co.uk", "**", "*com", "", "com", NULL};

	(void)state;
	for (size_t i = 0; bad[i]; i++) {
		assert_true(pattern_is_bad_domain(str_of(bad[i])));
		assert_non_null(pattern_odd_domain(str_of(bad[i])));
	}
	for (size_t i = 0; odd[i]; i++) {
		assert_false(pattern_is_bad_domain(str_of(odd[i])));
		assert_non_null(pattern_odd_domain(str_of(odd[i])));
	}
	for (size_t i = 0; fine[i]; i++)
		assert_null(pattern_odd_domain(str_of(fine[i])));
	for (size_t i = 0; broad[i]; i++)
		assert_true(pattern_is_broad(str_of(broad[i])));
	for (size_t i = 0; narrow[i]; i++)
		assert_false(pattern_is_broad(str_of(narrow[i])));
}

static void
test_packages(void **state)
{
	static const char *const table[][2] = {{"apt", "libstdc++6"}, {"apt", "git:arm64"},
		{"apt", "git=1:2.39-1"}, {"apt", "git/bookworm"}, {"uv", "numpy"},
		{"uv", "ruff==0.6.1"}, {"pip", "uvicorn[standard]"}, {"npm", "@scope/name@1.2"},
		{"npm", "name@latest"}, {"npm", "github:user/repo"},
		{"curl", "https://example.com/i.sh"}, {NULL, NULL}};
	static const char *const wrong[][2] = {{"apt", "Git"}, {"apt", "g"}, {"apt", "a_b"},
		{"apt", ""}, {"uv", "-x"}, {"uv", "numpy>=1"}, {"pip", "a;b"}, {"npm", "@scope"},
		{"npm", ".x"}, {"npm", "a b"}, {"curl", "example.com"}, {"curl", "https://x/$(id)"},
		{NULL, NULL}};

	(void)state;
	for (size_t i = 0; table[i][0]; i++)
		assert_null(pattern_odd_package(str_of(table[i][1]), table[i][0]));
	for (size_t i = 0; wrong[i][0]; i++)
		assert_non_null(pattern_odd_package(str_of(wrong[i][1]), wrong[i][0]));
}

static void
test_json(void **state)
{
	static const char *const fine[] = {"{}", " [1, 2.5e-3, -0] \n", "\"\\u00e9\\n\"", "NaN",
		"-Infinity", "null", "{\"a\": 1, \"a\": 2}", "[[[]]]", "\"\xc3\xa9\"", NULL};
	static const struct {
		const char *text;
		size_t off;
	} wrong[] = {{"", 0}, {"  ", 2}, {"{", 1}, {"[1,]", 3}, {"{\"a\": 1,}", 8}, {"{a: 1}", 1},
		{"{\"a\" 1}", 5}, {"[1 2]", 3}, {"\"a", 0}, {"\"a\nb\"", 2}, {"\"\\n\nb\"", 3},
		{"\"\\x\"", 1}, {"\"\\u00g0\"", 1}, {"01", 1}, {"1.", 1}, {"+1", 0}, {"tru", 0},
		{"1 2", 2}, {"'a'", 0}, {"\"\\", 1}};
	char deep[2001];
	size_t off;

	(void)state;
	for (size_t i = 0; fine[i]; i++)
		assert_null(check_json(str_of(fine[i]), &off));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_non_null(check_json(str_of(wrong[i].text), &off));
		assert_int_equal(off, wrong[i].off);
	}
	memset(deep, '[', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	assert_string_equal(check_json(str_of(deep), &off), "nested too deep");
	assert_non_null(check_json((struct str){"1\0", 2}, &off));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_secrets),
		cmocka_unit_test(test_placeholders),
		cmocka_unit_test(test_domains),
		cmocka_unit_test(test_packages),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
