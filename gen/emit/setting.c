// SPDX-License-Identifier: Apache-2.0
#include "gen/emit/setting.h"

#include "gen/base/json.h"

cJSON *
setting_group(cJSON *parent, const char *key, const char *name, const char *description)
{
	cJSON *group = json_add_object(parent, key);

	json_set_str(group, "name", name);
	json_set_str(group, "description", description);
	return group;
}

cJSON *
setting_switched(
	cJSON *parent, const char *key, const char *name, const char *description, const char *by)
{
	cJSON *group = setting_group(parent, key, name, description);

	json_set_str(group, "enabled_by", by);
	return group;
}

void
setting_open(cJSON *group)
{
	json_set_bool(group, "collapsed", false);
}

cJSON *
setting_leaf(
	cJSON *parent, const char *key, const char *name, const char *description, const char *type)
{
	cJSON *leaf = setting_group(parent, key, name, description);

	json_set_str(leaf, "type", type);
	return leaf;
}

cJSON *
setting_text(cJSON *parent, const char *key, const char *name, const char *description,
	const char *value)
{
	cJSON *leaf = setting_leaf(parent, key, name, description, "text");

	json_set_str(leaf, "default", value);
	return leaf;
}

cJSON *
setting_bool(cJSON *parent, const char *key, const char *name, const char *description, bool value)
{
	cJSON *leaf = setting_leaf(parent, key, name, description, "bool");

	json_set_bool(leaf, "default", value);
	return leaf;
}

cJSON *
setting_number(cJSON *parent, const char *key, const char *name, const char *description,
	struct setting_range range)
{
	cJSON *leaf = setting_leaf(parent, key, name, description, "number");

	json_set_int(leaf, "default", range.value);
	json_set_int(setting_meta(leaf), "min", range.min);
	json_set_int(setting_meta(leaf), "max", range.max);
	return leaf;
}

cJSON *
setting_file(cJSON *parent, const char *key, const char *name, const char *description,
	struct setting_content file)
{
	cJSON *leaf = setting_leaf(parent, key, name, description, "file");
	cJSON *value = json_add_object(leaf, "default");

	json_set_str(value, "path", file.path);
	json_set_str(value, "content", file.content);
	if (file.filetype)
		json_set_str(setting_meta(leaf), "filetype", file.filetype);
	return leaf;
}

void
setting_action(cJSON *parent, const char *key, const char *name, const char *description,
	const char *action)
{
	json_set_str(setting_group(parent, key, name, description), "action", action);
}

cJSON *
setting_meta(cJSON *leaf)
{
	cJSON *meta = cJSON_GetObjectItemCaseSensitive(leaf, "meta");

	return meta ? meta : json_add_object(leaf, "meta");
}

void
setting_meta_words(cJSON *leaf, const char *key, const char *const *words)
{
	cJSON *list = json_add_array(setting_meta(leaf), key);

	for (; *words; words++)
		json_push_str(list, *words);
}

void
setting_meta_strings(cJSON *leaf, const char *key, const struct conf_strings *strings)
{
	cJSON *list = json_add_array(setting_meta(leaf), key);

	for (size_t i = 0; i < strings->n; i++)
		json_push_str(list, strings->v[i].v.s);
}

const char *
setting_joined(struct buf *b, const struct conf_strings *list)
{
	b->n = 0;
	buf_adds(b, "");
	for (size_t i = 0; i < list->n; i++)
		buf_addf(b, "%s%s", i ? ", " : "", list->v[i].v.s);
	return b->s;
}
