// SPDX-License-Identifier: Apache-2.0
// results.h -- exit codes of commands that have ended, for a host that asks for the same one again.
// Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_RESULTS_H
#define GUEST_AGENT_LIB_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	RESULTS_MAX = 4096, // with more, all are forgotten
	RESULTS_MS =
		60000, // how long one lives after its acknowledgement: a copy of the order may
		       // still be on its way, but a later one is a new command with an old number
};

struct result {
	uint64_t id;
	int exit_code;
	long long acked; // when, 0 for not yet
};

// Starts as {0}.
struct results {
	struct result *v; // in the order they ended
	size_t n;
};

void results_add(struct results *r, uint64_t id, int exit_code);

// The exit code of ID. False when it is not known, or no longer at the moment NOW (io_now).
bool results_find(struct results *r, uint64_t id, long long now, int *exit_code);

// The host has acknowledged the result of ID.
void results_acked(struct results *r, uint64_t id, long long now);

void results_free(struct results *r);

#endif
