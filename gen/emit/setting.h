// SPDX-License-Identifier: Apache-2.0
// setting.h -- the pieces of defaults.json. Layer: gen/emit.
// Source: section 16 of the output reference. A group has a name, a description and children; a
// leaf has a type and a default; all members stand in a fixed order.
#ifndef GEN_EMIT_SETTING_H
#define GEN_EMIT_SETTING_H

#include <cjson/cJSON.h>

#include "gen/config/config.h"

// A group KEY below PARENT. ENABLED_BY is the id of the switch it depends on, or NULL; TOP groups
// and providers also say that they are not collapsed.
cJSON *setting_group(cJSON *parent, const char *key, const char *name, const char *description);
cJSON *setting_switched(
	cJSON *parent, const char *key, const char *name, const char *description, const char *by);
void setting_open(cJSON *group);

// A leaf KEY below PARENT; the value (or its members) is added behind it by the caller.
cJSON *setting_leaf(cJSON *parent, const char *key, const char *name, const char *description,
	const char *type);
cJSON *setting_text(cJSON *parent, const char *key, const char *name, const char *description,
	const char *value);
cJSON *setting_bool(
	cJSON *parent, const char *key, const char *name, const char *description, bool value);
// A number, and its range as meta.
struct setting_range {
	long value, min, max;
};
cJSON *setting_number(cJSON *parent, const char *key, const char *name, const char *description,
	struct setting_range range);
// A file with its path and content; FILETYPE NULL: none.
struct setting_content {
	const char *path, *content, *filetype;
};
cJSON *setting_file(cJSON *parent, const char *key, const char *name, const char *description,
	struct setting_content file);
void setting_action(cJSON *parent, const char *key, const char *name, const char *description,
	const char *action);

// The meta object of a leaf; created at the first call.
cJSON *setting_meta(cJSON *leaf);
// An array of strings in the meta object: words ended by NULL, or those of a list.
void setting_meta_words(cJSON *leaf, const char *key, const char *const *words);
void setting_meta_strings(cJSON *leaf, const char *key, const struct conf_strings *strings);

// The items joined by ", ".
const char *setting_joined(struct buf *b, const struct conf_strings *list);

// The big parts.
void settings_ai(cJSON *settings, const struct config *c);
void settings_repository(cJSON *settings, const struct config *c);
void settings_security(cJSON *settings, const struct config *c);
void settings_vm(cJSON *settings, const struct config *c);

#endif
