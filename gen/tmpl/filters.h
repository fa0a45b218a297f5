// SPDX-License-Identifier: Apache-2.0
// filters.h -- the filters, by file. Each is told in Jinja's documents. Layer: gen/tmpl (over
// base).
#ifndef GEN_TMPL_FILTERS_H
#define GEN_TMPL_FILTERS_H

#include "gen/tmpl/call.h"
#include "gen/tmpl/run.h"

#define FILTER(name) bool filter_##name(struct run *r, const struct call *c, struct value *out);

// filters_text.c
FILTER(capitalize)
FILTER(format)
FILTER(indent)
FILTER(join)
FILTER(lower)
FILTER(replace)
FILTER(string)
FILTER(title)
FILTER(tojson)
FILTER(trim)
FILTER(upper)

// filters_list.c
FILTER(first)
FILTER(items)
FILTER(last)
FILTER(length)
FILTER(list)
FILTER(map)
FILTER(reject)
FILTER(rejectattr)
FILTER(reverse)
FILTER(select)
FILTER(selectattr)

// filters_sort.c
FILTER(dictsort)
FILTER(max)
FILTER(min)
FILTER(sort)
FILTER(sum)
FILTER(unique)

#undef FILTER

#endif
