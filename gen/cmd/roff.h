// SPDX-License-Identifier: Apache-2.0
// roff.h -- the few requests our manual pages use. Layer: gen/cmd.
// Source: man(7)
#ifndef GEN_CMD_ROFF_H
#define GEN_CMD_ROFF_H

#include <stdio.h>

#include "gen/base/str.h"

// The head of page NAME(SECTION) and what it is ABOUT, in one line.
void roff_title(FILE *f, const char *name, int section, const char *about);

// The headings of a section, and of a part of one.
void roff_section(FILE *f, const char *title);
void roff_part(FILE *f, const char *title);

// Text behind a heading; a paragraph behind that; a synopsis, whose lines stay as they are; a tag
// and what it means.
void roff_text(FILE *f, const char *text);
void roff_paragraph(FILE *f, const char *text);
void roff_synopsis(FILE *f, const char *text);
void roff_item(FILE *f, const char *tag, const char *text);

// "NAME(SECTION), NAME(SECTION)" of the pages that stand for themselves, but for NAME.
void roff_see_also(FILE *f, const char *name);

#endif
