// SPDX-License-Identifier: Apache-2.0
#include "gen/cmd/tables.h"

#include <string.h>

#include "gen/cmd/cmd.h"

// Bits for the column "commands" of options.def.
enum cmd_bit {
#define COMMAND(id, group, name, operands, function, help) id = 1 << CMD_##id,
#include "gen/cmd/commands.def"
};

const struct cmd_option cmd_option_table[OPT_COUNT] = {
#define OPTION(id, letter, name, argument, commands, help)                                         \
	{id, letter, name, argument, commands, help},
#include "gen/cmd/options.def"
};

const struct cmd_command cmd_command_table[CMD_COUNT] = {
#define COMMAND(id, group, name, operands, function, help)                                         \
	{CMD_##id, group, name, operands, function, help},
#include "gen/cmd/commands.def"
};

bool
cmd_has_option(const struct cmd_command *command, const struct cmd_option *opt)
{
	return !opt->commands || opt->commands & (1u << command->id);
}

bool
cmd_has_settings(const struct cmd_command *command)
{
	return cmd_has_option(command, &cmd_option_table[OPT_MACHINE]);
}

bool
cmd_is_below(const struct cmd_command *x, const struct cmd_command *c)
{
	size_t n = strlen(c->name);
	const char *blank = strchr(x->name, ' ');

	if (n == 0)
		return *x->name && !blank;
	return blank == x->name + n && strncmp(x->name, c->name, n) == 0;
}

const struct cmd_command *
cmd_find(const char *name)
{
	for (size_t i = 0; i < CMD_COUNT; i++) {
		if (*name && strcmp(cmd_command_table[i].name, name) == 0)
			return &cmd_command_table[i];
	}
	return NULL;
}
