// SPDX-License-Identifier: Apache-2.0
// initrd.h -- a newc cpio archive as a row of gzip members. Layer: rules/lib.
//
// The kernel, like `gzip -dc`, unpacks one member after another. It wants each to end where a cpio
// entry ends (init/initramfs.c: the state after a member must be Reset). So entries are packed in
// groups: a big one is a group of its own, small neighbours share one, since many small members
// would cost bytes. Where a group ends hangs on the entries in it alone: an edit changes its own
// group and leaves the others as they were, and whoever remembers members compresses only that.
#ifndef RULES_LIB_INITRD_H
#define RULES_LIB_INITRD_H

#include "gen/base/output.h"
#include "rules/lib/gzip_cache.h"

struct initrd {
	struct gzip_cache *cache; // borrowed
	struct output *out;       // borrowed
	struct hasher *hash;      // of what went to OUT
	struct buf group;         // entries that wait for more
	struct buf entry;         // the one that comes in
};

// Start an initrd in OUT.
void initrd_open(struct initrd *r, struct output *out, struct gzip_cache *cache);

// Take in the next N bytes of a newc archive. Dies when they are none, or cannot be written.
void initrd_add(struct initrd *r, const void *bytes, size_t n);

// The archive is complete: write what is left. HEX becomes the hash of all that was written. Dies
// as above.
void initrd_close(struct initrd *r, char hex[HASH_HEX + 1]);

#endif
