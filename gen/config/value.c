// SPDX-License-Identifier: Apache-2.0
// value.c -- one TOML table into one struct, by schema.def. Layer: gen/config.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gen/config/load.h"

static void
too_few(const struct conf_reading *r, struct span at)
{
	diag_add(r->ds, r->key->code, at, "'%s' in [%s] must have at least one entry", r->key->name,
		r->table);
}

static void
read_items(const struct conf_reading *r, const struct toml_items *items)
{
	struct conf_strings *out = r->out;

	out->v = arena_alloc(r->ds->arena, items->n * sizeof(*out->v));
	for (size_t i = 0; i < items->n; i++) {
		if (conf_read_text(r, r->key->name, items->v[i], &out->v[out->n]))
			out->n++;
	}
}

static void
read_strings(const struct conf_reading *r)
{
	struct conf_strings *out = r->out;

	*out = (struct conf_strings){NULL, 0, r->header, false};
	if (!conf_is_type(r, TOML_ARRAY, "a list of strings"))
		return;
	assert(r->value);
	out->at = r->value->at;
	out->set = true;
	read_items(r, &r->value->items);
	if (r->value->items.n < (size_t)r->key->min)
		too_few(r, r->value->at);
}

static void
read_texts(const struct conf_reading *r)
{
	struct conf_strings *out = r->out;
	struct toml_value lone;
	struct toml_value *item = &lone;

	if (!r->value || r->value->type != TOML_STRING) {
		read_strings(r);
		return;
	}
	lone = *r->value;
	*out = (struct conf_strings){NULL, 0, r->value->at, true};
	read_items(r, &(struct toml_items){&item, 1});
}

static void
default_ints(struct conf_ints *out, struct arena *a, const char *list, struct span at)
{
	size_t n = 1;

	for (const char *c = list; *c; c++)
		n += *c == ',';
	*out = (struct conf_ints){arena_alloc(a, n * sizeof(*out->v)), 0, at, false};
	while (*list) {
		char *end;

		out->v[out->n++] = (struct conf_int){strtol(list, &end, 10), at, false};
		list = end + (*end == ',');
	}
}

static void
read_ints(const struct conf_reading *r)
{
	struct conf_ints *out = r->out;

	default_ints(out, r->ds->arena, r->key->fallback ? r->key->fallback : "", r->header);
	if (!conf_is_type(r, TOML_ARRAY, "a list of integers"))
		return;
	*out = (struct conf_ints){arena_alloc(r->ds->arena, r->value->items.n * sizeof(*out->v)), 0,
		r->value->at, true};
	for (size_t i = 0; i < r->value->items.n; i++) {
		if (conf_read_number(r, r->value->items.v[i], &out->v[out->n]))
			out->n++;
	}
}

static void
read_map(const struct conf_reading *r)
{
	struct conf_map *out = r->out;

	*out = (struct conf_map){NULL, 0, r->header, false};
	if (!conf_is_type(r, TOML_TABLE, "a table of strings"))
		return;
	*out = (struct conf_map){arena_alloc(r->ds->arena, r->value->members.n * sizeof(*out->v)),
		0, r->value->at, true};
	for (size_t i = 0; i < r->value->members.n; i++) {
		const struct toml_member *m = &r->value->members.v[i];
		struct str key = conf_copy(r->ds, m->key);

		struct conf_pair *pair = &out->v[out->n];

		pair->key = (struct conf_string){key, m->key_at, true};
		if (conf_read_text(r, key.s, m->value, &pair->value))
			out->n++;
	}
}

static void
read_table(const struct conf_reading *r)
{
	void **out = r->out;
	const struct conf_schema *sub = r->key->sub;

	const char *shown = arena_printf(r->ds->arena, "%s.%s", r->table, r->key->name);

	// A required table is there even when the file lacks it (which is an error by now), and so
	// is an optional one that is nothing but defaults.
	if (conf_is_type(r, TOML_TABLE, "a table") || r->key->required || r->key->fallback) {
		bool ok = r->value && r->value->type == TOML_TABLE;

		*out = arena_alloc(r->ds->arena, sub->size);
		conf_load_table(r->ds, sub, shown, ok ? r->value : NULL,
			ok ? r->value->at : r->header, *out);
	}
}

// struct conf_X_list is the same for every X but for the type V points to.
struct any_list {
	void *v;
	size_t n;
};

