// SPDX-License-Identifier: Apache-2.0
// sum.h -- the checksum line of an asset, "HASH  NAME\n", as b3sum prints and checks it.
// Layer: rules/lib.
#ifndef RULES_LIB_SUM_H
#define RULES_LIB_SUM_H

#include "gen/base/arena.h"
#include "gen/base/hash.h"

// Dies with exit 2 when NAME cannot stand in a sum file: it has a line break or backslash.
void sum_check_name(const char *name);

// The hash of the file at PATH. It is remembered in the folder CACHE (unless NULL) together with
// device, inode, size, and times of the last write and change, and taken from there as long as the
// file has them all: writing into a file, or replacing it, changes one of them. False, with errno
// set, when the file cannot be read.
bool sum_file(const char *cache, const char *path, char hex[HASH_HEX + 1], struct hash_watch watch)
	__attribute__((warn_unused_result));

// Write the line of the file called NAME, whose hash is HEX, to PATH. Scratch memory from A.
void sum_write(struct arena *a, const char *path, const char *name, const char *hex);

#endif
