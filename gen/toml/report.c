// SPDX-License-Identifier: Apache-2.0
// report.c -- mistakes toml++ found, in our words and at the place that is wrong.
// Layer: gen/toml (over base).
#include <string.h>

#include "gen/base/diag.h"
#include "gen/toml/shim.h"

// toml++ writes "Error while parsing SCOPE: REASON".
struct finding {
	struct str scope; // "" when it names none
	const char *reason;
};

static struct finding
split(const char *text)
{
	static const char lead[] = "Error while parsing ";
	const char *colon = strstr(text, ": ");

	if (strncmp(text, lead, sizeof(lead) - 1) != 0 || !colon)
		return (struct finding){STR(""), text};
	text += sizeof(lead) - 1;
	return (struct finding){{text, (size_t)(colon - text)}, colon + 2};
}

static char
byte_at(const struct source *src, size_t off)
{
	return (char)(off < src->text.n ? src->text.s[off] : 0);
}

static bool
is_bare(char c) // may stand in a key without quotes
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

static size_t
skip_blanks(const struct source *src, size_t off)
{
	while (byte_at(src, off) == ' ' || byte_at(src, off) == '\t')
		off++;
	return off;
}

static size_t
skip_blanks_back(const struct source *src, size_t off)
{
	while (off > 0 && (src->text.s[off - 1] == ' ' || src->text.s[off - 1] == '\t'))
		off--;
	return off;
}

// Where the part of a key that ends before OFF begins. toml++ has accepted the key.
static size_t
part_back(const struct source *src, size_t off)
{
	bool escaped = true;
	char quote = '\0';

	if (off > 0)
		quote = byte_at(src, off - 1);
	if (quote != '"' && quote != '\'') {
		while (off > 0 && is_bare(src->text.s[off - 1]))
			off--;
		return off;
	}
	for (off--; off > 0 && escaped;) {
		size_t slashes = 0;

		off--;
		while (quote == '"' && slashes < off && src->text.s[off - 1 - slashes] == '\\')
			slashes++;
		escaped = src->text.s[off] != quote || slashes % 2 == 1;
	}
	return off;
}

// The key before the value that begins at OFF.
static struct span
key_back(const struct source *src, size_t off)
{
	size_t end, begin;

	off = skip_blanks_back(src, off);
	if (off == 0 || src->text.s[off - 1] != '=')
		return (struct span){src, off, 1};
	end = skip_blanks_back(src, off - 1);
	begin = part_back(src, end);
	for (;;) {
		size_t dot = skip_blanks_back(src, begin);

		if (dot == 0 || src->text.s[dot - 1] != '.')
			return (struct span){src, begin, end - begin};
		begin = part_back(src, skip_blanks_back(src, dot - 1));
	}
}

// The part of a key that begins at OFF.
static struct span
part_at(const struct source *src, size_t off)
{
	size_t end = off;
	char quote = byte_at(src, off);

	if (quote == '"' || quote == '\'') {
		for (end++; end < src->text.n && src->text.s[end] != quote; end++)
			end += quote == '"' && src->text.s[end] == '\\';
		end++;
	} else {
		while (is_bare(byte_at(src, end)))
			end++;
	}
	return (struct span){src, off, end - off};
}

// The header at OFF: all from its first bracket to its last. Its keys may hold quoted brackets.
static struct span
header_at(const struct source *src, size_t off)
{
	size_t end = off;

	while (byte_at(src, end) == '[')
		end++;
	while (end < src->text.n && src->text.s[end] != ']') {
		struct span part = part_at(src, end);

		end += part.len ? part.len : 1;
	}
	while (byte_at(src, end) == ']')
		end++;
	return (struct span){src, off, end - off};
}

// The header that toml++ has just read when it stands at OFF: the one that begins there, unless it
// has gone on to the next line already; then what stands before OFF is not fine.
static struct span
header_near(const struct source *src, size_t off, struct arena *a)
{
	size_t line = off;

	if (byte_at(src, off) == '[' && toml_fine((struct str){src->text.s, off}, a))
		return header_at(src, off);
	if (line > 0 && src->text.s[line - 1] == '\n')
		line--;
	while (line > 0 && src->text.s[line - 1] != '\n')
		line--;
	line = skip_blanks(src, line);
	return byte_at(src, line) == '[' ? header_at(src, line) : (struct span){src, off, 1};
}

