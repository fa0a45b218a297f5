// SPDX-License-Identifier: Apache-2.0
// sealed.h -- files of a cache, which may be damaged, cut off or swapped without harm.
// Layer: rules/lib.
//
// In the file: the BLAKE3 of its name and of what it holds, as 64 hex digits, then what it holds.
// It is not synced: what a crash has damaged shows by its hash. Any number of programs may read and
// write one at once.
#ifndef RULES_LIB_SEALED_H
#define RULES_LIB_SEALED_H

#include <stdbool.h>

#include "gen/base/str.h"

// Read what the file at PATH holds into TO, which is emptied first. False when there is no such
// file, or it is not as it was written. HOUR-old files get the present time, so that what was used
// least lately can be told.
bool sealed_read(const char *path, struct buf *to) __attribute__((warn_unused_result));

// Write BYTES to PATH; folders above it are made. What does not work is left: it is only a cache.
void sealed_write(const char *path, struct str bytes);

#endif
