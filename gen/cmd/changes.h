// SPDX-License-Identifier: Apache-2.0
// changes.h -- what differs between two guest configs. Layer: gen/cmd.
#ifndef GEN_CMD_CHANGES_H
#define GEN_CMD_CHANGES_H

#include <cjson/cJSON.h>

#include "gen/config/config.h"
#include "gen/config/schema.h"

// One item of a list, or one line of a text, that only one side has.
struct change_item {
	size_t number; // from 1; 0 in lists whose order does not matter
	const char *text;
};

struct change_items {
	struct change_item *v;
	size_t n, cap;
};

struct change {
	const char *key;            // such as build.architectures.arm64.node_major
	cJSON *old, *new;           // NULL: that side has none
	struct span old_at, new_at; // of values that are in a file
	unsigned reaches;           // enum conf_reach
	struct change_items removed, added;
};

struct changes {
	struct arena *arena;
	VEC(struct change) list; // in the order of schema.def, named tables in that of the files
};

// Compare two configs by what they mean: defaults filled in, the order of keys, of named tables and
// of lists not ORDERED left aside.
void changes_find(struct changes *out, const struct config *old, const struct config *new);

// The same for the kernel configurations of the architectures that both have, symbol by symbol.
void changes_find_kernel(struct changes *out, const struct config *old, const struct config *new);

// Store that the key of GIVEN is OLD here and NEW there, both then owned by the list; nothing when
// they mean the same. ORDERED: lists are sequences.
void changes_add(struct changes *out, const struct change *given, bool ordered);

// Fill C->removed and C->added when both its values are lists, or texts of several lines.
void changes_split(struct arena *a, struct change *c, bool ordered);

// PREFIX.NAME, the name in quotes where TOML wants them.
const char *changes_key(struct arena *a, const char *prefix, struct str name);

// A value on one line: JSON, but with letters of all languages as they are.
void changes_show(struct buf *out, const cJSON *v);
void changes_show_string(struct buf *out, struct str s);

// Print all changes as text, and free all values.
void changes_print(const struct changes *c);
void changes_free(struct changes *c);

#endif
