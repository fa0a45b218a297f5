// SPDX-License-Identifier: Apache-2.0
// output.h -- files that appear whole or not at all. Layer: gen/base (libc only).
#ifndef GEN_BASE_OUTPUT_H
#define GEN_BASE_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

#include "gen/base/str.h"

// One file being written. Bytes go to PATH.tmp; PATH itself changes only in output_commit. If the
// process ends before that, PATH.tmp is removed and PATH is as it was.
struct output {
	const char *path; // borrowed
	char *tmp;        // PATH.tmp, for tools that want to be given a path
	FILE *f;
};

// Whether there is a file at PATH, described in *st. Dies when it is not a regular one.
bool output_look(const char *path, struct stat *st);

// Open PATH.tmp for writing; folders above it are created. Dies on failure, and when PATH is
// anything but a regular file: renaming over a device or a folder is never what was meant.
void output_open(struct output *o, const char *path);

// Append all bytes of the file at FROM. Dies when it cannot be read.
void output_copy(struct output *o, const char *from);

// A tool has written o->tmp: go on with the file that has this name now.
void output_adopt(struct output *o);

// Finish the file with permission bits MODE: write through to the disk, then rename. When PATH
// already holds the same bytes with the same mode it is left alone, time and all, so that ninja's
// restat prunes what depends on it. Returns whether PATH changed. Dies on any write error.
bool output_commit(struct output *o, unsigned mode);

// Give up: PATH.tmp goes, PATH stays as it was.
void output_abandon(struct output *o);

// All of it at once, for contents that are already in memory. When PATH holds them nothing is
// written at all.
bool output_write(const char *path, struct str bytes, unsigned mode);

// Several such files: all are written and synced before the first is renamed, so that a full disk
// changes none of them, and each folder is synced once. They are renamed in the order in which they
// were added. Starts as {0}.
enum { OUTPUT_BATCH = 32 }; // at so many, what was added so far is committed

struct output_batch {
	struct output v[OUTPUT_BATCH];
	size_t n;
};

// Whether PATH will change. PATH must live until the commit; BYTES are written now.
bool output_batch_add(struct output_batch *b, const char *path, struct str bytes, unsigned mode);
void output_batch_commit(struct output_batch *b);

// Make LINKPATH a symbolic link to TARGET, or another name (hard link) of the file TARGET. In one
// step: at every moment the name is either the old thing or the new one. A link that is already
// right stays. Returns whether anything changed. Dies on failure.
bool output_symlink(const char *target, const char *linkpath);
bool output_hardlink(const char *target, const char *linkpath);

// Make PATH the regular file FROM: another name of it, or where the file system has none, as across
// disks, a copy with its mode and time. A copy of that size, mode and time stays. Returns whether
// PATH changed. Dies on failure.
bool output_share(const char *from, const char *path);

#endif
