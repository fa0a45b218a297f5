// SPDX-License-Identifier: Apache-2.0
// test_cleanup -- gen/base/cleanup: what an early end leaves behind. Layer: tests (base).
#include <signal.h>
#include <time.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/proc.h"
#include "tests/unit/child.h"
#include "tests/unit/folder.h"

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void
prepare(void)
{
	cleanup_start();
	folder_put("doomed", "x", 0644);
	folder_put("forgotten", "x", 0644);
	cleanup_file("doomed");
	cleanup_file("forgotten");
	cleanup_forget("forgotten");
}

static void
end_by_signal(void *arg)
{
	prepare();
	raise(*(int *)arg);
	_exit(99);
}

static void
end_by_die(void *arg)
{
	(void)arg;
	prepare();
	die("over");
}

static void
test_files(void **state)
{
	int signals[] = {SIGINT, SIGTERM, SIGHUP};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(child_run(end_by_signal, &signals[i]).status, 128 + signals[i]);
		assert_false(is_there("doomed"));
		assert_true(is_there("forgotten"));
	}
	assert_int_equal(child_run(end_by_die, NULL).status, 1);
	assert_false(is_there("doomed"));
	assert_true(is_there("forgotten"));
}

// Slots are used again, in any order.
static void
use_slots(void *arg)
{
	static const char *const names[] = {"0", "1", "2", "3", "4", "5", "6", "7"};

	(void)arg;
	cleanup_start();
	for (int i = 0; i < 100; i++) {
		cleanup_file(names[i % 8]);
		if (i >= 7)
			cleanup_forget(names[(i + 1) % 8]);
	}
}

static void
test_slots(void **state)
{
	(void)state;
	assert_int_equal(child_run(use_slots, NULL).status, 0);
}

static void
ignore_hangup(void *arg)
{
	(void)arg;
	signal(SIGHUP, SIG_IGN); // as nohup leaves it
	cleanup_start();
	raise(SIGHUP);
	_exit(42);
}

static void
test_nohup(void **state)
{
	(void)state;
	assert_int_equal(child_run(ignore_hangup, NULL).status, 42);
}

static void
hold(void *arg)
{
	(void)arg;
	prepare();
	cleanup_hold(true);
	cleanup_leave(); // nothing to leave for
	if (cleanup_caught() != 0)
		_exit(90);
	raise(SIGINT);
	if (cleanup_caught() != SIGINT || !is_there("doomed"))
		_exit(91);
	cleanup_leave();
	_exit(92);
}

static void
hold_no_more(void *arg)
{
	(void)arg;
	prepare();
	cleanup_hold(true);
	cleanup_hold(false);
	raise(SIGTERM);
	_exit(93);
}

static void
test_hold(void **state)
{
	(void)state;
	assert_int_equal(child_run(hold, NULL).status, 128 + SIGINT);
	assert_false(is_there("doomed"));
	assert_int_equal(child_run(hold_no_more, NULL).status, 128 + SIGTERM);
	assert_false(is_there("doomed"));
}

// Start a child that writes its group to the file "group", and wait until it has.
static void
start_sleeper(const char *script)
{
	const char *const argv[] = {"sh", "-c", script, NULL};
	struct proc p;

	if (!proc_start(&p, &(struct proc_spec){.argv = argv}))
		_exit(94);
	while (!is_there("group"))
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void
interrupted_with_child(void *arg)
{
	(void)arg;
	cleanup_start();
	start_sleeper("sleep 30 & echo $$ > g && mv g group; wait");
	raise(SIGINT);
	_exit(95);
}

// Whether all of the group is gone, within two seconds.
static bool
group_ends(void)
{
	pid_t group = (pid_t)strtol(folder_get("group"), NULL, 10);

	for (int i = 0; i < 2000; i++) {
		if (kill(-group, 0) != 0)
			return true;
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
	return false;
}

static void
test_group(void **state)
{
	(void)state;
	assert_int_equal(child_run(interrupted_with_child, NULL).status, 128 + SIGINT);
	assert_true(group_ends());
	unlink("group");
}

// A child that shrugs at the first signal does not survive the second.
static void
stubborn_child(void *arg)
{
	(void)arg;
	cleanup_start();
	cleanup_hold(true);
	start_sleeper("trap '' TERM; echo $$ > g && mv g group; while :; do sleep 0.01; done");
	raise(SIGINT);
	nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
	if (kill(-(pid_t)strtol(folder_get("group"), NULL, 10), 0) != 0)
		_exit(96);
	raise(SIGINT);
	cleanup_leave();
}

static void
test_stubborn(void **state)
{
	(void)state;
	assert_int_equal(child_run(stubborn_child, NULL).status, 128 + SIGINT);
	assert_true(group_ends());
	unlink("group");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_nohup),
		cmocka_unit_test(test_hold),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_stubborn),
	};

	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
