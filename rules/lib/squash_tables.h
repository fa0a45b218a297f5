// SPDX-License-Identifier: Apache-2.0
// squash_tables.h -- what follows the blocks of a squashfs image: inodes, folders, attributes.
// Layer: rules/lib.
#ifndef RULES_LIB_SQUASH_TABLES_H
#define RULES_LIB_SQUASH_TABLES_H

#include <sqfs/compressor.h>
#include <sqfs/io.h>
#include <sqfs/super.h>

#include "rules/lib/squash_layout.h"

// Append the tables of T, whose blocks are written as L says, to FILE, and tell SUPER where they
// are. Dies when there is more of something than the format can hold.
void squash_write_tables(const struct tree *t, const struct squash_layout *l, sqfs_file_t *file,
	sqfs_compressor_t *cmp, sqfs_super_t *super);

#endif
