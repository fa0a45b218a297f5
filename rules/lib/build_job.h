// SPDX-License-Identifier: Apache-2.0
// build_job.h -- the options of build_image that may repeat or name further files.
// Layer: rules/lib.
#ifndef RULES_LIB_BUILD_JOB_H
#define RULES_LIB_BUILD_JOB_H

#include "rules/lib/dockerfile.h"
#include "rules/lib/rule.h"

struct build_job {
	VEC(struct base_image) bases; // -b PLATFORM=REF=TAR; image not yet set
	struct build_args args;       // -a NAME=VALUE, or NAME=@FILE for what stands in a file
	const char *script;           // text of -V SCRIPT; NULL: none
	VEC(const char *) required;   // -k KEY
};

// Read the options of A; every file they name is noted in it. Dies when one cannot be read, exits 2
// when one makes no sense.
struct build_job build_job_load(struct rule_args *a);

// The required keys that have no value in what the script printed -- none, an empty one, or N/A --
// as "a, b"; NULL when all have one. Lines are KEY=VALUE; of those with the same key the last
// counts, those that start with '#' do not.
const char *build_job_missing(struct arena *a, const struct build_job *job, struct str versions);

#endif
