// SPDX-License-Identifier: Apache-2.0
// work.h -- what the commands that build have in common: a build folder of their own, ninja in it.
// Layer: gen/cmd.
#ifndef GEN_CMD_WORK_H
#define GEN_CMD_WORK_H

#include "gen/cmd/generate.h"

// Print the errors of DS on stderr, without its warnings.
void work_print_errors(struct diags *ds);

// Whether ninja can be run; dies, and says how to install it, when not.
void work_need_ninja(const struct cmd_options *o);

// Write build.ninja for O into the folder DIR, which becomes the current one and is ours until the
// process ends: waits for others to leave it. NULL after mistakes, which are printed.
const struct plan *work_start(const struct cmd_options *o, const char *dir);

// Run a program, ended by NULL; it shares our stdout and stderr. Dies when it fails. Ends the
// process when a signal comes, once the program has gone.
void work_run(struct arena *a, const char *const *argv);

// Build the N targets NAME-ARCH of the current folder.
void work_ninja(struct arena *a, const char *const *names, size_t n, const struct plan_arch *arch);

// Die when the folder DIR is none, or nothing can be made in it or (when it is not there yet) in
// the one that it will be in.
void work_check_output(struct arena *a, const char *dir);

#endif
