// SPDX-License-Identifier: Apache-2.0
// test_keeper -- rules/lib/keeper: whatever becomes of the work, it is cleaned up after.
// Layer: tests (rules/lib).
#include <signal.h>
#include <stdbool.h>
#include <time.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/proc.h"
#include "rules/lib/keeper.h"
#include "tests/unit/child.h"
#include "tests/unit/folder.h"

enum way { RETURN, DIE, CRASH, KILLED, SIGNALLED, ORPHAN };

static int
work(void *arg)
{
	const char *const argv[] = {"sleep", "60", NULL};
	struct proc_spec spec = {.argv = argv};
	pid_t orphan;

	switch (*(enum way *)arg) {
	case RETURN:
		return 7;
	case DIE:
		die("cannot go on");
	case CRASH:
		abort();
	case KILLED:
		raise(SIGKILL);
		return 0;
	case SIGNALLED:
		kill(getppid(), SIGINT);
		return proc_run(&spec);
	case ORPHAN:
		orphan = fork();
		if (orphan == 0 && fork() == 0) {
			setsid();
			folder_put("orphan", "", 0644);
			pause();
		}
		if (orphan == 0)
			_exit(0);
		while (access("orphan", F_OK) != 0)
			nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
		return 0;
	}
	return 0;
}

static void
clean(void *arg)
{
	(void)arg;
	fputs("cleaned\n", stderr);
}

static void
keep(void *arg)
{
	progname = "keeper";
	cleanup_start();
	_exit(keeper_run(work, clean, arg));
}

static void
assert_end(enum way way, int status, const char *said)
{
	struct child_end end = child_run(keep, &way);

	assert_string_equal(end.said, said);
	assert_int_equal(end.status, status);
}

static void
test_ends(void **state)
{
	(void)state;
	assert_end(RETURN, 7, "cleaned\n");
	assert_end(DIE, 1, "keeper: error: cannot go on\ncleaned\n");
	assert_end(CRASH, 128 + SIGABRT, "keeper: warning: ended by signal 6\ncleaned\n");
	assert_end(KILLED, 128 + SIGKILL, "keeper: warning: ended by signal 9\ncleaned\n");
}

static void
test_signal(void **state)
{
	(void)state;
	assert_end(SIGNALLED, 130, "cleaned\n"); // at once, not after a minute
}

// child_run waits until all holders of stderr are gone: it would wait for ever for an orphan.
static void
test_orphan(void **state)
{
	(void)state;
	assert_end(ORPHAN, 0, "cleaned\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_signal),
		cmocka_unit_test(test_orphan),
	};

	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
