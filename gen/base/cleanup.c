// SPDX-License-Identifier: Apache-2.0
#include "gen/base/cleanup.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SLOTS = 40, GRACE_SECONDS = 10 };

// Read by the handler, so only ever changed by single stores.
static const char *volatile files[SLOTS];
static volatile pid_t groups[SLOTS];
static volatile sig_atomic_t held, caught;

static void
remove_files(void)
{
	for (int i = 0; i < SLOTS; i++) {
		if (files[i])
			unlink(files[i]);
		files[i] = NULL;
	}
}

static bool
signal_groups(int sig)
{
	bool any = false;

	for (int i = 0; i < SLOTS; i++) {
		if (groups[i] && kill(-groups[i], sig) == 0)
			any = true;
	}
	return any;
}

static void
on_signal(int sig)
{
	int err = errno;

	if (sig == SIGALRM) {
		signal_groups(SIGKILL);
	} else if (held) {
		if (signal_groups(caught ? SIGKILL : SIGTERM))
			alarm(GRACE_SECONDS);
		caught = sig;
	} else {
		signal_groups(SIGTERM);
		remove_files();
		_exit(128 + sig);
	}
	errno = err;
}

void
cleanup_start(void)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};
	struct sigaction act = {.sa_handler = on_signal}, was;

	sigfillset(&act.sa_mask);
	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		sigaction(signals[i], &act, &was);
		if (signals[i] == SIGHUP && was.sa_handler == SIG_IGN)
			signal(SIGHUP, SIG_IGN); // nohup
	}
	signal(SIGPIPE, SIG_IGN); // a reader that went away is an error code, not an end
	atexit(remove_files);
}

void
cleanup_file(const char *path)
{
	int i = 0;

	while (i < SLOTS && files[i])
		i++;
	assert(i < SLOTS);
	files[i] = path;
}

void
cleanup_forget(const char *path)
{
	for (int i = 0; i < SLOTS; i++) {
		if (files[i] == path)
			files[i] = NULL;
	}
}

void
cleanup_group(pid_t group)
{
	int i = 0;

	while (i < SLOTS && groups[i])
		i++;
	assert(i < SLOTS);
	groups[i] = group;
}

void
cleanup_forget_group(pid_t group)
{
	for (int i = 0; i < SLOTS; i++) {
		if (groups[i] == group)
			groups[i] = 0;
	}
}

void
cleanup_hold(bool on)
{
	held = on;
}

int
cleanup_caught(void)
{
	return caught;
}

void
cleanup_leave(void)
{
	if (!caught)
		return;
	remove_files();
	_exit(128 + caught);
}
