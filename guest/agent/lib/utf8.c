// SPDX-License-Identifier: Apache-2.0
// utf8.c -- text the host will accept. Layer: guest/agent/lib.
//
// 00..7f | c2..df T | e0 a0..bf T | e1..ec T T | ed 80..9f T | ee ef T T | f0 90..bf T T |
// f1..f3 T T T | f4 80..8f T T, with T = 80..bf. Source: The Unicode Standard, table 3-7.
#include "utf8.h"

#include <stdbool.h>
#include <string.h>

static bool
within(unsigned char c, unsigned char low, unsigned char high)
{
	return c >= low && c <= high;
}

// The range of the second byte after the first byte C narrows for four values of C.
static bool
second_fits(unsigned char c, unsigned char second)
{
	return within(second,
		c == 0xe0   ? 0xa0
		: c == 0xf0 ? 0x90
			    : 0x80,
		c == 0xed   ? 0x9f
		: c == 0xf4 ? 0x8f
			    : 0xbf);
}

size_t
utf8_size(const char *p, size_t n)
{
	const unsigned char *c = (const unsigned char *)p;
	size_t size;

	if (n == 0)
		return 0;
	if (c[0] < 0x80)
		return 1;
	if (within(c[0], 0xc2, 0xdf)) {
		size = 2;
	} else if (within(c[0], 0xe0, 0xef)) {
		size = 3;
	} else if (within(c[0], 0xf0, 0xf4)) {
		size = 4;
	} else {
		return 0;
	}
	if (n < size || !second_fits(c[0], c[1]))
		return 0;
	for (size_t i = 2; i < size; i++) {
		if (!within(c[i], 0x80, 0xbf))
			return 0;
	}
	return size;
}

size_t
utf8_clean(char *out, size_t cap, const char *p, size_t n)
{
	size_t used = 0;

	while (n) {
		size_t size = utf8_size(p, n);
		const char *from = size ? p : "\xef\xbf\xbd";
		size_t width = size ? size : 3;

		if (used + width > cap)
			break;
		memcpy(out + used, from, width);
		used += width;
		p += size ? size : 1;
		n -= size ? size : 1;
	}
	out[used] = '\0';
	return used;
}
