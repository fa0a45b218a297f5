// SPDX-License-Identifier: Apache-2.0
// tables.h -- options.def and commands.def as tables. Layer: gen/cmd.
#ifndef GEN_CMD_TABLES_H
#define GEN_CMD_TABLES_H

#include "gen/cmd/cmd.h"

enum cmd_option_id {
#define OPTION(id, letter, name, argument, help) id,
#include "gen/cmd/options.def"
};

struct cmd_option {
	enum cmd_option_id id;
	char letter;
	const char *name, *argument, *help;
};

struct cmd_command {
	const char *name, *operand;
	int (*run)(const struct cmd_options *o);
	const char *help;
};

extern const struct cmd_option cmd_option_table[];   // ended by one with neither letter nor name
extern const struct cmd_command cmd_command_table[]; // ended by a NULL name

#endif
