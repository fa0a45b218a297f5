// SPDX-License-Identifier: Apache-2.0
// test_arena -- gen/base/arena. Layer: tests (base).
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gen/base/arena.h"
#include "tests/unit/child.h"

static void
assert_zero(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(p[i], 0);
}

static void
test_memory(void **state)
{
	static const size_t sizes[] = {0, 1, 15, 16, 17, 4096, 65535, 65536, 65537, 1 << 20};
	struct arena a = {0};
	char *last = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		char *p = arena_alloc(&a, sizes[i]);

		assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
		assert_ptr_not_equal(p, last);
		assert_zero(p, sizes[i]);
		memset(p, 0xff, sizes[i]);
		last = sizes[i] ? p : NULL; // no bytes need no place of their own
	}
	assert_true(a.bytes > 1 << 20);
	arena_free(&a);
	assert_null(a.head);
	assert_int_equal(a.bytes, 0);
	arena_free(&a);                       // an empty one may be freed again
	assert_zero(arena_alloc(&a, 64), 64); // and used again
	arena_free(&a);
}

static void
test_old_memory_stays(void **state)
{
	struct arena a = {0};
	char *kept[100];

	(void)state;
	for (int i = 0; i < 100; i++) {
		kept[i] = arena_alloc(&a, 5000);
		memset(kept[i], i, 5000);
	}
	for (int i = 0; i < 100; i++)
		assert_true(kept[i][0] == (char)i && kept[i][4999] == (char)i);
	arena_free(&a);
}

static void
test_text(void **state)
{
	struct arena a = {0};
	char *s = arena_ndup(&a, "a\0b", 3), big[9001];

	(void)state;
	assert_memory_equal(s, "a\0b\0", 4);
	assert_string_equal(arena_ndup(&a, NULL, 0), "");
	assert_string_equal(arena_dup(&a, ""), "");
	assert_string_equal(arena_printf(&a, "%s", ""), "");
	assert_string_equal(arena_printf(&a, "%d-%s-%%", -5, "x"), "-5-x-%");
	memset(big, 'y', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	assert_int_equal(strlen(arena_printf(&a, "%s%s", big, big)), 18000);
	arena_free(&a);
}

static void
test_vec(void **state)
{
	struct arena a = {0};
	VEC(int) v = {0};
	int *early;

	(void)state;
	VEC_ADD(&a, &v, 0);
	for (int i = 1; i < 8; i++)
		VEC_ADD(&a, &v, v.v[i - 1] + 1); // the item may look at the array
	early = v.v;
	arena_dup(&a, "behind it: the array must move to grow");
	for (int i = 8; i < 1000; i++)
		VEC_ADD(&a, &v, v.v[i - 1] + 1);
	assert_int_equal(v.n, 1000);
	assert_true(v.cap >= v.n);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(v.v[i], i);
	assert_ptr_not_equal(early, v.v);
	assert_int_equal(early[7], 7); // where it was before it grew
	arena_free(&a);
}

// What was allocated last grows where it is, and takes no more than it needs.
static void
test_vec_in_place(void **state)
{
	struct arena a = {0};
	VEC(char *) v = {0};
	char **early, *behind;

	(void)state;
	VEC_ADD(&a, &v, NULL);
	early = v.v;
	for (int i = 1; i < 1024; i++)
		VEC_ADD(&a, &v, NULL);
	assert_ptr_equal(early, v.v);
	assert_int_equal(v.cap, 1024);
	assert_int_equal(a.bytes, 1024 * sizeof(char *));
	behind = arena_dup(&a, "behind");
	v.v[1023] = behind;
	assert_string_equal(behind, "behind");
	for (int i = 0; i < 20000; i++) // over the end of the chunk
		VEC_ADD(&a, &v, behind);
	assert_ptr_equal(v.v[1023], behind);
	assert_ptr_equal(v.v[21023], behind);
	assert_string_equal(behind, "behind");
	arena_free(&a);
}

static void
ask_too_much(void *arg)
{
	struct arena a = {0};

	arena_alloc(&a, *(size_t *)arg);
}

static void
test_too_much(void **state)
{
	size_t sizes[] = {SIZE_MAX, SIZE_MAX - 8, SIZE_MAX - 20};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct child_end end = child_run(ask_too_much, &sizes[i]);

		assert_int_equal(end.status, 1);
		assert_non_null(strstr(end.said, "error: out of memory ("));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_old_memory_stays),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_vec),
		cmocka_unit_test(test_vec_in_place),
		cmocka_unit_test(test_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
