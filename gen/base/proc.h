// SPDX-License-Identifier: Apache-2.0
// proc.h -- children: started from an argument list, never through a shell. Layer: gen/base.
//
// Each child leads a process group of its own, which cleanup.c ends when we are interrupted.
#ifndef GEN_BASE_PROC_H
#define GEN_BASE_PROC_H

#include <stdbool.h>
#include <sys/types.h>

#include "gen/base/arena.h"
#include "gen/base/str.h"

// What a child's stdin, stdout or stderr is: a descriptor of ours (> 0), or one of these.
enum {
	PROC_DEFAULT = 0, // stdin: /dev/null; stdout and stderr: ours
	PROC_NULL = -1,
	PROC_PIPE = -2,    // our end comes back in struct proc
	PROC_TO_OUT = -3,  // stderr only: where stdout goes
	PROC_INHERIT = -4, // stdin only: ours
};

struct proc_spec {
	const char *const *argv; // ended by NULL; argv[0] is looked up in PATH
	const char *const *env;  // "NAME=value" over the inherited ones, ended by NULL; may be NULL
	int in, out, err;
	bool shielded;   // runs even after a signal was caught, and signals leave it alone
	bool foreground; // stays in our process group, so that it may use the terminal
};

struct proc {
	pid_t pid, group; // group 0: signals leave it alone
	int in, out, err; // our ends of the pipes, -1 where there is none
};

// Milliseconds of a clock that only goes on, for limits of time.
long long proc_now_ms(void);

// Start the child. False when it cannot be started (errno tells why: ENOENT for an unknown
// program) or when a signal was caught (EINTR) and the child is not shielded.
bool proc_start(struct proc *p, const struct proc_spec *spec) __attribute__((warn_unused_result));

// Fork with pipes for all three and run F(ARG) in the child, whose exit status it returns. False,
// with errno set, when there can be no more processes or a signal was caught.
bool proc_call(struct proc *p, int (*f)(void *arg), void *arg) __attribute__((warn_unused_result));

// Close what is left of our ends and wait. Returns the exit status, 128 + signal for a child that
// was killed.
int proc_wait(struct proc *p);

// Start and wait. 127 when it could not be started, 128 + signal when we were interrupted.
int proc_run(const struct proc_spec *spec);

// The same, with all that it prints on stdout (stdout and stderr, with err = PROC_TO_OUT).
int proc_capture(struct arena *a, const struct proc_spec *spec, struct str *out);

#endif
