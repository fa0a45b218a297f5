// SPDX-License-Identifier: Apache-2.0
// msgpack.h -- the few forms of MessagePack that the host and the guest speak, written shortest and
// read in any width. Layer: guest/agent/lib. Source: the MessagePack specification,
// https://github.com/msgpack/msgpack/blob/master/spec.md.
//
// Written here because no packaged C library serves: msgpack-c's archive needs glibc's own symbols,
// and msgpuck's check counts in an int that a hostile array length wraps.
#ifndef GUEST_AGENT_LIB_MSGPACK_H
#define GUEST_AGENT_LIB_MSGPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

// A text inside a message: N bytes, not NUL-ended.
struct text {
	const char *s;
	size_t n;
};

bool text_is(struct text t, const char *word);

// Append one value. Room is the caller's to check: b->failed.
void msgpack_put_nil(struct bytes *b);
void msgpack_put_uint(struct bytes *b, uint64_t v);
void msgpack_put_int(struct bytes *b, int64_t v); // not negative: as an unsigned one
void msgpack_put_str(struct bytes *b, struct text t);
void msgpack_put_key(struct bytes *b, const char *s); // a str of our own
void msgpack_put_array(struct bytes *b, size_t n);    // n values follow
void msgpack_put_map(struct bytes *b, size_t n);      // n keys and values follow

// A byte vector, in the form the host's library uses: an array of integers.
void msgpack_put_bytes(struct bytes *b, const void *p, size_t n);

// The same as bin, half the size for binary data; the host's library reads it as well.
void msgpack_put_bin(struct bytes *b, const void *p, size_t n);

// A place in a message. Reading never goes past END and never recurses.
struct msgpack {
	const unsigned char *p, *end;
};

// The place at the front of N bytes; P may be NULL when there are none.
struct msgpack msgpack_at(const void *p, size_t n);

// Read one value of that type and step over it. False, with the place left as it was, when another
// type stands there or the message ends inside it. A length is never believed beyond what is left
// of the message: an item takes at least one byte.
bool msgpack_get_uint(struct msgpack *m, uint64_t *v); // also signed forms that are not negative
bool msgpack_get_str(struct msgpack *m, struct text *t);
bool msgpack_get_array(struct msgpack *m, size_t *n);
bool msgpack_get_map(struct msgpack *m, size_t *n);

// A byte vector, as an array of integers up to 255 or as bin, appended to OUT.
bool msgpack_get_bytes(struct msgpack *m, struct bytes *out);

// Step over one value of any type and all it holds.
bool msgpack_skip(struct msgpack *m);

#endif
