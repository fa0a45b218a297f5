// SPDX-License-Identifier: Apache-2.0
// test_buf -- the growing half of gen/base/str. Layer: tests (base).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gen/base/str.h"
#include "tests/unit/child.h"

static void
test_grow(void **state)
{
	struct buf b = {0};

	(void)state;
	assert_int_equal(buf_str(&b).n, 0);
	assert_string_equal(buf_str(&b).s, ""); // before the first byte, too
	buf_add(&b, NULL, 0);
	assert_string_equal(b.s, "");
	for (int i = 0; i < 10000; i++) {
		buf_addc(&b, (char)('a' + i % 26));
		assert_int_equal(b.s[b.n], '\0');
		assert_true(b.cap > b.n);
	}
	assert_int_equal(b.n, 10000);
	assert_int_equal(b.s[9999], 'a' + 9999 % 26);
	buf_free(&b);
	assert_null(b.s);
	buf_free(&b);
}

static void
test_append(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_adds(&b, "one");
	buf_add(&b, "\0two", 4);
	buf_adds(&b, "");
	assert_int_equal(b.n, 7);
	assert_memory_equal(b.s, "one\0two", 8);
	buf_free(&b);
}

// Texts that just fit, just do not, and need many doublings.
static void
test_format(void **state)
{
	(void)state;
	for (int n = 250; n < 260; n++) {
		struct buf b = {0};

		buf_addf(&b, "%*d", n, 7);
		assert_int_equal(b.n, n);
		assert_int_equal(b.s[n - 1], '7');
		buf_addf(&b, "%s", "");
		buf_addf(&b, "%*d", 5000, 8);
		assert_int_equal(b.n, n + 5000);
		assert_int_equal(strlen(b.s), n + 5000);
		buf_free(&b);
	}
}

static void
add_too_much(void *arg)
{
	struct buf b = {0};

	buf_adds(&b, "x");
	buf_add(&b, arg, SIZE_MAX - 1);
}

static void
test_too_much(void **state)
{
	char byte = 'x';
	struct child_end end = child_run(add_too_much, &byte);

	(void)state;
	assert_int_equal(end.status, 1);
	assert_non_null(strstr(end.said, "error: out of memory"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_append),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
