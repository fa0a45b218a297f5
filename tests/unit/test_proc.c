// SPDX-License-Identifier: Apache-2.0
// test_proc -- gen/base/proc: children and their ends. Layer: tests (base).
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include "gen/base/cleanup.h"
#include "gen/base/proc.h"
#include "tests/unit/child.h"
#include "tests/unit/folder.h"

#define SH(script) ((const char *const[]){"sh", "-c", script, NULL})

static struct arena arena;

static void
test_status(void **state)
{
	(void)state;
	assert_int_equal(proc_run(&(struct proc_spec){.argv = SH("exit 0")}), 0);
	assert_int_equal(proc_run(&(struct proc_spec){.argv = SH("exit 41")}), 41);
	assert_int_equal(proc_run(&(struct proc_spec){.argv = SH("kill -9 $$")}), 128 + SIGKILL);
}

static void
test_unknown_program(void **state)
{
	const char *const argv[] = {"capsem-no-such-program", NULL};
	const char *const folder[] = {"/", NULL};
	struct proc_spec spec = {.argv = argv, .in = PROC_PIPE, .out = PROC_PIPE};
	struct str out;
	struct proc p;

	(void)state;
	assert_false(proc_start(&p, &spec));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(p.in, -1); // nothing left open
	assert_int_equal(p.out, -1);
	assert_int_equal(proc_run(&spec), 127);
	assert_int_equal(proc_capture(&arena, &spec, &out), 127);
	assert_int_equal(out.n, 0);
	spec.argv = folder;
	assert_false(proc_start(&p, &spec));
	assert_int_equal(errno, EACCES);
}

static void
test_capture(void **state)
{
	struct proc_spec spec = {.argv = SH("echo out; echo err >&2; exit 3"), .err = PROC_TO_OUT};
	struct str out;

	(void)state;
	assert_int_equal(proc_capture(&arena, &spec, &out), 3);
	assert_string_equal(out.s, "out\nerr\n");
	spec.err = PROC_NULL;
	proc_capture(&arena, &spec, &out);
	assert_true(str_is(out, "out\n"));
	spec.argv = SH("head -c 300000 /dev/zero"); // more than a pipe holds
	assert_int_equal(proc_capture(&arena, &spec, &out), 0);
	assert_int_equal(out.n, 300000);
	spec.argv = SH("cat"); // reads nothing from us unless told to
	assert_int_equal(proc_capture(&arena, &spec, &out), 0);
	assert_int_equal(out.n, 0);
}

static void
test_pipes(void **state)
{
	struct proc_spec spec = {.argv = SH("tr a-z A-Z"), .in = PROC_PIPE, .out = PROC_PIPE};
	char text[16] = "";
	struct proc p;

	(void)state;
	assert_true(proc_start(&p, &spec));
	assert_int_equal(p.err, -1);
	assert_int_equal(write(p.in, "hello", 5), 5);
	close(p.in);
	p.in = -1;
	assert_int_equal(read(p.out, text, sizeof(text)), 5);
	assert_string_equal(text, "HELLO");
	assert_int_equal(proc_wait(&p), 0);
	assert_int_equal(p.out, -1);
}

static void
test_descriptor(void **state)
{
	int fd = open("out", O_WRONLY | O_CREAT, 0644);
	struct proc_spec spec = {.argv = SH("echo here; echo there >&2"), .out = fd, .err = fd};

	(void)state;
	assert_int_equal(proc_run(&spec), 0);
	close(fd);
	assert_string_equal(folder_get("out"), "here\nthere\n");
}

static void
test_environment(void **state)
{
	const char *const env[] = {"CAPSEM_A=new", "CAPSEM_C=", NULL};
	struct proc_spec spec = {.env = env,
		.argv = SH(
			"echo $CAPSEM_A $CAPSEM_AB ${CAPSEM_C-unset}; env | grep -c ^CAPSEM_A=")};
	struct str out;

	(void)state;
	setenv("CAPSEM_A", "old", 1);
	setenv("CAPSEM_AB", "kept", 1);
	assert_int_equal(proc_capture(&arena, &spec, &out), 0);
	assert_string_equal(out.s, "new kept\n1\n");
}

// A child has no descriptor of ours but those it was given, no blocked signals, and SIGPIPE works.
static void
test_inherits_nothing(void **state)
{
	struct proc_spec spec = {.argv = SH("ls /proc/self/fd; yes | head -n 1; "
					    "grep SigBlk /proc/self/status")};
	struct proc_spec sleeper = {.argv = SH("exec sleep 10"), .in = PROC_PIPE, .out = PROC_PIPE};
	struct str before, after;
	struct proc other;

	(void)state;
	assert_int_equal(proc_capture(&arena, &spec, &before), 0);
	assert_non_null(strstr(before.s, "y\nSigBlk:\t0000000000000000\n"));
	assert_true(proc_start(&other, &sleeper));
	assert_int_equal(proc_capture(&arena, &spec, &after), 0);
	assert_string_equal(before.s, after.s);
	kill(other.pid, SIGKILL);
	assert_int_equal(proc_wait(&other), 128 + SIGKILL);
}

static void
test_group(void **state)
{
	struct proc_spec spec = {.argv = SH("cut -d' ' -f5 /proc/$$/stat"), .out = PROC_PIPE};
	char text[32] = "";
	struct proc p;

	(void)state;
	assert_true(proc_start(&p, &spec));
	assert_int_equal(p.group, p.pid);
	assert_true(read(p.out, text, sizeof(text) - 1) > 0);
	assert_int_equal(strtol(text, NULL, 10), p.pid);
	assert_int_equal(proc_wait(&p), 0);
	spec.foreground = true;
	memset(text, 0, sizeof(text));
	assert_true(proc_start(&p, &spec));
	assert_int_equal(p.group, 0);
	assert_true(read(p.out, text, sizeof(text) - 1) > 0);
	assert_int_equal(strtol(text, NULL, 10), getpgrp());
	assert_int_equal(proc_wait(&p), 0);
}

// After a signal was noted, nothing more is started but what takes things down.
static void
start_after_signal(void *arg)
{
	struct proc_spec spec = {.argv = SH("exit 9")};

	(void)arg;
	cleanup_start();
	cleanup_hold(true);
	raise(SIGTERM);
	if (proc_run(&spec) != 128 + SIGTERM)
		_exit(1);
	spec.shielded = true;
	if (proc_run(&spec) != 9)
		_exit(2);
	cleanup_leave();
	_exit(3);
}

static void
test_after_signal(void **state)
{
	(void)state;
	assert_int_equal(child_run(start_after_signal, NULL).status, 128 + SIGTERM);
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
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_unknown_program),
		cmocka_unit_test(test_capture),
		cmocka_unit_test(test_pipes),
		cmocka_unit_test(test_descriptor),
		cmocka_unit_test(test_environment),
		cmocka_unit_test(test_inherits_nothing),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_after_signal),
	};

	signal(SIGPIPE, SIG_IGN); // as cleanup_start has it
	return cmocka_run_group_tests(tests, folder_enter, leave);
}
