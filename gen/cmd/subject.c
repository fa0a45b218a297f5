// SPDX-License-Identifier: Apache-2.0
#include "gen/cmd/subject.h"

#include <string.h>

// One way down the tables of the config.
struct step {
	struct arena *arena;
	const char *name; // what is left of it
	struct subject *out;
};

// Take the next part of the name, up to a '.', from it.
static const char *
next_part(struct step *st)
{
	size_t n = strcspn(st->name, ".");
	const char *part = arena_ndup(st->arena, st->name, n);

	st->name += n + (st->name[n] == '.');
	return part;
}

// struct conf_X_list is the same for every X but for the type V points to.
struct any_list {
	char *v;
	size_t n;
};

// The entry of LIST called PART, NULL when there is none.
static void *
entry_of(const struct any_list *list, const struct conf_schema *s, const char *part)
{
	for (size_t i = 0; list && i < list->n; i++) {
		struct conf_head *head = (void *)(list->v + i * s->size);

		if (str_is(head->key, part))
			return head;
	}
	return NULL;
}

static const char *
unknown_key(struct arena *a, const struct conf_schema *s, const char *part)
{
	const char **names = arena_alloc(a, (s->nkeys + 1) * sizeof(*names)), *near;

	for (size_t i = 0; i < s->nkeys; i++)
		names[i] = s->keys[i].name;
	near = str_nearest(part, names);
	return near ? arena_printf(a, "no key '%s'; did you mean '%s'?", part, near)
		    : arena_printf(a, "no key '%s' in a table of this kind", part);
}

static void *
member_of(const struct subject *s)
{
	return s->table ? (char *)s->table + s->key->offset : NULL;
}

// Go from the key just found into the table below it.
static void
enter(struct step *st)
{
	const struct conf_key *k = st->out->key;
	void *member = member_of(st->out);

	if (k->type == CONF_TYPE_TABLE_OF) {
		void *const *sub = member;

		st->out->table = sub ? *sub : NULL;
	} else {
		st->out->table = entry_of(member, k->sub, next_part(st));
	}
	st->out->schema = k->sub;
	st->out->key = NULL;
}

static const char *
descend(struct step *st)
{
	while (*st->name) {
		const char *part = next_part(st);
		const struct conf_schema *s = st->out->schema;

		for (size_t i = 0; i < s->nkeys; i++) {
			if (strcmp(s->keys[i].name, part) == 0)
				st->out->key = &s->keys[i];
		}
		if (!st->out->key)
			return unknown_key(st->arena, s, part);
		if (!*st->name)
			return NULL;
		if (!st->out->key->sub)
			return arena_printf(st->arena, "'%s' is no table", part);
		enter(st);
	}
	return NULL;
}

const char *
subject_find(struct arena *a, struct config *c, const char *name, struct subject *out)
{
	struct step st = {a, name, out};
	const char *first = next_part(&st);

	*out = (struct subject){0};
	for (size_t i = 0; i < conf_nroots && !out->root; i++) {
		const struct conf_root *r = &conf_roots[i];

		if (strcmp(r->key ? r->key : r->path, first) == 0)
			out->root = r;
	}
	if (!out->root)
		return arena_printf(a, "no table '%s' in the config", first);
	out->schema = out->root->schema;
	out->table = (char *)c + out->root->offset;
	if (!out->root->key) {
		if (!*st.name) {
			return arena_printf(
				a, "'%s' is a folder; say which, such as %s.NAME", first, first);
		}
		out->table = entry_of(out->table, out->schema, next_part(&st));
	}
	return descend(&st);
}

struct span
subject_place(const struct subject *s)
{
	const struct conf_head *head = s->table;
	struct conf_place p = {0};

	if (!head)
		return (struct span){0};
	if (s->key)
		p = conf_place_of(s->key, s->table);
	return p.set ? p.at : head->at;
}

bool
subject_is_set(const struct subject *s)
{
	return s->key && s->table && conf_place_of(s->key, s->table).set;
}
