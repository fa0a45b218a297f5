// SPDX-License-Identifier: Apache-2.0
// subject.h -- a table or key of the config by its name, and an edit of it. Layer: gen/cmd.
#ifndef GEN_CMD_SUBJECT_H
#define GEN_CMD_SUBJECT_H

#include "gen/config/config.h"
#include "gen/config/schema.h"

// What a name such as build.architectures.arm64.defconfig or ai.google.cli stands for.
struct subject {
	const struct conf_root *root;
	const struct conf_schema *schema; // of the table, or the one the key is in
	const struct conf_key *key;       // NULL: a table
	void *table;                      // struct conf_NAME; NULL when the config has none such
};

// Find NAME in C. NULL, or what is wrong with it, in A.
const char *subject_find(struct arena *a, struct config *c, const char *name, struct subject *out);

// Where the key's value stands, or the header of its table; src NULL when there is no table.
struct span subject_place(const struct subject *s);

// Whether the file holds a value of its own.
bool subject_is_set(const struct subject *s);

// The value as one line of TOML, cut where it is long.
void subject_value(const struct subject *s, struct buf *out);

// Call CHANGED once for each way of editing the subject: another value for the key, or for each key
// of the table and of those below it. The config has the edit during the call and is as before
// after it.
void subject_edit(const struct subject *s, struct arena *a, void (*changed)(void *ctx), void *ctx);

#endif
