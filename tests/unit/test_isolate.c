// SPDX-License-Identifier: Apache-2.0
// test_isolate -- gen/base/isolate: whatever a function does, its caller goes on.
// Layer: tests (base).
#include <signal.h>
#include <stdlib.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/isolate.h"
#include "tests/unit/child.h"
#include "tests/unit/folder.h"

enum { BIG = 300000 }; // more than a pipe holds

static struct isolate_end
run(int (*f)(void *), void *arg, struct str in)
{
	struct isolate_spec spec = {f, arg, in, 60, 1 << 20};
	struct isolate_end end;

	assert_true(isolate(&spec, &end));
	return end;
}

static int
say_both(void *arg)
{
	printf("out %s", (const char *)arg);
	fprintf(stderr, "err");
	return 7;
}

static void
test_ends(void **state)
{
	struct isolate_end end = run(say_both, (char[]){"x"}, STR(""));

	(void)state;
	assert_int_equal(end.status, 7);
	assert_string_equal(end.out.s, "out x");
	assert_string_equal(end.err.s, "err");
	assert_false(end.late || end.loud);
	isolate_free(&end);
	assert_null(end.out.s);
}

static int
copy(void *arg)
{
	int c;

	(void)arg;
	while ((c = getchar()) != EOF)
		putchar(c);
	return 0;
}

static int
ignore(void *arg)
{
	(void)arg;
	return 0;
}

static void
test_input(void **state)
{
	char *text = malloc(BIG);
	struct str in = {text, BIG};
	struct isolate_end end;

	(void)state;
	for (size_t i = 0; i < BIG; i++)
		text[i] = (char)(i * 7);
	end = run(copy, NULL, in);
	assert_int_equal(end.out.n, BIG);
	assert_memory_equal(end.out.s, text, BIG);
	isolate_free(&end);
	end = run(ignore, NULL, in); // nobody reads it
	assert_int_equal(end.status, 0);
	isolate_free(&end);
	end = run(copy, NULL, STR("")); // an end, not a wait
	assert_int_equal(end.out.n, 0);
	isolate_free(&end);
	free(text);
}

static int
crash(void *arg)
{
	(void)arg;
	raise(SIGSEGV);
	return 0;
}

static int
give_up(void *arg)
{
	printf("half");
	die("no %s", (const char *)arg);
}

static void
test_deaths(void **state)
{
	struct isolate_end end = run(give_up, (char[]){"luck"}, STR(""));

	(void)state;
	assert_int_equal(end.status, 1);
	assert_string_equal(end.out.s, "half");
	assert_string_equal(end.err.s, "test: error: no luck\n");
	isolate_free(&end);
	signal(SIGSEGV, SIG_DFL); // the sanitizer's is an exit
	end = run(crash, NULL, STR(""));
	assert_int_equal(end.status, 128 + SIGSEGV);
	isolate_free(&end);
}

static int __attribute__((noreturn)) hang(void *arg)
{
	(void)arg;
	printf("x");
	fflush(stdout);
	for (;;)
		pause();
}

static int __attribute__((noreturn)) chatter(void *arg)
{
	(void)arg;
	for (;;)
		puts("and so on");
}

static void
test_limits(void **state)
{
	struct isolate_spec slow = {hang, NULL, STR(""), 1, 100};
	struct isolate_spec loud = {chatter, NULL, STR(""), 60, 100000};
	struct isolate_end end;

	(void)state;
	assert_true(isolate(&slow, &end));
	assert_true(end.late && !end.loud);
	assert_int_equal(end.status, 128 + SIGKILL);
	assert_string_equal(end.out.s, "x");
	isolate_free(&end);
	assert_true(isolate(&loud, &end));
	assert_true(end.loud && !end.late);
	assert_int_equal(end.status, 128 + SIGKILL);
	isolate_free(&end);
}

// What this process had not yet printed is not printed by the child as well.
static void
test_buffers(void **state)
{
	struct isolate_end end;

	(void)state;
	printf("# said once\n");
	end = run(ignore, NULL, STR(""));
	assert_int_equal(end.out.n, 0);
	isolate_free(&end);
}

static void
test_many(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) { // no descriptor is left open
		struct isolate_end end = run(ignore, NULL, STR("in"));

		assert_int_equal(end.status, 0);
		isolate_free(&end);
	}
	assert_true(dup(0) < 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_input),
		cmocka_unit_test(test_deaths),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_buffers),
		cmocka_unit_test(test_many),
	};

	progname = "test";
	cleanup_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
