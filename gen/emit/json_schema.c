// SPDX-License-Identifier: Apache-2.0
// json_schema.c -- schema.def as JSON Schema. Layer: gen/emit.
#include <stdlib.h>
#include <string.h>

#include "gen/base/json.h"
#include "gen/emit/schema.h"

// One schema being made.
struct making {
	bool modern;
	cJSON *defs; // one for each table that is used
};

static void add_def(struct making *m, const struct conf_schema *s);

// Where the definitions are, which is not the same place in both drafts.
static const char *
defs_key(const struct making *m)
{
	return m->modern ? "$defs" : "definitions";
}

static void
set_ref(struct making *m, cJSON *object, const struct conf_schema *s)
{
	struct buf ref = {0};

	add_def(m, s);
	buf_addf(&ref, "#/%s/%s", defs_key(m), s->name);
	json_set_str(object, "$ref", ref.s);
	buf_free(&ref);
}

static void
set_range(cJSON *object, const struct conf_key *k)
{
	json_set_str(object, "type", "integer");
	if (k->min == k->max)
		return;
	json_set_int(object, "minimum", k->min);
	json_set_int(object, "maximum", k->max);
}

static void
set_strings(cJSON *object, const struct conf_key *k)
{
	json_set_str(object, "type", "array");
	json_set_str(json_add_object(object, "items"), "type", "string");
	if (k->min)
		json_set_int(object, "minItems", k->min);
}

static void
set_choices(cJSON *object, const struct conf_key *k)
{
	cJSON *list = json_add_array(object, "enum");

	for (size_t i = 0; k->choices[i]; i++)
		json_push_str(list, k->choices[i]);
}

static void
set_texts(cJSON *object, const struct conf_key *k)
{
	cJSON *any = json_add_array(object, "anyOf");

	json_set_str(json_push_object(any), "type", "string");
	set_strings(json_push_object(any), k);
}

static void
set_tables(struct making *m, cJSON *object, const struct conf_key *k)
{
	json_set_str(object, "type", "object");
	set_ref(m, json_add_object(object, "additionalProperties"), k->sub);
	if (k->min)
		json_set_int(object, "minProperties", k->min);
}

static void
set_type(struct making *m, cJSON *object, const struct conf_key *k)
{
	switch (k->type) {
	case CONF_TYPE_STRING:
		json_set_str(object, "type", "string");
		if (k->min)
			json_set_int(object, "minLength", k->min);
		break;
	case CONF_TYPE_CHOICE:
		set_choices(object, k);
		break;
	case CONF_TYPE_INT:
		set_range(object, k);
		break;
	case CONF_TYPE_BOOL:
		json_set_str(object, "type", "boolean");
		break;
	case CONF_TYPE_STRINGS:
		set_strings(object, k);
		break;
	case CONF_TYPE_TEXTS:
		set_texts(object, k);
		break;
	case CONF_TYPE_INTS:
		json_set_str(object, "type", "array");
		set_range(json_add_object(object, "items"), k);
		break;
	case CONF_TYPE_MAP:
		json_set_str(object, "type", "object");
		json_set_str(json_add_object(object, "additionalProperties"), "type", "string");
		break;
	case CONF_TYPE_TABLE_OF: // draft-07 ignores what stands beside a $ref
		set_ref(m, m->modern ? object : json_push_object(json_add_array(object, "allOf")),
			k->sub);
		break;
	case CONF_TYPE_TABLES_OF:
		set_tables(m, object, k);
		break;
	case CONF_TYPE_ARRAY_OF:
		json_set_str(object, "type", "array");
		set_ref(m, json_add_object(object, "items"), k->sub);
		break;
	}
}

static void
set_default(cJSON *object, const struct conf_key *k)
{
	cJSON *list;

	switch (k->type) {
	case CONF_TYPE_STRING:
	case CONF_TYPE_CHOICE:
		json_set_str(object, "default", k->fallback);
		break;
	case CONF_TYPE_INT:
		json_set_int(object, "default", strtol(k->fallback, NULL, 10));
		break;
	case CONF_TYPE_BOOL:
		json_set_bool(object, "default", strcmp(k->fallback, "true") == 0);
		break;
	case CONF_TYPE_INTS:
		list = json_add_array(object, "default");
		for (const char *p = k->fallback; *p; p += *p == ',') {
			char *end;

			json_push_int(list, strtol(p, &end, 10));
			p = end;
		}
		break;
	default:
		break;
	}
}

