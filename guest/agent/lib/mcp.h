// SPDX-License-Identifier: Apache-2.0
// mcp.h -- the frames in which MCP messages travel on the proxy port. Layer: guest/agent/lib.
//
//   0  length of what follows, 16 to 1052672     12  flags: bit 0 notification, others 0
//   4  0x4D43                                    14  length of the process name
//   6  version 1                                 16  length of the payload
//   7  header length 16                          20  process name, then payload
//   8  stream; 0 for a notification, else counting up from 1 on each connection
// All big endian.
#ifndef GUEST_AGENT_LIB_MCP_H
#define GUEST_AGENT_LIB_MCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"
#include "msgpack.h"

enum { MCP_MAX = 1052672 }; // the length field's greatest value

// Append the frame of PAYLOAD on STREAM, from the process NAME. False, with OUT as it was, when it
// would be too long or finds no room.
bool mcp_put(struct bytes *out, uint32_t stream, const char *name, struct text payload)
	__attribute__((warn_unused_result));

// The frame at the front of IN: 0 when it is not all there, its size in bytes when it is, -1 when
// this is no such frame, and nothing after it can be understood.
long mcp_next(const struct bytes *in, uint32_t *stream, struct text *payload);

#endif
