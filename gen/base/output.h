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

// All of it at once, for contents that are already in memory.
bool output_write(const char *path, struct str bytes, unsigned mode);

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
