// SPDX-License-Identifier: Apache-2.0
// parse.c -- the command line, by options.def and commands.def. Layer: gen/cmd.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/base/version.h"
#include "gen/cmd/cmd.h"

// "a|b" as "'a', 'b'".
static const char *
quoted(struct arena *a, const char *words)
{
	const char *text = "'";

	for (; *words; words++) {
		text = *words == '|' ? arena_printf(a, "%s', '", text)
				     : arena_printf(a, "%s%c", text, *words);
	}
	return arena_printf(a, "%s'", text);
}

static size_t
count_of(const char *words)
{
	size_t n = 1;

	for (; *words; words++)
		n += *words == '|';
	return n;
}

static void
take_option(struct cmd_options *o, const struct cmd_option *opt, const char *value)
{
	struct cmd_words *words = &o->option[opt->id == OPT_WARNING ? OPT_ALLOW : opt->id];
	size_t choices = opt->argument ? count_of(opt->argument) : 1;

	if (opt->id == OPT_HELP)
		cmd_print_help(o, stdout);
	if (opt->id == OPT_VERSION)
		printf("%s%s %s\n", o->program, o->builder ? ", version" : "", CAPSEM_VERSION);
	if (opt->id == OPT_HELP || opt->id == OPT_VERSION)
		exit(0);
	if (choices > 1 && cmd_place(opt->argument, value) == choices) {
		cmd_usage(o, "Invalid value for '%s': '%s' is not one of %s.",
			cmd_option_name(o->arena, opt), value, quoted(o->arena, opt->argument));
	}
	if (opt->id == OPT_WARNING && strncmp(value, "no-", 3) != 0)
		cmd_usage(o, "Option '-W' wants no-CODE, such as -Wno-W002.");
	VEC_ADD(o->arena, words, opt->id == OPT_WARNING ? value + 3 : value);
}

static void __attribute__((noreturn)) unknown_option(const struct cmd_options *o, const char *word)
{
	const char *names[OPT_COUNT + 1] = {NULL}, *near;
	size_t n = 0;

	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct cmd_option *opt = &cmd_option_table[i];

		if (opt->name && opt->help && cmd_has_option(o->command, opt))
			names[n++] = opt->name;
	}
	near = word[1] == '-' ? str_nearest(word + 2, names) : NULL;
	if (near)
		cmd_usage(o, "No such option '%s'. Did you mean '--%s'?", word, near);
	cmd_usage(o, "No such option '%s'.", word);
}

// The option that WORD names; VALUE gets what stands in the same word behind its name, or NULL.
static const struct cmd_option *
find_option(struct cmd_options *o, const char *word, const char **value)
{
	const char *equals = word[1] == '-' ? strchr(word, '=') : NULL;
	size_t n = equals ? (size_t)(equals - word) : strlen(word);

	*value = equals ? equals + 1 : NULL;
	if (word[1] != '-' && word[2])
		*value = word + 2;
	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct cmd_option *opt = &cmd_option_table[i];

		if (word[1] != '-' ? opt->letter == word[1]
				   : opt->name && strlen(opt->name) == n - 2 &&
					     strncmp(opt->name, word + 2, n - 2) == 0)
			return opt;
	}
	unknown_option(o, arena_printf(o->arena, "%.*s", (int)n, word));
}

// One option: "--name value", "--name=value", "-C value" or "-Cvalue". Returns how many words.
static int
parse_option(struct cmd_options *o, const char *word, const char *next)
{
	const char *value;
	const struct cmd_option *opt = find_option(o, word, &value);

	if (!opt->argument && value)
		cmd_usage(o, "Option '%s' does not take a value.", cmd_option_name(o->arena, opt));
	if (opt->argument && !value && !next)
		cmd_usage(o, "Option '%s' requires an argument.", cmd_option_name(o->arena, opt));
	take_option(o, opt, !opt->argument ? opt->name : value ? value : next);
	return opt->argument && !value ? 2 : 1;
}

