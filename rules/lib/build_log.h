// SPDX-License-Identifier: Apache-2.0
// build_log.h -- what a failed image build says about its failure. Layer: rules/lib.
//
// Understood are docker's classic builder ("Step 3/8 : RUN ..."), BuildKit's plain progress
// ("#5 [a 2/2] RUN ...") and buildah's and podman's ("[1/2] STEP 3/8: RUN ...").
#ifndef RULES_LIB_BUILD_LOG_H
#define RULES_LIB_BUILD_LOG_H

#include <stdbool.h>

#include "gen/base/arena.h"
#include "gen/base/str.h"

struct build_failure {
	struct str step;       // the instruction that failed, empty when there was none yet
	int status;            // exit status of its command, 0 when it is not told
	bool foreign;          // the machine could not run the program at all
	VEC(struct str) lines; // what the step said
};

// What went wrong, told from the LOG of docker's classic builder, BuildKit, podman or buildah. The
// result points into LOG or is in A; all of it is empty when the log says nothing of a failure.
struct build_failure build_log_read(struct arena *a, struct str log);

#endif
