// SPDX-License-Identifier: Apache-2.0
// lex_tag.c -- the inside of tags: names, numbers, strings, operators. Layer: gen/tmpl (over base).
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/utf8.h"
#include "gen/tmpl/lex.h"
#include "gen/tmpl/text.h"

enum { MAX_BRACKETS = 200 };

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool
is_base_digit(char c, int base)
{
	char lower = (char)(c | 0x20);

	return is_digit(c) ? c - '0' < base : base == 16 && lower >= 'a' && lower <= 'f';
}

// How far digits of BASE reach from OFF, with single '_' between them.
static size_t
skip_digits(const struct lexer *l, size_t off, int base)
{
	while (is_base_digit(lex_byte(l, off), base)) {
		off++;
		if (lex_byte(l, off) == '_' && is_base_digit(lex_byte(l, off + 1), base))
			off++;
	}
	return off;
}

// The text from OFF to the current place without its '_'.
static const char *
number_text(struct lexer *l, size_t off)
{
	char *copy = arena_alloc(l->ds->arena, l->pos - off + 1), *to = copy;

	for (size_t i = off; i < l->pos; i++) {
		if (l->text.s[i] != '_')
			*to++ = l->text.s[i];
	}
	return copy;
}

// Digits, then a fraction or an exponent or both. False when it is no such thing.
static bool
lex_float(struct lexer *l)
{
	size_t off = l->pos, end = skip_digits(l, off, 10), exponent;
	bool real = false;

	if (off > 0 && l->text.s[off - 1] == '.')
		return false;
	if (lex_byte(l, end) == '.' && is_digit(lex_byte(l, end + 1))) {
		end = skip_digits(l, end + 1, 10);
		real = true;
	}
	if ((lex_byte(l, end) | 0x20) == 'e') {
		exponent = end + 1;
		exponent += lex_byte(l, exponent) == '+' || lex_byte(l, exponent) == '-';
		if (is_digit(lex_byte(l, exponent))) {
			end = skip_digits(l, exponent, 10);
			real = true;
		}
	}
	if (real) {
		l->pos = end;
		lex_add(l, T_FLOAT, off)->real = strtod(number_text(l, off), NULL);
	}
	return real;
}

// The base that the two characters here announce, 10 for none.
static int
announced_base(const struct lexer *l)
{
	static const struct {
		char letter;
		int base;
	} bases[] = {{'x', 16}, {'o', 8}, {'b', 2}};

	for (size_t i = 0; i < sizeof(bases) / sizeof(*bases); i++) {
		size_t first = l->pos + 2;

		first += lex_byte(l, first) == '_';
		if (lex_byte(l, l->pos) == '0' &&
			(lex_byte(l, l->pos + 1) | 0x20) == bases[i].letter &&
			is_base_digit(lex_byte(l, first), bases[i].base))
			return bases[i].base;
	}
	return 10;
}

static bool
lex_integer(struct lexer *l)
{
	size_t off = l->pos, digits = off;
	int base = announced_base(l);
	const char *text;
	long long v;

	if (base != 10)
		digits = off + 2 + (lex_byte(l, off + 2) == '_');
	l->pos = skip_digits(l, digits, base);
	if (base == 10 && lex_byte(l, off) == '0') { // 012 is 0, then 12
		for (l->pos = off + 1;
			lex_byte(l, l->pos) == '0' ||
			(lex_byte(l, l->pos) == '_' && lex_byte(l, l->pos + 1) == '0');)
			l->pos++;
	}
	text = number_text(l, off) + (base != 10 ? 2 : 0);
	errno = 0;
	v = strtoll(text, NULL, base);
	if (errno == ERANGE) {
		lex_wrong(l, off, l->pos - off, "the number is too large");
		return false;
	}
	lex_add(l, T_INT, off)->integer = v;
	return true;
}

