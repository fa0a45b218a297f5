// SPDX-License-Identifier: Apache-2.0
// inside.c -- from a byte of a string to where it stands in the text. Layer: gen/toml (over base).
#include <string.h>

#include "gen/toml/toml.h"

// How many bytes the character with N hexadecimal digits at P takes.
static size_t
code_point_bytes(const char *p, size_t n)
{
	unsigned long c = 0;

	for (size_t i = 0; i < n; i++)
		c = c << 4 | (unsigned long)(p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
	return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
}

// One piece of a string: how many bytes of text stand for how many of the value.
struct piece {
	size_t raw, bytes;
};

static struct piece
escape_at(const char *p, const char *end)
{
	size_t n = 1;

	if (end - p >= 6 && p[1] == 'u')
		return (struct piece){6, code_point_bytes(p + 2, 4)};
	if (end - p >= 10 && p[1] == 'U')
		return (struct piece){10, code_point_bytes(p + 2, 8)};
	while (p + n < end && strchr(" \t\r\n", p[n]))
		n++;
	if (n > 1) // a line end after the backslash: that and all blanks go
		return (struct piece){n, 0};
	return (struct piece){2, 1};
}

static struct piece
piece_at(const char *p, const char *end, char quote)
{
	if (*p == '\\' && quote == '"')
		return escape_at(p, end);
	if (*p == '\r' && end - p > 1 && p[1] == '\n')
		return (struct piece){2, 1};
	return (struct piece){1, 1};
}

// Where the value begins behind the quotes that open it.
static const char *
open_string(const char *p, const char *end)
{
	bool multi = end - p >= 6 && p[1] == p[0] && p[2] == p[0];

	p += multi ? 3 : 1;
	if (multi && *p == '\r')
		p++;
	return multi && *p == '\n' ? p + 1 : p;
}

struct span
toml_inside(struct span at, size_t off, size_t len)
{
	const char *text = at.src->text.s, *p = text + at.off, *end = p + at.len, *begin;
	size_t here = 0;
	char quote;

	if (at.len < 2 || (*p != '"' && *p != '\''))
		return at;
	quote = *p;
	p = open_string(p, end);
	for (; p < end && here < off; p += piece_at(p, end, quote).raw)
		here += piece_at(p, end, quote).bytes;
	begin = p;
	for (; p < end && here < off + len; p += piece_at(p, end, quote).raw)
		here += piece_at(p, end, quote).bytes;
	if (p > end)
		p = end;
	return (struct span){at.src, (size_t)(begin - text), p > begin ? (size_t)(p - begin) : 1};
}
