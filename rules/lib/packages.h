// SPDX-License-Identifier: Apache-2.0
// packages.h -- which packages a file tree holds, read from the databases of dpkg, pip and npm as
// they pass by. Layer: rules/lib.
//
// Nothing is run, so a tree of any architecture can be read. Formats of the files written:
//   PREFIX.dpkg   name, tab, version, tab, architecture; a line each (dpkg-query -W)
//   PREFIX.pip    [{"name": ..., "version": ...}]                (pip list --format json)
//   PREFIX.npm    {"dependencies": {NAME: {"version": ...}}}     (npm ls -g --json)
// each sorted by name; a tree without such packages gives an empty list.
#ifndef RULES_LIB_PACKAGES_H
#define RULES_LIB_PACKAGES_H

#include <stdbool.h>

#include "gen/base/arena.h"
#include "gen/base/str.h"

struct package {
	const char *name, *version, *arch;
	const char *path; // of the file that told
};

struct packages {
	struct arena *arena;
	VEC(struct package) dpkg, pip, npm;
};

// Whether the file at PATH (without a leading '/') is part of a database.
bool packages_want(const char *path);

// Add what the database file at PATH with contents TEXT tells.
void packages_read(struct packages *p, const char *path, struct str text);

// Write the three lists. Of two packages with one name the one stays that is found first at run
// time: /usr/local before /usr/lib for Python, /opt before /usr for npm. (dpkg has no such doubles,
// but for one package of several architectures, which are all listed.)
void packages_write(struct packages *p, const char *prefix);

#endif
