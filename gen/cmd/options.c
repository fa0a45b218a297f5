// SPDX-License-Identifier: Apache-2.0
// options.c -- what was given on the command line. Layer: gen/cmd.
// Source: section 1 of the command line reference, for what a mistake says.
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "gen/cmd/cmd.h"

bool
cmd_is_set(const struct cmd_options *o, enum cmd_option_id id)
{
	return o->option[id].n > 0;
}

const char *
cmd_value(const struct cmd_options *o, enum cmd_option_id id)
{
	const struct cmd_words *words = &o->option[id];

	return words->n ? words->v[words->n - 1] : NULL;
}

const char *
cmd_word(const struct cmd_options *o, size_t n)
{
	return n < o->words.n ? o->words.v[n] : NULL;
}

size_t
cmd_place(const char *words, const char *word)
{
	size_t n = 0, len = strlen(word);

	for (; words; n++) {
		size_t size = strcspn(words, "|");

		if (size == len && memcmp(words, word, len) == 0)
			return n;
		words = words[size] ? words + size + 1 : NULL;
	}
	return n;
}

size_t
cmd_choice(const struct cmd_options *o, enum cmd_option_id id)
{
	const char *value = cmd_value(o, id);

	return value ? cmd_place(cmd_option_table[id].argument, value) : 0;
}

enum cmd_format
cmd_format(const struct cmd_options *o)
{
	if (cmd_is_set(o, OPT_JSON))
		return FORMAT_JSON;
	return (enum cmd_format)cmd_choice(o, OPT_FORMAT);
}

const char *
cmd_option_name(struct arena *a, const struct cmd_option *opt)
{
	return opt->name ? arena_printf(a, "--%s", opt->name) : arena_printf(a, "-%c", opt->letter);
}

void
cmd_usage(const struct cmd_options *o, const char *fmt, ...)
{
	const char *name = o->command->name;
	va_list ap;

	fprintf(stderr, "Usage: %s%s%s [OPTIONS]%s%s\n", o->program, *name ? " " : "", name,
		*o->command->operands ? " " : "", o->command->operands);
	fprintf(stderr, "Try '%s%s%s --help' for help.\n\nError: ", o->program, *name ? " " : "",
		name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	putc('\n', stderr);
	exit(2);
}
