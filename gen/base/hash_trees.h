// SPDX-License-Identifier: Apache-2.0
// hash_trees.h -- the whole subtrees of a large file's BLAKE3 tree, hashed by several threads.
// Layer: gen/base, for hash.c alone.
#ifndef GEN_BASE_HASH_TREES_H
#define GEN_BASE_HASH_TREES_H

#include <blake3.h>

#include "gen/base/hash.h"

// Take the first bytes of FD into STATE, which is new, and leave the file position behind them;
// none of a small file, a pipe or a device. False, with errno set, when the file cannot be read.
bool hash_trees(blake3_hasher *state, int fd, struct hash_watch watch)
	__attribute__((warn_unused_result));

#endif
