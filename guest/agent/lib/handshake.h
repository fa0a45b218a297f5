// SPDX-License-Identifier: Apache-2.0
// handshake.h -- how a session with the host begins. Layer: guest/agent/lib.
//
//   guest                          host
//   connects 5001, then 5000
//   ready               ->
//                       <-         bootconfig, setenv..., filewrite..., bootconfigdone
//   bootready           ->
#ifndef GUEST_AGENT_LIB_HANDSHAKE_H
#define GUEST_AGENT_LIB_HANDSHAKE_H

#include <stdbool.h>

#include "bootenv.h"
#include "files.h"

struct handshake {
	struct bootenv *env;      // what setenv goes to
	struct files_boot *files; // what filewrite counts on
	int terminal, control;    // the connections, -1: none
	bool shutdown;            // the host said shutdown instead
};

// Connect both, for up to 30 seconds each. False, with neither open, when that fails.
bool handshake_connect(struct handshake *h) __attribute__((warn_unused_result));

// Say ready and take what the host sends. A message that is of no use here is ignored, a connection
// that fails or falls silent for 30 seconds ends the taking: what has come by then counts. False
// only when ready could not be sent.
bool handshake_run(struct handshake *h) __attribute__((warn_unused_result));

// Say bootready.
void handshake_ready(const struct handshake *h);

#endif
