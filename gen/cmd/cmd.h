// SPDX-License-Identifier: Apache-2.0
// cmd.h -- the commands of the program, one file each. Layer: gen/cmd.
#ifndef GEN_CMD_CMD_H
#define GEN_CMD_CMD_H

#include <stdio.h>

#include "gen/config/machine.h"

struct cmd_words {
	const char **v;
	size_t n, cap;
};

// How diagnostics are printed.
enum cmd_format { FORMAT_TEXT, FORMAT_SHORT, FORMAT_JSON, FORMAT_SARIF };

// Which JSON Schema.
enum cmd_draft { DRAFT_07, DRAFT_2020_12 };

// The command line, as it was given.
struct cmd_options {
	struct arena *arena;
	const char *command; // NULL: write build.ninja
	const char *guest;
	const char *dir;       // -C
	const char *source;    // --source
	const char *subject;   // what a command is about, such as the key to explain
	const char *artifacts; // --artifacts
	const char *explain;   // --explain
	enum cmd_format format;
	enum cmd_draft draft;
	struct cmd_words archs, machines, templates, settings, remembered, allowed;
	bool release, quiet, strict;
};

// Read the command line. --help and --version print and exit 0; a mistake exits 2.
struct cmd_options cmd_parse(struct arena *a, int argc, char *argv[]);

// The text of --help: one screen.
void cmd_print_help(FILE *f);

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

// The commands; each returns the exit status.
int cmd_generate(const struct cmd_options *o);
#define COMMAND(name, operand, function, help) int function(const struct cmd_options *o);
#include "gen/cmd/commands.def"

// Run the command that O names.
int cmd_run(const struct cmd_options *o);

#endif
