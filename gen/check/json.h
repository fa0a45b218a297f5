// SPDX-License-Identifier: Apache-2.0
// json.h -- whether a text is JSON, as strictly as Python's json module. Layer: gen/check.
#ifndef GEN_CHECK_JSON_H
#define GEN_CHECK_JSON_H

#include "gen/base/str.h"

// NULL when TEXT is one JSON value (NaN and Infinity are), else what is wrong, at byte *off.
// Source: https://docs.python.org/3/library/json.html
const char *check_json(struct str text, size_t *off);

#endif
