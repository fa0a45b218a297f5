// SPDX-License-Identifier: Apache-2.0
// test_utf8 -- gen/base/utf8. Layer: tests (base).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "gen/base/utf8.h"

static void
assert_decodes(const char *s, uint32_t expected)
{
	struct buf b = {0};
	uint32_t c = 0;

	assert_int_equal(utf8_decode(str_of(s), &c), strlen(s));
	assert_int_equal(c, expected);
	utf8_add(&b, c);
	assert_string_equal(b.s, s);
	buf_free(&b);
}

static void
test_valid(void **state)
{
	(void)state;
	assert_decodes("a", 'a');
	assert_decodes("\x7f", 0x7f);
	assert_decodes("\xc2\x80", 0x80);
	assert_decodes("\xdf\xbf", 0x7ff);
	assert_decodes("\xe0\xa0\x80", 0x800);
	assert_decodes("\xed\x9f\xbf", 0xd7ff);
	assert_decodes("\xee\x80\x80", 0xe000);
	assert_decodes("\xef\xbf\xbf", 0xffff);
	assert_decodes("\xf0\x90\x80\x80", 0x10000);
	assert_decodes("\xf4\x8f\xbf\xbf", 0x10ffff);
}

static void
test_invalid(void **state)
{
	static const char *const bad[] = {"", "\x80", "\xbf", "\xc0\xaf", "\xc1\xbf", "\xc3",
		"\xc3(", "\xe0\x9f\xbf", "\xe2\x82", "\xe2(\x82", "\xed\xa0\x80", "\xed\xbf\xbf",
		"\xf0\x8f\xbf\xbf", "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8",
		"\xff"};
	uint32_t c;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(utf8_decode(str_of(bad[i]), &c), 0);
	assert_int_equal(utf8_decode((struct str){"\xc3\xa9", 1}, &c), 0);
	assert_int_equal(utf8_decode(STR("\0"), &c), 1);
	assert_int_equal(c, 0);
}

static void
test_runs(void **state)
{
	(void)state;
	assert_int_equal(utf8_valid(STR("a\xc3\xa9\xe2\x82\xac")), 6);
	assert_int_equal(utf8_valid(STR("a\xc3\xa9\xff z")), 3);
	assert_int_equal(utf8_valid(STR("")), 0);
	assert_int_equal(utf8_count(STR("a\xc3\xa9\xe2\x82\xac")), 3);
	assert_int_equal(utf8_count(STR("\xff\xff")), 2);
	assert_int_equal(utf8_prefix(STR("\xc3\xa9z"), 1), 2);
	assert_int_equal(utf8_prefix(STR("\xc3\xa9z"), 9), 3);
	assert_int_equal(utf8_prefix(STR("\xc3\xa9z"), 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_valid),
		cmocka_unit_test(test_invalid),
		cmocka_unit_test(test_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
