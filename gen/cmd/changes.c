// SPDX-License-Identifier: Apache-2.0
// changes.c -- two configs beside each other, key by key. Layer: gen/cmd.
#include "gen/cmd/changes.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "gen/emit/config_json.h"

// Two tables of schema S, of which one may be missing (NULL).
struct sides {
	const struct conf_schema *s;
	const void *old, *new;
};

static void compare_tables(struct changes *out, const char *shown, const struct sides *t);

const char *
changes_key(struct arena *a, const char *prefix, struct str name)
{
	struct buf quoted = {0};
	bool bare = name.n > 0;
	const char *key;

	for (size_t i = 0; i < name.n; i++)
		bare &= isalnum((unsigned char)name.s[i]) || name.s[i] == '-' || name.s[i] == '_';
	if (bare) {
		buf_add(&quoted, name.s, name.n);
	} else {
		changes_show_string(&quoted, name);
	}
	key = arena_printf(a, "%s.%s", prefix, quoted.s);
	buf_free(&quoted);
	return key;
}

static bool
is_same(const cJSON *x, const cJSON *y)
{
	struct buf bx = {0}, by = {0};
	bool same;

	changes_show(&bx, x);
	changes_show(&by, y);
	same = str_eq(buf_str(&bx), buf_str(&by));
	buf_free(&bx);
	buf_free(&by);
	return same;
}

static cJSON *
present(cJSON *v)
{
	if (!cJSON_IsNull(v))
		return v;
	cJSON_Delete(v);
	return NULL;
}

void
changes_add(struct changes *out, const struct change *given, bool ordered)
{
	struct change c = *given;
	bool same;

	c.old = present(c.old);
	c.new = present(c.new);
	changes_split(out->arena, &c, ordered);
	same = c.old && c.new ? is_same(c.old, c.new) : !c.old && !c.new;
	if (cJSON_IsArray(c.old) && cJSON_IsArray(c.new))
		same = c.removed.n == 0 && c.added.n == 0;
	if (same) {
		cJSON_Delete(c.old);
		cJSON_Delete(c.new);
	} else {
		VEC_ADD(out->arena, &out->list, c);
	}
}

static struct span
place_of(const void *table)
{
	return table ? ((const struct conf_head *)table)->at : (struct span){0};
}

// A table that one side lacks.
static void
add_table(struct changes *out, const char *key, const struct sides *t, unsigned reaches)
{
	struct change c = {.key = key,
		.old = t->old ? emit_config_table(t->s, t->old) : NULL,
		.new = t->new ? emit_config_table(t->s, t->new) : NULL,
		.old_at = place_of(t->old),
		.new_at = place_of(t->new),
		.reaches = reaches};

	changes_add(out, &c, false);
}

static void
compare_table(struct changes *out, const char *key, const struct sides *t, unsigned reaches)
{
	if (t->old && t->new) {
		compare_tables(out, key, t);
	} else if (t->old || t->new) {
		add_table(out, key, t, reaches);
	}
}

// The table called NAME in a list; NULL when there is none.
static const void *
find_table(const struct conf_schema *s, const struct conf_any_list *list, struct str name)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct conf_head *head = (const void *)(list->v + i * s->size);

		if (str_eq(head->key, name))
			return head;
	}
	return NULL;
}

// Named tables: those of the old side, then those that only the new one has.
static void
compare_lists(struct changes *out, const char *shown, const struct sides *t, unsigned reaches)
{
	const struct conf_any_list *lists[] = {t->old, t->new};

	assert(t->old && t->new);
	for (size_t side = 0; side < 2; side++) {
		for (size_t i = 0; i < lists[side]->n; i++) {
			const struct conf_head *head =
				(const void *)(lists[side]->v + i * t->s->size);
			const void *other = find_table(t->s, lists[!side], head->key);
			struct sides below = {t->s, head, other};

			if (side == 1)
				below = (struct sides){t->s, NULL, head};
			if (side == 0 || !other) {
				compare_table(out, changes_key(out->arena, shown, head->key),
					&below, reaches);
			}
		}
	}
}

