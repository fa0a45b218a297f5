// SPDX-License-Identifier: Apache-2.0
// procname.h -- which program is at the other end of a local connection. Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_PROCNAME_H
#define GUEST_AGENT_LIB_PROCNAME_H

#include <sys/types.h>

enum {
	PROCNAME_MAX = 128,                    // bytes of a name
	PROCNAME_LINE = 13 + PROCNAME_MAX + 1, // bytes of a metadata line
};

// The name of process PID, as the host is told it: the last part of the first argument, else the
// kernel's name for it, else "unknown"; blanks and control characters are '_', what is not UTF-8 is
// U+FFFD, cut at a character.
void procname_of_pid(pid_t pid, char name[PROCNAME_MAX + 1]);

// The name of the process that holds the local TCP socket with this PORT; "unknown" when there is
// none, and for port 0. Looks at no more than some ten thousand descriptors.
void procname_of_port(unsigned port, char name[PROCNAME_MAX + 1]);

// The line that begins a proxy connection: NUL, "CAPSEM_META:", the name, newline. To be sent in
// one write: the host looks for it in its first read. Returns its size.
size_t procname_line(char line[PROCNAME_LINE], const char *name);

#endif
