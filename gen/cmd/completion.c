// SPDX-License-Identifier: Apache-2.0
// completion.c -- the command completion: a script for a shell. Layer: gen/cmd.
//
// Each script has the same functions, made from the tables, and a driver of its own that asks them
// about the line before the cursor.
#include "gen/cmd/completion.h"

#include <string.h>

struct script {
	struct arena *arena;
	const struct completion_shell *shell;
};

// One word in single quotes, with or without its description.
static void
print_word(const struct script *s, const char *word)
{
	fputs(" '", stdout);
	for (; *word && (*word != '\t' || s->shell->tab); word++) {
		if (*word == '\'') {
			fputs(s->shell->quote, stdout);
		} else {
			putchar(*word == '\t' ? s->shell->tab : *word);
		}
	}
	putchar('\'');
}

static void
open_function(const struct script *s, const char *name)
{
	printf("%s%s%s", s->shell->open[0], name, s->shell->open[1]);
}

static void
shut_function(const struct script *s)
{
	fputs(s->shell->shut, stdout);
}

static void
print_case(const struct script *s, const struct cmd_words *patterns, const struct completion *c)
{
	fputs(s->shell->when, stdout);
	for (size_t i = 0; i < patterns->n; i++)
		printf("%s'%s'", i ? s->shell->or : "", patterns->v[i]);
	fputs(s->shell->then, stdout);
	for (size_t i = 0; i < c->words.n; i++)
		print_word(s, c->words.v[i]);
	printf("%s%s%s", s->shell->end[0], c->kind, s->shell->end[1]);
}

static void
print_one(const struct script *s, const char *pattern, const struct completion *c)
{
	struct cmd_words patterns = {0};

	VEC_ADD(s->arena, &patterns, pattern);
	print_case(s, &patterns, c);
}

// How the functions are told of a command: by its name, the programs themselves by theirs.
static const char *
key_of(const struct cmd_command *c)
{
	return c->id == CMD_GENERATE  ? "capsem-configure"
	       : c->id == CMD_BUILDER ? "capsem-builder"
				      : c->name;
}

static void
print_commands(const struct script *s, const char *name,
	struct cmd_words (*words)(struct arena *a, const struct cmd_command *c))
{
	open_function(s, name);
	for (size_t i = 0; i < CMD_COUNT; i++) {
		const struct cmd_command *c = &cmd_command_table[i];
		struct completion found = {"words", words(s->arena, c)};

		if (found.words.n)
			print_one(s, key_of(c), &found);
	}
	shut_function(s);
}

static void
print_arguments(const struct script *s)
{
	open_function(s, "_capsem_argument");
	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct cmd_option *opt = &cmd_option_table[i];
		struct completion c;

		if (!opt->argument || !opt->help)
			continue;
		c = completion_argument(s->arena, opt);
		print_one(s, cmd_option_name(s->arena, opt), &c);
	}
	shut_function(s);
}

// "NAME" of "NAME", "[NAME]" or "[NAME]...".
static struct str
bare(struct str operand)
{
	if (str_starts(operand, "["))
		operand = (struct str){operand.s + 1, operand.n - 1};
	while (operand.n && strchr("].", operand.s[operand.n - 1]))
		operand.n--;
	return operand;
}

static void
print_operands(const struct script *s)
{
	open_function(s, "_capsem_operand");
	for (size_t i = 0; i < CMD_COUNT; i++) {
		const struct cmd_command *c = &cmd_command_table[i];
		const char *p = c->operands;

		for (int n = 0; c->run && *p; n++) {
			size_t len = strcspn(p, " ");
			struct completion found =
				completion_operand(s->arena, bare((struct str){p, len}));

			print_one(s, arena_printf(s->arena, "%s:%d", key_of(c), n), &found);
			p += len + (p[len] == ' ');
		}
	}
	shut_function(s);
}

static void
print_settings(const struct script *s)
{
	struct completion names = {"words", completion_settings(s->arena)};
	struct cmd_words commands = {0};

	for (size_t i = 0; i < CMD_COUNT; i++) {
		if (cmd_has_settings(&cmd_command_table[i]))
			VEC_ADD(s->arena, &commands, key_of(&cmd_command_table[i]));
	}
	open_function(s, "_capsem_settings");
	print_case(s, &commands, &names);
	shut_function(s);
}

static void
print_values(const struct script *s)
{
	open_function(s, "_capsem_values");
	for (size_t i = 0; i < setting_ninfos; i++) {
		const struct setting_info *info = &setting_infos[i];
		struct cmd_words names = completion_names(s->arena, info);
		struct completion c = {info->kind == SETTING_PATH ? "files" : "words",
			completion_values(s->arena, info)};

		if (c.words.n || info->kind == SETTING_PATH)
			print_case(s, &names, &c);
	}
	shut_function(s);
}

int
cmd_completion(const struct cmd_options *o)
{
	static const struct completion_shell *const shells[] = {
		&completion_bash, &completion_zsh, &completion_fish};
	size_t n = cmd_place(COMPLETION_SHELLS, cmd_word(o, 0));
	struct script s = {o->arena, NULL};

	if (n == sizeof(shells) / sizeof(*shells)) {
		cmd_usage(o, "Invalid value for 'SHELL': '%s' is not one of 'bash', 'zsh', 'fish'.",
			cmd_word(o, 0));
	}
	s.shell = shells[n];
	fputs(s.shell->head, stdout);
	print_commands(&s, "_capsem_commands", completion_commands);
	print_commands(&s, "_capsem_options", completion_options);
	print_arguments(&s);
	print_operands(&s);
	print_settings(&s);
	print_values(&s);
	fputs(s.shell->driver, stdout);
	return 0;
}
