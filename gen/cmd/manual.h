// SPDX-License-Identifier: Apache-2.0
// manual.h -- the manual pages, made from the tables of this program. Layer: gen/cmd.
#ifndef GEN_CMD_MANUAL_H
#define GEN_CMD_MANUAL_H

#include "gen/cmd/cmd.h"

struct manual_page {
	const char *name;
	int section;
	const char *about;
	void (*print)(FILE *f); // what stands behind the section NAME
};

// The pages but for those of the helpers; ended by a name of NULL.
extern const struct manual_page manual_pages[];

void manual_configure(FILE *f); // capsem-configure(1)
void manual_builder(FILE *f);   // capsem-builder(1)
void manual_guest(FILE *f);     // capsem-guest(5): the guest config, from schema.def
void manual_machine(FILE *f);   // capsem-machine(5): machine files, from machine.def

// The page of the helper NAME, from what its --help says. False when there is none of that name;
// dies when it is not built.
bool manual_helper(const struct cmd_options *o, FILE *f, const char *name);

#endif
