// SPDX-License-Identifier: Apache-2.0
// squash_inode.h -- one inode of a squashfs image. Layer: rules/lib.
#ifndef RULES_LIB_SQUASH_INODE_H
#define RULES_LIB_SQUASH_INODE_H

#include <sqfs/inode.h>

#include "rules/lib/squash_layout.h"

#define SQUASH_NO_XATTRS UINT32_MAX

// The inode of E, which is no folder, without what all kinds have. F is where its bytes are, NULL
// when there are none. The caller frees it.
sqfs_inode_generic_t *squash_inode(const struct tree_entry *e, const struct squash_layout *l,
	const struct squash_file *f, uint32_t xattrs);

// Say how many names the file or folder has.
void squash_set_links(sqfs_inode_generic_t *inode, uint32_t links);

#endif
