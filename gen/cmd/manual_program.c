// SPDX-License-Identifier: Apache-2.0
// manual_program.c -- the pages of the two programs. Layer: gen/cmd.
#include <string.h>

#include "gen/cmd/help.h"
#include "gen/cmd/manual.h"
#include "gen/cmd/roff.h"

static void
print_options(FILE *f, const struct cmd_command *c)
{
	char head[64];

	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct cmd_option *opt = &cmd_option_table[i];

		if (!opt->help || !cmd_has_option(c, opt))
			continue;
		cmd_option_head(head, sizeof(head), opt);
		roff_item(f, head, opt->help);
	}
	if (cmd_has_settings(c))
		roff_item(f, "NAME=value", "a machine setting, see capsem-machine(5)");
}

// A command with the options that not every command has.
static void
print_command(FILE *f, const struct cmd_command *c)
{
	char head[128];

	snprintf(head, sizeof(head), "%s [OPTIONS]%s%s", c->name, *c->operands ? " " : "",
		c->operands);
	roff_part(f, head);
	roff_text(f, c->help);
	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct cmd_option *opt = &cmd_option_table[i];

		if (!opt->help || !opt->commands || !cmd_has_option(c, opt))
			continue;
		cmd_option_head(head, sizeof(head), opt);
		roff_item(f, head, opt->help);
	}
}

static void
print_commands(FILE *f)
{
	roff_section(f, "COMMANDS");
	roff_text(f, "GUEST_DIR is the guest folder, 'guest' when none is given.");
	for (size_t i = CMD_BUILDER + 1; i < CMD_COUNT; i++)
		print_command(f, &cmd_command_table[i]);
}

static void
print_end(FILE *f, const char *name)
{
	roff_section(f, "EXIT STATUS");
	roff_item(f, "0", "success");
	roff_item(f, "1", "a mistake in the config or on the machine");
	roff_item(f, "2", "wrong usage");
	roff_see_also(f, name);
}

void
manual_configure(FILE *f)
{
	roff_section(f, "SYNOPSIS");
	roff_synopsis(f, "capsem-configure " CMD_SYNOPSIS
			 "\ncapsem-configure COMMAND [OPTIONS] [ARGUMENTS]");
	roff_section(f, "DESCRIPTION");
	roff_text(f, cmd_about);
	roff_section(f, "OPTIONS");
	print_options(f, &cmd_command_table[CMD_GENERATE]);
	print_commands(f);
	roff_section(f, "TARGETS");
	roff_text(f, "What ninja can be asked for then.");
	for (size_t i = 0; cmd_targets[i][0]; i++)
		roff_item(f, cmd_targets[i][0], cmd_targets[i][1]);
	print_end(f, "capsem-configure");
}

void
manual_builder(FILE *f)
{
	roff_section(f, "SYNOPSIS");
	roff_synopsis(f, "capsem-builder COMMAND [OPTIONS] [ARGUMENTS]");
	roff_section(f, "DESCRIPTION");
	roff_text(f,
		"The commands of capsem-configure under the name they had before. An error is one "
		"line on stderr.");
	roff_section(f, "OPTIONS");
	print_options(f, &cmd_command_table[CMD_BUILDER]);
	print_commands(f);
	print_end(f, "capsem-builder");
}
