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
#include "gen/base/hash_trees.h"

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

void
hash_parts(const struct str *parts, size_t n, unsigned char out[HASH_BYTES])
{
	blake3_hasher state;

	blake3_hasher_init(&state);
	for (size_t i = 0; i < n; i++)
		blake3_hasher_update(&state, parts[i].s, parts[i].n);
	blake3_hasher_finalize(&state, out, HASH_BYTES);
}

// Take in what FD still has to give. False, with errno set, when it cannot be read.
static bool
add_rest(struct hasher *h, int fd, struct hash_watch watch)
{
	static char block[BLOCK];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) > 0) {
		hash_add(h, block, (size_t)n);
		if (watch.add)
			watch.add(watch.to, (size_t)n);
	}
	return n == 0;
}

bool
hash_file_watched(const char *path, char hex[HASH_HEX + 1], struct hash_watch watch)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	struct hasher *h;
	bool ok;

	if (fd < 0)
		return false;
	h = hash_new();
	ok = hash_trees(&h->state, fd, watch) && add_rest(h, fd, watch);
	err = errno;
	close(fd);
	hash_end(h, hex);
	errno = err;
	return ok;
}

bool
hash_file(const char *path, char hex[HASH_HEX + 1])
{
	return hash_file_watched(path, hex, (struct hash_watch){0});
}
