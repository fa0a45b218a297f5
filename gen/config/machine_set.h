// SPDX-License-Identifier: Apache-2.0
// machine_set.h -- between machine.c and the reader of its files. Layer: gen/config.
#ifndef GEN_CONFIG_MACHINE_SET_H
#define GEN_CONFIG_MACHINE_SET_H

#include "gen/config/machine.h"

// One assignment as somebody wrote it.
struct assignment {
	const char *section, *key, *value;
	const char *folder; // what a relative path is relative to
	const char *origin; // where it stands
	bool from_env;
};

// Carry it out. NULL, or what is wrong with it, with the code of that mistake.
const char *machine_set(struct machine *m, const struct assignment *as, enum diag_code *code);

#endif
