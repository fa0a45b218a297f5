// SPDX-License-Identifier: Apache-2.0
// emulated.h -- which programs of another machine were run while an image was built.
// Layer: rules/lib.
// Source: the process events connector of Linux (include/uapi/linux/cn_proc.h).
#ifndef RULES_LIB_EMULATED_H
#define RULES_LIB_EMULATED_H

#include "rules/lib/engine.h"

struct emulated;

// Watch for programs that an emulator runs, on the whole machine, and that have MARK ("NAME=VALUE")
// in their environment, until emulated_stop. NULL when the image of E is for this machine's
// platform, or (the log then says so) when they cannot be seen: the engine is elsewhere, the kernel
// has no CONFIG_PROC_EVENTS, or we no CAP_NET_ADMIN in the first network namespace.
struct emulated *emulated_start(struct engine *e, const char *mark);

// End that, and note in the log of E how many runs there were, then each program, "RUNS NAME", most
// runs first, then by name. One that ends at once may be missed. NULL is no trouble.
void emulated_stop(struct emulated *watched, struct engine *e);

#endif
