// SPDX-License-Identifier: Apache-2.0
// probe.h -- a child that is asked something and has its time. Layer: gen/cmd.
#ifndef GEN_CMD_PROBE_H
#define GEN_CMD_PROBE_H

#include "gen/base/proc.h"

enum {
	PROBE_TIMED_OUT = 124,
	PROBE_NOT_RUN = 127, // it could not be started; err says why
};

struct probe {
	struct proc proc;
	bool started;
	int error;          // errno, when it was not started
	long long until;    // milliseconds of the monotonic clock
	struct buf text[2]; // of stdout and stderr
};

// What it said, at most a megabyte of each, in the caller's arena and NUL-ended.
struct probe_answer {
	int status; // as of proc_wait, or one of the above
	struct str out, err;
};

// Start ARGV (ended by NULL) with ENV over the environment and LC_ALL=C; ENV may be NULL. INPUT, at
// most 4 KiB or NULL, is what it reads on stdin. It has SECONDS from now on.
void probe_start(struct probe *p, const char *const *argv, const char *const *env,
	const char *input, int seconds);

// Wait for its end, and end it with its whole process group when its time is over.
struct probe_answer probe_finish(struct probe *p, struct arena *a);

// Both.
struct probe_answer probe_ask(struct arena *a, const char *const *argv, int seconds);

// The first line of TEXT that is not empty; cut where it is very long.
const char *probe_first_line(struct arena *a, struct str text);

// Why the answer is none, in a few words: what it said last, or what became of it.
const char *probe_reason(struct arena *a, const struct probe_answer *answer, int seconds);

#endif
