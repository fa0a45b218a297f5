// SPDX-License-Identifier: Apache-2.0
// walk.h -- every table and every text of a config, by its schema. Layer: gen/check.
#ifndef GEN_CHECK_WALK_H
#define GEN_CHECK_WALK_H

#include "gen/config/config.h"
#include "gen/config/schema.h"

// What is called on the way; either may be NULL.
struct walker {
	// for each struct conf_NAME of schema S
	void (*table)(void *ctx, const struct conf_schema *s, const void *table);
	// for each string that the files hold; KEY is what it is a value of
	void (*text)(void *ctx, const struct conf_key *key, const struct conf_string *text);
	void *ctx;
};

// Go through all of C in the order of schema.def.
void walk_config(const struct config *c, const struct walker *w);

#endif
