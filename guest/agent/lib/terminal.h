// SPDX-License-Identifier: Apache-2.0
// terminal.h -- the shell a person sees: a PTY, the process on it, and the copying between it and
// the host's terminal connection. Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_TERMINAL_H
#define GUEST_AGENT_LIB_TERMINAL_H

#include <sys/types.h>

#include "bootenv.h"
#include "relay.h"

// Starts as {0}, except for the first three.
struct terminal {
	struct loop *loop;
	const struct bootenv *env;
	void (*lost)(struct terminal *t); // the host's connection has ended

	struct relay relay; // a: the host, b: the PTY
	struct timer again; // to start the next shell
	int host, master;   // -1: none
	pid_t shell;        // 0: none
	unsigned cols, rows;
	long delay; // before the next shell; grows while shells end at once
	long long started;
};

// Open a PTY of 80 by 24 and start the shell on it. False when that fails.
bool terminal_start(struct terminal *t) __attribute__((warn_unused_result));

// Copy between the shell and this connection from now on; it becomes the terminal's.
void terminal_connect(struct terminal *t, int host);

// Close the connection; the shell goes on.
void terminal_disconnect(struct terminal *t);

// Tell the shell the size of the window.
void terminal_resize(struct terminal *t, unsigned cols, unsigned rows);

// Whether PID was the shell. It has ended: another one is started, at once or, when it lived for a
// moment only, a little later.
bool terminal_exited(struct terminal *t, pid_t pid);

// Send the shell a signal, if there is one.
void terminal_kill(const struct terminal *t, int sig);

#endif
