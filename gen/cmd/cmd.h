// SPDX-License-Identifier: Apache-2.0
// cmd.h -- the commands of the program, one file each. Layer: gen/cmd.
#ifndef GEN_CMD_CMD_H
#define GEN_CMD_CMD_H

#include <stdio.h>

#include "gen/cmd/tables.h"
#include "gen/config/machine.h"

struct cmd_words {
	const char **v;
	size_t n, cap;
};

// How diagnostics are printed; in the order of options.def.
enum cmd_format { FORMAT_TEXT, FORMAT_SHORT, FORMAT_JSON, FORMAT_SARIF };

// The command line, as it was given.
struct cmd_options {
	struct arena *arena;
	const char *program; // the name we were called by: capsem-configure or capsem-builder
	bool builder;        // it is the latter
	const struct cmd_command *command;
	const char *guest;                  // GUEST_DIR; "guest" when none is given
	struct cmd_words words;             // the other operands
	struct cmd_words settings;          // NAME=value
	struct cmd_words option[OPT_COUNT]; // what was given for each option, in order
};

// Read the command line. --help and --version print and exit 0; a mistake exits 2.
struct cmd_options cmd_parse(struct arena *a, int argc, char *argv[]);

// Whether an option was given.
bool cmd_is_set(const struct cmd_options *o, enum cmd_option_id id);

// What was given last for an option; NULL when it was not.
const char *cmd_value(const struct cmd_options *o, enum cmd_option_id id);

// Operand N that is not the guest folder; NULL when there are fewer.
const char *cmd_word(const struct cmd_options *o, size_t n);

// The place of WORD in WORDS, "a|b|c"; how many these are when it is none of them.
size_t cmd_place(const char *words, const char *word);

// The place of the value of an option among the words it may have; 0 when it was not given.
size_t cmd_choice(const struct cmd_options *o, enum cmd_option_id id);

enum cmd_format cmd_format(const struct cmd_options *o);

// Say on stderr how the command is used and what is wrong, and exit 2.
void cmd_usage(const struct cmd_options *o, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 2, 3)));

// The help of a command; of GENERATE: of the program, one screen.
void cmd_print_help(const struct cmd_options *o, FILE *f);

// The name of an option: "-C" or "--arch".
const char *cmd_option_name(struct arena *a, const struct cmd_option *opt);

// How an option is written: "-C DIR" or "--arch A".
void cmd_option_head(char *head, size_t size, const struct cmd_option *opt);

// All machine settings of the options, of the environment and of machine files. Mistakes in
// arguments exit 2; those in files go to DS, which from then on keeps to what the options and the
// files say about diagnostics.
struct machine *cmd_settings(const struct cmd_options *o, const char *cwd, struct diags *ds);

// Print DS on F in the format of O. Text has SUMMARY behind it, or the counts when that is NULL.
void cmd_report(const struct cmd_options *o, struct diags *ds, FILE *f,
	void (*summary)(struct diags *, FILE *));

// --explain CODE: what it is, why, and an example. Exits 2 when there is no such code.
int cmd_explain_code(const struct cmd_options *o);

// Where this program's parts are.
struct cmd_places {
	const char *program; // absolute path of the running program
	const char *source;  // root of the source tree, absolute; NULL when installed
	const char *helpers; // installed: the folder of the helpers
	const char *share;   // folder of templates/ and guest/
};
struct cmd_places cmd_locate(struct arena *a, const struct cmd_options *o, const char *cwd);

// The name of the machine we run on, as uname -m tells it.
const char *cmd_host(struct arena *a);

// The commands, by commands.def; each returns the exit status.
int cmd_generate(const struct cmd_options *o);
int cmd_validate(const struct cmd_options *o);
int cmd_explain(const struct cmd_options *o);
int cmd_inspect(const struct cmd_options *o);
int cmd_diff(const struct cmd_options *o);
int cmd_init(const struct cmd_options *o);
int cmd_new(const struct cmd_options *o);
int cmd_add(const struct cmd_options *o);
int cmd_build(const struct cmd_options *o);
int cmd_agent(const struct cmd_options *o);
int cmd_machine(const struct cmd_options *o);
int cmd_audit(const struct cmd_options *o);
int cmd_doctor(const struct cmd_options *o);
int cmd_schema(const struct cmd_options *o);
int cmd_reference(const struct cmd_options *o);
int cmd_manpage(const struct cmd_options *o);
int cmd_completion(const struct cmd_options *o);
int cmd_mcp(const struct cmd_options *o);

// Run the command that O names; returns the exit status.
int cmd_run(const struct cmd_options *o);

#endif
