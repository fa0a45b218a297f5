// SPDX-License-Identifier: Apache-2.0
#include "gen/check/walk.h"

// struct conf_X_list is the same for every X but for the type V points to.
struct any_list {
	const char *v;
	size_t n;
};

static void walk_table(const struct walker *w, const struct conf_schema *s, const void *table);

static void
walk_text(const struct walker *w, const struct conf_key *key, const struct conf_string *text)
{
	if (w->text && text->set)
		w->text(w->ctx, key, text);
}

static void
walk_list(const struct walker *w, const struct conf_schema *s, const struct any_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		walk_table(w, s, list->v + i * s->size);
}

static void
walk_key(const struct walker *w, const struct conf_key *key, const void *member)
{
	const struct conf_strings *strings = member;
	const struct conf_map *map = member;
	const void *const *sub = member;

	switch (key->type) {
	case CONF_TYPE_STRING:
	case CONF_TYPE_CHOICE:
		walk_text(w, key, member);
		break;
	case CONF_TYPE_STRINGS:
	case CONF_TYPE_TEXTS:
		for (size_t i = 0; i < strings->n; i++)
			walk_text(w, key, &strings->v[i]);
		break;
	case CONF_TYPE_MAP:
		for (size_t i = 0; i < map->n; i++)
			walk_text(w, key, &map->v[i].value);
		break;
	case CONF_TYPE_TABLE_OF:
		if (*sub)
			walk_table(w, key->sub, *sub);
		break;
	case CONF_TYPE_TABLES_OF:
	case CONF_TYPE_ARRAY_OF:
		walk_list(w, key->sub, member);
		break;
	case CONF_TYPE_INT:
	case CONF_TYPE_BOOL:
	case CONF_TYPE_INTS:
		break;
	}
}

static void
walk_table(const struct walker *w, const struct conf_schema *s, const void *table)
{
	if (w->table)
		w->table(w->ctx, s, table);
	for (size_t k = 0; k < s->nkeys; k++)
		walk_key(w, &s->keys[k], (const char *)table + s->keys[k].offset);
}

void
walk_config(const struct config *c, const struct walker *w)
{
	for (size_t i = 0; i < conf_nroots; i++) {
		const void *member = (const char *)c + conf_roots[i].offset;

		if (conf_roots[i].key) {
			walk_table(w, conf_roots[i].schema, member);
		} else {
			walk_list(w, conf_roots[i].schema, member);
		}
	}
}
