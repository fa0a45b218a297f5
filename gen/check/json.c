// SPDX-License-Identifier: Apache-2.0
#include "gen/check/json.h"

#include <stdbool.h>
#include <string.h>

enum { MAX_DEPTH = 900 };

struct scan {
	const char *begin, *p, *end;
	const char *mistake; // NULL while all is fine
	int depth;
};

static bool
fail(struct scan *s, const char *at, const char *text)
{
	s->mistake = text;
	s->p = at;
	return false;
}

static void
skip_blanks(struct scan *s)
{
	while (s->p < s->end && *s->p && strchr(" \t\r\n", *s->p))
		s->p++;
}

static bool
take(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	return true;
}

static size_t
digits(struct scan *s, const char *set)
{
	const char *from = s->p;

	while (s->p < s->end && *s->p && strchr(set, *s->p))
		s->p++;
	return (size_t)(s->p - from);
}

// S->p stands at the backslash.
static bool
scan_escape(struct scan *s)
{
	const char *at = s->p++;

	if (s->p == s->end)
		return fail(s, at, "a string is not closed");
	if (*s->p == 'u') {
		struct scan hex = {.p = ++s->p, .end = s->end};

		if (s->end - s->p > 4)
			hex.end = s->p + 4;
		if (digits(&hex, "0123456789abcdefABCDEF") != 4)
			return fail(s, at, "'\\u' needs four hexadecimal digits");
		s->p = hex.p;
		return true;
	}
	if (!*s->p || !strchr("\"\\/bfnrt", *s->p))
		return fail(s, at, "unknown escape");
	s->p++;
	return true;
}

static bool
scan_string(struct scan *s)
{
	const char *open = s->p++;

	while (s->p < s->end && *s->p != '"') {
		if ((unsigned char)*s->p < 0x20)
			return fail(s, s->p, "a control character inside a string");
		if (*s->p != '\\') {
			s->p++;
		} else if (!scan_escape(s)) {
			return false;
		}
	}
	return take(s, "\"") || fail(s, open, "a string is not closed");
}

// Python takes as much of a number as is one, and complains about the rest.
static bool
scan_number(struct scan *s)
{
	static const char all[] = "0123456789";
	const char *at = s->p, *end;

	take(s, "-");
	if (!take(s, "0") && !digits(s, all))
		return fail(s, at, "expected a value");
	end = s->p;
	if (take(s, ".") && digits(s, all))
		end = s->p;
	s->p = end;
	if (take(s, "e") || take(s, "E")) {
		if (!take(s, "+"))
			take(s, "-");
		if (digits(s, all))
			end = s->p;
	}
	s->p = end;
	return true;
}

static bool scan_value(struct scan *s);

static bool
scan_member(struct scan *s)
{
	skip_blanks(s);
	if (s->p == s->end || *s->p != '"')
		return fail(s, s->p, "expected a name in double quotes");
	if (!scan_string(s))
		return false;
	skip_blanks(s);
	return take(s, ":") ? scan_value(s) : fail(s, s->p, "expected ':'");
}

// What stands between the brackets; S->p is behind the first.
static bool
scan_items(struct scan *s, const char *close, bool (*item)(struct scan *s))
{
	bool ok;

	if (++s->depth > MAX_DEPTH)
		return fail(s, s->p, "nested too deep");
	skip_blanks(s);
	ok = take(s, close);
	while (!ok) {
		if (!item(s))
			return false;
		skip_blanks(s);
		ok = take(s, close);
		if (!ok && !take(s, ","))
			return fail(s, s->p, "expected ','");
	}
	s->depth--;
	return true;
}

static bool
scan_value(struct scan *s)
{
	static const char *const words[] = {
		"null", "true", "false", "NaN", "Infinity", "-Infinity", NULL};

	skip_blanks(s);
	if (take(s, "{"))
		return scan_items(s, "}", scan_member);
	if (take(s, "["))
		return scan_items(s, "]", scan_value);
	if (s->p < s->end && *s->p == '"')
		return scan_string(s);
	for (size_t i = 0; words[i]; i++) {
		if (take(s, words[i]))
			return true;
	}
	return scan_number(s);
}

const char *
check_json(struct str text, size_t *off)
{
	struct scan s = {.begin = text.s, .p = text.s, .end = text.s + text.n};

	if (scan_value(&s)) {
		skip_blanks(&s);
		if (s.p < s.end)
			fail(&s, s.p, "more text behind the value");
	}
	*off = (size_t)(s.p - s.begin);
	return s.mistake;
}