static void
set_description(cJSON *object, const struct conf_key *k)
{
	struct buf text = {0};

	buf_addf(&text, "%s. An edit reaches: ", k->help);
	emit_reaches(&text, k->reaches);
	json_set_str(object, "description", text.s);
	buf_free(&text);
}

// KEY = WORD makes another key necessary.
static void
add_need(cJSON *all, const struct conf_need *need)
{
	cJSON *rule = json_push_object(all), *when = json_add_object(rule, "if"), *then;

	json_set_str(json_add_object(json_add_object(when, "properties"), need->key), "const",
		need->word);
	json_push_str(json_add_array(when, "required"), need->key);
	then = json_add_object(rule, "then");
	json_set_int(
		json_add_object(json_add_object(then, "properties"), need->needed), "minLength", 1);
	json_push_str(json_add_array(then, "required"), need->needed);
}

static void
add_needs(cJSON *def, const struct conf_schema *s)
{
	cJSON *all = NULL;

	for (size_t i = 0; i < conf_nneeds; i++) {
		if (strcmp(conf_needs[i].table, s->name) != 0)
			continue;
		all = all ? all : json_add_array(def, "allOf");
		add_need(all, &conf_needs[i]);
	}
}

static void
add_def(struct making *m, const struct conf_schema *s)
{
	cJSON *def, *properties, *required;

	if (cJSON_GetObjectItemCaseSensitive(m->defs, s->name))
		return;
	def = json_add_object(m->defs, s->name);
	json_set_str(def, "type", "object");
	json_set_str(def, "description", s->help);
	properties = json_add_object(def, "properties");
	required = json_add_array(def, "required");
	for (size_t i = 0; i < s->nkeys; i++) {
		const struct conf_key *k = &s->keys[i];
		cJSON *property = json_add_object(properties, k->name);

		set_description(property, k);
		set_type(m, property, k);
		if (k->fallback)
			set_default(property, k);
		if (k->required)
			json_push_str(required, k->name);
	}
	json_set_bool(def, "additionalProperties", false);
	add_needs(def, s);
}

// What one file of ROOT holds.
static void
set_root(struct making *m, cJSON *object, const struct conf_root *root)
{
	cJSON *property;

	json_set_str(object, "type", "object");
	if (!root->key) {
		set_ref(m, json_add_object(object, "additionalProperties"), root->schema);
		return;
	}
	property = json_add_object(json_add_object(object, "properties"), root->key);
	set_ref(m, property, root->schema);
	json_push_str(json_add_array(object, "required"), root->key);
	json_set_bool(object, "additionalProperties", false);
}

static void
set_tree(struct making *m, cJSON *object)
{
	cJSON *files = json_add_object(object, "properties"),
	      *required = json_add_array(object, "required");
	cJSON *patterns = json_add_object(object, "patternProperties");

	json_set_str(object, "type", "object");
	for (size_t i = 0; i < conf_nroots; i++) {
		const struct conf_root *r = &conf_roots[i];
		struct buf pattern = {0};

		buf_addf(&pattern, "^%s/[^/]*\\.toml$", r->path);
		set_root(m,
			json_add_object(r->key ? files : patterns, r->key ? r->path : pattern.s),
			r);
		buf_free(&pattern);
		if (r->required)
			json_push_str(required, r->path);
	}
}

cJSON *
emit_json_schema(const struct conf_root *root, bool modern)
{
	struct making m = {modern, cJSON_CreateObject()};
	cJSON *schema = cJSON_CreateObject();

	json_set_str(schema, "$schema",
		modern ? "https://json-schema.org/draft/2020-12/schema"
		       : "http://json-schema.org/draft-07/schema#");
	json_set_str(schema, "title", root ? root->help : "guest config");
	if (root) {
		set_root(&m, schema, root);
	} else {
		set_tree(&m, schema);
	}
	json_set(schema, defs_key(&m), m.defs);
	return schema;
}
