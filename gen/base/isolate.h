// SPDX-License-Identifier: Apache-2.0
// isolate.h -- a function run in a child, so that its end, its crash and its appetite are the
// child's alone. Layer: gen/base.
#ifndef GEN_BASE_ISOLATE_H
#define GEN_BASE_ISOLATE_H

#include <stdbool.h>

#include "gen/base/str.h"

struct isolate_spec {
	int (*run)(void *arg); // returns the exit status; may as well call die or exit
	void *arg;
	struct str in;    // its stdin
	int seconds;      // then it is killed
	size_t max_bytes; // what it may print, stdout and stderr each; more, and it is killed
};

struct isolate_end {
	struct buf out, err; // what it printed, the caller's
	int status;          // as proc_wait tells it
	bool late, loud;     // it was killed for the time it took, for what it printed
};

// Run it to its end. False, with errno set, when there can be no child; END is then empty.
bool isolate(const struct isolate_spec *spec, struct isolate_end *end)
	__attribute__((warn_unused_result));

// Free what it printed.
void isolate_free(struct isolate_end *end);

#endif