// Make room for N structs of the key's sub-table and return the first.
static char *
list_room(const struct conf_reading *r, size_t n)
{
	struct any_list list = {arena_alloc(r->ds->arena, n * r->key->sub->size), n};

	memcpy(r->out, &list, sizeof(list));
	return list.v;
}

static void
read_tables(const struct conf_reading *r)
{
	const struct conf_schema *sub = r->key->sub;
	char *out;

	if (!conf_is_type(r, TOML_TABLE, "a table of tables"))
		return;
	if (r->value->members.n < (size_t)r->key->min)
		too_few(r, r->value->at);
	out = list_room(r, r->value->members.n);
	for (size_t i = 0; i < r->value->members.n; i++, out += sub->size) {
		const struct toml_member *m = &r->value->members.v[i];
		struct conf_head *head = (struct conf_head *)(void *)out;
		const char *shown = arena_printf(
			r->ds->arena, "%s.%s.%.*s", r->table, r->key->name, STR_FMT(m->key));
		bool ok = m->value->type == TOML_TABLE;

		if (!ok)
			conf_wrong_type(r->ds, r->key, shown, "a table", m->value);
		conf_load_table(r->ds, sub, shown, ok ? m->value : NULL, m->value->at, out);
		head->key = conf_copy(r->ds, m->key);
		head->key_at = m->key_at;
	}
}

static void
read_array(const struct conf_reading *r)
{
	const struct conf_schema *sub = r->key->sub;
	char *out;

	if (!conf_is_type(r, TOML_ARRAY, "a list of tables"))
		return;
	out = list_room(r, r->value->items.n);
	for (size_t i = 0; i < r->value->items.n; i++, out += sub->size) {
		const struct toml_value *item = r->value->items.v[i];
		bool ok = item->type == TOML_TABLE;

		if (!ok)
			conf_wrong_type(r->ds, r->key, r->key->name, "a list of tables", item);
		conf_load_table(r->ds, sub,
			arena_printf(r->ds->arena, "%s.%s", r->table, r->key->name),
			ok ? item : NULL, item->at, out);
	}
}

static void
read_key(const struct conf_reading *r)
{
	static void (*const readers[])(const struct conf_reading *) = {
		[CONF_TYPE_STRING] = conf_read_string,
		[CONF_TYPE_CHOICE] = conf_read_choice,
		[CONF_TYPE_INT] = conf_read_int,
		[CONF_TYPE_BOOL] = conf_read_bool,
		[CONF_TYPE_STRINGS] = read_strings,
		[CONF_TYPE_TEXTS] = read_texts,
		[CONF_TYPE_INTS] = read_ints,
		[CONF_TYPE_MAP] = read_map,
		[CONF_TYPE_TABLE_OF] = read_table,
		[CONF_TYPE_TABLES_OF] = read_tables,
		[CONF_TYPE_ARRAY_OF] = read_array,
	};

	readers[r->key->type](r);
}

static void
unknown_keys(struct diags *ds, const struct conf_schema *s, const char *shown,
	const struct toml_value *table)
{
	const char **names = arena_alloc(ds->arena, (s->nkeys + 1) * sizeof(*names));

	for (size_t k = 0; k < s->nkeys; k++)
		names[k] = s->keys[k].name;
	for (size_t i = 0; i < table->members.n; i++) {
		const struct toml_member *m = &table->members.v[i];
		const char *word = conf_copy(ds, m->key).s, *near;
		struct diag *d;

		if (conf_is_choice(names, word))
			continue;
		near = str_nearest(word, names);
		d = diag_add(ds, W015, m->key_at, "unknown key '%s' in [%s]", word, shown);
		if (near)
			diag_help(ds, d, "did you mean '%s'?", near);
	}
}

static void
missing_key(struct diags *ds, struct span at, const char *key, const char *shown)
{
	struct diag *d = diag_add(ds, E001, at, "missing key '%s' in [%s]", key, shown);

	diag_alias(d, "E003");
}

void
conf_load_table(struct diags *ds, const struct conf_schema *s, const char *shown,
	const struct toml_value *table, struct span at, void *out)
{
	struct conf_head *head = out;

	head->at = at;
	for (size_t k = 0; k < s->nkeys; k++) {
		const struct conf_key *key = &s->keys[k];
		struct conf_reading r = {ds, key, shown, at, NULL, (char *)out + key->offset};

		r.value = table ? toml_get(table, key->name) : NULL;
		if (table && !r.value && key->required)
			missing_key(ds, at, key->name, shown);
		read_key(&r);
	}
	if (table)
		unknown_keys(ds, s, shown, table);
}
