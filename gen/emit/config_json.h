// SPDX-License-Identifier: Apache-2.0
// config_json.h -- the guest config as JSON. Layer: gen/emit.
// Source: section 5 of the command line reference.
#ifndef GEN_EMIT_CONFIG_JSON_H
#define GEN_EMIT_CONFIG_JSON_H

#include <cjson/cJSON.h>

#include "gen/config/config.h"
#include "gen/config/schema.h"

// The whole config: keys in the order of schema.def, tables in theirs, defaults filled in, null for
// what is absent and has no default. A key of ours is there only where the config sets it. The tree
// belongs to the caller.
cJSON *emit_config(const struct config *c);

// One table, of schema S, and the value of one key in it.
cJSON *emit_config_table(const struct conf_schema *s, const void *table);
cJSON *emit_config_value(const struct conf_key *k, const void *table);

#endif
