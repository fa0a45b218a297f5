// SPDX-License-Identifier: Apache-2.0
// mcp_json.c -- members of a JSON text as they are written. Layer: gen/cmd.
//
// A tree of cJSON would not do: an id must come back as it was spelt, of two members of one name
// the last counts, and its strings end at a NUL.
#include <stdlib.h>
#include <string.h>

#include "gen/base/utf8.h"
#include "gen/check/json.h"
#include "gen/cmd/mcp.h"

const char *
mcp_json_mistake(struct str text)
{
	size_t off;

	return utf8_valid(text) < text.n ? "not UTF-8" : check_json(text, &off);
}

enum mcp_kind
mcp_kind(struct str json)
{
	if (json.n == 0)
		return MCP_NONE;
	if (str_is(json, "null"))
		return MCP_NULL;
	if (*json.s == '"' || *json.s == '{')
		return *json.s == '"' ? MCP_STRING : MCP_OBJECT;
	if (*json.s == '-' ? json.s[1] != 'I' : strchr("0123456789", *json.s) != NULL)
		return MCP_NUMBER;
	return MCP_OTHER;
}

// Behind the string that begins at P.
static const char *
string_end(const char *p)
{
	for (p++; *p != '"'; p++)
		p += *p == '\\';
	return p + 1;
}

// Where the value of a member ends that begins at P: at ',' or '}'.
static const char *
value_end(const char *p)
{
	for (size_t depth = 0;; p++) {
		if (*p == '"') {
			p = string_end(p) - 1;
		} else if (*p == '{' || *p == '[') {
			depth++;
		} else if (depth == 0 && (*p == ',' || *p == '}')) {
			return p;
		} else if (*p == '}' || *p == ']') {
			depth--;
		}
	}
}

static bool
is_named(struct str string, const char *key)
{
	struct buf name = {0};
	bool same;

	mcp_text(string, &name);
	same = str_is(buf_str(&name), key);
	buf_free(&name);
	return same;
}

struct str
mcp_member(struct str object, const char *key)
{
	struct str found = {"", 0};
	const char *p = object.s + 1;

	for (;;) {
		const char *end, *colon;

		p += strspn(p, " \t\r\n,");
		if (*p == '}')
			return found;
		end = string_end(p);
		colon = strchr(end, ':');
		if (is_named((struct str){p, (size_t)(end - p)}, key)) {
			p = value_end(colon + 1);
			found = str_trim((struct str){colon + 1, (size_t)(p - colon - 1)});
		} else {
			p = value_end(colon + 1);
		}
	}
}

// The four digits at P, as check_json saw them.
static uint32_t
unit_at(const char *p)
{
	char digits[5] = "";

	memcpy(digits, p, 4);
	return (uint32_t)strtoul(digits, NULL, 16);
}

// The escape at P, a backslash. Returns how long it is.
static size_t
add_escape(const char *p, struct buf *out)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	uint32_t c, low;

	if (p[1] != 'u') {
		buf_addc(out, meant[strchr(letters, p[1]) - letters]);
		return 2;
	}
	c = unit_at(p + 2);
	low = c >= 0xd800 && c < 0xdc00 && p[6] == '\\' && p[7] == 'u' ? unit_at(p + 8) : 0;
	if (low >= 0xdc00 && low < 0xe000) {
		utf8_add(out, 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00));
		return 12;
	}
	utf8_add(out, c == 0 || (c >= 0xd800 && c < 0xe000) ? 0xfffd : c);
	return 6;
}

void
mcp_text(struct str string, struct buf *out)
{
	const char *p = string.s + 1, *end = string.s + string.n - 1;

	while (p < end) {
		if (*p == '\\') {
			p += add_escape(p, out);
		} else {
			buf_addc(out, *p++);
		}
	}
}
