// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/squash_inode.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "gen/base/die.h"

// With room for N bytes after it.
static sqfs_inode_generic_t *
new_inode(SQFS_INODE_TYPE type, size_t n)
{
	sqfs_inode_generic_t *inode = calloc(1, sizeof(*inode) + n);

	if (!inode)
		die("out of memory");
	inode->base.type = (sqfs_u16)type;
	inode->payload_bytes_available = inode->payload_bytes_used = (sqfs_u32)n;
	return inode;
}

static sqfs_inode_generic_t *
file_inode(const struct tree_entry *e, const struct squash_layout *l, const struct squash_file *f)
{
	const struct squash_file *at = f && f->same ? f->same : f;
	size_t n = at && !at->small ? at->npieces : 0;
	sqfs_inode_generic_t *inode = new_inode(SQFS_INODE_FILE, n * sizeof(sqfs_u32));
	uint64_t holes = 0, start = 0;

	for (size_t i = 0; i < n; i++) {
		const struct squash_block *b = &l->blocks.v[at->block + i];

		inode->extra[i] = b->stored;
		if (b->stored == 0)
			holes += b->size;
		if (b->stored && start == 0)
			start = b->at;
	}
	sqfs_inode_set_frag_location(inode, UINT32_MAX, UINT32_MAX);
	if (at && at->small) {
		sqfs_inode_set_frag_location(inode, l->blocks.v[at->block].index, at->offset);
	}
	sqfs_inode_set_file_size(inode, (sqfs_u64)e->data->size);
	sqfs_inode_set_file_block_start(inode, start);
	if (holes || e->data->names > 1)
		squash_set_links(inode, e->data->names);
	if (holes)
		inode->data.file_ext.sparse = holes;
	return inode;
}

static sqfs_inode_generic_t *
link_inode(const struct tree_entry *e)
{
	size_t n = strlen(e->target);
	sqfs_inode_generic_t *inode = new_inode(SQFS_INODE_SLINK, n);

	memcpy(inode->extra, e->target, n);
	inode->data.slink.nlink = 1;
	inode->data.slink.target_size = (sqfs_u32)n;
	return inode;
}

// A device number as the kernel's new_encode_dev has it.
static uint32_t
device(dev_t device)
{
	uint32_t high = major(device), low = minor(device);

	return (low & 0xff) | high << 8 | (low & ~UINT32_C(0xff)) << 12;
}

static sqfs_inode_generic_t *
device_inode(const struct tree_entry *e)
{
	sqfs_inode_generic_t *inode =
		new_inode(S_ISBLK(e->mode) ? SQFS_INODE_BDEV : SQFS_INODE_CDEV, 0);

	inode->data.dev.nlink = 1;
	inode->data.dev.devno = device(e->rdev);
	return inode;
}

static sqfs_inode_generic_t *
pipe_inode(const struct tree_entry *e)
{
	sqfs_inode_generic_t *inode =
		new_inode(S_ISFIFO(e->mode) ? SQFS_INODE_FIFO : SQFS_INODE_SOCKET, 0);

	inode->data.ipc.nlink = 1;
	return inode;
}

sqfs_inode_generic_t *
squash_inode(const struct tree_entry *e, const struct squash_layout *l, const struct squash_file *f,
	uint32_t xattrs)
{
	sqfs_inode_generic_t *inode;

	if (S_ISREG(e->mode)) {
		inode = file_inode(e, l, f);
	} else if (S_ISLNK(e->mode)) {
		inode = link_inode(e);
	} else if (S_ISCHR(e->mode) || S_ISBLK(e->mode)) {
		inode = device_inode(e);
	} else {
		inode = pipe_inode(e);
	}
	if (xattrs != SQUASH_NO_XATTRS)
		sqfs_inode_set_xattr_index(inode, xattrs);
	return inode;
}

void
squash_set_links(sqfs_inode_generic_t *inode, uint32_t links)
{
	if (inode->base.type == SQFS_INODE_DIR) {
		inode->data.dir.nlink = links;
	} else if (inode->base.type == SQFS_INODE_EXT_DIR) {
		inode->data.dir_ext.nlink = links;
	} else {
		sqfs_inode_make_extended(inode);
		inode->data.file_ext.nlink = links;
	}
}
