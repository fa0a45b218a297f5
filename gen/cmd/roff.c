// SPDX-License-Identifier: Apache-2.0
#include "gen/cmd/roff.h"

#include <ctype.h>
#include <string.h>

#include "gen/base/version.h"
#include "gen/cmd/manual.h"

// '-' is a minus sign, '\' starts an escape.
static void
put_char(FILE *f, char c)
{
	if (c == '-') {
		fputs("\\-", f);
	} else if (c == '\\') {
		fputs("\\e", f);
	} else {
		putc(c, f);
	}
}

// '.' and ''' at the start of a line would be a request.
static void
put(FILE *f, const char *s)
{
	for (bool start = true; *s; start = *s++ == '\n') {
		if (start && (*s == '.' || *s == '\''))
			fputs("\\&", f);
		put_char(f, *s);
	}
}

static void
heading(FILE *f, const char *request, const char *title)
{
	fprintf(f, "%s \"", request);
	for (; *title; title++) {
		if (*title == '"') {
			fputs("\\(dq", f);
		} else {
			put_char(f, *title);
		}
	}
	fputs("\"\n", f);
}

void
roff_title(FILE *f, const char *name, int section, const char *about)
{
	fputs(".TH ", f);
	for (const char *c = name; *c; c++)
		fprintf(f, "%s%c", *c == '-' ? "\\" : "", toupper((unsigned char)*c));
	fprintf(f, " %d \"%s\" \"capsem\\-configure %s\"\n", section, CAPSEM_DATE, CAPSEM_VERSION);
	fputs(".ad l\n", f);
	roff_section(f, "NAME");
	put(f, name);
	fputs(" \\- ", f);
	put(f, about);
	putc('\n', f);
}

void
roff_section(FILE *f, const char *title)
{
	heading(f, ".SH", title);
}

void
roff_part(FILE *f, const char *title)
{
	heading(f, ".SS", title);
}

void
roff_text(FILE *f, const char *text)
{
	put(f, text);
	putc('\n', f);
}

void
roff_paragraph(FILE *f, const char *text)
{
	fputs(".PP\n", f);
	roff_text(f, text);
}

void
roff_synopsis(FILE *f, const char *text)
{
	fputs(".nf\n", f);
	roff_text(f, text);
	fputs(".fi\n", f);
}

void
roff_item(FILE *f, const char *tag, const char *text)
{
	fputs(".TP\n.B ", f);
	put(f, tag);
	putc('\n', f);
	roff_text(f, text);
}

void
roff_see_also(FILE *f, const char *name)
{
	const char *between = "";

	roff_section(f, "SEE ALSO");
	for (const struct manual_page *page = manual_pages; page->name; page++) {
		if (strcmp(page->name, name) == 0)
			continue;
		fprintf(f, "%s\\fB", between);
		put(f, page->name);
		fprintf(f, "\\fR(%d)", page->section);
		between = ",\n";
	}
	fprintf(f, "%s\\fBninja\\fR(1)\n", between);
}
