// SPDX-License-Identifier: Apache-2.0
// tree_write.h -- a tree as an archive, the same bytes every time. Layer: rules/lib.
#ifndef RULES_LIB_TREE_WRITE_H
#define RULES_LIB_TREE_WRITE_H

#include <archive.h>

#include "rules/lib/progress.h"
#include "rules/lib/tree.h"

struct tree_style {
	int64_t time;   // of every entry, seconds since 1970
	bool as_root;   // everything belongs to user and group 0
	bool as_inodes; // entries carry inode numbers from 1 and link counts, as in cpio; else
			// further names of a file are hard links to its first, as in tar
	struct progress *progress; // counts the bytes of files
};

// Write all of T to OUT and close it. False when OUT cannot take it: archive_error_string tells
// why. Dies when a file named in T cannot be read, or changes while it is.
bool tree_write(const struct tree *t, struct archive *out, const struct tree_style *style)
	__attribute__((warn_unused_result));

// Bytes in all files of T, each counted once.
uint64_t tree_bytes(const struct tree *t);

#endif