// The length of the letter at OFF, 0 when there is none.
static size_t
letter_at(const struct lexer *l, size_t off)
{
	size_t n;
	uint32_t c;

	if (is_letter(lex_byte(l, off)))
		return 1;
	if ((unsigned char)lex_byte(l, off) < 0x80)
		return 0;
	n = utf8_decode(lex_rest(l, off), &c);
	return n && text_is_letter(c) ? n : 0;
}

static void
lex_name(struct lexer *l)
{
	size_t off = l->pos, n;

	while ((n = letter_at(l, l->pos)) || (n = is_digit(lex_byte(l, l->pos))))
		l->pos += n;
	lex_add(l, T_NAME, off)->text = (struct str){l->text.s + off, l->pos - off};
}

// N digits of BASE at OFF as a character; false when they are none.
static bool
coded(const struct lexer *l, size_t off, size_t n, int base, uint32_t *c)
{
	*c = 0;
	for (size_t i = 0; i < n; i++) {
		char d = lex_byte(l, off + i);

		if (!is_base_digit(d, base))
			return false;
		*c = *c * (uint32_t)base +
		     (uint32_t)(is_digit(d) ? d - '0' : (d | 0x20) - 'a' + 10);
	}
	return *c <= 0x10ffff && (*c < 0xd800 || *c >= 0xe000);
}

// \x, \u and \U with their digits. False after a mistake.
static bool
escaped_code(struct lexer *l, struct buf *b, size_t n)
{
	uint32_t c;

	if (!coded(l, l->pos + 2, n, 16, &c)) {
		lex_wrong(l, l->pos, 2, "'\\%c' needs %zu hexadecimal digits of a character",
			lex_byte(l, l->pos + 1), n);
		return false;
	}
	utf8_add(b, c);
	l->pos += 2 + n;
	return true;
}

static void
escaped_octal(struct lexer *l, struct buf *b)
{
	size_t n = 1;
	uint32_t c;

	while (n < 3 && is_base_digit(lex_byte(l, l->pos + 1 + n), 8))
		n++;
	coded(l, l->pos + 1, n, 8, &c);
	utf8_add(b, c);
	l->pos += 1 + n;
}

// The escape sequence here, as Python reads it. False after a mistake.
static bool
escaped(struct lexer *l, struct buf *b)
{
	static const char letters[] = "abfnrtv\\'\"", meaning[] = "\a\b\f\n\r\t\v\\'\"";
	char c = lex_byte(l, l->pos + 1);
	const char *s = c ? strchr(letters, c) : NULL;

	if (s) {
		buf_addc(b, meaning[s - letters]);
		l->pos += 2;
	} else if (c == 'x' || c == 'u' || c == 'U') {
		return escaped_code(l, b, c == 'x' ? 2 : c == 'u' ? 4 : 8);
	} else if (is_base_digit(c, 8)) {
		escaped_octal(l, b);
	} else if (c == 'N') {
		lex_wrong(l, l->pos, 2, "'\\N' is not supported; write the character");
		return false;
	} else if (c == '\n' || c == '\r') { // the line goes on
		l->pos += lex_at(l, l->pos + 1, "\r\n") ? 3 : 2;
	} else { // a backslash for itself
		buf_addc(b, '\\');
		l->pos++;
	}
	return true;
}

static bool
lex_string(struct lexer *l)
{
	size_t off = l->pos;
	char quote = lex_byte(l, l->pos++), c;
	struct buf b = {0};
	bool ok = true;

	while (ok && l->pos < l->text.n && (c = lex_byte(l, l->pos)) != quote) {
		if (c == '\\') {
			ok = escaped(l, &b);
			continue;
		}
		l->pos++;
		if (c != '\r') {
			buf_addc(&b, c);
		} else if (lex_byte(l, l->pos) != '\n') {
			buf_addc(&b, '\n');
		}
	}
	if (ok && l->pos >= l->text.n) {
		lex_wrong(l, off, 1, "the string does not end");
		l->pos = off + 1;
		ok = false;
	}
	if (!ok) {
		buf_free(&b);
		return false;
	}
	l->pos++;
	lex_add(l, T_STRING, off)->text = text_keep(l->ds->arena, &b);
	return true;
}

