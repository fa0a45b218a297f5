// SPDX-License-Identifier: Apache-2.0
// load.h -- between the two halves of the loader: files (load.c) and values (value.c).
// Layer: gen/config.
#ifndef GEN_CONFIG_LOAD_H
#define GEN_CONFIG_LOAD_H

#include "gen/config/config.h"
#include "gen/config/schema.h"
#include "gen/toml/toml.h"

// Fill the struct at OUT (zeroed, of schema S) from TABLE; SHOWN is its name in messages, such as
// "build.architectures.arm64". What is wrong or absent gets its default. TABLE NULL: all defaults.
void conf_load_table(struct diags *ds, const struct conf_schema *s, const char *shown,
	const struct toml_value *table, struct span at, void *out);

// One key of one table being read.
struct conf_reading {
	struct diags *ds;
	const struct conf_key *key;
	const char *table; // as messages show it
	struct span header;
	const struct toml_value *value; // NULL when absent
	void *out;                      // the member
};

// Store that VALUE, called NAME, must be WANTED ("a table"), not what it is. KEY: NULL outside of
// tables.
struct diag *conf_wrong_type(struct diags *ds, const struct conf_key *key, const char *name,
	const char *wanted, const struct toml_value *value);

// Whether the value is there and of that type; stores a mistake when only the first is so.
bool conf_is_type(const struct conf_reading *r, enum toml_type type, const char *wanted);

// A NUL-ended copy.
struct str conf_copy(struct diags *ds, struct str s);

// Whether WORD is one of CHOICES.
bool conf_is_choice(const char *const *choices, const char *word);

// V as a string called NAME, as an integer of the key's range. False, with a mistake stored and
// *OUT of no meaning, when it is none.
bool conf_read_text(const struct conf_reading *r, const char *name, const struct toml_value *v,
	struct conf_string *out);
bool conf_read_number(
	const struct conf_reading *r, const struct toml_value *v, struct conf_int *out);

// The readers of single values: the value, or the default, goes to R->out.
void conf_read_string(const struct conf_reading *r);
void conf_read_choice(const struct conf_reading *r);
void conf_read_int(const struct conf_reading *r);
void conf_read_bool(const struct conf_reading *r);

#endif
