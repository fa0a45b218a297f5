// SPDX-License-Identifier: Apache-2.0
// options.c -- the command line, by options.def and commands.def. Layer: gen/cmd.
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/version.h"
#include "gen/cmd/cmd.h"
#include "gen/cmd/tables.h"

const struct cmd_option cmd_option_table[] = {
#define OPTION(id, letter, name, argument, help) {id, letter, name, argument, help},
#include "gen/cmd/options.def"
	{OPT_HELP, '\0', NULL, NULL, NULL}};

const struct cmd_command cmd_command_table[] = {
#define COMMAND(name, operand, function, help) {name, operand, function, help},
#include "gen/cmd/commands.def"
	{NULL, NULL, NULL, NULL}};

static bool
is_option_end(const struct cmd_option *opt)
{
	return !opt->name && !opt->letter;
}

static void
add(struct arena *a, struct cmd_words *list, const char *word)
{
	VEC_ADD(a, list, word);
}

// The place of WORD in WORDS, a list ended by NULL.
static int
choice(const char *option, const char *word, const char *const *words)
{
	for (int i = 0; words[i]; i++) {
		if (strcmp(words[i], word) == 0)
			return i;
	}
	die_usage("option --%s: no such value: %s; did you mean %s?", option, word,
		str_nearest(word, words) ? str_nearest(word, words) : words[0]);
}

static const char *
allowed_code(const char *word)
{
	if (strncmp(word, "no-", 3) != 0)
		die_usage("option -W wants no-CODE, such as -Wno-W002");
	return word + 3;
}

// The list that an option which may repeat adds to; NULL for the others.
static struct cmd_words *
list_of(struct cmd_options *o, enum cmd_option_id id)
{
	return id == OPT_ARCH        ? &o->archs
	       : id == OPT_MACHINE   ? &o->machines
	       : id == OPT_TEMPLATES ? &o->templates
	       : id == OPT_REMEMBER  ? &o->remembered
	       : id == OPT_ALLOW     ? &o->allowed
				     : NULL;
}

static void
take_option(struct cmd_options *o, enum cmd_option_id id, const char *value)
{
	static const char *const formats[] = {"text", "short", "json", "sarif", NULL};
	static const char *const drafts[] = {"07", "2020-12", NULL};

	switch (id) {
	case OPT_HELP:
		cmd_print_help(stdout);
		exit(0);
	case OPT_VERSION:
		puts("capsem-configure " CAPSEM_VERSION);
		exit(0);
	case OPT_DIR:
		o->dir = value;
		break;
	case OPT_SOURCE:
		o->source = value;
		break;
	case OPT_STRICT:
		o->strict = true;
		break;
	case OPT_WARNING:
		add(o->arena, &o->allowed, allowed_code(value));
		break;
	case OPT_FORMAT:
		o->format = (enum cmd_format)choice("format", value, formats);
		break;
	case OPT_JSON:
		o->format = FORMAT_JSON;
		break;
	case OPT_ARTIFACTS:
		o->artifacts = value;
		break;
	case OPT_DRAFT:
		o->draft = (enum cmd_draft)choice("draft", value, drafts);
		break;
	case OPT_EXPLAIN:
		o->explain = value;
		break;
	case OPT_RELEASE:
		o->release = true;
		break;
	case OPT_QUIET:
		o->quiet = true;
		break;
	default: // it adds to a list
		break;
	}
}

static const char *
nearest_option(const char *name)
{
	const char *names[32] = {NULL};
	size_t n = 0;

	for (const struct cmd_option *opt = cmd_option_table; !is_option_end(opt); opt++) {
		if (opt->name && opt->help)
			names[n++] = opt->name;
	}
	return str_nearest(name, names);
}

static void
unknown_option(const char *word)
{
	const char *near = word[1] == '-' ? nearest_option(word + 2) : NULL;

	if (near)
		die_usage("no such option: %s; did you mean --%s?", word, near);
	die_usage("no such option: %s; see --help", word);
}

// One option: "--name value", "--name=value", "-C value" or "-Cvalue". Returns how many words.
static int
parse_option(struct cmd_options *o, char *word, const char *next)
{
	bool is_long = word[1] == '-';
	char *equals = is_long ? strchr(word, '=') : NULL, *inlined = NULL;
	const struct cmd_option *opt = cmd_option_table;

	if (equals) {
		*equals = '\0';
		inlined = equals + 1;
	}
	while (!is_option_end(opt) &&
		!(is_long ? opt->name && strcmp(opt->name, word + 2) == 0 : opt->letter == word[1]))
		opt++;
	if (is_option_end(opt))
		unknown_option(word);
	if (!is_long && word[2])
		inlined = word + 2;
	if (!opt->argument && inlined)
		die_usage("option %s takes no value", word);
	if (opt->argument && !inlined && !next)
		die_usage("option %s wants %s", word, opt->argument);
	if (list_of(o, opt->id)) {
		add(o->arena, list_of(o, opt->id), inlined ? inlined : next);
	} else {
		take_option(o, opt->id, inlined ? inlined : next);
	}
	return opt->argument && !inlined ? 2 : 1;
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

static const struct cmd_command *
find_command(const char *word)
{
	for (const struct cmd_command *c = cmd_command_table; word && c->name; c++) {
		if (strcmp(c->name, word) == 0)
			return c;
	}
	return NULL;
}

static void
take_operand(struct cmd_options *o, const char *word, bool first)
{
	const struct cmd_command *command = find_command(o->command);

	if (is_setting(word)) {
		add(o->arena, &o->settings, word);
	} else if (first && find_command(word)) {
		o->command = word;
	} else if (command && command->operand && !o->subject) {
		o->subject = word;
	} else if (o->guest) {
		die_usage("more than one guest folder: %s and %s", o->guest, word);
	} else {
		o->guest = word;
	}
}

struct cmd_options
cmd_parse(struct arena *a, int argc, char *argv[])
{
	struct cmd_options o = {.arena = a};
	bool first = true, options = true;

	for (int i = 1; i < argc;) {
		if (options && strcmp(argv[i], "--") == 0) {
			options = false;
			i++;
		} else if (options && argv[i][0] == '-' && argv[i][1]) {
			i += parse_option(&o, argv[i], argv[i + 1]);
		} else {
			take_operand(&o, argv[i++], first);
			first = false;
		}
	}
	if (!o.guest)
		o.guest = "guest";
	return o;
}

int
cmd_run(const struct cmd_options *o)
{
	const struct cmd_command *c = find_command(o->command);

	if (o->explain)
		return cmd_explain_code(o);
	if (c && c->operand && *c->operand != '[' && !o->subject)
		die_usage("%s wants %s", c->name, c->operand);
	return c ? c->run(o) : cmd_generate(o);
}
