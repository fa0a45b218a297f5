// SPDX-License-Identifier: Apache-2.0
// self.h -- between the files that plan the build of this program. Layer: gen/plan.
#ifndef GEN_PLAN_SELF_H
#define GEN_PLAN_SELF_H

#include "gen/plan/stage.h"

// The flags all our own files are compiled with, worked out once.
struct self {
	struct plan *p;
	struct words launcher, warnings, cflags, ldflags;
	const char *cc, *cxx, *ar;
	const char *blake3;         // folder of the BLAKE3 sources, NULL when there is none
	const struct edge *like[2]; // the first file of C, and of C++, with the words of all
	unsigned missing;           // libraries of libs.def that are not installed, a bit each
};

// A copy that is given other flags: what it compiles has no words in common with what S does.
struct self self_copy(const struct self *s);

// build/obj/PATH.o from the source PATH (below the source root); returns the object.
const char *self_object(struct self *s, const char *path);

// build/lib/NAME.a from every source of FOLDER (below the source root); returns the archive.
const char *self_archive(struct self *s, const char *name, const char *folder);

// The archive of BLAKE3's C code, NULL when its sources are missing.
const char *self_blake3(struct self *s);

// OUT from objects and archives, with the libraries of libs.def named in LIBS. When one of those is
// not installed, the edge says so instead.
struct self_program {
	const char *out;
	const char *const *inputs; // ended by NULL
	const char *libs;          // names separated by blanks
	const char *extra;         // one more word for the linker, or NULL
};
void self_link(struct self *s, const struct self_program *program);

// Find out which libraries of libs.def are installed, before anything else is planned.
void self_find_libs(struct self *s);

// The programs of tests/, and the targets that run them.
void self_tests(struct self *s, const char *const *archives);

#endif
