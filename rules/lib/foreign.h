// SPDX-License-Identifier: Apache-2.0
// foreign.h -- whether this machine can run programs of another one. Layer: rules/lib.
#ifndef RULES_LIB_FOREIGN_H
#define RULES_LIB_FOREIGN_H

#include <stdbool.h>

#include "gen/base/arena.h"

// Whether programs of PLATFORM run here: it is ours, or the kernel has an emulator registered.
bool foreign_runs(struct arena *a, const char *platform);

// The emulator that the kernel has registered for programs of PLATFORM, a path; NULL: none. Source:
// Documentation/admin-guide/binfmt-misc.rst of Linux.
const char *foreign_emulator(struct arena *a, const char *platform);

// The commands that register one, for messages.
const char *foreign_help(void);

#endif
