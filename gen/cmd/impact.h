// SPDX-License-Identifier: Apache-2.0
// impact.h -- what an edit rebuilds, read off the graphs before and after it. Layer: gen/cmd.
#ifndef GEN_CMD_IMPACT_H
#define GEN_CMD_IMPACT_H

#include "gen/cmd/cmd.h"
#include "gen/plan/plan.h"

// A plan and what it writes, as they are now; what is changed in the config later does no harm.
struct snapshot {
	const struct plan *plan;
	VEC(const char *) texts; // of plan->files, in the same order
};

// Something that happens again: an edge, or a file that configure writes (edge NULL).
struct effect {
	const char *rule; // "pack_squashfs", "configure"
	const char *out;
};

struct impact {
	struct arena *arena;
	VEC(struct effect) effects; // in the order of the graph; each once
};

// Plan CONF as it is now.
struct snapshot impact_snapshot(
	const struct cmd_options *o, struct config *conf, const struct machine *m);

// Add what runs when BEFORE becomes AFTER: edges whose command or inputs are others, and those that
// they reach. An edge that renders a template stops the way when the text stays the same.
void impact_of_change(
	struct impact *i, const struct snapshot *before, const struct snapshot *after);

// Add what runs when the file PATH, as build.ninja calls it, gets another content.
void impact_of_file(struct impact *i, const struct snapshot *s, const char *path);

#endif
