// SPDX-License-Identifier: Apache-2.0
// first.c -- where a key that is defined twice was defined first. Layer: gen/toml (over base).
//
// toml++ throws its tree away when it finds the second definition. All that stands before that is
// valid, so it is parsed again, and so is the key alone; then one tree shows the way in the other.
#include "gen/base/diag.h"
#include "gen/toml/shim.h"

// Parse a text that is not the user's; NULL when it is no TOML.
static struct toml_value *
parse_part(struct arena *a, struct str text)
{
	struct shim_mistake ignored;
	struct places places;

	places_init(&places, a, source_of(a, "", text));
	return shim_parse(&places, a, &ignored);
}

bool
toml_fine(struct str text, struct arena *a)
{
	return parse_part(a, text) != NULL;
}

// An array of tables stands for its last table.
static const struct toml_value *
last_item(const struct toml_value *v)
{
	while (v->type == TOML_ARRAY && v->items.n > 0)
		v = v->items.v[v->items.n - 1];
	return v;
}

// The table to which a key after the end of the text would belong: the one with the last header.
static const struct toml_value *
open_table(const struct toml_value *table, struct str text)
{
	const struct toml_value *best = table;

	for (size_t i = 0; i < table->members.n; i++) {
		const struct toml_value *v = last_item(table->members.v[i].value);

		if (v->type != TOML_TABLE)
			continue;
		v = open_table(v, text);
		if (text.s[v->at.off] == '[' && (best == table || v->at.off >= best->at.off) &&
			(text.s[table->at.off] != '[' || v->at.off >= table->at.off))
			best = v;
	}
	return best;
}

// Follow the one path that KEY, a tree of one key, shows through TABLE, as far as it goes.
static const struct toml_member *
follow(const struct toml_value *key, const struct toml_value *table)
{
	const struct toml_member *found = NULL;

	while (key->type == TOML_TABLE && key->members.n == 1 && table->type == TOML_TABLE) {
		const struct toml_member *m = toml_find(table, key->members.v[0].key.s);

		if (!m)
			break;
		found = m;
		key = last_item(key->members.v[0].value);
		table = last_item(m->value);
	}
	return found;
}

// Whether only blanks stand between the start of its line and AT. Then it is no part of a value,
// because inline tables take one line.
static bool
begins_line(struct span at)
{
	const char *p = at.src->text.s + at.off;

	while (p > at.src->text.s && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	return p == at.src->text.s || p[-1] == '\n';
}

bool
toml_first(struct span at, struct arena *a, struct span *first)
{
	struct str before = {at.src->text.s, at.off}, text = {at.src->text.s + at.off, at.len};
	const struct toml_value *tree = begins_line(at) ? parse_part(a, before) : NULL, *key;
	const struct toml_member *found;
	bool header = str_starts(text, "[");

	if (!tree)
		return false;
	key = parse_part(a, header ? text : str_of(arena_printf(a, "%.*s = 0", STR_FMT(text))));
	if (!key)
		return false;
	found = follow(key, header ? tree : open_table(tree, before));
	if (!found)
		return false;
	*first = found->value->type == TOML_TABLE ? found->value->at : found->key_at;
	first->src = at.src;
	return true;
}