// Keep account of brackets in OPEN; a tag does not end inside of them.
static bool
balance(struct lexer *l, char c, char open[MAX_BRACKETS], size_t *n)
{
	if (c == '(' || c == '[' || c == '{') {
		if (*n == MAX_BRACKETS) {
			lex_wrong(l, l->pos, 1, "more than %d open brackets", MAX_BRACKETS);
			return false;
		}
		open[(*n)++] = (char)(c == '(' ? ')' : c == '[' ? ']' : '}');
	} else if (c == ')' || c == ']' || c == '}') {
		if (*n == 0) {
			lex_wrong(l, l->pos, 1, "unexpected '%c'", c);
		} else if (open[*n - 1] != c) {
			lex_wrong(l, l->pos, 1, "unexpected '%c', expected '%c'", c, open[*n - 1]);
		}
		if (*n == 0 || open[--*n] != c)
			return false;
	}
	return true;
}

static bool
lex_operator(struct lexer *l, char open[MAX_BRACKETS], size_t *n)
{
	static const struct {
		const char *text;
		int op;
	} pairs[] = {{"**", OP_POWER}, {"//", OP_FLOOR}, {"==", OP_EQ}, {"!=", OP_NE},
		{">=", OP_GE}, {"<=", OP_LE}};
	char c = lex_byte(l, l->pos);
	size_t off = l->pos;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		if (lex_at(l, off, pairs[i].text)) {
			l->pos += 2;
			lex_add(l, T_OP, off)->op = pairs[i].op;
			return true;
		}
	}
	if (!c || !strchr("+-/*%~[](){}><=.:|,;", c)) {
		struct str bad = text_part(lex_rest(l, off), 0, 1);

		lex_wrong(l, off, bad.n, "unexpected '%.*s'", STR_FMT(bad));
		return false;
	}
	if (!balance(l, c, open, n))
		return false;
	l->pos++;
	lex_add(l, T_OP, off)->op = (unsigned char)c;
	return true;
}

static bool
lex_token(struct lexer *l, char open[MAX_BRACKETS], size_t *n)
{
	char c = lex_byte(l, l->pos);

	if (is_digit(c))
		return lex_float(l) || lex_integer(l);
	if (letter_at(l, l->pos)) {
		lex_name(l);
		return true;
	}
	if (c == '"' || c == '\'')
		return lex_string(l);
	return lex_operator(l, open, n);
}

// The end of the tag, when it stands here.
static bool
lex_close(struct lexer *l, bool print)
{
	size_t off = l->pos;

	if (!lex_end(l, print ? "}}" : "%}", !print))
		return false;
	lex_add(l, print ? T_PRINT_END : T_TAG_END, off);
	return true;
}

// Stop where the template ends or the next tag begins, though this one goes on.
static bool
lex_unclosed(struct lexer *l, size_t open, bool known)
{
	bool print = l->out.v[open].kind == T_PRINT;

	if (l->pos < l->text.n && !lex_at(l, l->pos, "{{") && !lex_at(l, l->pos, "{%"))
		return false;
	if (!known)
		lex_wrong(l, l->out.v[open].at.off, 2, "'%s' is not closed", print ? "{{" : "{%");
	lex_add(l, print ? T_PRINT_END : T_TAG_END, l->pos);
	l->out.v[open].wrong = true;
	return true;
}

void
lex_tag(struct lexer *l, size_t open)
{
	bool print = l->out.v[open].kind == T_PRINT;
	char brackets[MAX_BRACKETS];
	size_t n = 0;

	for (;;) {
		bool wrong = l->out.v[open].wrong;

		l->pos += text_leading_space(lex_rest(l, l->pos));
		if ((n == 0 || wrong) && lex_close(l, print))
			return;
		if (lex_unclosed(l, open, wrong))
			return;
		if (wrong) {
			l->pos++;
		} else {
			l->out.v[open].wrong = !lex_token(l, brackets, &n);
		}
	}
}
