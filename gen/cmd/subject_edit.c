// SPDX-License-Identifier: Apache-2.0
// subject_edit.c -- the value of a key as text, and another value in its place. Layer: gen/cmd.
#include <string.h>

#include "gen/cmd/subject.h"
#include "gen/config/load.h"

enum { MAX_SHOWN = 60 };

static void
add_string(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		if (s.s[i] == '"' || s.s[i] == '\\')
			buf_addc(out, '\\');
		if (s.s[i] == '\n') {
			buf_adds(out, "\\n");
		} else if ((unsigned char)s.s[i] < 0x20) {
			buf_addc(out, '?');
		} else {
			buf_addc(out, s.s[i]);
		}
	}
	buf_addc(out, '"');
}

static void
add_strings(struct buf *out, const struct conf_strings *list)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < list->n; i++) {
		buf_adds(out, i ? ", " : "");
		add_string(out, list->v[i].v);
	}
	buf_addc(out, ']');
}

static void
add_ints(struct buf *out, const struct conf_ints *list)
{
	buf_addc(out, '[');
	for (size_t i = 0; i < list->n; i++)
		buf_addf(out, "%s%ld", i ? ", " : "", list->v[i].v);
	buf_addc(out, ']');
}

static void
add_map(struct buf *out, const struct conf_map *map)
{
	buf_adds(out, "{ ");
	for (size_t i = 0; i < map->n; i++) {
		buf_addf(out, "%s%.*s = ", i ? ", " : "", STR_FMT(map->v[i].key.v));
		add_string(out, map->v[i].value.v);
	}
	buf_adds(out, " }");
}

static void
add_value(struct buf *out, const struct conf_key *k, const void *member)
{
	switch (k->type) {
	case CONF_TYPE_STRING:
	case CONF_TYPE_CHOICE:
		add_string(out, ((const struct conf_string *)member)->v);
		break;
	case CONF_TYPE_INT:
		buf_addf(out, "%ld", ((const struct conf_int *)member)->v);
		break;
	case CONF_TYPE_BOOL:
		buf_adds(out, ((const struct conf_bool *)member)->v ? "true" : "false");
		break;
	case CONF_TYPE_STRINGS:
	case CONF_TYPE_TEXTS:
		add_strings(out, member);
		break;
	case CONF_TYPE_INTS:
		add_ints(out, member);
		break;
	case CONF_TYPE_MAP:
		add_map(out, member);
		break;
	case CONF_TYPE_TABLE_OF:
	case CONF_TYPE_TABLES_OF:
	case CONF_TYPE_ARRAY_OF:
		buf_adds(out, "tables");
		break;
	}
}

void
subject_value(const struct subject *s, struct buf *out)
{
	struct buf all = {0};

	add_value(&all, s->key, (const char *)s->table + s->key->offset);
	if (all.n > MAX_SHOWN) {
		size_t n = MAX_SHOWN;

		while (n && ((unsigned char)all.s[n] & 0xc0) == 0x80)
			n--;
		buf_add(out, all.s, n);
		buf_adds(out, " ...");
	} else {
		buf_adds(out, all.s);
	}
	buf_free(&all);
}

struct editing {
	struct arena *arena;
	void (*changed)(void *ctx);
	void *ctx;
};

// One that is not there yet.
static struct conf_string
new_string(const struct editing *e, struct str old, struct span at)
{
	const char *text = arena_printf(e->arena, "%.*s-edited", STR_FMT(old));

	return (struct conf_string){str_of(text), at, true};
}

static struct str
other_choice(const struct conf_key *k, struct str old)
{
	return str_of(str_is(old, k->choices[0]) ? k->choices[1] : k->choices[0]);
}

static void
longer_strings(const struct editing *e, struct conf_strings *list)
{
	struct conf_string *v = arena_alloc(e->arena, (list->n + 1) * sizeof(*v));

	if (list->n)
		memcpy(v, list->v, list->n * sizeof(*v));
	v[list->n] = new_string(e, STR("x"), list->at);
	*list = (struct conf_strings){v, list->n + 1, list->at, true};
}

// One for each entry of another list: a further one would have no effect.
static void
other_texts(const struct editing *e, struct conf_strings *list)
{
	longer_strings(e, list);
	list->n -= list->n > 1;
	list->v[0] = new_string(e, list->v[0].v, list->at);
}

