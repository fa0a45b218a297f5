// SPDX-License-Identifier: Apache-2.0
// build.h -- between the files of the command "build". Layer: gen/cmd.
#ifndef GEN_CMD_BUILD_H
#define GEN_CMD_BUILD_H

#include "gen/cmd/cmd.h"
#include "gen/plan/plan.h"

// In the order of --template in options.def.
enum build_template { BUILD_ROOTFS, BUILD_KERNEL };

// Print the Dockerfiles of TEMPLATE, "rootfs" or "kernel". Returns the exit status.
// Source: section 3 of the command line reference
int build_dry_run(const struct cmd_options *o, struct config *conf, const struct machine *m,
	const char *template);

// The container engine that M asks for, as words for people. Dies when none is installed.
const char *build_engine(struct arena *a, const struct machine *m);

// Make what ninja has built of TEMPLATE the assets of the folder OUT, shown as SHOWN, and bring all
// that is said there about assets up to date. Each file is replaced in one step.
// Source: sections 10 to 13 of the output reference
void build_publish(
	const struct plan *p, enum build_template template, const char *out, const char *shown);

#endif
