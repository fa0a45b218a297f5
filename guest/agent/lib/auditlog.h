// SPDX-License-Identifier: Apache-2.0
// auditlog.h -- follows auditd's log and sends its events to the host. Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_AUDITLOG_H
#define GUEST_AGENT_LIB_AUDITLOG_H

#include <sys/types.h>

#include "audit.h"
#include "loop.h"

// Starts as {.path = ..., .host = {.fd = -1}, .file = -1}.
struct auditlog {
	const char *path; // of the log
	struct loop *loop;
	struct watch host; // the connection, -1: none
	struct timer timer;
	struct audit audit;
	struct bytes lines, out;
	int file; // -1: not open
	int tries;
	bool connected, skipping;
};

// A session with the host has begun. The first time the log is waited for, for up to ten seconds,
// and read from its start; later it is read on from where it was. Without a log, or when the host
// does not take the connection, nothing happens until the next session.
void auditlog_session(struct loop *l, struct auditlog *a);

#endif
