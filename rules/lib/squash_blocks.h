// SPDX-License-Identifier: Apache-2.0
// squash_blocks.h -- the blocks of a squashfs image, compressed and written. Layer: rules/lib.
#ifndef RULES_LIB_SQUASH_BLOCKS_H
#define RULES_LIB_SQUASH_BLOCKS_H

#include <sqfs/io.h>
#include <sqfs/super.h>

#include "rules/lib/squash.h"
#include "rules/lib/squash_layout.h"

// Append the blocks of L to FILE, in order, and note in L where each is. They are looked up in the
// cache, or compressed, by as many threads as STYLE says.
void squash_write_blocks(struct squash_layout *l, sqfs_file_t *file, SQFS_COMPRESSOR id,
	const struct squash_style *style, struct squash_report *report);

#endif
