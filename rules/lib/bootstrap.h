// SPDX-License-Identifier: Apache-2.0
// bootstrap.h -- a Debian base image made from packages, where no registry is to be had.
// Layer: rules/lib.
//
// mmdebstrap makes the tree; what is added to it is what Docker's official Debian image has over
// a plain system, so that a Dockerfile finds the same things: apt's sources in
// /etc/apt/sources.list.d/debian.sources, the settings that keep its caches small, no services
// started by packages, and for "-slim" no documentation, manual pages and translations.
#ifndef RULES_LIB_BOOTSTRAP_H
#define RULES_LIB_BOOTSTRAP_H

#include "gen/base/proc.h"
#include "rules/lib/engine_config.h"
#include "rules/lib/layout.h"

struct bootstrap {
	const char *suite; // "bookworm"
	bool slim;
	const char *platform; // "linux/arm64"
	long epoch;
};

// Start mmdebstrap, which writes the tree as a tar to p->out and its progress to the descriptor
// LOG. False when it cannot be started; errno tells why.
bool bootstrap_start(struct proc *p, struct arena *a, const struct engine_config *c,
	const struct bootstrap *b, int log) __attribute__((warn_unused_result));

// Files to add to the tree, and paths to leave out of it (ended by NULL).
struct layout bootstrap_files(struct arena *a, const struct bootstrap *b);
const char *const *bootstrap_dropped(void);

#endif
