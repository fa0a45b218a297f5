// SPDX-License-Identifier: Apache-2.0
// manual_machine.c -- capsem-machine(5), from machine.def. Layer: gen/cmd.
#include <string.h>

#include "gen/cmd/manual.h"
#include "gen/cmd/roff.h"

static void
add_type(struct buf *out, const struct setting_info *info)
{
	static const char *const names[] = {
		[SETTING_TEXT] = "text",
		[SETTING_WORDS] = "words, separated by blanks",
		[SETTING_CODES] = "codes of diagnostics, separated by blanks or commas",
		[SETTING_PATH] = "path",
		[SETTING_BOOL] = "yes or no",
		[SETTING_NUMBER] = "number",
		[SETTING_CHOICE] = "one of",
	};

	buf_adds(out, names[info->kind]);
	for (size_t i = 0; info->choices && info->choices[i]; i++)
		buf_addf(out, "%s %s", i ? "," : "", info->choices[i]);
}

static void
print_setting(FILE *f, const struct setting_info *info)
{
	struct buf text = {0};

	buf_addf(&text, "%s.\nType: ", info->help);
	add_type(&text, info);
	if (*info->fallback)
		buf_addf(&text, "; default: %s", info->fallback);
	if (info->env)
		buf_addf(&text, "; environment: %s", info->env);
	buf_addc(&text, '.');
	roff_item(f, info->key, text.s);
	buf_free(&text);
}

void
manual_machine(FILE *f)
{
	const char *section = NULL;

	roff_section(f, "DESCRIPTION");
	roff_text(f,
		"An INI file, given to capsem-configure(1) with --machine FILE. As an argument, a "
		"setting is called SECTION.KEY=VALUE. Weakest first: default, environment, machine "
		"files, arguments. Relative paths in a file start at its folder.");
	roff_section(f, "SETTINGS");
	for (size_t i = 0; i < setting_ninfos; i++) {
		const struct setting_info *info = &setting_infos[i];
		char head[64];

		snprintf(head, sizeof(head), "[%s]", info->section);
		if (!section || strcmp(section, info->section) != 0)
			roff_part(f, *info->section ? head : "Before the first section");
		section = info->section;
		print_setting(f, info);
	}
	roff_see_also(f, "capsem-machine");
}
