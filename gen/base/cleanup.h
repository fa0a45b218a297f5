// SPDX-License-Identifier: Apache-2.0
// cleanup.h -- what must not stay behind when a process ends before its time: half-written files
// and running children. Layer: gen/base (libc only).
//
// SIGINT, SIGTERM and SIGHUP end a process at once, with its files removed and exit status
// 128 + signal -- unless it holds (cleanup_hold): then the signal is only noted and passed on to
// the children, so that the holder can take down containers, images and mounts in its own time and
// call cleanup_leave. A child that does not go within ten seconds, or when a second signal comes,
// is killed.
#ifndef GEN_BASE_CLEANUP_H
#define GEN_BASE_CLEANUP_H

#include <stdbool.h>
#include <sys/types.h>

// Install the handlers. Once, first thing in main.
void cleanup_start(void);

// Remove this file at an early end; PATH must live until cleanup_forget(PATH). At most 40.
void cleanup_file(const char *path);
void cleanup_forget(const char *path);

// Pass signals on to this process group, until cleanup_forget_group. At most 40; used by proc.c.
void cleanup_group(pid_t group);
void cleanup_forget_group(pid_t group);

// Only note signals from now on (true), or end at once again (false).
void cleanup_hold(bool on);

// The signal noted while holding, 0 when none came.
int cleanup_caught(void);

// End the process as the noted signal would have: files removed, exit status 128 + signal. Returns
// when none was noted.
void cleanup_leave(void);

#endif
