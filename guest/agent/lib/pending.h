// SPDX-License-Identifier: Apache-2.0
// pending.h -- the MCP requests that wait for a response. Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_PENDING_H
#define GUEST_AGENT_LIB_PENDING_H

#include <stdint.h>

#include "bytes.h"
#include "json.h"

struct pending_call;

// Starts as {0}.
struct pending {
	struct pending_call *first;
	size_t n;
};

// Remember the call on STREAM: its id and its method. False when memory is out.
bool pending_add(struct pending *p, uint32_t stream, const struct json_call *call);

// The response to STREAM has come.
void pending_remove(struct pending *p, uint32_t stream);

// Append to OUT one JSON-RPC error, code -32001, for each call that waits, and forget them all.
void pending_fail(struct pending *p, const char *reason, struct bytes *out);

// The same error for one call that was never sent.
void pending_error(const struct json_call *call, const char *reason, struct bytes *out);

#endif
