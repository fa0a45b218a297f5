// SPDX-License-Identifier: Apache-2.0
// msgpack.c -- MessagePack, the forms the host and the guest speak. Layer: guest/agent/lib.
//
// One tag byte tells type and, for short values, the value or length itself; the others are
// followed by 1, 2, 4 or 8 bytes, big endian:
//   00..7f uint   80..8f map   90..9f array   a0..bf str   c0 nil   c2 c3 bool
//   c4 c5 c6 bin   c7 c8 c9 ext   ca cb float   cc..cf uint   d0..d3 int
//   d4..d8 fixext   d9 da db str   dc dd array   de df map   e0..ff negative int
#include "msgpack.h"

#include <string.h>

bool
text_is(struct text t, const char *word)
{
	return t.n == strlen(word) && memcmp(t.s, word, t.n) == 0;
}

// TAG and the low N bytes of V.
static void
put(struct bytes *b, unsigned tag, uint64_t v, size_t n)
{
	unsigned char out[9] = {(unsigned char)tag};

	for (size_t i = 0; i < n; i++)
		out[1 + i] = (unsigned char)(v >> (8 * (n - 1 - i)));
	bytes_add(b, out, 1 + n);
}

void
msgpack_put_nil(struct bytes *b)
{
	put(b, 0xc0, 0, 0);
}

void
msgpack_put_uint(struct bytes *b, uint64_t v)
{
	if (v < 0x80) {
		put(b, (unsigned)v, 0, 0);
	} else if (v <= UINT8_MAX) {
		put(b, 0xcc, v, 1);
	} else if (v <= UINT16_MAX) {
		put(b, 0xcd, v, 2);
	} else if (v <= UINT32_MAX) {
		put(b, 0xce, v, 4);
	} else {
		put(b, 0xcf, v, 8);
	}
}

void
msgpack_put_int(struct bytes *b, int64_t v)
{
	if (v >= 0) {
		msgpack_put_uint(b, (uint64_t)v);
	} else if (v >= -32) {
		put(b, (unsigned)(v & 0xff), 0, 0);
	} else if (v >= INT8_MIN) {
		put(b, 0xd0, (uint64_t)v, 1);
	} else if (v >= INT16_MIN) {
		put(b, 0xd1, (uint64_t)v, 2);
	} else if (v >= INT32_MIN) {
		put(b, 0xd2, (uint64_t)v, 4);
	} else {
		put(b, 0xd3, (uint64_t)v, 8);
	}
}

void
msgpack_put_str(struct bytes *b, struct text t)
{
	if (t.n < 32) {
		put(b, 0xa0 | (unsigned)t.n, 0, 0);
	} else if (t.n <= UINT8_MAX) {
		put(b, 0xd9, t.n, 1);
	} else if (t.n <= UINT16_MAX) {
		put(b, 0xda, t.n, 2);
	} else {
		put(b, 0xdb, t.n, 4);
	}
	bytes_add(b, t.s, t.n);
}

void
msgpack_put_key(struct bytes *b, const char *s)
{
	msgpack_put_str(b, (struct text){s, strlen(s)});
}

void
msgpack_put_array(struct bytes *b, size_t n)
{
	if (n < 16) {
		put(b, 0x90 | (unsigned)n, 0, 0);
	} else if (n <= UINT16_MAX) {
		put(b, 0xdc, n, 2);
	} else {
		put(b, 0xdd, n, 4);
	}
}

void
msgpack_put_map(struct bytes *b, size_t n)
{
	if (n < 16) {
		put(b, 0x80 | (unsigned)n, 0, 0);
	} else {
		put(b, 0xde, n, 2);
	}
}

void
msgpack_put_bytes(struct bytes *b, const void *p, size_t n)
{
	const unsigned char *from = p;

	msgpack_put_array(b, n);
	for (size_t i = 0; i < n; i++)
		msgpack_put_uint(b, from[i]);
}

void
msgpack_put_bin(struct bytes *b, const void *p, size_t n)
{
	if (n <= UINT8_MAX) {
		put(b, 0xc4, n, 1);
	} else if (n <= UINT16_MAX) {
		put(b, 0xc5, n, 2);
	} else {
		put(b, 0xc6, n, 4);
	}
	bytes_add(b, p, n);
}

struct msgpack
msgpack_at(const void *p, size_t n)
{
	return (struct msgpack){p, n ? (const unsigned char *)p + n : p};
}

// The N bytes after the tag as a number. False when they are not all there.
static bool
number(const struct msgpack *m, size_t n, uint64_t *v)
{
	if ((size_t)(m->end - m->p) < 1 + n)
		return false;
	*v = 0;
	for (size_t i = 0; i < n; i++)
		*v = *v << 8 | m->p[1 + i];
	return true;
}

// What the tag at M says: its family, how many bytes of number follow, and the length or value that
// lies in the tag itself.
enum family { UINT, INT, STR, BIN, ARRAY, MAP, FIXED, EXT };
struct tag {
	enum family family;
	size_t width; // bytes of number after the tag
	uint64_t v;   // when width is 0: the value or length; FIXED: bytes that follow
};

