// SPDX-License-Identifier: Apache-2.0
// json.h -- reading with a position for each mistake, writing with one fixed layout, over cJSON.
// Layer: gen/base.
#ifndef GEN_BASE_JSON_H
#define GEN_BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stdio.h>

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

// The same with a line break behind it; V is freed. The latter on F.
void json_end(struct buf *out, cJSON *v);
void json_put(FILE *f, cJSON *v);

// The same on one line, as json.dumps(v) has it. A raw item (cJSON_CreateRaw) stands as it is.
void json_print_line(struct buf *out, const cJSON *v);

// A number, with all its digits however large: a double has no room for them all, so a large one is
// kept as text (cJSON_IsRaw). NULL when memory runs out.
cJSON *json_int(long v);

// Append the string S as JSON, with its quotes.
void json_print_str(struct buf *out, const char *s);

// Add a member to an object: V, which the object then owns; a text, copied; a number; a truth
// value. All that adds dies when memory runs out.
void json_set(cJSON *object, const char *key, cJSON *v);
void json_set_str(cJSON *object, const char *key, const char *s);
void json_set_int(cJSON *object, const char *key, long v);
void json_set_bool(cJSON *object, const char *key, bool v);

// Add an empty object or array as a member; returns it.
cJSON *json_add_object(cJSON *object, const char *key);
cJSON *json_add_array(cJSON *object, const char *key);

// Add at the end of an array: V, which the array then owns; a text, copied; a number; an empty
// object, which is returned.
void json_push(cJSON *array, cJSON *v);
void json_push_str(cJSON *array, const char *s);
void json_push_int(cJSON *array, long v);
cJSON *json_push_object(cJSON *array);

#endif
