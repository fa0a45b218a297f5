// SPDX-License-Identifier: Apache-2.0
// manual_helper.c -- the page of a helper, from its --help. Layer: gen/cmd.
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/base/proc.h"
#include "gen/cmd/manual.h"
#include "gen/cmd/roff.h"
#include "gen/plan/graph.h"

static bool
is_helper(const char *name)
{
	for (enum rule_id r = RULE_PHONY + 1; r < NRULES; r++) {
		if (!rule_infos[r].command && strcmp(rule_infos[r].name, name) == 0)
			return true;
	}
	return false;
}

static char *
ask(const struct cmd_options *o, const char *name)
{
	struct cmd_places places = cmd_locate(o->arena, o, path_cwd(o->arena));
	const char *folder =
		places.source ? path_join(o->arena, places.source, "build/bin") : places.helpers;
	const char *argv[] = {path_join(o->arena, folder, name), "--help", NULL};
	struct str said;

	if (proc_capture(o->arena, &(struct proc_spec){.argv = argv}, &said) != 0)
		die("%s cannot be run; 'ninja %s' builds it", argv[0], argv[0]);
	return (char *)said.s; // ours, in the arena
}

// The usage goes on in lines that begin with a blank. Returns what is behind it.
static char *
behind_usage(char *text)
{
	char *end = strchr(text, '\n');

	while (end && end[1] == ' ')
		end = strchr(end + 1, '\n');
	if (!end)
		return text + strlen(text);
	*end = '\0';
	return end + 1;
}

// In one line, without its full stop.
static const char *
first_sentence(struct arena *a, const char *text)
{
	const char *end = text;
	char *line;

	while (*end && !(*end == '.' && (!end[1] || end[1] == ' ' || end[1] == '\n')))
		end++;
	line = arena_ndup(a, text, (size_t)(end - text));
	for (char *c = strchr(line, '\n'); c; c = strchr(c, '\n'))
		*c = ' ';
	return line;
}

bool
manual_helper(const struct cmd_options *o, FILE *f, const char *name)
{
	static const char usage[] = "usage: ";
	char *text, *about;

	if (!is_helper(name))
		return false;
	text = ask(o, name);
	about = behind_usage(text);
	if (strncmp(text, usage, strlen(usage)) != 0 || !*about)
		die("%s --help does not say how it is used", name);
	about[strlen(about) - 1] = '\0'; // its line end
	roff_title(f, name, 1, first_sentence(o->arena, about));
	roff_section(f, "SYNOPSIS");
	roff_synopsis(f, text + strlen(usage));
	roff_section(f, "DESCRIPTION");
	roff_text(f, about);
	roff_paragraph(f,
		"OUT appears whole or not at all, and is left alone when it has the same bytes "
		"already; DEPFILE names what was read.");
	roff_section(f, "EXIT STATUS");
	roff_item(f, "0", "success; nothing is printed");
	roff_item(f, "1", "a failure, told in one line on stderr");
	roff_item(f, "2", "wrong usage");
	roff_see_also(f, name);
	return true;
}
