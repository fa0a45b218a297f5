// SPDX-License-Identifier: Apache-2.0
// places.c -- line and column to byte offset. Layer: gen/toml (over base).
#include "gen/base/utf8.h"
#include "gen/toml/shim.h"

enum { STRIDE = 32 };

static bool
continues(char c) // a UTF-8 continuation byte: takes no column
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

// Go from OFF, which is at *at, to the next character.
static size_t
next(struct str text, size_t off, struct place *at)
{
	if (text.s[off] == '\n') {
		*at = (struct place){at->line + 1, 1};
	} else {
		at->column++;
	}
	do {
		off++;
	} while (off < text.n && continues(text.s[off]));
	return off;
}

void
places_init(struct places *p, struct arena *a, const struct source *src)
{
	struct place at = {1, 1};
	size_t last = 0, begin = utf8_mark(src->text);

	p->src = src;
	p->n = 0;
	p->marks = arena_alloc(a, (src->text.n / STRIDE + 2) * sizeof(*p->marks));
	for (size_t off = begin; off < src->text.n; off = next(src->text, off, &at)) {
		if (p->n == 0 || off - last >= STRIDE) {
			p->marks[p->n++] = (struct mark){at.line, at.column, off};
			last = off;
		}
	}
}

static bool
reaches(const struct mark *m, struct place at)
{
	return m->line < at.line || (m->line == at.line && m->column <= at.column);
}

size_t
places_offset(const struct places *p, struct place at)
{
	size_t low = 0, high = p->n, off = utf8_mark(p->src->text);
	struct place here = {1, 1};

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (reaches(&p->marks[middle], at)) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	if (low > 0) {
		here = (struct place){p->marks[low - 1].line, p->marks[low - 1].column};
		off = p->marks[low - 1].off;
	}
	while (off < p->src->text.n && (here.line < at.line || here.column < at.column)) {
		// a column behind the end of its line, as toml++ gives at the end of the text
		if (here.line == at.line && p->src->text.s[off] == '\n')
			break;
		off = next(p->src->text, off, &here);
	}
	return off;
}
