// SPDX-License-Identifier: Apache-2.0
#include "gen/base/str.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

struct str
str_of(const char *s)
{
	return (struct str){s ? s : "", s ? strlen(s) : 0};
}

bool
str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.s, b.s, a.n) == 0);
}

bool
str_is(struct str a, const char *b)
{
	return str_eq(a, str_of(b));
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.s, b.s, n) : 0;

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

bool
str_starts(struct str s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.n >= n && (n == 0 || memcmp(s.s, prefix, n) == 0);
}

bool
str_ends(struct str s, const char *suffix)
{
	size_t n = strlen(suffix);

	return s.n >= n && (n == 0 || memcmp(s.s + s.n - n, suffix, n) == 0);
}

struct str
str_trim(struct str s)
{
	while (s.n && strchr(" \t\r\n", s.s[0]) && s.s[0]) {
		s.s++;
		s.n--;
	}
	while (s.n && strchr(" \t\r\n", s.s[s.n - 1]) && s.s[s.n - 1])
		s.n--;
	return s;
}

bool
str_to_long(const char *s, int base, long min, long max, long *out)
{
	char *end;
	long v;

	if (!isdigit((unsigned char)*s) && !(*s == '-' && isdigit((unsigned char)s[1])))
		return false;
	errno = 0;
	v = strtol(s, &end, base);
	if (errno || *end || v < min || v > max)
		return false;
	*out = v;
	return true;
}

static unsigned
min3(unsigned a, unsigned b, unsigned c)
{
	unsigned m = a < b ? a : b;

	return m < c ? m : c;
}

// Levenshtein distance; names are short, so a fixed row of 64 is enough and longer ones are "far".
static unsigned
distance(const char *a, const char *b)
{
	unsigned row[65];
	size_t na = strlen(a), nb = strlen(b);

	if (na > 64 || nb > 64)
		return UINT_MAX;
	for (size_t j = 0; j <= nb; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= na; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= nb; j++) {
			unsigned above = row[j], change = a[i - 1] != b[j - 1];

			row[j] = min3(above + 1, row[j - 1] + 1, diagonal + change);
			diagonal = above;
		}
	}
	return row[nb];
}

const char *
str_nearest(const char *word, const char *const *names)
{
	const char *best = NULL;
	unsigned limit = (unsigned)strlen(word) / 3, least = (limit ? limit : 1) + 1;

	for (; *names; names++) {
		unsigned d = distance(word, *names);

		if (d < least) {
			least = d;
			best = *names;
		}
	}
	return best;
}
