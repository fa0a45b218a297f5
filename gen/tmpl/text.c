// SPDX-License-Identifier: Apache-2.0
#include "gen/tmpl/text.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "gen/base/die.h"
#include "gen/base/utf8.h"

struct range {
	uint32_t first, last;
};

static bool
in_ranges(uint32_t c, const struct range *r, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (c >= r[i].first && c <= r[i].last)
			return true;
	}
	return false;
}

bool
text_is_space(uint32_t c)
{
	static const struct range spaces[] = {{0x09, 0x0d}, {0x1c, 0x20}, {0x85, 0x85},
		{0xa0, 0xa0}, {0x1680, 0x1680}, {0x2000, 0x200a}, {0x2028, 0x2029},
		{0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}};

	return in_ranges(c, spaces, sizeof(spaces) / sizeof(*spaces));
}

// What str.isprintable() denies besides spaces and what the C library takes for unassigned: format
// characters and private use.
static bool
is_hidden(uint32_t c)
{
	static const struct range hidden[] = {{0x00, 0x1f}, {0x7f, 0xa0}, {0xad, 0xad},
		{0x600, 0x605}, {0x61c, 0x61c}, {0x6dd, 0x6dd}, {0x70f, 0x70f}, {0x890, 0x891},
		{0x8e2, 0x8e2}, {0x180e, 0x180e}, {0x200b, 0x200f}, {0x202a, 0x202e},
		{0x2060, 0x206f}, {0xe000, 0xf8ff}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb},
		{0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3},
		{0x1d173, 0x1d17a}, {0xe0001, 0xe007f}, {0xf0000, 0x10ffff}};

	return in_ranges(c, hidden, sizeof(hidden) / sizeof(*hidden));
}

// The C library's tables of letters, whatever the locale of the process.
static locale_t
unicode(void)
{
	locale_t l = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);

	if (l == (locale_t)0)
		die("the locale C.UTF-8:");
	return l;
}

bool
text_is_letter(uint32_t c)
{
	locale_t l = unicode();
	bool letter = c >= 0x80 && iswalnum_l(c, l);

	freelocale(l);
	return letter;
}

struct str
text_next(struct str *s)
{
	struct str c = {s->s, utf8_prefix(*s, 1)};

	s->s += c.n;
	s->n -= c.n;
	return c;
}

static uint32_t
code_of(struct str c)
{
	uint32_t code = 0xfffd;

	return utf8_decode(c, &code) ? code : 0xfffd;
}

struct str
text_part(struct str s, size_t n, size_t count)
{
	size_t from = utf8_prefix(s, n);

	s.s += from;
	s.n -= from;
	s.n = utf8_prefix(s, count);
	return s;
}

// The last character of S, which is not empty.
static struct str
last_char(struct str s)
{
	size_t n = 1;

	while (n < s.n && n < 4 && ((unsigned char)s.s[s.n - n] & 0xc0) == 0x80)
		n++;
	return (struct str){s.s + s.n - n, n};
}

size_t
text_find(struct str s, struct str needle)
{
	for (size_t i = 0; i + needle.n <= s.n; i++) {
		if (needle.n == 0 || memcmp(s.s + i, needle.s, needle.n) == 0)
			return i;
	}
	return s.n;
}

static bool
to_strip(struct str c, struct str chars)
{
	return chars.s ? text_find(chars, c) < chars.n : text_is_space(code_of(c));
}

struct str
text_strip(struct str s, struct str chars, bool left, bool right)
{
	struct str rest = s, c;

	while (left && rest.n && (c = text_next(&rest), to_strip(c, chars)))
		s = rest;
	while (right && s.n && (c = last_char(s), to_strip(c, chars)))
		s.n -= c.n;
	return s;
}

size_t
text_leading_space(struct str s)
{
	return s.n - text_strip(s, (struct str){0}, true, false).n;
}

size_t
text_trailing_space(struct str s)
{
	return s.n - text_strip(s, (struct str){0}, false, true).n;
}

struct str
text_keep(struct arena *a, struct buf *b)
{
	struct str s = {arena_ndup(a, buf_str(b).s, b->n), b->n};

	buf_free(b);
	return s;
}

static struct str
change_case(struct arena *a, struct str s, bool upper)
{
	static const uint32_t sharp_s = 0xdf;
	struct buf b = {0};
	locale_t l = unicode();

	while (s.n) {
		uint32_t c = code_of(text_next(&s));

		if (upper && c == sharp_s) {
			buf_adds(&b, "SS");
		} else {
			utf8_add(&b, (uint32_t)(upper ? towupper_l(c, l) : towlower_l(c, l)));
		}
	}
	freelocale(l);
	return text_keep(a, &b);
}

