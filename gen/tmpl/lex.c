// SPDX-License-Identifier: Apache-2.0
// lex.c -- the outside of tags: text, comments and raw blocks, and what white space they keep.
// Layer: gen/tmpl (over base).
//
// A '-' inside a tag's bracket takes all white space on that side. Otherwise trim_blocks takes one
// line end after a block tag or a comment, and lstrip_blocks takes the blanks before one that is
// the first thing on its line, unless the bracket has a '+'.
#include "gen/tmpl/lex.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gen/base/utf8.h"
#include "gen/tmpl/text.h"

void
lex_wrong(struct lexer *l, size_t off, size_t len, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	diag_add(l->ds, E400, (struct span){l->src, off, len}, "%s", text);
}

struct token *
lex_add(struct lexer *l, enum token_kind kind, size_t off)
{
	struct token t = {.kind = kind, .at = {l->src, off, l->pos - off}};

	VEC_ADD(l->ds->arena, &l->out, t);
	return &l->out.v[l->out.n - 1];
}

bool
lex_at(const struct lexer *l, size_t off, const char *what)
{
	size_t n = strlen(what);

	return off <= l->text.n && l->text.n - off >= n && memcmp(l->text.s + off, what, n) == 0;
}

char
lex_byte(const struct lexer *l, size_t off)
{
	return (char)(off < l->text.n ? l->text.s[off] : 0);
}

struct str
lex_rest(const struct lexer *l, size_t off)
{
	return (struct str){l->text.s + off, l->text.n - off};
}

static bool
is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

// The text from BEGIN to END with \n for every \r\n and \r.
static struct str
one_line_end(struct lexer *l, size_t begin, size_t end)
{
	struct str s = {l->text.s + begin, end - begin};
	struct buf b = {0};

	if (s.n == 0 || !memchr(s.s, '\r', s.n))
		return s;
	for (size_t i = 0; i < s.n; i++) {
		if (s.s[i] != '\r') {
			buf_addc(&b, s.s[i]);
		} else if (i + 1 == s.n || s.s[i + 1] != '\n') {
			buf_addc(&b, '\n');
		}
	}
	return text_keep(l->ds->arena, &b);
}

// Where the text from BEGIN to the tag at END really ends. SIGN is the one behind the tag's
// bracket; BLOCK: it is no {{.
static size_t
trimmed(const struct lexer *l, size_t begin, size_t end, char sign, bool block)
{
	struct str s = {l->text.s + begin, end - begin};
	size_t line = end;

	if (sign == '-')
		return end - text_trailing_space(s);
	if (sign == '+' || !block)
		return end;
	while (line > begin && !is_line_end(l->text.s[line - 1]))
		line--;
	if (line == begin && line > 0 && !is_line_end(l->text.s[line - 1]))
		return end;
	s = (struct str){l->text.s + line, end - line};
	return text_leading_space(s) == s.n ? line : end;
}

static void
add_text(struct lexer *l, size_t begin, size_t end)
{
	if (begin < end) {
		struct str s = one_line_end(l, begin, end);

		lex_add(l, T_TEXT, begin)->text = s;
	}
}

// Move behind the line end that follows a tag.
static void
skip_line_end(struct lexer *l)
{
	if (lex_at(l, l->pos, "\r\n")) {
		l->pos += 2;
	} else if (is_line_end(lex_byte(l, l->pos))) {
		l->pos++;
	}
}

static void
skip_space(struct lexer *l)
{
	l->pos += text_leading_space(lex_rest(l, l->pos));
}

bool
lex_end(struct lexer *l, const char *close, bool trim)
{
	bool minus = lex_byte(l, l->pos) == '-' && lex_at(l, l->pos + 1, close);
	bool plus = lex_byte(l, l->pos) == '+' && lex_at(l, l->pos + 1, close) && trim;

	if (!minus && !plus && !lex_at(l, l->pos, close))
		return false;
	l->pos += strlen(close) + (minus || plus);
	if (minus) {
		skip_space(l);
	} else if (!plus && trim) {
		skip_line_end(l);
	}
	return true;
}

// The rest of a comment that begins at OFF.
static void
lex_comment(struct lexer *l, size_t off)
{
	for (; l->pos < l->text.n; l->pos++) {
		if (lex_end(l, "#}", true))
			return;
	}
	lex_wrong(l, off, 2, "the comment does not end");
}

// Move behind WORD and the white space around it; false when something else stands here.
static bool
skip_word(struct lexer *l, const char *word)
{
	skip_space(l);
	if (!lex_at(l, l->pos, word))
		return false;
	l->pos += strlen(word);
	skip_space(l);
	return true;
}

// Read "raw %}" behind a tag's bracket; back where we were when something else stands there.
static bool
read_raw(struct lexer *l)
{
	size_t back = l->pos;
	bool minus;

	if (skip_word(l, "raw")) {
		minus = lex_at(l, l->pos, "-%}");
		if (minus || lex_at(l, l->pos, "%}")) {
			l->pos += minus ? 3 : 2;
			if (minus)
				skip_space(l);
			return true;
		}
	}
	l->pos = back;
	return false;
}

static char
read_sign(struct lexer *l)
{
	char c = lex_byte(l, l->pos);

	if (c != '-' && c != '+')
		return '\0';
	l->pos++;
	return c;
}

// The text of a raw block and its end. The block begins at OFF.
static void
lex_raw(struct lexer *l, size_t off)
{
	size_t begin = l->pos;

	for (; l->pos < l->text.n; l->pos++) {
		size_t here = l->pos, end;
		char sign;

		if (!lex_at(l, here, "{%"))
			continue;
		l->pos += 2;
		sign = read_sign(l);
		if (skip_word(l, "endraw") && lex_end(l, "%}", true)) {
			end = trimmed(l, begin, here, sign, true);
			add_text(l, begin, end);
			return;
		}
		l->pos = here;
	}
	lex_wrong(l, off, 2, "'raw' does not end: expected 'endraw'");
}

// Where the next tag or comment begins; at the end when there is none.
static size_t
next_bracket(const struct lexer *l)
{
	size_t off = l->pos;

	while (off < l->text.n &&
		!(lex_at(l, off, "{{") || lex_at(l, off, "{%") || lex_at(l, off, "{#")))
		off++;
	return off;
}

// The text before the next tag, and that tag.
static void
lex_one(struct lexer *l)
{
	size_t begin = l->pos, off = next_bracket(l);
	char kind = lex_byte(l, off + 1), sign;

	l->pos = off + 2;
	sign = read_sign(l);
	add_text(l, begin, trimmed(l, begin, off, sign, kind != '{'));
	if (kind == '#') {
		lex_comment(l, off);
	} else if (kind == '%' && read_raw(l)) {
		lex_raw(l, off);
	} else {
		lex_add(l, kind == '{' ? T_PRINT : T_TAG, off)->at.len = 2;
		lex_tag(l, l->out.n - 1);
	}
}

struct tokens
lex(const struct source *src, struct diags *ds)
{
	struct lexer l = {.src = src, .ds = ds, .text = src->text};
	size_t valid = utf8_valid(src->text);

	if (valid < src->text.n) {
		lex_wrong(&l, valid, 1, "byte 0x%02x is not valid UTF-8 here",
			(unsigned char)src->text.s[valid]);
		l.text.n = 0;
	}
	while (next_bracket(&l) < l.text.n)
		lex_one(&l);
	add_text(&l, l.pos, l.text.n);
	l.pos = l.text.n;
	lex_add(&l, T_END, l.pos);
	return l.out;
}
