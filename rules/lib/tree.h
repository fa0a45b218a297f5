// SPDX-License-Identifier: Apache-2.0
// tree.h -- a file tree that came out of a tar file, checked and in order. Layer: rules/lib.
//
// A tar file is a list of instructions in any order: names may start with "./", a name may come
// twice (the later one counts), folders may be missing, a hard link names an earlier member. Here
// it is what those instructions leave behind: one entry a path, sorted, each folder before what it
// holds.
#ifndef RULES_LIB_TREE_H
#define RULES_LIB_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "gen/base/arena.h"

// A run of bytes of a file. They lie in the tar file itself, which stays mapped into memory.
struct tree_piece {
	const char *bytes;
	size_t n;
	int64_t offset; // in the file; what no piece covers is zeroes
};

// What a file holds. Hard links to one file share one.
struct tree_data {
	int64_t size;
	VEC(struct tree_piece) pieces;
	const char *from;  // a file whose bytes it is instead; NULL for one that came from a tar
	const char *first; // the first path that has it, and how many have: set by tree_settle
	unsigned names;
};

struct tree_xattr {
	const char *name;
	const void *value;
	size_t n;
};

struct tree_entry {
	const char *path; // "usr/bin/env"; "." is the top
	mode_t mode;      // kind and permission bits
	uid_t uid;
	gid_t gid;
	dev_t rdev;             // devices
	const char *target;     // symbolic links
	struct tree_data *data; // regular files
	VEC(struct tree_xattr) xattrs;
	const char *hard; // while reading: the path this is another name of
	size_t order;     // how many came before it
};

struct tree {
	struct arena *arena;
	const char *name; // of the tar file, for messages
	VEC(struct tree_entry) list;
};

// Read the tar file at PATH. "." and folders nothing was said about are added: mode 755, owned by
// root. Of the extended attributes security.capability and user.* are kept: the others (access
// lists, labels) belong to the system the tree was made on. Everything lives in A, or in the mapped
// file. Dies, naming the member, when a path or hard link leads outside the tree (absolute, "..",
// below something that is no folder), and when the file cannot be read or is damaged.
void tree_load(struct tree *t, struct arena *a, const char *path);

// Sort T and let later entries replace earlier ones of the same path, though never a folder by
// something else or the other way round. Adds missing folders. Dies as above. For those who add
// entries of their own after tree_load.
void tree_settle(struct tree *t);

// The entry at PATH, or NULL.
const struct tree_entry *tree_find(const struct tree *t, const char *path);

// The folder that holds E, an entry of T other than its top.
const struct tree_entry *tree_parent(const struct tree *t, const struct tree_entry *e);

// Dies, naming the first, when a file of T is setuid or setgid. Whoever runs in the guest is root
// already; a file that gives its user another's rights has no use there but to get around the
// sandbox.
void tree_refuse_setuid(const struct tree *t);

#endif
