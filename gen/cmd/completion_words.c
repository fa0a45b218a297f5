// SPDX-License-Identifier: Apache-2.0
// completion_words.c -- the words of each place of the command line, from the tables. Layer:
// gen/cmd.
#include <string.h>

#include "gen/cmd/completion.h"
#include "gen/cmd/manual.h"
#include "gen/config/arch.h"
#include "gen/config/schema.h"
#include "gen/plan/graph.h"

static const char *const arch_names[] = {
#define ARCH(platform, name, ...) name,
#include "gen/config/arches.def"
};

enum { NARCHES = sizeof(arch_names) / sizeof(*arch_names) };

static void
add(struct arena *a, struct cmd_words *words, const char *word, const char *help)
{
	VEC_ADD(a, words, *help ? arena_printf(a, "%s\t%s", word, help) : word);
}

static void
add_choices(struct arena *a, struct cmd_words *words, const char *choices)
{
	while (*choices) {
		size_t n = strcspn(choices, "|");

		VEC_ADD(a, words, arena_ndup(a, choices, n));
		choices += n + (choices[n] == '|');
	}
}

static void
add_arches(struct arena *a, struct cmd_words *words)
{
	for (size_t i = 0; i < NARCHES; i++)
		VEC_ADD(a, words, arch_names[i]);
}

static void
add_codes(struct arena *a, struct cmd_words *words)
{
	for (size_t i = 0; i < DIAG_NCODES; i++)
		add(a, words, diag_codes[i].name, diag_codes[i].title);
}

// The keys below PATH; those of tables that a person gives names to cannot be known.
static void
add_keys(struct arena *a, struct cmd_words *words, const struct conf_schema *s, const char *path)
{
	for (size_t i = 0; i < s->nkeys; i++) {
		const struct conf_key *k = &s->keys[i];
		const char *below = arena_printf(a, "%s.%s", path, k->name);

		add(a, words, below, k->help);
		if (k->type == CONF_TYPE_TABLE_OF)
			add_keys(a, words, k->sub, below);
	}
}

static void
add_files(struct arena *a, struct cmd_words *words)
{
	for (size_t i = 0; i < conf_nroots; i++) {
		if (conf_roots[i].key)
			add(a, words, conf_roots[i].path, conf_roots[i].help);
	}
}

static void
add_subjects(struct arena *a, struct cmd_words *words)
{
	add_files(a, words);
	for (size_t i = 0; i < conf_nroots; i++) {
		if (conf_roots[i].key)
			add_keys(a, words, conf_roots[i].schema, conf_roots[i].key);
	}
}

static void
add_pages(struct arena *a, struct cmd_words *words)
{
	for (size_t i = 0; manual_pages[i].name; i++)
		add(a, words, manual_pages[i].name, manual_pages[i].about);
	for (enum rule_id r = RULE_PHONY + 1; r < NRULES; r++) {
		if (!rule_infos[r].command)
			VEC_ADD(a, words, rule_infos[r].name);
	}
}

static void
add_shells(struct arena *a, struct cmd_words *words)
{
	add_choices(a, words, COMPLETION_SHELLS);
}

struct spot {
	const char *name, *kind;
	void (*add)(struct arena *a, struct cmd_words *words);
};

static const struct spot arguments[] = {
	{"DIR", "dirs", NULL},
	{"FILE", "files", NULL},
	{"A", "words", add_arches},
	{"CODE", "words", add_codes},
	{NULL, NULL, NULL},
};

static const struct spot operands[] = {
	{"GUEST_DIR", "dirs", NULL},
	{"TARGET", "dirs", NULL},
	{"DIR", "dirs", NULL},
	{"A", "dirs", NULL},
	{"B", "dirs", NULL},
	{"FILE", "files", NULL},
	{"TOML", "words", add_files},
	{"SHELL", "words", add_shells},
	{"WHAT", "words", add_subjects},
	{"PAGE", "words", add_pages},
	{NULL, NULL, NULL},
};

static struct completion
find(struct arena *a, const struct spot *places, const char *name)
{
	struct completion c = {.kind = "words"};

	if (strchr(name, '|'))
		add_choices(a, &c.words, name);
	for (size_t i = 0; places[i].name; i++) {
		if (strcmp(places[i].name, name) != 0)
			continue;
		c.kind = places[i].kind;
		if (places[i].add)
			places[i].add(a, &c.words);
	}
	return c;
}

struct completion
completion_argument(struct arena *a, const struct cmd_option *opt)
{
	return find(a, arguments, opt->argument);
}

struct completion
completion_operand(struct arena *a, struct str name)
{
	return find(a, operands, arena_ndup(a, name.s, name.n));
}

struct cmd_words
completion_commands(struct arena *a, const struct cmd_command *c)
{
	struct cmd_words words = {0};

	for (size_t i = CMD_BUILDER + 1; i < CMD_COUNT; i++) {
		const struct cmd_command *x = &cmd_command_table[i];
		const char *blank = strchr(x->name, ' ');

		if (cmd_is_below(x, c))
			add(a, &words, blank ? blank + 1 : x->name, x->help);
	}
	return words;
}

struct cmd_words
completion_options(struct arena *a, const struct cmd_command *c)
{
	struct cmd_words words = {0};

	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct cmd_option *opt = &cmd_option_table[i];

		if (opt->help && cmd_has_option(c, opt))
			add(a, &words, cmd_option_name(a, opt), opt->help);
	}
	return words;
}

struct cmd_words
completion_names(struct arena *a, const struct setting_info *info)
{
	const char *arch = strstr(info->section, ".ARCH");
	int n = arch ? (int)(arch - info->section) : 0;
	struct cmd_words words = {0};

	for (size_t i = 0; arch && i < NARCHES; i++) {
		VEC_ADD(a, &words,
			arena_printf(a, "%.*s.%s.%s", n, info->section, arch_names[i], info->key));
	}
	if (!arch) {
		VEC_ADD(a, &words,
			arena_printf(
				a, "%s%s%s", info->section, *info->section ? "." : "", info->key));
	}
	return words;
}

struct cmd_words
completion_settings(struct arena *a)
{
	struct cmd_words words = {0};

	for (size_t i = 0; i < setting_ninfos; i++) {
		struct cmd_words names = completion_names(a, &setting_infos[i]);

		for (size_t k = 0; k < names.n; k++) {
			add(a, &words, arena_printf(a, "%s=", names.v[k]), setting_infos[i].help);
		}
	}
	return words;
}

struct cmd_words
completion_values(struct arena *a, const struct setting_info *info)
{
	struct cmd_words words = {0};

	for (size_t i = 0; info->choices && info->choices[i]; i++)
		VEC_ADD(a, &words, info->choices[i]);
	if (info->kind == SETTING_BOOL)
		add_choices(a, &words, "yes|no");
	if (info->kind == SETTING_CODES)
		add_codes(a, &words);
	return words;
}
