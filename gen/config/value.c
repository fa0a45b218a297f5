// SPDX-License-Identifier: Apache-2.0
// value.c -- one TOML table into one struct, by schema.def. Layer: gen/config.
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gen/config/load.h"

// One key of one table being read.
struct reading {
	struct diags *ds;
	const struct conf_key *key;
	const char *table; // as messages show it
	struct span header;
	const struct toml_value *value; // NULL when absent
	void *out;                      // the member
};

static struct str
copy(struct diags *ds, struct str s)
{
	return (struct str){arena_ndup(ds->arena, s.s, s.n), s.n};
}

void
conf_wrong_type(
	struct diags *ds, const char *key, const char *wanted, const struct toml_value *value)
{
	diag_add(ds, E003, value->at, "'%s' must be %s, not %s", key, wanted,
		toml_type_name(value->type));
}

static bool
is_type(const struct reading *r, enum toml_type type, const char *wanted)
{
	if (!r->value)
		return false;
	if (r->value->type != type)
		conf_wrong_type(r->ds, r->key->name, wanted, r->value);
	return r->value->type == type;
}

// Text that ends up in files and command lines cannot hold a NUL.
static bool
usable_text(struct diags *ds, const char *key, const struct toml_value *v)
{
	if (v->type != TOML_STRING) {
		conf_wrong_type(ds, key, "a string", v);
		return false;
	}
	if (memchr(v->string.s, '\0', v->string.n))
		diag_add(ds, E011, v->at, "'%s' holds a NUL character", key);
	return !memchr(v->string.s, '\0', v->string.n);
}

static void
read_string(const struct reading *r)
{
	struct conf_string *out = r->out;

	*out = (struct conf_string){str_of(r->key->fallback), r->header, false};
	if (r->value && usable_text(r->ds, r->key->name, r->value))
		*out = (struct conf_string){copy(r->ds, r->value->string), r->value->at, true};
}

static const char *
list_choices(struct arena *a, const char *const *choices)
{
	const char *list = arena_printf(a, "'%s'", choices[0]);

	for (size_t i = 1; choices[i]; i++) {
		list = arena_printf(
			a, "%s%s'%s'", list, choices[i + 1] ? ", " : " or ", choices[i]);
	}
	return list;
}

static bool
is_choice(const char *const *choices, const char *word)
{
	while (*choices && strcmp(*choices, word) != 0)
		choices++;
	return *choices != NULL;
}

static void
read_choice(const struct reading *r)
{
	struct conf_string *out = r->out;
	const char *near;
	struct diag *d;

	read_string(r);
	if (!out->set || is_choice(r->key->choices, out->v.s))
		return;
	d = diag_add(r->ds, r->key->code, out->at, "'%s' must be %s, not '%s'", r->key->name,
		list_choices(r->ds->arena, r->key->choices), out->v.s);
	near = str_nearest(out->v.s, r->key->choices);
	if (near)
		diag_help(r->ds, d, "did you mean '%s'?", near);
	out->v = str_of(r->key->fallback ? r->key->fallback : r->key->choices[0]);
}

static void
read_int(const struct reading *r)
{
	struct conf_int *out = r->out;
	const struct conf_key *k = r->key;
	long fallback = k->fallback ? strtol(k->fallback, NULL, 10) : 0;

	*out = (struct conf_int){fallback, r->header, false};
	if (!is_type(r, TOML_INT, "an integer"))
		return;
	if (r->value->integer < k->min || r->value->integer > k->max) {
		diag_add(r->ds, k->code, r->value->at, "'%s' must be from %ld to %ld, not %lld",
			k->name, k->min, k->max, (long long)r->value->integer);
		return;
	}
	*out = (struct conf_int){(long)r->value->integer, r->value->at, true};
}

static void
read_bool(const struct reading *r)
{
	struct conf_bool *out = r->out;

	*out = (struct conf_bool){
		r->key->fallback && strcmp(r->key->fallback, "true") == 0, r->header, false};
	if (is_type(r, TOML_BOOL, "true or false"))
		*out = (struct conf_bool){r->value->boolean, r->value->at, true};
}

static void
too_few(const struct reading *r, struct span at)
{
	diag_add(r->ds, r->key->code, at, "'%s' in [%s] must have at least one entry", r->key->name,
		r->table);
}

