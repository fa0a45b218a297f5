// SPDX-License-Identifier: Apache-2.0
// manpage.c -- the manual page, from the tables of commands, options and settings. Layer: gen/cmd.
#include <string.h>

#include "gen/base/version.h"
#include "gen/cmd/cmd.h"
#include "gen/cmd/help.h"

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
	roff(f, CMD_SYNOPSIS);
	fputs("\n.SH DESCRIPTION\n", f);
	roff(f, cmd_about);
	fputs("\n.SH OPTIONS\n", f);
	for (size_t i = 0; i < OPT_COUNT; i++) {
		cmd_option_head(head, sizeof(head), &cmd_option_table[i]);
		if (cmd_option_table[i].help)
			item(f, head, cmd_option_table[i].help);
	}
	fputs(".SH COMMANDS\n", f);
	for (size_t i = CMD_BUILDER + 1; i < CMD_COUNT; i++)
		item(f, cmd_command_table[i].name, cmd_command_table[i].help);
	fputs(".SH TARGETS\n", f);
	for (size_t i = 0; cmd_targets[i][0]; i++)
		item(f, cmd_targets[i][0], cmd_targets[i][1]);
	fputs(".SH MACHINE SETTINGS\nIn a machine file under [section], or as NAME=value. Weakest "
	      "first: default, environment, machine files, arguments.\n",
		f);
	print_settings(f);
	fputs(".SH EXIT STATUS\n0 success, 1 a mistake in the config or on the machine, 2 wrong "
	      "usage.\n",
		f);
	return 0;
}
