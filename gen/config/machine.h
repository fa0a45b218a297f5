// SPDX-License-Identifier: Apache-2.0
// machine.h -- what differs from machine to machine: INI files, arguments, the environment.
// Layer: gen/config.
//
// Precedence, weakest first: default, environment, machine files in order, NAME=value arguments.
#ifndef GEN_CONFIG_MACHINE_H
#define GEN_CONFIG_MACHINE_H

#include "gen/base/diag.h"

enum setting_kind {
	SETTING_TEXT,
	SETTING_WORDS,
	SETTING_CODES,
	SETTING_PATH,
	SETTING_BOOL,
	SETTING_NUMBER,
	SETTING_CHOICE,
};

struct setting_info {
	const char *section, *key;
	enum setting_kind kind;
	const char *const *choices; // SETTING_CHOICE, ended by NULL
	const char *fallback, *env, *help;
};

extern const struct setting_info setting_infos[];
extern const size_t setting_ninfos;

// A value that is not the default.
struct setting {
	const struct setting_info *info;
	const char *section; // "toolchain.arm64" where the table says "toolchain.ARCH"
	const char *value;
	const char *origin; // "environment CC", "ci.ini:3", "argument"
	bool from_env;
};

struct machine {
	struct arena *arena;
	const char *cwd; // what relative paths in arguments and the environment are relative to
	VEC(struct setting) list;
	VEC(const char *) reads; // the files read
};

// Take over the environment's values, as ENV (getenv, or a stand-in) gives them.
void machine_env(struct machine *m, char *(*env)(const char *));

// Take over the file at PATH, shown so in messages. Mistakes are stored in DS: E500 for the syntax,
// E501 for unknown sections and keys, E502 for values. Relative paths in it start at its folder.
void machine_load(struct machine *m, const char *path, struct diags *ds);

// Take over "SECTION.KEY=VALUE" or "KEY=VALUE". NULL, or what is wrong with it (in the arena).
// FROM_ENV: a value of the environment, remembered by an earlier run.
const char *machine_argument(struct machine *m, const char *text, bool from_env);

// The value of a setting of machine.def, its default when nothing set it.
const char *machine_get(const struct machine *m, const char *section, const char *key);
bool machine_yes(const struct machine *m, const char *section, const char *key);

// Where that value came from: "default" or a setting's origin.
const char *machine_origin(const struct machine *m, const char *section, const char *key);

// The words of a WORDS or CODES value, split at blanks and, with codes, commas.
struct words {
	const char **v;
	size_t n;
};
struct words machine_words(const struct machine *m, const char *section, const char *key);

#endif
