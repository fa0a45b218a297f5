// SPDX-License-Identifier: Apache-2.0
#include "gen/emit/config_json.h"

#include "gen/base/json.h"

// What the parts of the config are called, in their order.
static const struct {
	const char *member, *path;
} parts[] = {
	{"build", "build.toml"},
	{"manifest", "manifest.toml"},
	{"ai_providers", "ai"},
	{"package_sets", "packages"},
	{"mcp_servers", "mcp"},
	{"web_security", "security/web.toml"},
	{"vm_resources", "vm/resources.toml"},
	{"vm_environment", "vm/environment.toml"},
};

static cJSON *
strings_of(const struct conf_strings *list)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < list->n; i++)
		json_push_str(array, list->v[i].v.s);
	return array;
}

static cJSON *
ints_of(const struct conf_ints *list)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < list->n; i++)
		json_push_int(array, list->v[i].v);
	return array;
}

static cJSON *
map_of(const struct conf_map *map)
{
	cJSON *object = cJSON_CreateObject();

	for (size_t i = 0; i < map->n; i++)
		json_set_str(object, map->v[i].key.v.s, map->v[i].value.v.s);
	return object;
}

static cJSON *
string_of(const struct conf_key *k, const struct conf_string *s)
{
	bool absent = !s->set && !k->required && !k->fallback;

	return absent ? cJSON_CreateNull() : cJSON_CreateString(s->v.s);
}

static cJSON *
table_of(const struct conf_schema *s, const void *const *table)
{
	return *table ? emit_config_table(s, *table) : cJSON_CreateNull();
}

static cJSON *
tables_of(const struct conf_schema *s, const struct conf_any_list *list)
{
	cJSON *object = cJSON_CreateObject();

	for (size_t i = 0; i < list->n; i++) {
		const struct conf_head *head = (const void *)(list->v + i * s->size);

		json_set(object, head->key.s, emit_config_table(s, head));
	}
	return object;
}

static cJSON *
array_of(const struct conf_schema *s, const struct conf_any_list *list)
{
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < list->n; i++)
		json_push(array, emit_config_table(s, list->v + i * s->size));
	return array;
}

cJSON *
emit_config_value(const struct conf_key *k, const void *table)
{
	const void *member = (const char *)table + k->offset;

	switch (k->type) {
	case CONF_TYPE_STRING:
	case CONF_TYPE_CHOICE:
		return string_of(k, member);
	case CONF_TYPE_INT:
		return json_int(((const struct conf_int *)member)->v);
	case CONF_TYPE_BOOL:
		return cJSON_CreateBool(((const struct conf_bool *)member)->v);
	case CONF_TYPE_STRINGS:
	case CONF_TYPE_TEXTS:
		return strings_of(member);
	case CONF_TYPE_INTS:
		return ints_of(member);
	case CONF_TYPE_MAP:
		return map_of(member);
	case CONF_TYPE_TABLE_OF:
		return table_of(k->sub, member);
	case CONF_TYPE_TABLES_OF:
		return tables_of(k->sub, member);
	case CONF_TYPE_ARRAY_OF:
		return array_of(k->sub, member);
	}
	return NULL;
}

cJSON *
emit_config_table(const struct conf_schema *s, const void *table)
{
	cJSON *object = cJSON_CreateObject();

	for (size_t i = 0; i < s->nkeys; i++) {
		const struct conf_key *k = &s->keys[i];

		if (!conf_is_own(k) || conf_place_of(k, table).set)
			json_set(object, k->name, emit_config_value(k, table));
	}
	return object;
}

static cJSON *
part_of(const struct config *c, const struct conf_root *root)
{
	const char *member = (const char *)c + root->offset;

	if (!root->key)
		return tables_of(root->schema, (const void *)member);
	if (member == (const char *)&c->image && !c->has_image)
		return cJSON_CreateNull();
	return emit_config_table(root->schema, member);
}

cJSON *
emit_config(const struct config *c)
{
	cJSON *root = cJSON_CreateObject();

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		json_set(root, parts[i].member, part_of(c, conf_root_of(parts[i].path)));
	return root;
}
