// SPDX-License-Identifier: Apache-2.0
// generate.h -- from a command line to the plan of a build folder. Layer: gen/cmd.
#ifndef GEN_CMD_GENERATE_H
#define GEN_CMD_GENERATE_H

#include "gen/cmd/cmd.h"
#include "gen/plan/plan.h"

// Plan what O asks for, to be built in the folder DIR (NULL: the current one); it is made if there
// is none, and is the current folder afterwards. Nothing is written yet: emit_all does that. NULL
// after mistakes in the config, stored in DS.
const struct plan *cmd_configure(const struct cmd_options *o, const char *dir, struct diags *ds);

// Die when the guest folder, which the message calls SHOWN, or a folder of --templates is not
// there: ninja would look for the latter at each build.
void cmd_check_folders(const struct cmd_options *o, const char *shown);

// Load the guest config and check it and the guest's own files: everything that `validate` looks
// at.
struct config *cmd_lint(const struct cmd_options *o, struct diags *ds);

// The names of the architectures of CONF, with commas between.
const char *cmd_list_archs(struct arena *a, const struct config *conf);

// Die when an architecture of --arch is not in CONF.
void cmd_check_archs(const struct cmd_options *o, const struct config *conf);

#endif
