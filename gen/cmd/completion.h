// SPDX-License-Identifier: Apache-2.0
// completion.h -- what the scripts for bash, zsh and fish are made of. Layer: gen/cmd.
#ifndef GEN_CMD_COMPLETION_H
#define GEN_CMD_COMPLETION_H

#include "gen/cmd/cmd.h"

#define COMPLETION_SHELLS "bash|zsh|fish"

// What may stand at a place of the command line: words, and the names of files or folders.
struct completion {
	const char *kind;       // "words", "files" or "dirs"
	struct cmd_words words; // each "WORD" or "WORD\tDESCRIPTION"
};

// What the argument of an option, or the operand NAME ("WHAT") of a command, may be.
struct completion completion_argument(struct arena *a, const struct cmd_option *opt);
struct completion completion_operand(struct arena *a, struct str name);

// The commands below C, its options, the names of settings with '=', and the values of one.
struct cmd_words completion_commands(struct arena *a, const struct cmd_command *c);
struct cmd_words completion_options(struct arena *a, const struct cmd_command *c);
struct cmd_words completion_settings(struct arena *a);
struct cmd_words completion_names(struct arena *a, const struct setting_info *info); // without '='
struct cmd_words completion_values(struct arena *a, const struct setting_info *info);

// How a shell writes a function that chooses by $1 and leaves the words in the list 'reply' and
// what they are in 'kind'.
struct completion_shell {
	const char *open[2], *shut;    // the function, its name between the first two
	const char *when, * or, *then; // one case: patterns with OR between, words behind THEN
	const char *end[2];            // its end, the kind between the two
	const char *quote;             // a ' in a word
	char tab;                      // stands before a description; '\0': none is wanted
	const char *head, *driver;     // the text before and behind these functions
};

// What bash and zsh write the same way.
#define COMPLETION_SH                                                                              \
	.open = {"\n", "()\n{\n\tcase $1 in\n"}, .shut = "\tesac\n}\n", .when = "\t", .or = "|",   \
	.then = ")\n\t\treply=(", .end = {")\n\t\tkind=", "\n\t\t;;\n"}, .quote = "'\\''"

extern const struct completion_shell completion_bash, completion_zsh, completion_fish;

#endif
