// SPDX-License-Identifier: Apache-2.0
#include "gen/base/utf8.h"

static unsigned char
byte_at(struct str s, size_t i)
{
	return i < s.n ? (unsigned char)s.s[i] : 0;
}

size_t
utf8_decode(struct str s, uint32_t *c)
{
	static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
	unsigned char lead = byte_at(s, 0);
	size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;

	if (s.n <= more || (lead >= 0x80 && lead < 0xc0) || lead >= 0xf8)
		return 0;
	*c = more ? lead & (0x3fu >> more) : lead;
	for (size_t i = 1; i <= more; i++) {
		if ((byte_at(s, i) & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (byte_at(s, i) & 0x3fu);
	}
	if (*c < least[more] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return more + 1;
}

// The length of the first character of S, 1 where none is valid.
static size_t
step(struct str s)
{
	uint32_t c;
	size_t n = utf8_decode(s, &c);

	return n ? n : 1;
}

size_t
utf8_valid(struct str s)
{
	struct str rest = s;
	uint32_t c;
	size_t n;

	while ((n = utf8_decode(rest, &c)) > 0) {
		rest.s += n;
		rest.n -= n;
	}
	return s.n - rest.n;
}

size_t
utf8_prefix(struct str s, size_t n)
{
	struct str rest = s;

	for (; n > 0 && rest.n > 0; n--) {
		size_t len = step(rest);

		rest.s += len;
		rest.n -= len;
	}
	return s.n - rest.n;
}

size_t
utf8_count(struct str s)
{
	size_t count = 0;

	for (; s.n > 0; count++) {
		size_t len = step(s);

		s.s += len;
		s.n -= len;
	}
	return count;
}

void
utf8_add(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_addc(b, (char)c);
	} else if (c < 0x800) {
		buf_addc(b, (char)(0xc0 | c >> 6));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_addc(b, (char)(0xe0 | c >> 12));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_addc(b, (char)(0xf0 | c >> 18));
		buf_addc(b, (char)(0x80 | (c >> 12 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c >> 6 & 0x3f)));
		buf_addc(b, (char)(0x80 | (c & 0x3f)));
	}
}

size_t
utf8_mark(struct str s)
{
	return str_starts(s, "\xef\xbb\xbf") ? 3 : 0;
}
