// SPDX-License-Identifier: Apache-2.0
// help.c -- --help and the manual page, from the same tables. Layer: gen/cmd.
#include <string.h>

#include "gen/base/version.h"
#include "gen/cmd/cmd.h"
#include "gen/cmd/tables.h"

#define SYNOPSIS "[GUEST] [-C DIR] [--arch A]... [--machine FILE]... [--release] [NAME=value]..."

static const char about[] =
	"Read the guest config in GUEST/config (default: guest) and write build.ninja, whose\n"
	"targets build the images of a sandbox VM: kernel, initrd and root filesystem.";

static const char *const targets[][2] = {
	{"assets-A", "everything for architecture A; plain ninja does it for this machine's"},
	{"kernel-A initrd-A rootfs-A agents-A", "one part; without -A, this machine's"},
	{"boot-A", "boot the image in QEMU until it is ready"},
	{"doctor-A", "boot it and check it from the inside"},
	{"run-A", "boot it with its console on this terminal; 'shell' says more"},
	{"settings", "defaults.json"},
	{"check-fast check", "the tests of this program"},
	{"graph", "a drawing of the graph, build/graph.svg"},
};

static void
option_head(char *head, size_t size, const struct cmd_option *opt)
{
	const char *argument = opt->argument ? opt->argument : "";

	if (opt->letter) {
		snprintf(head, size, "-%c %s", opt->letter, argument);
	} else {
		snprintf(head, size, "--%s%s%s", opt->name, *argument ? " " : "", argument);
	}
}

static bool
is_end(const struct cmd_option *opt)
{
	return !opt->name && !opt->letter;
}

void
cmd_print_help(FILE *f)
{
	char head[64];

	fprintf(f,
		"usage: capsem-configure " SYNOPSIS
		"\n       capsem-configure COMMAND [GUEST]\n\n%s\n",
		about);
	fputs("\noptions:\n", f);
	for (const struct cmd_option *opt = cmd_option_table; !is_end(opt); opt++) {
		option_head(head, sizeof(head), opt);
		if (opt->help)
			fprintf(f, "  %-15s %s\n", head, opt->help);
	}
	fputs("  NAME=value      a machine setting, such as container.runtime=docker\n", f);
	fputs("\ncommands:\n", f);
	for (const struct cmd_command *c = cmd_command_table; c->name; c++)
		fprintf(f, "  %-15s %s\n", c->name, c->help);
	fputs("\nninja targets:\n", f);
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		fprintf(f, "  %-37s %s\n", targets[i][0], targets[i][1]);
}

// Text in roff: '-' is a minus sign, '\' starts an escape, a leading '.' a request.
static void
roff(FILE *f, const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", f);
	for (; *s; s++) {
		if (*s == '-') {
			fputs("\\-", f);
		} else if (*s == '\\') {
			fputs("\\e", f);
		} else {
			putc(*s, f);
		}
	}
}

static void
item(FILE *f, const char *head, const char *text)
{
	fputs(".TP\n.B ", f);
	roff(f, head);
	putc('\n', f);
	roff(f, text);
	putc('\n', f);
}

static void
print_settings(FILE *f)
{
	for (size_t i = 0; i < setting_ninfos; i++) {
		const struct setting_info *info = &setting_infos[i];
		char head[128], text[512];

		snprintf(head, sizeof(head), "%s%s%s", info->section, *info->section ? "." : "",
			info->key);
		snprintf(text, sizeof(text), "%s%s%s%s%s%s", info->help,
			*info->fallback ? "; default: " : "", info->fallback,
			info->env ? " (environment: " : "", info->env ? info->env : "",
			info->env ? ")" : "");
		item(f, head, text);
	}
}

int
cmd_manpage(const struct cmd_options *o)
{
	FILE *f = stdout;
	char head[64];

	(void)o;
	fprintf(f, ".TH CAPSEM-CONFIGURE 1 \"\" \"capsem-configure %s\"\n", CAPSEM_VERSION);
	fputs(".SH NAME\ncapsem\\-configure \\- write build.ninja for the images of a sandbox VM\n",
		f);
	fputs(".SH SYNOPSIS\n.B capsem\\-configure\n", f);
	roff(f, SYNOPSIS);
	fputs("\n.SH DESCRIPTION\n", f);
	roff(f, about);
	fputs("\n.SH OPTIONS\n", f);
	for (const struct cmd_option *opt = cmd_option_table; !is_end(opt); opt++) {
		option_head(head, sizeof(head), opt);
		if (opt->help)
			item(f, head, opt->help);
	}
	fputs(".SH COMMANDS\n", f);
	for (const struct cmd_command *c = cmd_command_table; c->name; c++)
		item(f, c->name, c->help);
	fputs(".SH TARGETS\n", f);
	for (size_t i = 0; i < sizeof(targets) / sizeof(*targets); i++)
		item(f, targets[i][0], targets[i][1]);
	fputs(".SH MACHINE SETTINGS\nIn a machine file under [section], or as NAME=value. Weakest "
	      "first: default, environment, machine files, arguments.\n",
		f);
	print_settings(f);
	fputs(".SH EXIT STATUS\n0 success, 1 a mistake in the config or on the machine, 2 wrong "
	      "usage.\n",
		f);
	return 0;
}
