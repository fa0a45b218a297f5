// SPDX-License-Identifier: Apache-2.0
// frame.h -- messages on a stream: a length, 32 bits big endian, then that many bytes.
// Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_FRAME_H
#define GUEST_AGENT_LIB_FRAME_H

#include <stdbool.h>
#include <stddef.h>

#include "bytes.h"

enum {
	FRAME_MAX = 0x40000,     // payload bytes the host accepts
	FRAME_MAX_IN = 0x400000, // payload bytes we accept: the host does not check what it sends
};

// Begin a frame at the end of OUT; frame_end fills its length in. Between the two the payload is
// appended. False, with OUT as it was before frame_begin, when the payload is longer than FRAME_MAX
// or found no room.
size_t frame_begin(struct bytes *out);
bool frame_end(struct bytes *out, size_t begin) __attribute__((warn_unused_result));

// Read one frame from a blocking descriptor into PAYLOAD (emptied first). False, with errno set, on
// a read error or timeout and for a length beyond PAYLOAD's ceiling (EMSGSIZE).
bool frame_read(int fd, struct bytes *payload) __attribute__((warn_unused_result));

// What bytes have arrived without blocking: IN holds them, frame_next finds a whole frame at its
// front, frame_done removes that.
enum frame_state {
	FRAME_WAIT, // not all there yet
	FRAME_WHOLE,
	FRAME_BAD, // the length is beyond MAX: nothing after it can be understood
};
enum frame_state frame_next(
	const struct bytes *in, size_t max, const unsigned char **payload, size_t *n);
void frame_done(struct bytes *in, size_t n);

#endif
