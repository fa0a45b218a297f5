// SPDX-License-Identifier: Apache-2.0
// json.h -- the outermost members of one JSON object, without building anything from it.
// Layer: guest/agent/lib. Source: RFC 8259.
#ifndef GUEST_AGENT_LIB_JSON_H
#define GUEST_AGENT_LIB_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include "msgpack.h"

// Read the N bytes at P and call FN for each member, in order: with the key as it stands between
// its quotes and the text of the value. False when the bytes are anything but one JSON object
// (nested no deeper than 128); some members may have been told of by then.
bool json_read(const char *p, size_t n, void (*fn)(void *ctx, struct text key, struct text value),
	void *ctx);

// What a JSON-RPC line says about itself. The last member counts when a key repeats.
struct json_call {
	bool has_id;
	struct text id; // any JSON value
	struct text
		method; // what stands between the quotes; s is NULL when there is no such string
};

bool json_read_call(const char *p, size_t n, struct json_call *call);

#endif