static const struct conf_pair *
find_pair(const struct conf_map *map, struct str name)
{
	for (size_t i = 0; i < map->n; i++) {
		if (str_eq(map->v[i].key.v, name))
			return &map->v[i];
	}
	return NULL;
}

static cJSON *
string_of(const struct conf_pair *p)
{
	return p ? cJSON_CreateString(p->value.v.s) : NULL;
}

static void
add_pair(struct changes *out, const char *key, const struct conf_pair *old,
	const struct conf_pair *new, unsigned reaches)
{
	struct change c = {.key = key,
		.old = string_of(old),
		.new = string_of(new),
		.old_at = old ? old->value.at : (struct span){0},
		.new_at = new ? new->value.at : (struct span){0},
		.reaches = reaches};

	changes_add(out, &c, true);
}

static void
compare_maps(struct changes *out, const char *shown, const struct conf_map *old,
	const struct conf_map *new, unsigned reaches)
{
	struct arena *a = out->arena;

	for (size_t i = 0; i < old->n; i++) {
		struct str name = old->v[i].key.v;

		add_pair(out, changes_key(a, shown, name), &old->v[i], find_pair(new, name),
			reaches);
	}
	for (size_t i = 0; i < new->n; i++) {
		struct str name = new->v[i].key.v;

		if (!find_pair(old, name))
			add_pair(out, changes_key(a, shown, name), NULL, &new->v[i], reaches);
	}
}

static void
compare_values(
	struct changes *out, const char *key, const struct sides *t, const struct conf_key *k)
{
	struct conf_place old = conf_place_of(k, t->old), new = conf_place_of(k, t->new);
	struct change c = {.key = key,
		.old = emit_config_value(k, t->old),
		.new = emit_config_value(k, t->new),
		.old_at = old.set ? old.at : (struct span){0},
		.new_at = new.set ? new.at : (struct span){0},
		.reaches = k->reaches};

	changes_add(out, &c, conf_is_ordered(t->s, k));
}

static void
compare_key(struct changes *out, const char *key, const struct sides *t, const struct conf_key *k)
{
	const void *old = (const char *)t->old + k->offset, *new = (const char *)t->new + k->offset;

	if (k->type == CONF_TYPE_TABLE_OF) {
		compare_table(out, key,
			&(struct sides){
				k->sub, *(const void *const *)old, *(const void *const *)new},
			k->reaches);
	} else if (k->type == CONF_TYPE_TABLES_OF) {
		compare_lists(out, key, &(struct sides){k->sub, old, new}, k->reaches);
	} else if (k->type == CONF_TYPE_MAP) {
		compare_maps(out, key, old, new, k->reaches);
	} else {
		compare_values(out, key, t, k);
	}
}

static void
compare_tables(struct changes *out, const char *shown, const struct sides *t)
{
	for (size_t i = 0; i < t->s->nkeys; i++) {
		const struct conf_key *k = &t->s->keys[i];

		compare_key(out, arena_printf(out->arena, "%s.%s", shown, k->name), t, k);
	}
}

static unsigned
reaches_of(const struct conf_schema *s)
{
	unsigned all = 0;

	for (size_t i = 0; i < s->nkeys; i++)
		all |= s->keys[i].reaches;
	return all;
}

void
changes_find(struct changes *out, const struct config *old, const struct config *new)
{
	for (size_t i = 0; i < conf_nroots; i++) {
		const struct conf_root *r = &conf_roots[i];
		struct sides t = {
			r->schema, (const char *)old + r->offset, (const char *)new + r->offset};
		unsigned reaches = reaches_of(r->schema);

		if (t.old == &old->image && !old->has_image)
			t.old = NULL;
		if (t.new == &new->image && !new->has_image)
			t.new = NULL;
		if (r->key) {
			compare_table(out, r->key, &t, reaches);
		} else {
			compare_lists(out, r->path, &t, reaches);
		}
	}
}

void
changes_free(struct changes *c)
{
	for (size_t i = 0; i < c->list.n; i++) {
		cJSON_Delete(c->list.v[i].old);
		cJSON_Delete(c->list.v[i].new);
	}
	c->list.n = 0;
}
