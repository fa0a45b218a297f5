// SPDX-License-Identifier: Apache-2.0
// hash.h -- BLAKE3, through its authors' C code. Layer: gen/base.
// Source: https://github.com/BLAKE3-team/BLAKE3-specs; `b3sum` prints the same digits.
#ifndef GEN_BASE_HASH_H
#define GEN_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>

#include "gen/base/str.h"

enum { HASH_BYTES = 32, HASH_HEX = 64 }; // of a 256-bit hash: bytes, and its lower-case hex digits

struct hasher;

// Start a hash. The caller owns it until hash_end; dies when memory runs out.
struct hasher *hash_new(void);

// Take in N more bytes.
void hash_add(struct hasher *h, const void *bytes, size_t n);

// Write the hash of all bytes taken in, NUL-ended, and free H.
void hash_end(struct hasher *h, char hex[HASH_HEX + 1]);

// The hash of N runs of bytes, as if they were one. Safe in any thread.
void hash_parts(const struct str *parts, size_t n, unsigned char out[HASH_BYTES]);

// Whoever wants to know how far a file is: ADD(TO, BYTES) is called as bytes are done, by one
// thread at a time. NULL for nobody.
struct hash_watch {
	void (*add)(void *to, size_t bytes);
	void *to;
};

// Hash the file at PATH, a large one on all processors. False, with errno set, when it cannot be
// read.
bool hash_file(const char *path, char hex[HASH_HEX + 1]) __attribute__((warn_unused_result));
bool hash_file_watched(const char *path, char hex[HASH_HEX + 1], struct hash_watch watch)
	__attribute__((warn_unused_result));

#endif
