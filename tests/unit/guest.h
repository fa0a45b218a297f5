// SPDX-License-Identifier: Apache-2.0
// guest.h -- what the unit tests of guest/agent/lib share.
#ifndef TESTS_UNIT_GUEST_H
#define TESTS_UNIT_GUEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "guest/agent/lib/bytes.h"
#include "guest/agent/lib/msgpack.h"

// The value of a hexadecimal digit.
static inline unsigned
guest_digit(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

// The bytes that HEX names: digits in pairs, blanks ignored. Freed by the caller.
static inline struct bytes
guest_bytes(const char *hex)
{
	struct bytes b = {.max = 1 << 20};

	for (const char *p = hex; *p; p++) {
		unsigned char byte;

		if (*p == ' ')
			continue;
		byte = (unsigned char)(guest_digit(p[0]) << 4 | guest_digit(p[1]));
		bytes_add(&b, &byte, 1);
		p++;
	}
	return b;
}

// B holds exactly the bytes that HEX names; then it is emptied.
static inline void
guest_assert_bytes(struct bytes *b, const char *hex)
{
	struct bytes want = guest_bytes(hex);

	assert_false(b->failed);
	assert_int_equal(b->n, want.n);
	assert_memory_equal(b->p, want.p, want.n);
	bytes_free(&want);
	bytes_clear(b);
}

static inline struct text
guest_text(const char *s)
{
	return (struct text){s, strlen(s)};
}

#endif
