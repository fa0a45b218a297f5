// SPDX-License-Identifier: Apache-2.0
// check.h -- rules about a whole config. Layer: gen/check.
#ifndef GEN_CHECK_CHECK_H
#define GEN_CHECK_CHECK_H

#include "gen/config/config.h"

// Run every rule of checks.def over C; what they find goes to DS.
void check_config(const struct config *c, struct diags *ds);

#define CHECK(function, what) void function(const struct config *c, struct diags *ds);
#include "gen/check/checks.def"

#endif
