// SPDX-License-Identifier: Apache-2.0
// files.h -- files the host puts into the VM, and takes out of the workspace.
// Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_FILES_H
#define GUEST_AGENT_LIB_FILES_H

#include <stdint.h>

#include "bytes.h"
#include "msgpack.h"

enum {
	FILES_MAX_BOOT = 66, // files at boot: the host counts to 64 and adds two of its own
	FILES_MAX_BOOT_BYTES = 10485760,
	FILES_WHY = 512, // bytes of a reason, NUL included; always UTF-8
};

// What came at boot so far. Starts as {0}.
struct files_boot {
	size_t n, bytes;
};

// Write a file at boot: anywhere, folders above it made, with exactly MODE. False, with the reason
// in WHY, when the path is empty, has NUL or "..", or a limit is reached, or writing fails.
bool files_boot_write(struct files_boot *b, struct text path, const struct bytes *data,
	uint64_t mode, char why[FILES_WHY]);

// Write, read and remove a file of the workspace, the folder ROOT: what lies outside it, also by a
// link, and a path that is a link itself, are refused ("FileWrite rejected: ..."). What is written
// is on the disk when this returns. A file that is not there can be deleted. Only regular files,
// read no further than DATA's ceiling. False, with the whole message for the host in WHY.
bool files_write(const char *root, struct text path, const struct bytes *data, uint64_t mode,
	char why[FILES_WHY]);
bool files_read(const char *root, struct text path, struct bytes *data, char why[FILES_WHY]);
bool files_delete(const char *root, struct text path, char why[FILES_WHY]);

#endif
