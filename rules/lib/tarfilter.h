// SPDX-License-Identifier: Apache-2.0
// tarfilter.h -- a file tree as an engine hands it out, made into the one an image is: without what
// the engine or the build put there, with times and names that do not depend on when and by whom it
// was built. Layer: rules/lib.
//
// The result is a pax tar: numeric owners without names; times in whole seconds, those after EPOCH
// set to it; extended attributes (security.capability) and hard links kept; entries in the order
// they came, which for all engines is that of a walk by name.
#ifndef RULES_LIB_TARFILTER_H
#define RULES_LIB_TARFILTER_H

#include <stdbool.h>
#include <stdio.h>

#include "gen/base/arena.h"
#include "rules/lib/layout.h"
#include "rules/lib/packages.h"

// Where the build keeps what it needs for itself, at the top of context and image. Whatever has
// this name at any depth is not part of the result.
#define BUILD_FOLDER ".capsem-build"

// For images that are not a whole system the last stage copies the tree here, because below it is
// exactly what the build made and nothing of the engine's.
#define BUILD_TREE BUILD_FOLDER "/tree"

struct tarfilter {
	struct arena *arena;
	long epoch;
	bool tree;          // the image is what lies below BUILD_TREE
	const char *mirror; // what apt's sources name instead of deb.debian.org/debian; may be NULL
	const char *const *drop;   // paths to leave out, ended by NULL; may be NULL
	const struct layout *add;  // files to put in place of, or besides, those; may be NULL
	struct packages *packages; // filled from the package databases on the way; may be NULL
};

// A whole system (not F->tree) loses the contents of /dev, /proc and /sys and the files by which
// engines mark a container; /etc/hosts, hostname, resolv.conf and mtab, which engines put their own
// over, become those of a fresh system.
//
// Copy the tar stream IN to OUT. NULL when all went well, else what went wrong; errno is then what
// the system said to a write, or 0.
const char *tarfilter_copy(const struct tarfilter *f, int in, FILE *out);

#endif