static void
report_double(const struct source *src, const struct finding *f, size_t off, struct diags *ds)
{
	struct span at, first;
	struct diag *d;

	if (str_is(f->scope, "table header")) {
		at = header_near(src, off, ds->arena);
	} else if (strstr(f->reason, "as dotted key-value pair")) {
		at = part_at(src, off);
	} else {
		at = key_back(src, off);
	}
	d = diag_add(ds, E002, at, "'%.*s' is already defined", (int)at.len, src->text.s + at.off);
	if (toml_first(at, ds->arena, &first))
		diag_note(ds, d, first, "it was first defined here");
}

static const char control[] = "control characters are not allowed here";

// What we say instead of some of the reasons. AT_END: only where a line ends.
static const struct {
	const char *reason;
	bool at_end;
	const char *ours;
} words[] = {
	{"could not determine value type", false, "expected a value"},
	{"unescaped control characters", true, "expected '\"' before the end of the line"},
	{"unescaped control characters", false, control},
	{"control characters", true, "expected ''' before the end of the line"},
	{"control characters", false, control},
	{"unexpected control character", false, control},
	{"vertical tabs", false, control},
	{"expected '\\n' after '\\r'", false, "a carriage return without a line feed"},
	{"expected bare key starting character or string delimiter", false, "expected a key"},
	{"tables with blank bare keys", false, "expected a key"},
	{"expected keys, tables, whitespace or comments", false, "expected a key or a [table]"},
	{"expected a comment or whitespace", false, "expected the end of the line"},
	{"expected value-terminator", false, "expected the end of the value"},
	{"expected expected digit", false, "expected a digit"},
	{"expected hour between 0 to 59", false, "expected hour between 0 and 23"},
	{"encountered end-of-file", false, "the file ends too early"},
};

static const char *
our_words(const struct source *src, const struct finding *f, size_t off)
{
	char c = byte_at(src, off);
	bool at_end = c == '\n' || c == '\r';

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strncmp(f->reason, words[i].reason, strlen(words[i].reason)) == 0 &&
			(at_end || !words[i].at_end))
			return words[i].ours;
	}
	return NULL;
}

// A word that stands where a value should, such as zstd or True. toml++ takes the first letters of
// some for a boolean or a number and stumbles inside.
static bool
report_word(const struct source *src, const struct finding *f, size_t off, struct diags *ds)
{
	static const char *const scopes[] = {"value", "boolean", "floating-point", NULL};
	size_t begin = off, end = off;
	size_t i = 0;

	while (scopes[i] && !str_is(f->scope, scopes[i]))
		i++;
	while (begin > 0 && is_bare(src->text.s[begin - 1]))
		begin--;
	while (is_bare(byte_at(src, end)))
		end++;
	if (!scopes[i] || begin == end || (src->text.s[begin] | 0x20) < 'a')
		return false;
	diag_add(ds, E002, (struct span){src, begin, end - begin},
		"expected a value; text needs quotes, and it is 'true' or 'false' in lower case");
	return true;
}

// Where ", saw '" and a line end stand in REASON, which are no text to show; else NULL.
static const char *
saw_line_end(const char *reason)
{
	const char *saw = strstr(reason, ", saw '");
	const char *c = saw ? saw + strlen(", saw '") : "";

	return *c == '\n' || *c == '\r' || strncmp(c, "\\n", 2) == 0 || strncmp(c, "\\r", 2) == 0
		       ? saw
		       : NULL;
}

static void
report_other(const struct source *src, const struct finding *f, size_t off, struct diags *ds)
{
	struct span at = {src, off, 1};
	const char *ours = our_words(src, f, off), *end = "", *saw;
	struct str reason = str_of(ours ? ours : f->reason);

	if (report_word(src, f, off, ds))
		return;
	if ((saw = saw_line_end(reason.s))) {
		reason.n = (size_t)(saw - reason.s);
		end = " before the end of the line";
	}
	if (f->scope.n == 0 || str_is(f->scope, "root table")) {
		diag_add(ds, E002, at, "%.*s%s", STR_FMT(reason), end);
	} else {
		diag_add(ds, E002, at, "%.*s: %.*s%s", STR_FMT(f->scope), STR_FMT(reason), end);
	}
}

void
toml_report(const struct source *src, const struct shim_mistake *m, struct diags *ds)
{
	struct finding f = split(m->text);

	if (strncmp(f.reason, "cannot redefine", 15) == 0 ||
		strncmp(f.reason, "cannot insert", 13) == 0) {
		report_double(src, &f, m->off, ds);
	} else {
		report_other(src, &f, m->off, ds);
	}
}
