// SPDX-License-Identifier: Apache-2.0
// boottime.h -- how long the steps of the boot took, as capsem-init wrote it down.
// Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_BOOTTIME_H
#define GUEST_AGENT_LIB_BOOTTIME_H

#include "message.h"

enum { BOOTTIME_MAX = 32, BOOTTIME_MAX_MS = 600000 };

// Read one JSON object a line from the N bytes at P: "name", 1 to 64 letters, digits and
// underscores, and "duration_ms", a whole number up to BOOTTIME_MAX_MS. Lines that are anything
// else are passed over, and so is all after the first BOOTTIME_MAX. Returns how many there are;
// their names point into P.
size_t boottime_read(const char *p, size_t n, struct message_stage stages[BOOTTIME_MAX]);

#endif
