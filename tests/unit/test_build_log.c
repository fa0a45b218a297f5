// SPDX-License-Identifier: Apache-2.0
// test_build_log -- rules/lib/build_log: which step of a build failed, and how.
// Layer: tests (rules/lib).
#include "rules/lib/build_log.h"
#include "tests/unit/folder.h"

static struct arena arena;
static struct build_failure failure;

static void
read_log(const char *log)
{
	failure = build_log_read(&arena, str_of(log));
}

static void
assert_lines(const char *want)
{
	struct buf b = {0};

	for (size_t i = 0; i < failure.lines.n; i++)
		buf_addf(&b, "%.*s\n", STR_FMT(failure.lines.v[i]));
	assert_string_equal(b.s ? b.s : "", want);
	buf_free(&b);
}

static void
test_classic(void **state)
{
	(void)state;
	read_log("Sending build context\nStep 1/3 : FROM debian\n ---> 1\n"
		 "Step 2/3 : RUN apt-get update     && x\n ---> Running in 2\nfirst\r\nE: second\n"
		 "The command '/bin/sh -c x' returned a non-zero code: 100\n");
	assert_true(str_is(failure.step, "RUN apt-get update     && x"));
	assert_int_equal(failure.status, 100);
	assert_false(failure.foreign);
	assert_lines(" ---> Running in 2\nfirst\nE: second\n"
		     "The command '/bin/sh -c x' returned a non-zero code: 100\n");
}

static void
test_buildkit(void **state)
{
	(void)state;
	read_log("#1 [internal] load metadata\n#1 DONE 0.0s\n\n#5 [a 2/3] RUN make\n"
		 "#5 sha256:12\n#6 [b 1/2] RUN other\n#5 0.319 one\n#6 1.0 not this\n#5 10.5 two\n"
		 "#5 ERROR: process \"/bin/sh -c make\" did not complete successfully: exit code: "
		 "2\n"
		 "#6 CANCELED\n------\n > [a 2/3] RUN make:\n0.319 one\n------\n");
	assert_true(str_is(failure.step, "RUN make"));
	assert_int_equal(failure.status, 2);
	assert_lines("one\ntwo\nERROR: process \"/bin/sh -c make\" did not complete successfully: "
		     "exit code: 2\n");
}

static void
test_buildah(void **state)
{
	(void)state;
	read_log("[1/2] STEP 1/2: FROM x AS a\n[2/2] STEP 2/4: RUN a\nhello\n"
		 "STEP 3/4: COPY b /\nError: building at STEP \"COPY b /\": exit status 125\n");
	assert_true(str_is(failure.step, "COPY b /"));
	assert_int_equal(failure.status, 125);
	read_log("STEP 2/2: RUN x\nKilled\nsubprocess exited on killed\n"
		 "subprocess exited with status 1\nError: building at STEP \"RUN x\": exit status "
		 "1\n");
	assert_int_equal(failure.status, 137);
}

static void
test_no_step(void **state)
{
	(void)state;
	read_log("Cannot connect to the Docker daemon\n");
	assert_int_equal(failure.step.n, 0);
	assert_int_equal(failure.status, 0);
	assert_lines("Cannot connect to the Docker daemon\n");
	read_log("");
	assert_int_equal(failure.lines.n, 0);
}

// Lines that look like the beginning of a step, and numbers that are no status.
static void
test_lookalikes(void **state)
{
	(void)state;
	read_log("Step 1/1 : RUN x\nStep 2 of 3\nStep x/y : z\n[3/x] STEP 1/2: q\nexit code: 0\n"
		 "exit status 999\n#12\n#x y\n# 5 z\nexit code: 7 and more\n");
	assert_true(str_is(failure.step, "RUN x"));
	assert_int_equal(failure.status, 7);
	assert_int_equal(failure.lines.n, 9);
}

static void
test_foreign(void **state)
{
	(void)state;
	read_log("Step 1/1 : RUN x\nstandard_init_linux.go: exec user process caused: exec format "
		 "error\n"
		 "The command '/bin/sh -c x' returned a non-zero code: 1\n");
	assert_true(failure.foreign);
	assert_int_equal(failure.status, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_classic),
		cmocka_unit_test(test_buildkit),
		cmocka_unit_test(test_buildah),
		cmocka_unit_test(test_no_step),
		cmocka_unit_test(test_lookalikes),
		cmocka_unit_test(test_foreign),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_free(&arena);
	return failed;
}
