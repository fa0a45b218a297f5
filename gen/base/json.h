// SPDX-License-Identifier: Apache-2.0
// json.h -- reading with a position for each mistake, writing with one fixed layout, over cJSON.
// Layer: gen/base.
#ifndef GEN_BASE_JSON_H
#define GEN_BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "gen/base/source.h"
#include "gen/base/str.h"

// Parse the whole of SRC as one JSON value. The caller frees it with cJSON_Delete. NULL on a
// mistake, with its place in *at.
cJSON *json_parse(const struct source *src, struct span *at);

// Read and parse a file that one of our own programs wrote; dies with FILE:LINE:COLUMN otherwise.
cJSON *json_read(struct arena *a, const char *path);

// Append V as JSON: two-blank indent, members in the order they were added, all but printable ASCII
// as \uXXXX (bytes that are not UTF-8 as U+FFFD), no final newline. The layout of Python's
// json.dumps(v, indent=2).
void json_print(struct buf *out, const cJSON *v);

// Add a member to an object, copying the text.
void json_set_str(cJSON *object, const char *key, const char *s);
void json_set_int(cJSON *object, const char *key, long v);
void json_set_bool(cJSON *object, const char *key, bool v);

#endif
