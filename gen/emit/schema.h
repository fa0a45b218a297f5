// SPDX-License-Identifier: Apache-2.0
// schema.h -- schema.def for editors and for readers. Layer: gen/emit.
#ifndef GEN_EMIT_SCHEMA_H
#define GEN_EMIT_SCHEMA_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "gen/base/str.h"
#include "gen/config/schema.h"

// The JSON Schema of the files of ROOT; ROOT NULL: of the whole tree, an object with one member for
// each file, called like its path below config/. MODERN: draft 2020-12, else draft-07. A value in
// one of the forms that are only taken with a warning is not valid. The tree belongs to the caller.
// Source: https://json-schema.org/draft-07, https://json-schema.org/draft/2020-12
cJSON *emit_json_schema(const struct conf_root *root, bool modern);

// The reference of all keys, in Markdown.
void emit_reference(struct buf *out);

// "integer, 1 to 22": what a value of K may be; words to choose from with QUOTE around each.
void emit_type(struct buf *out, const struct conf_key *k, const char *quote);

// "rootfs, settings": what a key reaches; "nothing" for no output.
void emit_reaches(struct buf *out, unsigned reaches);

#endif
