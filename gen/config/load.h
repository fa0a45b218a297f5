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

// Store E003: KEY at VALUE must be WANTED ("a table"), not what it is.
void conf_wrong_type(
	struct diags *ds, const char *key, const char *wanted, const struct toml_value *value);

#endif
