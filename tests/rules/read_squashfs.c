// SPDX-License-Identifier: Apache-2.0
// read_squashfs -- the read-back of pack_squashfs and nothing else: to time it, and to see what it
// notices. Layer: tests (rules/lib).
//
//   read_squashfs FORMAT BLOCK_SIZE TIME IMAGE TAR [FROM TO [BIT]]
//
// Says what differs between IMAGE and the tree in TAR; exit status 1 when something does. With FROM
// and TO each bit of those bytes of IMAGE is turned over (only bit BIT, which moves on with each
// byte, if that is given), and "BYTE BIT" printed of each that was not noticed.
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "rules/lib/squash.h"
#include "rules/lib/threads.h"

enum { BITS = 8, LARGE = 32 << 20 };

static struct arena lasting;
static struct tree tree;
static struct squash_style style;

static const char *
check(const char *image)
{
	struct arena a = {0};
	const char *why = squash_check(&tree, &a, image, &style);

	if (why)
		why = arena_dup(&lasting, why);
	arena_free(&a);
	return why;
}

static void
turn(int fd, off_t at, unsigned bit)
{
	unsigned char byte;

	if (pread(fd, &byte, 1, at) != 1)
		die("read byte %ld:", (long)at);
	byte = (unsigned char)(byte ^ 1U << bit);
	if (pwrite(fd, &byte, 1, at) != 1)
		die("write byte %ld:", (long)at);
}

static void
try_bit(int fd, const char *image, off_t at, unsigned bit)
{
	turn(fd, at, bit);
	if (!check(image))
		printf("%ld %u\n", (long)at, bit);
	turn(fd, at, bit);
}

// The bits of bytes FROM to TO; ONLY >= 0 is one for each byte.
static void
try_bits(const char *image, off_t from, off_t to, int only)
{
	int fd = open(image, O_RDWR);

	if (fd < 0)
		die("open %s:", image);
	for (off_t at = from; at < to; at++) {
		for (unsigned bit = 0; bit < BITS; bit++) {
			if (only < 0 || bit == (at + only) % BITS)
				try_bit(fd, image, at, bit);
		}
	}
	close(fd);
}

static long
number(const char *s)
{
	return strtol(s, NULL, 10);
}

// By the time pack_squashfs reads back, it has as much memory as this takes, and keeps it.
static void
keep_memory(void)
{
	mallopt(M_MMAP_THRESHOLD, LARGE);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
}

int
main(int argc, char *argv[])
{
	const char *why;

	progname = "read_squashfs";
	if (argc < 6 || argc == 7 || argc > 9)
		die_usage("read_squashfs FORMAT BLOCK_SIZE TIME IMAGE TAR [FROM TO [BIT]]");
	style = (struct squash_style){.format = argv[1],
		.block = (uint32_t)number(argv[2]),
		.time = (uint32_t)number(argv[3]),
		.threads = argc > 6 ? 1 : threads_count()};
	keep_memory();
	tree_load(&tree, &lasting, argv[5]);
	why = check(argv[4]);
	if (why)
		die("%s", why);
	if (argc > 6) {
		try_bits(argv[4], number(argv[6]), number(argv[7]),
			argc > 8 ? (int)number(argv[8]) : -1);
	}
	arena_free(&lasting);
	return 0;
}