struct str
text_upper(struct arena *a, struct str s)
{
	return change_case(a, s, true);
}

struct str
text_lower(struct arena *a, struct str s)
{
	return change_case(a, s, false);
}

static void
repr_char(struct buf *out, struct str text, char quote, locale_t l)
{
	static const char special[] = "\t\n\r", letter[] = "tnr";
	uint32_t c = code_of(text);
	const char *s = c && c < 0x80 ? strchr(special, (int)c) : NULL;

	if (s) {
		buf_addf(out, "\\%c", letter[s - special]);
	} else if (c == '\\' || c == (unsigned char)quote) {
		buf_addf(out, "\\%c", (char)c);
	} else if (c == ' ' || (!is_hidden(c) && !text_is_space(c) && iswprint_l(c, l))) {
		buf_add(out, text.s, text.n);
	} else {
		buf_addf(out, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
	}
}

void
text_repr(struct buf *out, struct str s)
{
	bool both = text_find(s, STR("'")) < s.n && text_find(s, STR("\"")) == s.n;
	char quote = both ? '"' : '\'';
	locale_t l = unicode();

	buf_addc(out, quote);
	while (s.n)
		repr_char(out, text_next(&s), quote, l);
	buf_addc(out, quote);
	freelocale(l);
}

// DIGITS, with the point after the first EXPONENT + 1 of them.
static void
add_fixed(struct buf *out, const char *digits, int exponent)
{
	int n = (int)strlen(digits);

	if (exponent < 0) {
		buf_adds(out, "0.");
		while (++exponent < 0)
			buf_addc(out, '0');
		buf_adds(out, digits);
		return;
	}
	for (int i = 0; i < n || i <= exponent; i++) {
		buf_add(out, i < n ? &digits[i] : "0", 1);
		if (i == exponent)
			buf_addc(out, '.');
	}
	if (n <= exponent + 1)
		buf_addc(out, '0');
}

// The shortest digits that read back as V, which is finite and not negative; returns the exponent
// of the first.
static int
shortest(double v, char digits[20])
{
	char text[40];
	size_t n = 0;
	int precision = 0;

	do {
		snprintf(text, sizeof(text), "%.*e", precision, v);
	} while (strtod(text, NULL) != v && ++precision < 17);
	for (const char *c = text; *c != 'e'; c++) {
		if (*c != '.')
			digits[n++] = *c;
	}
	while (n > 1 && digits[n - 1] == '0')
		n--;
	digits[n] = '\0';
	return (int)strtol(strchr(text, 'e') + 1, NULL, 10);
}

void
text_float(struct buf *out, double v)
{
	char digits[20] = "";
	int exponent;

	if (isnan(v)) {
		buf_adds(out, "nan");
		return;
	}
	if (signbit(v))
		buf_addc(out, '-');
	if (isinf(v)) {
		buf_adds(out, "inf");
		return;
	}
	exponent = shortest(fabs(v), digits);
	if (exponent >= -4 && exponent < 16) {
		add_fixed(out, digits, exponent);
		return;
	}
	buf_addc(out, digits[0]);
	if (digits[1])
		buf_addf(out, ".%s", digits + 1);
	buf_addf(out, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
}

// str.replace() of the empty text: NEW_TEXT before each character and at the end.
static void
insert_between(struct buf *b, struct str s, struct str new_text, int64_t limit)
{
	for (; limit != 0; limit -= limit > 0) {
		struct str c;

		buf_add(b, new_text.s, new_text.n);
		if (s.n == 0)
			return;
		c = text_next(&s);
		buf_add(b, c.s, c.n);
	}
	buf_add(b, s.s, s.n);
}

struct str
text_replace(struct arena *a, struct str s, struct str old, struct str new_text, int64_t limit)
{
	struct buf b = {0};
	size_t at;

	if (old.n == 0) {
		insert_between(&b, s, new_text, limit);
		return text_keep(a, &b);
	}
	for (; limit != 0 && (at = text_find(s, old)) < s.n; limit -= limit > 0) {
		buf_add(&b, s.s, at);
		buf_add(&b, new_text.s, new_text.n);
		s = (struct str){s.s + at + old.n, s.n - at - old.n};
	}
	buf_add(&b, s.s, s.n);
	return text_keep(a, &b);
}
