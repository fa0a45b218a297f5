// SPDX-License-Identifier: Apache-2.0
// test_tee -- rules/lib/tee: what children say, and how long they may say nothing.
// Layer: tests (rules/lib).
#include <signal.h>

#include "gen/base/cleanup.h"
#include "rules/lib/tee.h"
#include "tests/unit/child.h"
#include "tests/unit/folder.h"

#define SH(script)                                                                                 \
	{                                                                                          \
		.argv = (const char *const[])                                                      \
		{                                                                                  \
			"sh", "-c", script, NULL                                                   \
		}                                                                                  \
	}

static struct arena arena;

static void
test_kept(void **state)
{
	struct proc_spec spec = SH("echo out; echo err >&2; printf '\\033[91mred\\033[0m'; exit 3");
	struct tee t;
	off_t mark;

	(void)state;
	tee_open(&t, "sub/log", false);
	tee_say(&t, "first %d", 1);
	mark = tee_mark(&t);
	assert_int_equal(tee_run(&t, &spec, NULL), 3);
	assert_string_equal(t.text.s, "first 1\nout\nerr\nred");
	assert_true(str_is(tee_since(&t, &arena, mark), "out\nerr\nred"));
	tee_note(&t, "Aside", STR("noted\n"));
	tee_close(&t);
	assert_string_equal(folder_get("sub/log"), "first 1\nout\nerr\nred# Aside:\nnoted\n\n");
	tee_open(&t, "sub/log", false);
	tee_close(&t);
	assert_string_equal(folder_get("sub/log"), "");
}

static void
say_live(void *arg)
{
	struct proc_spec spec = SH("echo shown; printf '\\033[1m'");
	struct tee t;

	(void)arg;
	tee_open(&t, NULL, true);
	tee_run(&t, &spec, NULL);
	tee_close(&t);
}

static void
test_live(void **state)
{
	(void)state;
	assert_string_equal(child_run(say_live, NULL).said, "shown\n\033[1m");
}

static void
quote(void *n)
{
	tee_quote(STR("\none\ntwo\n\nfour\n\n"), *(int *)n);
}

static void
test_quote(void **state)
{
	int all = 40, two = 2;

	(void)state;
	assert_string_equal(child_run(quote, &all).said, "  | one\n  | two\n  | \n  | four\n");
	assert_string_equal(child_run(quote, &two).said, "  | \n  | four\n");
}

static void
test_patience(void **state)
{
	const struct patience one = {.seconds = 1}, two = {1, "go on", 3};
	struct proc_spec silent = SH("trap 'echo ended; exit 9' TERM; sleep 30 & wait");
	struct proc_spec late = SH("echo go on; sleep 1.5; echo done");
	struct proc_spec chatty = SH("for i in 1 2 3; do sleep 0.6; echo $i; done");
	struct tee t;

	(void)state;
	tee_open(&t, NULL, false);
	assert_int_equal(tee_run(&t, &silent, &one), 124);
	assert_string_equal(t.text.s, "ended\n");
	assert_int_equal(tee_run(&t, &late, &two), 0);
	assert_int_equal(tee_run(&t, &chatty, &one), 0);
	tee_close(&t);
}

static void
test_unknown_program(void **state)
{
	struct proc_spec spec = {.argv = (const char *const[]){"capsem-no-such-program", NULL}};
	struct tee t;

	(void)state;
	tee_open(&t, NULL, false);
	assert_int_equal(tee_run(&t, &spec, NULL), 127);
	tee_close(&t);
}

static void
open_bad(void *arg)
{
	struct tee t;

	(void)arg;
	tee_open(&t, "/proc/none/log", false);
}

static void
test_bad_log(void **state)
{
	(void)state;
	assert_int_equal(child_run(open_bad, NULL).status, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_live),
		cmocka_unit_test(test_quote),
		cmocka_unit_test(test_patience),
		cmocka_unit_test(test_unknown_program),
		cmocka_unit_test(test_bad_log),
	};
	int failed;

	cleanup_start();
	failed = cmocka_run_group_tests(tests, folder_enter, folder_leave);
	arena_free(&arena);
	return failed;
}
