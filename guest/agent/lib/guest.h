// SPDX-License-Identifier: Apache-2.0
// guest.h -- what the agent does to the VM as a whole: clock, name, disks, workspace.
// Layer: guest/agent/lib.
//
// Where the host is a test (host_is_test) none of it is done, only said, and the workspace is the
// folder "root" beside the test's sockets: the machine a test runs on is not ours to change.
#ifndef GUEST_AGENT_LIB_GUEST_H
#define GUEST_AGENT_LIB_GUEST_H

#include <stdint.h>

// The workspace, "/root". Valid for the whole run.
const char *guest_workspace(void);

// The log auditd writes; of a test, "audit.log" beside its sockets.
const char *guest_audit_log(void);

// Set the clock to that second; 0 leaves it. Failures are said.
void guest_set_clock(uint64_t epoch_secs);

void guest_set_hostname(const char *name);

// Write everything to the disks.
void guest_sync(void);

// The same, and have the system disk write out its cache: a snapshot is near.
void guest_prepare_snapshot(void);

// Let a frozen root file system go on. Fails, silently, when it is not frozen.
void guest_unfreeze(void);

// After the host went away and came back: mount the shared folder again and put the workspace on
// /root, unless that still answers. Only where /proc/cmdline says that storage is virtiofs.
void guest_rebind_workspace(void);

#endif