static void
read_strings(const struct reading *r)
{
	struct conf_strings *out = r->out;

	*out = (struct conf_strings){NULL, 0, r->header, false};
	if (!is_type(r, TOML_ARRAY, "a list of strings"))
		return;
	out->v = arena_alloc(r->ds->arena, r->value->items.n * sizeof(*out->v));
	out->at = r->value->at;
	out->set = true;
	for (size_t i = 0; i < r->value->items.n; i++) {
		const struct toml_value *item = r->value->items.v[i];

		if (usable_text(r->ds, r->key->name, item)) {
			out->v[out->n++] =
				(struct conf_string){copy(r->ds, item->string), item->at, true};
		}
	}
	if (r->value->items.n < (size_t)r->key->min)
		too_few(r, r->value->at);
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
read_ints(const struct reading *r)
{
	struct conf_ints *out = r->out;

	default_ints(out, r->ds->arena, r->key->fallback ? r->key->fallback : "", r->header);
	if (!is_type(r, TOML_ARRAY, "a list of integers"))
		return;
	*out = (struct conf_ints){arena_alloc(r->ds->arena, r->value->items.n * sizeof(*out->v)), 0,
		r->value->at, true};
	for (size_t i = 0; i < r->value->items.n; i++) {
		const struct toml_value *item = r->value->items.v[i];

		if (item->type == TOML_INT) {
			out->v[out->n++] = (struct conf_int){(long)item->integer, item->at, true};
		} else {
			conf_wrong_type(r->ds, r->key->name, "a list of integers", item);
		}
	}
}

static void
read_map(const struct reading *r)
{
	struct conf_map *out = r->out;

	*out = (struct conf_map){NULL, 0, r->header, false};
	if (!is_type(r, TOML_TABLE, "a table of strings"))
		return;
	*out = (struct conf_map){arena_alloc(r->ds->arena, r->value->members.n * sizeof(*out->v)),
		0, r->value->at, true};
	for (size_t i = 0; i < r->value->members.n; i++) {
		const struct toml_member *m = &r->value->members.v[i];
		struct str key = copy(r->ds, m->key);

		if (usable_text(r->ds, key.s, m->value)) {
			out->v[out->n++] = (struct conf_pair){{key, m->key_at, true},
				{copy(r->ds, m->value->string), m->value->at, true}};
		}
	}
}

static void
read_table(const struct reading *r)
{
	void **out = r->out;
	const struct conf_schema *sub = r->key->sub;

	const char *shown = arena_printf(r->ds->arena, "%s.%s", r->table, r->key->name);

	// A required table is there even when the file lacks it (which is an error by now), and so
	// is an optional one that is nothing but defaults.
	if (is_type(r, TOML_TABLE, "a table") || r->key->required || r->key->fallback) {
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
list_room(const struct reading *r, size_t n)
{
	struct any_list list = {arena_alloc(r->ds->arena, n * r->key->sub->size), n};

	memcpy(r->out, &list, sizeof(list));
	return list.v;
}

static void
read_tables(const struct reading *r)
{
	const struct conf_schema *sub = r->key->sub;
	char *out;

	if (!is_type(r, TOML_TABLE, "a table of tables"))
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
			conf_wrong_type(r->ds, shown, "a table", m->value);
		conf_load_table(r->ds, sub, shown, ok ? m->value : NULL, m->value->at, out);
		head->key = copy(r->ds, m->key);
		head->key_at = m->key_at;
	}
}

static void
read_array(const struct reading *r)
{
	const struct conf_schema *sub = r->key->sub;
	char *out;

	if (!is_type(r, TOML_ARRAY, "a list of tables"))
		return;
	out = list_room(r, r->value->items.n);
	for (size_t i = 0; i < r->value->items.n; i++, out += sub->size) {
		const struct toml_value *item = r->value->items.v[i];
		bool ok = item->type == TOML_TABLE;

		if (!ok)
			conf_wrong_type(r->ds, r->key->name, "a list of tables", item);
		conf_load_table(r->ds, sub,
			arena_printf(r->ds->arena, "%s.%s", r->table, r->key->name),
			ok ? item : NULL, item->at, out);
	}
}

static void
read_key(const struct reading *r)
{
	static void (*const readers[])(const struct reading *) = {
		[CONF_TYPE_STRING] = read_string,
		[CONF_TYPE_CHOICE] = read_choice,
		[CONF_TYPE_INT] = read_int,
		[CONF_TYPE_BOOL] = read_bool,
		[CONF_TYPE_STRINGS] = read_strings,
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
		const char *word = copy(ds, m->key).s, *near = str_nearest(word, names);
		struct diag *d;

		if (is_choice(names, word))
			continue;
		d = diag_add(ds, W015, m->key_at, "unknown key '%s' in [%s]", word, shown);
		if (near)
			diag_help(ds, d, "did you mean '%s'?", near);
	}
}

void
conf_load_table(struct diags *ds, const struct conf_schema *s, const char *shown,
	const struct toml_value *table, struct span at, void *out)
{
	struct conf_head *head = out;

	head->at = at;
	for (size_t k = 0; k < s->nkeys; k++) {
		const struct conf_key *key = &s->keys[k];
		struct reading r = {ds, key, shown, at, NULL, (char *)out + key->offset};

		r.value = table ? toml_get(table, key->name) : NULL;
		if (table && !r.value && key->required)
			diag_add(ds, E001, at, "missing key '%s' in [%s]", key->name, shown);
		read_key(&r);
	}
	if (table)
		unknown_keys(ds, s, shown, table);
}
