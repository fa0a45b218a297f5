// SPDX-License-Identifier: Apache-2.0
// offers.h -- what one config offers to another, and the choice of it. Layer: gen/cmd.
#ifndef GEN_CMD_OFFERS_H
#define GEN_CMD_OFFERS_H

#include "gen/cmd/scaffold.h"

struct offer {
	const char *key;   // the file's name without ".toml"
	const char *about; // for people
};

struct offers {
	struct arena *arena;
	VEC(struct offer) list; // in the order of the keys
};

// The files of KIND in the folder CONFIG whose tables say what they are. One that cannot be parsed,
// or has no table with a name, is left out with a warning.
struct offers offers_find(struct arena *a, const char *config, enum scaffold_kind kind);

// Ask which of them to take: all, none or some, by number or key.
struct offers offers_choose(const struct offers *from, const char *label);

#endif
