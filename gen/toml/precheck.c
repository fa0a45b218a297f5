// SPDX-License-Identifier: Apache-2.0
// precheck.c -- what is refused before toml++ sees it. Layer: gen/toml (over base).
#include <string.h>

#include "gen/base/diag.h"
#include "gen/base/utf8.h"
#include "gen/toml/shim.h"

// How deep tables and arrays are nested at one point of the text, at most: one level for each open
// bracket, one for each dot of the keys before them. Dots of numbers count too, which does no harm.
struct nesting {
	const char *p, *end;
	size_t level, total;
	size_t dots[TOML_MAX_DEPTH + 1]; // of each level
};

static bool
looking_at(const struct nesting *s, const char *what)
{
	size_t n = strlen(what);

	return (size_t)(s->end - s->p) >= n && memcmp(s->p, what, n) == 0;
}

// Skip the string that begins here; one that does not end stops at the end of its line, a
// multi-line one at the end of the text.
static void
skip_string(struct nesting *s)
{
	const char quote[] = {*s->p, '\0'}, quotes[] = {*s->p, *s->p, *s->p, '\0'};
	bool multi = looking_at(s, quotes);
	const char *end = multi ? quotes : quote;

	s->p += strlen(end);
	while (s->p < s->end && !looking_at(s, end) && (multi || *s->p != '\n')) {
		if (*s->p == '\\' && *quote == '"' && s->p + 1 < s->end && s->p[1] != '\n')
			s->p++;
		s->p++;
	}
	if (looking_at(s, end))
		s->p += strlen(end);
}

static void
forget_dots(struct nesting *s)
{
	s->total -= s->dots[s->level];
	s->dots[s->level] = 0;
}

// False when one more level would be too many.
static bool
count(struct nesting *s, char c)
{
	if (c == '[' || c == '{' || c == '.') {
		if (s->total == TOML_MAX_DEPTH)
			return false;
		s->total++;
		if (c == '.') {
			s->dots[s->level]++;
		} else {
			s->dots[++s->level] = 0;
		}
	} else if (c == ',' || (c == '\n' && s->level == 0)) {
		forget_dots(s);
	} else if ((c == ']' || c == '}') && s->level > 0) {
		forget_dots(s);
		s->level--;
		s->total--;
	}
	return true;
}

// The offset at which nesting becomes too deep; the length of the text when it never does.
static size_t
too_deep(struct str text)
{
	struct nesting s = {.p = text.s, .end = text.s + text.n};

	while (s.p < s.end) {
		if (*s.p == '"' || *s.p == '\'') {
			skip_string(&s);
			continue;
		}
		if (*s.p == '#') {
			const char *nl = memchr(s.p, '\n', (size_t)(s.end - s.p));

			s.p = nl ? nl : s.end;
			continue;
		}
		if (!count(&s, *s.p))
			break;
		s.p++;
	}
	return (size_t)(s.p - text.s);
}

bool
toml_precheck(const struct source *src, struct diags *ds)
{
	struct span at = {src, 0, 1};

	if (src->text.n > TOML_MAX_BYTES) {
		diag_add(ds, E002, at, "the file is longer than %d MiB", TOML_MAX_BYTES >> 20);
		return false;
	}
	at.off = utf8_valid(src->text);
	if (at.off < src->text.n) {
		diag_add(ds, E002, at, "byte 0x%02x is not valid UTF-8 here",
			(unsigned char)src->text.s[at.off]);
		return false;
	}
	at.off = too_deep(src->text);
	if (at.off < src->text.n) {
		diag_add(ds, E002, at, "nested more than %d levels deep", TOML_MAX_DEPTH);
		return false;
	}
	return true;
}
