// SPDX-License-Identifier: Apache-2.0
// check.h -- rules about a whole config. Layer: gen/check.
#ifndef GEN_CHECK_CHECK_H
#define GEN_CHECK_CHECK_H

#include "gen/config/config.h"

// Run every rule of checks.def over C; what they find goes to DS.
void check_config(const struct config *c, struct diags *ds);

// Whether WORD is in LIST, and where; NULL when it is not.
const struct conf_string *check_find(const struct conf_strings *list, struct str word);

// The package set KEY, NULL when there is none.
const struct conf_package_set *check_set(const struct config *c, const char *key);

#define CHECK(function, what) void function(const struct config *c, struct diags *ds);
#include "gen/check/checks.def"

#endif