static void
longer_ints(const struct editing *e, struct conf_ints *list)
{
	struct conf_int *v = arena_alloc(e->arena, (list->n + 1) * sizeof(*v));

	if (list->n)
		memcpy(v, list->v, list->n * sizeof(*v));
	v[list->n] = (struct conf_int){1234, list->at, true};
	*list = (struct conf_ints){v, list->n + 1, list->at, true};
}

static void
longer_map(const struct editing *e, struct conf_map *map)
{
	struct conf_pair *v = arena_alloc(e->arena, (map->n + 1) * sizeof(*v));

	if (map->n)
		memcpy(v, map->v, map->n * sizeof(*v));
	v[map->n] = (struct conf_pair){
		new_string(e, STR("x"), map->at), new_string(e, STR("x"), map->at)};
	*map = (struct conf_map){v, map->n + 1, map->at, true};
}

// Put another value where MEMBER is, for the length of one call.
static void
edit_value(const struct editing *e, const struct conf_key *k, void *member)
{
	union {
		struct conf_string string;
		struct conf_int integer;
		struct conf_bool boolean;
		struct conf_strings strings;
		struct conf_ints ints;
		struct conf_map map;
	} *now = member, was = *now;

	switch (k->type) {
	case CONF_TYPE_STRING:
		now->string = new_string(e, was.string.v, was.string.at);
		break;
	case CONF_TYPE_CHOICE:
		now->string.v = other_choice(k, was.string.v);
		break;
	case CONF_TYPE_INT:
		now->integer.v += was.integer.v < k->max || k->min == k->max ? 1 : -1;
		break;
	case CONF_TYPE_BOOL:
		now->boolean.v = !was.boolean.v;
		break;
	case CONF_TYPE_STRINGS:
		longer_strings(e, &now->strings);
		break;
	case CONF_TYPE_TEXTS:
		other_texts(e, &now->strings);
		break;
	case CONF_TYPE_INTS:
		longer_ints(e, &now->ints);
		break;
	case CONF_TYPE_MAP:
		longer_map(e, &now->map);
		break;
	default:
		return;
	}
	e->changed(e->ctx);
	*now = was;
}

static void edit_table(const struct editing *e, const struct conf_schema *s, void *table);

// A table of nothing but defaults.
static void *
new_table(const struct editing *e, const struct conf_schema *s, struct span at)
{
	struct diags ignored = {.arena = e->arena};
	void *table = arena_alloc(e->arena, s->size);

	conf_load_table(&ignored, s, "", NULL, at, table);
	((struct conf_head *)table)->key = STR("edited");
	return table;
}

static void
edit_sub(const struct editing *e, const struct conf_schema *s, void **table, struct span at)
{
	if (*table) {
		edit_table(e, s, *table);
		return;
	}
	*table = new_table(e, s, at);
	e->changed(e->ctx);
	*table = NULL;
}

struct any_list {
	char *v;
	size_t n;
};

static void
edit_list(
	const struct editing *e, const struct conf_schema *s, struct any_list *list, struct span at)
{
	for (size_t i = 0; i < list->n; i++)
		edit_table(e, s, list->v + i * s->size);
	if (list->n)
		return;
	*list = (struct any_list){new_table(e, s, at), 1};
	e->changed(e->ctx);
	*list = (struct any_list){0};
}

static void
edit_key(const struct editing *e, const struct conf_key *k, void *member, struct span at)
{
	if (k->type == CONF_TYPE_TABLE_OF) {
		edit_sub(e, k->sub, member, at);
	} else if (k->sub) {
		edit_list(e, k->sub, member, at);
	} else {
		edit_value(e, k, member);
	}
}

static void
edit_table(const struct editing *e, const struct conf_schema *s, void *table)
{
	const struct conf_head *head = table;

	for (size_t i = 0; i < s->nkeys; i++)
		edit_key(e, &s->keys[i], (char *)table + s->keys[i].offset, head->at);
}

void
subject_edit(const struct subject *s, struct arena *a, void (*changed)(void *ctx), void *ctx)
{
	struct editing e = {a, changed, ctx};

	if (!s->table)
		return;
	if (s->key) {
		edit_key(&e, s->key, (char *)s->table + s->key->offset,
			((const struct conf_head *)s->table)->at);
	} else {
		edit_table(&e, s->schema, s->table);
	}
}
