// SPDX-License-Identifier: Apache-2.0
// keeper.h -- work that must be cleaned up after, whatever becomes of it. Layer: rules/lib.
#ifndef RULES_LIB_KEEPER_H
#define RULES_LIB_KEEPER_H

// Call WORK in a child process and, when that has ended -- returned, died, crashed, was killed --
// kill what it has left running and call CLEAN in this one. Both get ARG. A signal that comes
// meanwhile is passed on to the child, which holds (see cleanup.h): what it does fails, and CLEAN
// still runs. Returns what WORK returned, else the child's exit status; ends the process with 128 +
// signal when one came.
int keeper_run(int (*work)(void *arg), void (*clean)(void *arg), void *arg);

#endif
