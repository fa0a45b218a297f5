// SPDX-License-Identifier: Apache-2.0
// fileset.h -- several new files of one folder, that all appear or none. Layer: gen/cmd.
#ifndef GEN_CMD_FILESET_H
#define GEN_CMD_FILESET_H

#include <stdbool.h>

#include "gen/base/arena.h"
#include "gen/base/str.h"

struct fileset_item {
	const char *path; // below the folder
	const char *from; // the file it is a copy of; NULL: it holds TEXT
	struct str text;
};

// Starts as {.arena = a, .dir = "..."}; DIR need not exist.
struct fileset {
	struct arena *arena;
	const char *dir;
	VEC(struct fileset_item) items;
};

// Add a file that holds TEXT, or one with the bytes of FROM; both borrowed until fileset_write. A
// path that is in the set already stays as it is.
void fileset_text(struct fileset *s, const char *path, struct str text);
void fileset_copy(struct fileset *s, const char *path, const char *from);

bool fileset_has(const struct fileset *s, const char *path);

// Write them all, with mode 0644, over what is there. They are made in a hidden folder beside their
// place, so that a full disk, a signal or whatever else dies here leaves everything as it was; then
// they are moved, a folder that was not there with all that is in it. Only when the machine
// refuses one of several moves, those before it stay.
void fileset_write(const struct fileset *s);

#endif
