// SPDX-License-Identifier: Apache-2.0
// orders.h -- what the host orders on the control port while a session runs.
// Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_ORDERS_H
#define GUEST_AGENT_LIB_ORDERS_H

#include "exec.h"
#include "message.h"
#include "outbox.h"
#include "results.h"
#include "terminal.h"

enum { ORDERS_MAX_EXECS = 256 }; // running at once

// What orders act on. It outlives the sessions.
struct orders {
	struct loop *loop;
	struct terminal *terminal;
	struct outbox *out;
	void (*changed)(struct orders *o);  // OUT has got more
	void (*shutdown)(struct orders *o); // the host wants an end

	struct exec *execs; // running
	size_t nexecs;
	struct results results; // of those that have ended
};

// Act on one message: answers go to OUT at once or, for an exec, when it has ended. Messages that
// have no place in a session are ignored.
void orders_take(struct orders *o, const struct message *m);

// A child has ended. False when it was no exec's.
bool orders_exited(struct orders *o, pid_t pid, int status);

#endif
