// SPDX-License-Identifier: Apache-2.0
// offers.c -- Source: section 10 of the command line reference.
#include "gen/cmd/offers.h"

#include <string.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/cmd/ask.h"
#include "gen/toml/toml.h"

// The first table of a file that has a name.
static const struct toml_value *
named_table(struct arena *a, const char *path)
{
	const struct source *src = path_is_file(path) ? source_load(a, path, path) : NULL;
	struct diags ignored = {.arena = a};
	const struct toml_value *root = src ? toml_parse(src, &ignored) : NULL;

	for (size_t i = 0; root && i < root->members.n; i++) {
		const struct toml_value *table = root->members.v[i].value;

		if (table->type == TOML_TABLE && toml_get(table, "name"))
			return table;
	}
	return NULL;
}

// The value of KEY: a string, or what stands in the file for something else; "" when there is none.
static const char *
text_of(struct arena *a, const struct toml_value *table, const char *key)
{
	const struct toml_value *v = toml_get(table, key);

	if (!v)
		return "";
	if (v->type == TOML_STRING)
		return v->string.s;
	return arena_ndup(a, v->at.src->text.s + v->at.off, v->at.len);
}

static const char *
describe(struct arena *a, enum scaffold_kind kind, const struct toml_value *table)
{
	const char *name = text_of(a, table, "name"), *more = text_of(a, table, "description");
	const struct toml_value *packages = toml_get(table, "packages");
	size_t n = packages && packages->type == TOML_ARRAY ? packages->items.n : 0;

	if (kind == SCAFFOLD_PACKAGES)
		return arena_printf(a, "%s (%zu package%s)", name, n, n == 1 ? "" : "s");
	if (!*more)
		more = name;
	return kind == SCAFFOLD_AI ? arena_printf(a, "%s -- %s", name, more) : more;
}

static void
add_offer(struct offers *offers, enum scaffold_kind kind, const char *path)
{
	const struct toml_value *table = named_table(offers->arena, path);
	const char *name = path_base(path);
	size_t n = strlen(name) - strlen(".toml");

	if (!table) {
		warn("%s is left out: it does not say what it is; see 'validate'", path);
		return;
	}
	VEC_ADD(offers->arena, &offers->list,
		((struct offer){
			arena_ndup(offers->arena, name, n), describe(offers->arena, kind, table)}));
}

struct offers
offers_find(struct arena *a, const char *config, enum scaffold_kind kind)
{
	const char *dir = path_join(a, config, scaffold_infos[kind].folder);
	struct offers offers = {.arena = a};
	struct names names = {0};

	if (path_is_dir(dir) && !path_list(a, dir, &names))
		die("read folder %s:", dir);
	for (size_t i = 0; i < names.n; i++) {
		if (str_ends(str_of(names.v[i]), ".toml"))
			add_offer(&offers, kind, path_join(a, dir, names.v[i]));
	}
	return offers;
}

// Whether PART, one word of an answer, stands for offer I.
static bool
is_meant(const struct offers *offers, size_t i, const char *part)
{
	long number;

	if (strcmp(part, "*") == 0)
		return true;
	if (str_to_long(part, 10, 1, (long)offers->list.n, &number))
		return (size_t)number == i + 1;
	return strcmp(part, offers->list.v[i].key) == 0;
}

static bool
is_chosen(const struct offers *offers, size_t i, const char *answer)
{
	for (;;) {
		size_t n = strcspn(answer, ",");
		struct str part = str_trim((struct str){answer, n});

		if (is_meant(offers, i, arena_ndup(offers->arena, part.s, part.n)))
			return true;
		if (!answer[n])
			return false;
		answer += n + 1;
	}
}

struct offers
offers_choose(const struct offers *from, const char *label)
{
	struct offers chosen = {.arena = from->arena};
	const char *answer;

	if (from->list.n == 0)
		return chosen;
	printf("\n%s -- include from base:\n", label);
	for (size_t i = 0; i < from->list.n; i++) {
		printf("  [%zu] ", i + 1);
		ask_print(from->list.v[i].key);
		fputs(" -- ", stdout);
		ask_print(from->list.v[i].about);
		putchar('\n');
	}
	answer = ask_text(from->arena, "Include (* for all, or numbers and keys)", "*");
	for (size_t i = 0; i < from->list.n; i++) {
		if (is_chosen(from, i, answer))
			VEC_ADD(from->arena, &chosen.list, from->list.v[i]);
	}
	return chosen;
}
