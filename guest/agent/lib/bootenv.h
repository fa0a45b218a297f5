// SPDX-License-Identifier: Apache-2.0
// bootenv.h -- the environment the host gives to everything that is started for it.
// Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_BOOTENV_H
#define GUEST_AGENT_LIB_BOOTENV_H

#include <stddef.h>

#include "msgpack.h"

enum {
	BOOTENV_MAX = 128, // entries; TZ, which the host sends on top of them, is not counted
	BOOTENV_MAX_KEY = 256,
	BOOTENV_MAX_ENTRY = 131071,  // "KEY=VALUE": the kernel starts no program with a longer one,
	BOOTENV_MAX_TOTAL = 1 << 20, // nor with more than some megabytes of them
};

// Entries "KEY=VALUE", one a key. Starts as {0}.
struct bootenv {
	char *v[BOOTENV_MAX + 1];
	size_t n, bytes;
};

// Store an entry; one with the same key is replaced. NULL, or the reason why it is refused: a key
// that is empty, too long, has '=' or NUL, or would change how programs load or shells start; a
// value too long or with NUL; too many entries or bytes; no memory.
const char *bootenv_set(struct bootenv *e, struct text key, struct text value);

// The value of KEY; NULL when there is none.
const char *bootenv_get(const struct bootenv *e, const char *key);

// The environment of a child: BASE, then the MIDDLE entries, then E's, each key once with its last
// value. BASE and MIDDLE are ended by NULL; MIDDLE may be NULL. The array is freed by the caller,
// the strings are borrowed. NULL when memory is out.
char **bootenv_merge(const struct bootenv *e, char *const base[], const char *const middle[]);

#endif
