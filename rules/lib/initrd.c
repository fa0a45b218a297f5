// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/initrd.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"

// Entries from BIG bytes on are alone. A group ends when it has MANY bytes, or, so that one more
// entry does not shift all groups after it, behind one of four names when it has FEW.
enum { BIG = 1 << 16, FEW = 1 << 15, MANY = 1 << 17, ONE_OF = 4 };

// Header of an entry: "070701", then 13 numbers of eight hex digits; name and bytes follow, each
// filled up to a multiple of four.
// Source: cpio(5), "New ASCII Format"
enum { HEADER = 110, SIZE_AT = 54, NAME_SIZE_AT = 94, DIGITS = 8 };

void
initrd_open(struct initrd *r, struct output *out, struct gzip_cache *cache)
{
	*r = (struct initrd){.cache = cache, .out = out, .hash = hash_new()};
}

static void
end_group(struct initrd *r)
{
	struct str member;

	if (!r->group.n)
		return;
	member = gzip_cache_member(r->cache, buf_str(&r->group));
	hash_add(r->hash, member.s, member.n);
	if (fwrite(member.s, 1, member.n, r->out->f) != member.n)
		die("write %s:", r->out->tmp);
	r->group.n = 0;
}

static size_t
number_at(const char *header, size_t at)
{
	char digits[DIGITS + 1] = "", *end;
	unsigned long n;

	memcpy(digits, header + at, DIGITS);
	n = strtoul(digits, &end, 16);
	if (end != digits + DIGITS)
		die("'%s' in a cpio header is no hexadecimal number", digits);
	return n;
}

static size_t
filled(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

// How many bytes the entry that comes in has, as far as can be told; more than there are.
static size_t
bytes_of(const struct buf *entry)
{
	if (entry->n < HEADER)
		return HEADER;
	if (memcmp(entry->s, "070701", 6) != 0)
		die("what was to be an entry of a newc archive is none");
	return filled(HEADER + number_at(entry->s, NAME_SIZE_AT)) +
	       filled(number_at(entry->s, SIZE_AT));
}

static bool
ends_here(const struct initrd *r, const char *name)
{
	uint32_t h = 2166136261u; // FNV-1a

	if (r->group.n < FEW || r->group.n >= MANY)
		return r->group.n >= MANY;
	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return (h ^ h >> 16) % ONE_OF == 0;
}

static void
end_entry(struct initrd *r)
{
	bool big = r->entry.n >= BIG;

	if (big)
		end_group(r);
	buf_add(&r->group, r->entry.s, r->entry.n);
	if (big || ends_here(r, r->entry.s + HEADER))
		end_group(r);
	r->entry.n = 0;
}

void
initrd_add(struct initrd *r, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n) {
		size_t want = bytes_of(&r->entry) - r->entry.n, now = n < want ? n : want;

		buf_add(&r->entry, p, now);
		p += now;
		n -= now;
		if (r->entry.n >= HEADER && r->entry.n == bytes_of(&r->entry))
			end_entry(r);
	}
}

void
initrd_close(struct initrd *r, char hex[HASH_HEX + 1])
{
	if (r->entry.n)
		die("the last entry of a newc archive is not complete");
	end_group(r);
	hash_end(r->hash, hex);
	buf_free(&r->group);
	buf_free(&r->entry);
}
