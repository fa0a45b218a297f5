// SPDX-License-Identifier: Apache-2.0
#include "gen/base/source.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/base/utf8.h"

enum { MAX_SHOWN = 240 }; // bytes of a line

static bool
continues(char c) // a UTF-8 continuation byte: takes no column
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

// Read what F still holds. The size is only a hint: a file may grow, or be a pipe.
static char *
read_all(struct arena *a, FILE *f, size_t hint, size_t *n)
{
	size_t cap = hint + 1;
	char *text = arena_alloc(a, cap + 1);

	*n = 0;
	while (!feof(f) && !ferror(f)) {
		if (*n == cap) {
			char *more = arena_alloc(a, cap * 2 + 1);

			memcpy(more, text, *n);
			text = more;
			cap *= 2;
		}
		*n += fread(text + *n, 1, cap - *n, f);
	}
	text[*n] = '\0';
	return text;
}

struct source *
source_read(struct arena *a, FILE *f, const char *shown)
{
	struct source *src = source_of(a, shown, (struct str){0});
	struct stat st;

	if (fstat(fileno(f), &st) != 0 || S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return NULL;
	}
	src->text.s = read_all(a, f, st.st_size > 0 ? (size_t)st.st_size : 0, &src->text.n);
	return ferror(f) ? NULL : src;
}

struct source *
source_load(struct arena *a, const char *path, const char *shown)
{
	FILE *f = fopen(path, "re");
	struct source *src;

	if (!f)
		return NULL;
	src = source_read(a, f, shown);
	fclose(f);
	return src;
}

struct source *
source_of(struct arena *a, const char *shown, struct str text)
{
	struct source *src = arena_alloc(a, sizeof(*src));

	src->path = arena_dup(a, shown);
	src->text = text.s ? text : STR("");
	return src;
}

size_t
source_offset(const struct source *src, struct place at)
{
	const char *end = src->text.s + src->text.n, *p = src->text.s + utf8_mark(src->text);

	for (size_t line = 1; line < at.line; line++) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));

		if (!nl)
			return src->text.n;
		p = nl + 1;
	}
	for (size_t col = 1; col < at.column && p < end && *p != '\n'; col++) {
		do {
			p++;
		} while (p < end && continues(*p));
	}
	return (size_t)(p - src->text.s);
}

struct place
span_place(struct span at)
{
	struct place place = {1, 1};

	for (size_t i = utf8_mark(at.src->text); i < at.off && i < at.src->text.n; i++) {
		char c = at.src->text.s[i];

		if (c == '\n') {
			place.line++;
			place.column = 1;
		} else if (!continues(c)) {
			place.column++;
		}
	}
	return place;
}

static char
printable(char c)
{
	unsigned char u = (unsigned char)c;

	if (c == '\t' || (u >= 0x20 && u != 0x7f))
		return c;
	return '?';
}

// The part of a line that is shown: all of it, or as much around the span as a screen has room for.
struct window {
	const char *begin, *end;
	bool cut_before, cut_behind;
};

static struct window
window_at(const char *line, const char *p, const char *stop)
{
	struct window w = {line, stop, false, false};

	if (stop - line <= MAX_SHOWN)
		return w;
	if (p - line > MAX_SHOWN / 2) {
		w.begin = p - MAX_SHOWN / 2;
		w.cut_before = true;
	}
	if (stop - w.begin > MAX_SHOWN) {
		w.end = w.begin + MAX_SHOWN;
		w.cut_behind = true;
	}
	while (w.begin > line && continues(*w.begin))
		w.begin--;
	while (w.end > p && w.cut_behind && continues(*w.end))
		w.end--;
	return w;
}

static void
print_line(FILE *f, const struct window *w)
{
	fputs(w->cut_before ? "  ..." : "  ", f);
	for (const char *c = w->begin; c < w->end; c++)
		putc(printable(*c), f);
	fputs(w->cut_behind ? "...\n" : "\n", f);
}

static void
print_carets(FILE *f, const struct window *w, const char *p, size_t len)
{
	for (size_t i = 1; i < len && p + i < w->end; i++) {
		if (!continues(p[i]))
			putc('~', f);
	}
}

void
span_print(FILE *f, struct span at, const char *caret, const char *reset)
{
	const char *text = at.src->text.s, *end = text + at.src->text.n;
	const char *p = text + (at.off < at.src->text.n ? at.off : at.src->text.n);
	const char *line = p, *stop = p;
	struct window w;

	while (line > text && line[-1] != '\n')
		line--;
	if (line == text)
		line += utf8_mark(at.src->text);
	if (p < line)
		p = line;
	if (p > line && p < end && *p == '\n' && p[-1] == '\r') // on the second half of a line end
		p = stop = p - 1;
	while (stop < end && *stop != '\n' && *stop != '\r')
		stop++;
	w = window_at(line, p, stop);
	print_line(f, &w);
	fputs(w.cut_before ? "     " : "  ", f);
	for (const char *c = w.begin; c < p; c++) {
		if (!continues(*c))
			putc(*c == '\t' ? '\t' : ' ', f);
	}
	fprintf(f, "%s^", caret);
	print_carets(f, &w, p, at.len);
	fprintf(f, "%s\n", reset);
}
