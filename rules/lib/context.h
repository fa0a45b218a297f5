// SPDX-License-Identifier: Apache-2.0
// context.h -- what goes to the engine as the build context. Layer: rules/lib.
#ifndef RULES_LIB_CONTEXT_H
#define RULES_LIB_CONTEXT_H

#include "rules/lib/layout.h"

// Write a tar of FIRST, in its order, then of L: uid and gid 0, no names, all times EPOCH. Returns
// a descriptor of it, at its start, of a file in FOLDER that has no name any more. Dies when a file
// cannot be read or the disk is full.
int context_open(const char *folder, long epoch, const struct layout_entry *first, size_t nfirst,
	const struct layout *l);

#endif
