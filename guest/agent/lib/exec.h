// SPDX-License-Identifier: Apache-2.0
// exec.h -- one command the host has ordered: its output goes to a connection of its own, its exit
// code to the caller. Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_EXEC_H
#define GUEST_AGENT_LIB_EXEC_H

#include <stdint.h>
#include <sys/types.h>

#include "bytes.h"
#include "loop.h"
#include "msgpack.h"

enum {
	EXEC_NOT_RUN = 126,
	EXEC_CHUNK = 8192,
	EXEC_BUFFER = 65536, // output that waits for the host
};

struct exec {
	struct exec *next; // these two for the caller
	void *owner;
	uint64_t id;
	// Called once, when the output is with the host and its connection is closed; CACHE tells
	// whether the code is final, so that the same order need not be run again. The callee frees
	// the exec with exec_free.
	void (*done)(struct exec *e, int exit_code, bool cache);

	struct watch host, out, err;
	struct timer timer;
	struct bytes to_host;
	char *command, **env;
	const char *folder;
	pid_t pid; // 0: not running
	int attempts, status;
	bool connected, exited, lingering;
};

// Connect to the host, then run COMMAND with the environment ENV in FOLDER. ENV, an array from
// malloc, and the exec become the callee's. NULL when memory is out; DONE is never called before
// this returns.
struct exec *exec_start(struct loop *l, uint64_t id, struct text command, char **env,
	const char *folder, void (*done)(struct exec *e, int exit_code, bool cache));

// The process of this exec has ended.
void exec_exited(struct loop *l, struct exec *e, int status);

void exec_free(struct loop *l, struct exec *e);

#endif
