// SPDX-License-Identifier: Apache-2.0
#include "gen/base/hash.h"

#include <blake3.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gen/base/die.h"

enum { BLOCK = 1 << 18 };

struct hasher {
	blake3_hasher state;
};

struct hasher *
hash_new(void)
{
	struct hasher *h = malloc(sizeof(*h));

	if (!h)
		die("out of memory");
	blake3_hasher_init(&h->state);
	return h;
}

void
hash_add(struct hasher *h, const void *bytes, size_t n)
{
	blake3_hasher_update(&h->state, bytes, n);
}

void
hash_end(struct hasher *h, char hex[HASH_HEX + 1])
{
	uint8_t out[BLAKE3_OUT_LEN];

	blake3_hasher_finalize(&h->state, out, sizeof(out));
	free(h);
	for (size_t i = 0; i < sizeof(out); i++)
		snprintf(hex + 2 * i, 3, "%02x", out[i]);
}

bool
hash_file(const char *path, char hex[HASH_HEX + 1])
{
	static char block[BLOCK];
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	struct hasher *h;
	ssize_t n;

	if (fd < 0)
		return false;
	h = hash_new();
	while ((n = read(fd, block, sizeof(block))) > 0)
		hash_add(h, block, (size_t)n);
	err = errno;
	close(fd);
	hash_end(h, hex);
	errno = err;
	return n == 0;
}
