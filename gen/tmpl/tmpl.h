// SPDX-License-Identifier: Apache-2.0
// tmpl.h -- templates: the part of Jinja's language that text files of a build need.
// Layer: gen/tmpl (over base). Source: https://jinja.palletsprojects.com/en/3.1.x/templates/
//
// Environment: trim_blocks, lstrip_blocks, keep_trailing_newline, no auto-escape, and every name
// must have a value (StrictUndefined). What both accept renders to the same bytes, but that
//   - filters give lists where Jinja gives generators (map, select, reject, unique, reverse, items)
//   - tojson gives plain text, not text that escapes as HTML what is added to it with '+'
//   - upper and lower leave letters alone whose other case is several letters, but for sharp s
//   - integers have 64 bits; a larger one is a mistake
//
//   tags      if elif else, for else (with "if"), set (also as a block), with, filter, raw, print
//   filters   filters.c has the table          tests    tests.c
//   methods   methods.c                        functions  dict, namespace, range
//   not here  macros, includes, inheritance, calls with * and **, recursive loops
//
// A number of a values file is an integer when it has no fraction, so 24.0 there prints as 24.
#ifndef GEN_TMPL_TMPL_H
#define GEN_TMPL_TMPL_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "gen/base/diag.h"
#include "gen/base/source.h"
#include "gen/base/str.h"

struct tmpl;

// Parse the template text of SRC. NULL after mistakes, which are all stored in DS: E400 for the
// syntax. Lives in DS->arena; SRC must live as long.
struct tmpl *tmpl_parse(const struct source *src, struct diags *ds);

// Render with the members of VALUES (an object) as variables; append to OUT. False after mistakes,
// stored in DS: E401 for a name without a value, with the nearest one, E402 for a value of the
// wrong type or size. OUT then holds an unspecified part of the text.
bool tmpl_render(const struct tmpl *t, const cJSON *values, struct diags *ds, struct buf *out);

#endif
