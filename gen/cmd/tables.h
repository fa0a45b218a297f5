// SPDX-License-Identifier: Apache-2.0
// tables.h -- options.def and commands.def as tables. Layer: gen/cmd.
#ifndef GEN_CMD_TABLES_H
#define GEN_CMD_TABLES_H

#include <stdbool.h>
#include <stddef.h>

struct cmd_options;

enum cmd_id {
#define COMMAND(id, group, name, operands, function, help) CMD_##id,
#include "gen/cmd/commands.def"
	CMD_COUNT
};

enum cmd_option_id {
#define OPTION(id, letter, name, argument, commands, help) id,
#include "gen/cmd/options.def"
	OPT_COUNT
};

struct cmd_option {
	enum cmd_option_id id;
	char letter;
	const char *name, *argument;
	unsigned commands; // bits, 1 << CMD_...; 0: all
	const char *help;
};

struct cmd_command {
	enum cmd_id id;
	const char *group, *name, *operands;
	int (*run)(
		const struct cmd_options *o); // returns the exit status; NULL: it has subcommands
	const char *help;
};

extern const struct cmd_option cmd_option_table[OPT_COUNT];
extern const struct cmd_command cmd_command_table[CMD_COUNT];

// Whether COMMAND has the option.
bool cmd_has_option(const struct cmd_command *command, const struct cmd_option *opt);

// Whether COMMAND takes machine settings, NAME=value.
bool cmd_has_settings(const struct cmd_command *command);

// Whether X is a command below C: a subcommand, or, below GENERATE and BUILDER, any other.
bool cmd_is_below(const struct cmd_command *x, const struct cmd_command *c);

// The command NAME; NULL when there is none.
const struct cmd_command *cmd_find(const char *name);

#endif
