// SPDX-License-Identifier: Apache-2.0
// json.c -- the outermost members of one JSON object. Layer: guest/agent/lib.
#include "json.h"

#include <ctype.h>
#include <string.h>

enum { MAX_DEPTH = 128 }; // as deep as the host reads

static const char blanks[] = " \t\r\n";

struct scan {
	const char *p, *end;
	int depth;
};

// Who is told of the members of the outermost object.
struct listener {
	void (*fn)(void *ctx, struct text key, struct text value);
	void *ctx;
};

// Whether C is one of the characters of SET; NUL never is.
static bool
is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static void
skip_blanks(struct scan *s)
{
	while (s->p < s->end && is_one_of(*s->p, blanks))
		s->p++;
}

// Step over C. False when something else stands there.
static bool
take(struct scan *s, char c)
{
	if (s->p == s->end || *s->p != c)
		return false;
	s->p++;
	return true;
}

static bool
take_word(struct scan *s, const char *word)
{
	size_t n = strlen(word);

	if ((size_t)(s->end - s->p) < n || memcmp(s->p, word, n) != 0)
		return false;
	s->p += n;
	return true;
}

static bool
take_digits(struct scan *s)
{
	const char *start = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > start;
}

static bool
take_number(struct scan *s)
{
	(void)take(s, '-');
	if (!take(s, '0') && !take_digits(s))
		return false;
	if (take(s, '.') && !take_digits(s))
		return false;
	if (take(s, 'e') || take(s, 'E')) {
		if (!take(s, '+'))
			(void)take(s, '-');
		return take_digits(s);
	}
	return true;
}

// Step over what follows a backslash.
static bool
take_escape(struct scan *s)
{
	if (!take(s, 'u')) {
		if (s->p == s->end || !is_one_of(*s->p, "\"\\/bfnrt"))
			return false;
		s->p++;
		return true;
	}
	for (int i = 0; i < 4; i++) {
		if (s->p == s->end || !isxdigit((unsigned char)*s->p))
			return false;
		s->p++;
	}
	return true;
}

// Step over a string; TEXT gets what stands between its quotes.
static bool
take_string(struct scan *s, struct text *text)
{
	if (!take(s, '"'))
		return false;
	text->s = s->p;
	while (s->p < s->end && *s->p != '"') {
		unsigned char c = (unsigned char)*s->p++;

		if (c < ' ' || (c == '\\' && !take_escape(s)))
			return false;
	}
	text->n = (size_t)(s->p - text->s);
	return take(s, '"');
}

static bool take_value(struct scan *s);

static bool
take_array(struct scan *s)
{
	s->p++;
	skip_blanks(s);
	if (take(s, ']'))
		return true;
	do {
		if (!take_value(s))
			return false;
	} while (take(s, ','));
	return take(s, ']');
}

// Step over an object; LISTENER may be NULL.
static bool
take_object(struct scan *s, const struct listener *listener)
{
	struct text key, value;

	s->p++;
	skip_blanks(s);
	if (take(s, '}'))
		return true;
	do {
		skip_blanks(s);
		if (!take_string(s, &key))
			return false;
		skip_blanks(s);
		if (!take(s, ':'))
			return false;
		skip_blanks(s);
		value.s = s->p;
		if (!take_value(s))
			return false;
		value.n = (size_t)(s->p - value.s);
		while (value.n && is_one_of(value.s[value.n - 1], blanks))
			value.n--;
		if (listener)
			listener->fn(listener->ctx, key, value);
	} while (take(s, ','));
	return take(s, '}');
}

// Step over a value and the blanks on both its sides.
static bool
take_value(struct scan *s)
{
	struct text ignored;
	bool ok;

	skip_blanks(s);
	if (s->p == s->end || ++s->depth > MAX_DEPTH)
		return false;
	switch (*s->p) {
	case '{':
		ok = take_object(s, NULL);
		break;
	case '[':
		ok = take_array(s);
		break;
	case '"':
		ok = take_string(s, &ignored);
		break;
	default:
		ok = take_word(s, "true") || take_word(s, "false") || take_word(s, "null") ||
		     take_number(s);
	}
	s->depth--;
	skip_blanks(s);
	return ok;
}

bool
json_read(const char *p, size_t n, void (*fn)(void *ctx, struct text key, struct text value),
	void *ctx)
{
	const struct listener listener = {fn, ctx};
	struct scan s = {p, p + n, 1};

	skip_blanks(&s);
	if (s.p == s.end || *s.p != '{' || !take_object(&s, &listener))
		return false;
	skip_blanks(&s);
	return s.p == s.end;
}

static void
note_call(void *ctx, struct text key, struct text value)
{
	struct json_call *call = ctx;

	if (text_is(key, "id")) {
		call->has_id = true;
		call->id = value;
	} else if (text_is(key, "method")) {
		bool is_string = *value.s == '"';

		call->method = is_string ? (struct text){value.s + 1, value.n - 2}
					 : (struct text){NULL, 0};
	}
}

bool
json_read_call(const char *p, size_t n, struct json_call *call)
{
	*call = (struct json_call){.has_id = false};
	return json_read(p, n, note_call, call);
}
