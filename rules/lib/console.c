// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/console.h"

#include <string.h>

enum { MAX_LINE = 4096, ESC = 033, BEL = 007 };

double
console_seconds(const struct console *c)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - c->start.tv_sec) +
	       (double)(now.tv_nsec - c->start.tv_nsec) / 1e9;
}

// What follows the escape sequence that starts at P.
static const char *
skip_escape(const char *p)
{
	if (*++p == '[') {
		p += 1 + strspn(p + 1, "0123456789;:<=>? !\"#$%&'()*+,-./");
		return *p ? p + 1 : p;
	}
	if (*p == ']') {
		while (*p && *p != BEL && *p != ESC)
			p++;
		return *p == ESC && p[1] ? p + 2 : p + (*p == BEL);
	}
	return *p ? p + 1 : p;
}

// A line as a person would see it, without what only a terminal understands.
static char *
clean(struct arena *a, const char *raw)
{
	char *line = arena_alloc(a, strlen(raw) + 1), *to = line;

	while (*raw) {
		if (*raw == ESC) {
			raw = skip_escape(raw);
			continue;
		}
		if (*raw == '\t' || ((unsigned char)*raw >= 0x20 && *raw != 0x7f))
			*to++ = *raw;
		raw++;
	}
	while (to > line && (to[-1] == ' ' || to[-1] == '\t'))
		to--;
	*to = '\0';
	return line;
}

static void
print(FILE *f, double seconds, const char *line)
{
	fprintf(f, "[%8.3f] %s\n", seconds, line);
}

static void
end_line(struct console *c)
{
	char *line = clean(c->arena, c->line.n ? c->line.s : "");
	double seconds = console_seconds(c);

	c->line.n = 0;
	VEC_ADD(c->arena, &c->lines, line);
	print(c->log, seconds, line);
	if (c->screen) {
		print(c->screen, seconds, line);
		fflush(c->screen);
	}
	c->on_line(c->arg, line);
}

void
console_add(struct console *c, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (bytes[i] != '\n' && bytes[i] != '\0')
			buf_addc(&c->line, bytes[i]);
		if (bytes[i] == '\n' || c->line.n == MAX_LINE)
			end_line(c);
	}
}

void
console_end(struct console *c)
{
	if (c->line.n)
		end_line(c);
	buf_free(&c->line);
}
