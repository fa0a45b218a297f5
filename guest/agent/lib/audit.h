// SPDX-License-Identifier: Apache-2.0
// audit.h -- the kernel's record of what was executed, as auditd writes it, made into the messages
// the host keeps. Layer: guest/agent/lib. Source: auditd(8), ausearch(8) for the form of the log.
//
// An event is several lines with one id: SYSCALL (who), EXECVE (arguments), CWD, and PROCTITLE,
// which is the last one.
#ifndef GUEST_AGENT_LIB_AUDIT_H
#define GUEST_AGENT_LIB_AUDIT_H

#include "bytes.h"
#include "msgpack.h"

enum {
	AUDIT_MAX_EVENTS = 1000, // that wait for their last line; with more, all are forgotten
	AUDIT_MAX_LINE = 16384,  // a longer line is passed over
	AUDIT_MAX_ARGV = 8192,   // bytes of arguments told, cut at a character
};

struct audit_event;

// Starts as {0}.
struct audit {
	struct audit_event *events;
	size_t n;
};

// Take one line of the log, without its newline. When it completes an event that has a process and
// a program, its frame is appended to OUT.
void audit_line(struct audit *a, struct text line, struct bytes *out);

// Forget all events.
void audit_clear(struct audit *a);

#endif
