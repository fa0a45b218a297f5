// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/keeper.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/base/source.h"
#include "gen/base/str.h"

enum { ROUNDS = 20 };

static void
work_and_exit(int (*work)(void *arg), void *arg, const sigset_t *mask)
{
	int status;

	setpgid(0, 0); // so that a terminal's Ctrl-C comes once, through the parent
	prctl(PR_SET_PDEATHSIG, SIGTERM); // nobody would clean up after us
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	status = work(arg);
	cleanup_leave();
	exit(status);
}

static void
on_child(int sig)
{
	(void)sig; // only to wake sigsuspend
}

// Wait for the end of the child. Signals come in at sigsuspend only, so none falls between a look
// and a wait; each is passed on.
static int
wait_for_end(pid_t child, const sigset_t *mask)
{
	int status;
	pid_t ended;

	while ((ended = waitpid(child, &status, WNOHANG)) == 0) {
		sigsuspend(mask);
		if (cleanup_caught())
			kill(child, SIGTERM);
	}
	if (ended < 0)
		die("wait for a child:");
	if (WIFSIGNALED(status) && !cleanup_caught())
		warn("ended by signal %d", WTERMSIG(status));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// The parent of process PID, 0 when it is gone: the fourth field of its stat file, behind the name
// in brackets.
static pid_t
parent_of(const char *pid)
{
	struct arena a = {0};
	const char *path = arena_printf(&a, "/proc/%s/stat", pid);
	struct source *src = source_load(&a, path, path);
	const char *p = src ? strrchr(src->text.s, ')') : NULL;
	long parent = p && strlen(p) > 4 ? strtol(p + 4, NULL, 10) : 0;

	arena_free(&a);
	return (pid_t)parent;
}

// Kill the processes that are our children now. Returns how many there were.
static size_t
kill_children(void)
{
	struct arena a = {0};
	struct names names;
	size_t n = 0;
	long pid;

	if (!path_list(&a, "/proc", &names))
		names.n = 0;
	for (size_t i = 0; i < names.n; i++) {
		if (!str_to_long(names.v[i], 10, 1, INT_MAX, &pid) ||
			parent_of(names.v[i]) != getpid())
			continue;
		kill((pid_t)pid, SIGKILL);
		waitpid((pid_t)pid, NULL, 0);
		n++;
	}
	arena_free(&a);
	return n;
}

// What an engine that was ended leaves running becomes our child, and so do, when that is killed,
// the children it had.
static void
kill_orphans(void)
{
	size_t n = kill_children();

	for (int i = 1; i < ROUNDS && n > 0; i++)
		n = kill_children();
}

static pid_t
start(int (*work)(void *arg), void *arg, const sigset_t *mask)
{
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child < 0)
		die("start a process:");
	if (child == 0)
		work_and_exit(work, arg, mask);
	return child;
}

int
keeper_run(int (*work)(void *arg), void (*clean)(void *arg), void *arg)
{
	struct sigaction act = {.sa_handler = on_child, .sa_flags = SA_NOCLDSTOP}, act_before;
	sigset_t block, before;
	int status;

	cleanup_hold(true);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	sigfillset(&block);
	sigprocmask(SIG_BLOCK, &block, &before);
	sigaction(SIGCHLD, &act, &act_before);
	status = wait_for_end(start(work, arg, &before), &before);
	sigaction(SIGCHLD, &act_before, NULL);
	sigprocmask(SIG_SETMASK, &before, NULL);
	kill_orphans();
	clean(arg);
	cleanup_leave();
	cleanup_hold(false);
	return status;
}