static struct tag
tag_of(unsigned c)
{
	static const struct tag long_tags[] = {// c0 to df
		{FIXED, 0, 0}, {FIXED, 0, 0}, {FIXED, 0, 0}, {FIXED, 0, 0}, {BIN, 1, 0},
		{BIN, 2, 0}, {BIN, 4, 0}, {EXT, 1, 0}, {EXT, 2, 0}, {EXT, 4, 0}, {FIXED, 0, 4},
		{FIXED, 0, 8}, {UINT, 1, 0}, {UINT, 2, 0}, {UINT, 4, 0}, {UINT, 8, 0}, {INT, 1, 0},
		{INT, 2, 0}, {INT, 4, 0}, {INT, 8, 0}, {FIXED, 0, 2}, {FIXED, 0, 3}, {FIXED, 0, 5},
		{FIXED, 0, 9}, {FIXED, 0, 17}, {STR, 1, 0}, {STR, 2, 0}, {STR, 4, 0}, {ARRAY, 2, 0},
		{ARRAY, 4, 0}, {MAP, 2, 0}, {MAP, 4, 0}};

	if (c < 0x80)
		return (struct tag){UINT, 0, c};
	if (c < 0x90)
		return (struct tag){MAP, 0, c & 0x0f};
	if (c < 0xa0)
		return (struct tag){ARRAY, 0, c & 0x0f};
	if (c < 0xc0)
		return (struct tag){STR, 0, c & 0x1f};
	if (c >= 0xe0)
		return (struct tag){FIXED, 0, 0};
	return long_tags[c - 0xc0];
}

// Read the head of the value at M, tag and number, without stepping over it; *HEAD is its size.
static bool
head_of(const struct msgpack *m, struct tag *t, size_t *head)
{
	if (m->p >= m->end)
		return false;
	*t = tag_of(*m->p);
	*head = 1 + t->width;
	return t->width == 0 || number(m, t->width, &t->v);
}

bool
msgpack_get_uint(struct msgpack *m, uint64_t *v)
{
	struct tag t;
	size_t head;

	if (!head_of(m, &t, &head) || (t.family != UINT && t.family != INT))
		return false;
	if (t.family == INT && t.v >> (8 * t.width - 1))
		return false; // negative
	*v = t.v;
	m->p += head;
	return true;
}

bool
msgpack_get_str(struct msgpack *m, struct text *s)
{
	struct tag t;
	size_t head;

	if (!head_of(m, &t, &head) || t.family != STR || t.v > (size_t)(m->end - m->p) - head)
		return false;
	*s = (struct text){(const char *)m->p + head, (size_t)t.v};
	m->p += head + t.v;
	return true;
}

static bool
get_count(struct msgpack *m, enum family family, size_t bytes_each, size_t *n)
{
	struct tag t;
	size_t head;

	if (!head_of(m, &t, &head) || t.family != family)
		return false;
	if (t.v > ((size_t)(m->end - m->p) - head) / bytes_each)
		return false;
	*n = (size_t)t.v;
	m->p += head;
	return true;
}

bool
msgpack_get_array(struct msgpack *m, size_t *n)
{
	return get_count(m, ARRAY, 1, n);
}

bool
msgpack_get_map(struct msgpack *m, size_t *n)
{
	return get_count(m, MAP, 2, n);
}

static bool
get_bin(struct msgpack *m, struct bytes *out)
{
	size_t n;

	if (!get_count(m, BIN, 1, &n))
		return false;
	bytes_add(out, m->p, n);
	m->p += n;
	return !out->failed;
}

bool
msgpack_get_bytes(struct msgpack *m, struct bytes *out)
{
	struct msgpack at = *m;
	unsigned char *to;
	uint64_t v;
	size_t n;

	if (get_bin(m, out))
		return true;
	if (!msgpack_get_array(&at, &n) || !(to = bytes_room(out, n)))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!msgpack_get_uint(&at, &v) || v > UINT8_MAX)
			return false;
		to[i] = (unsigned char)v;
	}
	out->n += n;
	*m = at;
	return true;
}

bool
msgpack_skip(struct msgpack *m)
{
	struct msgpack at = *m;
	uint64_t left =
		1; // values still to step over; each takes a byte, so this cannot grow past 2^33
	struct tag t;
	size_t head;

	for (; left; left--) {
		if (left > (size_t)(at.end - at.p) || !head_of(&at, &t, &head))
			return false;
		at.p += head;
		if (t.family == EXT)
			t.v++;
		if (t.family == ARRAY) {
			left += t.v;
		} else if (t.family == MAP) {
			left += 2 * t.v;
		} else if (t.family != UINT && t.family != INT) {
			if (t.v > (size_t)(at.end - at.p))
				return false;
			at.p += t.v;
		}
	}
	*m = at;
	return true;
}
