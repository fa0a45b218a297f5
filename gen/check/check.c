// SPDX-License-Identifier: Apache-2.0
#include "gen/check/check.h"

void
check_config(const struct config *c, struct diags *ds)
{
#define CHECK(function, what) function(c, ds);
#include "gen/check/checks.def"
}