// "section.key=value", as opposed to a folder with '=' in its name.
static bool
is_setting(const char *word)
{
	const char *c = word;

	while (isalnum((unsigned char)*c) || (*c && strchr("._-", *c)))
		c++;
	return *c == '=' && c != word;
}

// The command that WORD names, or completes the name of; NULL when none does.
static const struct cmd_command *
find_command(const struct cmd_options *o, const char *word)
{
	const struct cmd_command *c = o->command;

	if (o->words.n > 0 || strchr(word, ' '))
		return NULL;
	if (!*c->name)
		return cmd_find(word);
	return c->run ? NULL : cmd_find(arena_printf(o->arena, "%s %s", c->name, word));
}

// Operand number N of a command, such as "WHAT" or "[GUEST_DIR]"; "" when it has fewer.
static struct str
operand(const struct cmd_command *c, size_t n)
{
	const char *s = c->operands;

	for (; n > 0 && *s; n--) {
		s += strcspn(s, " ");
		s += *s == ' ';
	}
	return (struct str){s, strcspn(s, " ")};
}

// The guest folder is kept by its name, what else there is in its order.
static void
take_words(struct cmd_options *o)
{
	struct cmd_words given = o->words;
	struct str name;
	size_t i;

	o->words = (struct cmd_words){0};
	for (i = 0; i < given.n; i++) {
		name = operand(o->command, i);
		if (name.n == 0)
			cmd_usage(o, "Got unexpected extra argument (%s)", given.v[i]);
		if (str_is(name, "[GUEST_DIR]")) {
			o->guest = given.v[i];
		} else {
			VEC_ADD(o->arena, &o->words, given.v[i]);
		}
	}
	name = operand(o->command, i);
	if (name.n > 0 && *name.s != '[' && !cmd_is_set(o, OPT_EXPLAIN))
		cmd_usage(o, "Missing argument '%.*s'.", (int)name.n, name.s);
}

static void
check_options(const struct cmd_options *o)
{
	for (size_t i = 0; i < OPT_COUNT; i++) {
		const struct cmd_option *opt = &cmd_option_table[i];

		if (o->option[i].n > 0 && !cmd_has_option(o->command, opt))
			unknown_option(o, cmd_option_name(o->arena, opt));
	}
}

static void
take_operand(struct cmd_options *o, const char *word)
{
	const struct cmd_command *command = find_command(o, word);

	if (command) {
		o->command = command;
	} else if (!o->command->run) {
		cmd_usage(o, "No such command '%s'.", word);
	} else if (is_setting(word) && cmd_has_settings(o->command)) {
		VEC_ADD(o->arena, &o->settings, word);
	} else {
		VEC_ADD(o->arena, &o->words, word);
	}
}

struct cmd_options
cmd_parse(struct arena *a, int argc, char *argv[])
{
	struct cmd_options o = {.arena = a, .guest = "guest"};
	bool options = true;

	o.builder = argc > 0 && strcmp(path_base(argv[0]), "capsem-builder") == 0;
	o.program = o.builder ? "capsem-builder" : "capsem-configure";
	o.command = &cmd_command_table[o.builder ? CMD_BUILDER : CMD_GENERATE];
	if (o.builder)
		progname = ""; // as its users know it
	for (int i = 1; i < argc;) {
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
			i++;
		} else if (options && argv[i][0] == '-' && argv[i][1]) {
			i += parse_option(&o, argv[i], argv[i + 1]);
		} else {
			take_operand(&o, argv[i++]);
		}
	}
	check_options(&o);
	if (o.command->run)
		take_words(&o);
	return o;
}

int
cmd_run(const struct cmd_options *o)
{
	bool bare = o->command->id == CMD_BUILDER;

	if (!o->command->run) {
		cmd_print_help(o, bare ? stdout : stderr);
		return bare ? 0 : 2;
	}
	return cmd_is_set(o, OPT_EXPLAIN) ? cmd_explain_code(o) : o->command->run(o);
}
