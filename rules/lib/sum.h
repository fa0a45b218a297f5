// SPDX-License-Identifier: Apache-2.0
// sum.h -- the checksum line of an asset, "HASH  NAME\n", as b3sum prints and checks it.
// Layer: rules/lib.
#ifndef RULES_LIB_SUM_H
#define RULES_LIB_SUM_H

#include "gen/base/arena.h"

// Dies with exit 2 when NAME cannot stand in a sum file: it has a line break or backslash.
void sum_check_name(const char *name);

// Write the line of the file called NAME, whose hash is HEX, to PATH. Scratch memory from A.
void sum_write(struct arena *a, const char *path, const char *name, const char *hex);

#endif
