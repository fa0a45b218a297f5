// SPDX-License-Identifier: Apache-2.0
// mutation.h -- a text changed at random, the same for the same seed. For mutate.
#ifndef TESTS_CONFIG_MUTATION_H
#define TESTS_CONFIG_MUTATION_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/str.h"

struct mutator {
	uint64_t state;
	struct buf text;
};

static inline void
mutator_start(struct mutator *m, unsigned long seed)
{
	*m = (struct mutator){.state = seed * 0x9e3779b97f4a7c15u + 1};
}

static inline void
mutator_end(struct mutator *m)
{
	buf_free(&m->text);
}

// A number below N; 0 when N is 0. Source: xorshift64*, https://doi.org/10.18637/jss.v008.i14
static inline size_t
mutator_below(struct mutator *m, size_t n)
{
	m->state ^= m->state >> 12;
	m->state ^= m->state << 25;
	m->state ^= m->state >> 27;
	return n ? (size_t)((m->state * 0x2545f4914f6cdd1du) >> 33) % n : 0;
}

static const char *const mutation_words[] = {"\"", "'", "\"\"\"", "'''", "[", "]", "[[", "]]", "{",
	"}", "=", ",", ".", "#", "\n", "\r\n", "\\", "\\u0000", "\\U0010ffff", "\\", "true",
	"false", "0", "-1", "1e400", "0x7fffffffffffffff", "9223372036854775807", "inf", "nan",
	"1979-05-27", "07:32:00", "[build]", "[apt]", "[[apt]]", "[web.search.x]", "name",
	"packages", "zstd", "\xef\xbb\xbf", "\xff", "\xc3", "\xed\xa0\x80", "\x01", "\t", " ",
	"\xf0\x9f\x98\x80"};

static const char *const mutation_values[] = {"1", "-1", "1.5", "inf", "true", "\"\"", "\"x\"",
	"[]", "[1]", "[[]]", "[\"x\", 1]", "{}", "{ x = 1 }", "1979-05-27T07:32:00Z", "''''''",
	"\"\\u0000\"", "\"sk-ant-0123456789abcdef\"", "\"TODO\"", "\"../..\"", "\"*\"", ""};

static inline void
mutation_insert(struct buf *b, size_t off, const char *s, size_t n)
{
	struct buf out = {0};

	buf_add(&out, b->s, off);
	buf_add(&out, s, n);
	buf_add(&out, b->s + off, b->n - off);
	buf_free(b);
	*b = out;
}

static inline void
mutation_remove(struct buf *b, size_t off, size_t n)
{
	n = n < b->n - off ? n : b->n - off;
	memmove(b->s + off, b->s + off + n, b->n - off - n);
	b->n -= n;
	b->s[b->n] = '\0';
}

// The value behind a '=' becomes another.
static inline void
mutation_value(struct mutator *m, struct buf *b)
{
	size_t off = mutator_below(m, b->n), end;
	const char *v = mutation_values[mutator_below(
		m, sizeof(mutation_values) / sizeof(*mutation_values))];

	while (off < b->n && b->s[off] != '=')
		off++;
	if (off == b->n)
		return;
	end = ++off;
	while (end < b->n && b->s[end] != '\n')
		end++;
	mutation_remove(b, off, end - off);
	mutation_insert(b, off, v, strlen(v));
}

// A line goes, comes twice, or loses a letter of its first word.
static inline void
mutation_line(struct mutator *m, struct buf *b)
{
	size_t begin = mutator_below(m, b->n), end;

	while (begin > 0 && b->s[begin - 1] != '\n')
		begin--;
	end = begin;
	while (end < b->n && b->s[end++] != '\n')
		;
	if (mutator_below(m, 3) == 0) {
		mutation_remove(b, begin, end - begin);
	} else if (mutator_below(m, 2) == 0) {
		char *line = malloc(end - begin + 1);

		memcpy(line, b->s + begin, end - begin);
		mutation_insert(b, begin, line, end - begin);
		free(line);
	} else {
		mutation_remove(b, begin, 1);
	}
}

// The whole file becomes another.
static inline void
mutation_file(struct mutator *m, struct buf *b)
{
	size_t how = mutator_below(m, 8), n = 1 + mutator_below(m, 5000);
	static const char *const fill[] = {"[", "{a=", "a.", "[a]\n", "x", "\0", "\xff\xfe"};

	if (how == 7) { // line ends of another system
		for (size_t i = 0; i < b->n; i++) {
			if (b->s[i] == '\n')
				mutation_insert(b, i++, "\r", 1);
		}
		return;
	}
	if (mutator_below(m, 3) == 0)
		b->n = 0;
	for (size_t i = 0; i < n; i++)
		buf_add(b, fill[how], how == 5 ? 1 : strlen(fill[how]));
}

static inline void
mutation_once(struct mutator *m, struct buf *b)
{
	const char *w =
		mutation_words[mutator_below(m, sizeof(mutation_words) / sizeof(*mutation_words))];
	size_t off = mutator_below(m, b->n + 1);

	switch (mutator_below(m, 12)) {
	case 0:
		if (off < b->n)
			b->s[off] = (char)mutator_below(m, 256);
		break;
	case 1:
		mutation_remove(b, off, 1 + mutator_below(m, 20));
		break;
	case 2:
		mutation_remove(b, off, b->n);
		break;
	case 3:
		mutation_file(m, b);
		break;
	case 4:
	case 5:
	case 6:
		mutation_value(m, b);
		break;
	case 7:
	case 8:
		mutation_line(m, b);
		break;
	default:
		mutation_insert(b, off, w, strlen(w));
	}
}

// TEXT after one to three changes; borrowed until the next call.
static inline struct str
mutator_change(struct mutator *m, struct str text)
{
	size_t n = 1 + mutator_below(m, 3);

	buf_free(&m->text);
	buf_add(&m->text, text.s, text.n);
	while (n-- > 0 && m->text.s)
		mutation_once(m, &m->text);
	return m->text.s ? buf_str(&m->text) : STR("");
}

#endif
