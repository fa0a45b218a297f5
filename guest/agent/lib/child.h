// SPDX-License-Identifier: Apache-2.0
// child.h -- processes the agent starts. Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_CHILD_H
#define GUEST_AGENT_LIB_CHILD_H

#include <sys/types.h>

// Start `bash -c COMMAND` with the environment ENV: in FOLDER if there is one, else in /, its input
// empty, its output and errors written to the descriptors OUT and ERR, all signals as a new process
// has them. Returns its process id, -1 with errno set when no process could be made. That bash
// could not be run shows as exit code 126.
pid_t child_run(const char *command, char *const env[], const char *folder, int out, int err);

// Start an interactive bash as leader of a session of its own on the terminal whose slave is named
// SLAVE.
pid_t child_shell(const char *slave, char *const env[], const char *folder);

// What the host is told for a wait status: the exit code, 1 for a process that was killed.
int child_code(int status);

#endif
