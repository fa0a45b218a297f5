// SPDX-License-Identifier: Apache-2.0
// help.c -- --help of the program and of each command. Layer: gen/cmd.
#include "gen/cmd/help.h"

#include <string.h>

#include "gen/cmd/cmd.h"

const char cmd_about[] =
	"Read the guest config in GUEST_DIR/config (default: guest) and write build.ninja, whose\n"
	"targets build the images of a sandbox VM: kernel, initrd and root filesystem.";

const char *const cmd_targets[][2] = {
	{"assets-A", "everything for architecture A; plain ninja does it for this machine's"},
	{"kernel-A initrd-A rootfs-A agents-A", "one part; without -A, this machine's"},
	{"boot-A", "boot the image in QEMU until it is ready"},
	{"doctor-A", "boot it and check it from the inside"},
	{"run-A", "boot it with its console on this terminal; 'shell' says more"},
	{"settings", "defaults.json"},
	{"check-fast check", "the tests of this program"},
	{"graph", "a drawing of the graph, build/graph.svg"},
	{NULL, NULL},
};

void
cmd_option_head(char *head, size_t size, const struct cmd_option *opt)
{
	const char *argument = opt->argument ? opt->argument : "";

	if (opt->letter) {
		snprintf(head, size, "-%c %s", opt->letter, argument);
	} else {
		snprintf(head, size, "--%s%s%s", opt->name, *argument ? " " : "", argument);
	}
}

static void
print_options(FILE *f, const struct cmd_command *command)
{
	char head[64];

	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct cmd_option *opt = &cmd_option_table[i];

		if (!opt->help || !cmd_has_option(command, opt))
			continue;
		cmd_option_head(head, sizeof(head), opt);
		fprintf(f, "  %-15s %s%s\n", head, strlen(head) > 15 ? "\n                  " : "",
			opt->help);
	}
	if (cmd_has_settings(command))
		fputs("  NAME=value      a machine setting, such as container.runtime=docker\n", f);
}

// "name, name" of a group of commands, from number I on; returns the first behind it.
static size_t
print_group(FILE *f, size_t i)
{
	const char *group = cmd_command_table[i].group;
	char names[128] = "";

	for (; i < CMD_COUNT && strcmp(cmd_command_table[i].group, group) == 0; i++) {
		const char *name = cmd_command_table[i].name;
		size_t n = strlen(names);

		if (!strchr(name, ' '))
			snprintf(names + n, sizeof(names) - n, "%s%s", n ? ", " : "", name);
	}
	fprintf(f, "  %-38s %s\n", names, group);
	return i;
}

static void
print_program(const struct cmd_options *o, FILE *f)
{
	fprintf(f, "usage: %s " CMD_SYNOPSIS "\n       %s COMMAND [--help]\n\n%s\n\noptions:\n",
		o->program, o->program, cmd_about);
	print_options(f, o->command);
	fputs("\ncommands:\n", f);
	for (size_t i = CMD_BUILDER + 1; i < CMD_COUNT;)
		i = print_group(f, i);
	fputs("\nninja targets:\n", f);
	for (size_t i = 0; cmd_targets[i][0]; i++)
		fprintf(f, "  %-38s %s\n", cmd_targets[i][0], cmd_targets[i][1]);
}

// The command below C whose name comes next behind LAST; NULL behind the end.
static const struct cmd_command *
next_below(const struct cmd_command *c, const char *last)
{
	const struct cmd_command *next = NULL;

	for (size_t i = 0; i < CMD_COUNT; i++) {
		const struct cmd_command *x = &cmd_command_table[i];

		if (cmd_is_below(x, c) && strcmp(x->name, last) > 0 &&
			(!next || strcmp(x->name, next->name) < 0))
			next = x;
	}
	return next;
}

static void
print_commands(FILE *f, const struct cmd_command *c)
{
	fputs("\nCommands:\n", f);
	for (const struct cmd_command *x = next_below(c, ""); x; x = next_below(c, x->name)) {
		const char *blank = strchr(x->name, ' ');

		fprintf(f, "  %-12s %s\n", blank ? blank + 1 : x->name, x->help);
	}
}

static void
print_command(const struct cmd_options *o, FILE *f)
{
	const struct cmd_command *c = o->command;

	fprintf(f, "Usage: %s%s%s [OPTIONS]%s%s\n\n  %s\n\nOptions:\n", o->program,
		*c->name ? " " : "", c->name, *c->operands ? " " : "", c->operands, c->help);
	print_options(f, c);
	if (!c->run)
		print_commands(f, c);
}

void
cmd_print_help(const struct cmd_options *o, FILE *f)
{
	if (o->command->id == CMD_GENERATE) {
		print_program(o, f);
	} else {
		print_command(o, f);
	}
}
