// SPDX-License-Identifier: Apache-2.0
// progress.h -- how far a long step has come, for a person who watches. Layer: rules/lib.
#ifndef RULES_LIB_PROGRESS_H
#define RULES_LIB_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

// One line on a terminal, rewritten as bytes are done: "  sum_blake3: 120 of 250 MB". Silent where
// the stream is no terminal.
struct progress {
	FILE *f;
	uint64_t done, total; // bytes
	struct timespec next; // when to write again
	bool on;
};

// Start a line on F for TOTAL bytes, and count BYTES more of them. It is rewritten a few times a
// second.
void progress_start(struct progress *p, FILE *f, uint64_t total);
void progress_add(struct progress *p, uint64_t bytes);

// Take the line away.
void progress_end(struct progress *p);

#endif
