// SPDX-License-Identifier: Apache-2.0
// load.c -- finds and parses the files of GUEST/config and fills struct config. Layer: gen/config.
#include "gen/config/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/base/path.h"

enum { MAX_DEPTH = 16 };

// One *.toml below config/. TREE is NULL when it does not parse.
struct parsed {
	const char *rel; // below config/
	const struct source *src;
	const struct toml_value *tree;
};

struct loading {
	struct diags *ds;
	struct config *conf;
	VEC(struct parsed) files;
};

// A place for "this file", at its first character.
static struct span
top_of(const struct source *src)
{
	return (struct span){src, 0, 0};
}

static void
missing(struct loading *l, const char *path, const char *what)
{
	struct source *src = source_of(l->ds->arena, path, (struct str){0});

	diag_add(l->ds, E001, top_of(src), "%s", what);
}

// Read a file that is one: opening a pipe could wait for ever.
static struct source *
load_regular(struct arena *a, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
		return NULL;
	}
	return source_load(a, path, path);
}

static void
parse_file(struct loading *l, const char *rel, const char *path)
{
	struct source *src = load_regular(l->ds->arena, path);
	struct parsed file = {rel, src, NULL};

	VEC_ADD(l->ds->arena, &l->conf->reads, path);
	if (src) {
		file.tree = toml_parse(src, l->ds);
	} else {
		int err = errno;

		file.src = source_of(l->ds->arena, path, (struct str){0});
		diag_add(l->ds, E002, top_of(file.src), "cannot be read: %s",
			err == EINVAL ? "not a regular file" : strerror(err));
	}
	l->conf->broken |= !file.tree;
	VEC_ADD(l->ds->arena, &l->files, file);
}

// Links are followed where the files are that are loaded, right below config/, and not below that:
// there they could lead round in circles.
static int
look(const char *path, int depth, struct stat *st)
{
	return depth == 0 ? stat(path, st) : lstat(path, st);
}

// Parse every *.toml below REL, part by part of the path in byte order.
static void
walk(struct loading *l, const char *rel, int depth)
{
	struct arena *a = l->ds->arena;
	const char *dir = path_join(a, l->conf->dir, rel);
	struct names names;

	VEC_ADD(a, &l->conf->reads, dir);
	if (!path_list(a, dir, &names)) {
		struct source *src = source_of(a, dir, (struct str){0});

		diag_add(l->ds, E002, top_of(src), "cannot be read: %s", strerror(errno));
		return;
	}
	for (size_t i = 0; i < names.n; i++) {
		char *below = path_join(a, rel, names.v[i]),
		     *path = path_join(a, l->conf->dir, below);
		struct stat st;

		if (str_ends(str_of(names.v[i]), ".toml")) {
			parse_file(l, below, path);
		} else if (depth < MAX_DEPTH && look(path, depth, &st) == 0 &&
			   S_ISDIR(st.st_mode)) {
			walk(l, below, depth + 1);
		}
	}
}

static const struct parsed *
find(const struct loading *l, const char *rel)
{
	for (size_t i = 0; i < l->files.n; i++) {
		if (strcmp(l->files.v[i].rel, rel) == 0)
			return &l->files.v[i];
	}
	return NULL;
}

static void
stray_tables(struct loading *l, const struct parsed *file, const char *key)
{
	for (size_t i = 0; i < file->tree->members.n; i++) {
		const struct toml_member *m = &file->tree->members.v[i];

		if (!str_is(m->key, key)) {
			diag_add(l->ds, W015, m->key_at,
				"unknown key '%.*s': this file has one table, [%s]",
				STR_FMT(m->key), key);
		}
	}
}

// The file with one table.
static void
load_file(struct loading *l, const struct conf_root *root)
{
	const struct parsed *file = find(l, root->path);
	void *out = (char *)l->conf + root->offset;
	const struct toml_value *table = NULL;
	struct span at;

	if (!file || !file->tree) {
		const char *path = path_join(l->ds->arena, l->conf->dir, root->path);

		at = top_of(file ? file->src : source_of(l->ds->arena, path, (struct str){0}));
		conf_load_table(l->ds, root->schema, root->key, NULL, at, out);
		return;
	}
	at = top_of(file->src);
	table = toml_get(file->tree, root->key);
	if (!table) {
		diag_alias(diag_add(l->ds, E001, at, "missing table [%s]", root->key), "E003");
	} else if (table->type != TOML_TABLE) {
		conf_wrong_type(l->ds, NULL, root->key, "a table", table);
	}
	stray_tables(l, file, root->key);
	if (table)
		at = table->at;
	if (table && table->type != TOML_TABLE)
		table = NULL;
	conf_load_table(l->ds, root->schema, root->key, table, at, out);
}

// Add M to the entries; a key that is there already is an error, and the later value counts.
static void
add_entry(struct loading *l, const struct conf_root *root, const struct toml_member **list,
	size_t *n, const struct toml_member *m)
{
	for (size_t i = 0; i < *n; i++) {
		struct diag *d;

		if (!str_eq(list[i]->key, m->key))
			continue;
		d = diag_add(l->ds, E008, m->key_at, "duplicate %s key '%.*s'", root->noun,
			STR_FMT(m->key));
		diag_note(l->ds, d, list[i]->key_at, "first defined here");
		list[i] = m;
		return;
	}
	list[(*n)++] = m;
}

static bool
is_in_folder(const struct parsed *file, const char *folder)
{
	size_t n = strlen(folder);

	return file->tree && strncmp(file->rel, folder, n) == 0 && file->rel[n] == '/' &&
	       !strchr(file->rel + n + 1, '/');
}

// Every top-level table of every file in the folder, by file name and then in file order.
static const struct toml_member **
list_entries(struct loading *l, const struct conf_root *root, size_t *n)
{
	const struct toml_member **list;
	size_t most = 0;

	for (size_t i = 0; i < l->files.n; i++) {
		most += is_in_folder(&l->files.v[i], root->path) ? l->files.v[i].tree->members.n
								 : 0;
	}
	list = arena_alloc(l->ds->arena, most * sizeof(const struct toml_member *));
	*n = 0;
	for (size_t i = 0; i < l->files.n; i++) {
		const struct parsed *file = &l->files.v[i];

		for (size_t m = 0; is_in_folder(file, root->path) && m < file->tree->members.n; m++)
			add_entry(l, root, list, n, &file->tree->members.v[m]);
	}
	return list;
}

struct any_list {
	void *v;
	size_t n;
};

static void
load_folder(struct loading *l, const struct conf_root *root)
{
	struct any_list out = {0};
	const struct toml_member **list = list_entries(l, root, &out.n);
	char *item = out.v = arena_alloc(l->ds->arena, out.n * root->schema->size);

	for (size_t i = 0; i < out.n; i++, item += root->schema->size) {
		const struct toml_member *m = list[i];
		const char *key = arena_ndup(l->ds->arena, m->key.s, m->key.n);
		struct conf_head *head = (struct conf_head *)(void *)item;
		bool ok = m->value->type == TOML_TABLE;

		if (!ok)
			conf_wrong_type(l->ds, NULL, key, "a table", m->value);
		conf_load_table(l->ds, root->schema, key, ok ? m->value : NULL, m->value->at, item);
		head->key = str_of(key);
		head->key_at = m->key_at;
	}
	memcpy((char *)l->conf + root->offset, &out, sizeof(out));
}

struct config *
config_load(const char *guest, struct diags *ds)
{
	struct config *conf = arena_alloc(ds->arena, sizeof(*conf));
	struct loading l = {.ds = ds, .conf = conf};
	const char *build;

	conf->guest = arena_dup(ds->arena, guest);
	conf->dir = path_join(ds->arena, guest, "config");
	build = path_join(ds->arena, conf->dir, "build.toml");
	if (!path_is_dir(conf->dir)) {
		missing(&l, conf->dir, "missing config directory");
	} else if (!path_is_file(build)) {
		missing(&l, build, "missing required file: build.toml");
	} else {
		conf->found = true;
		walk(&l, "", 0);
	}
	for (size_t i = 0; i < conf_nroots; i++) {
		if (conf_roots[i].key) {
			load_file(&l, &conf_roots[i]);
		} else {
			load_folder(&l, &conf_roots[i]);
		}
	}
	conf->has_image = find(&l, "manifest.toml") != NULL;
	return conf;
}

struct span
conf_inside(const struct conf_string *s, size_t off, size_t len)
{
	return s->set ? toml_inside(s->at, off, len) : s->at;
}

const struct conf_arch *
config_arch(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->build.architectures.n; i++) {
		if (str_is(c->build.architectures.v[i].head.key, name))
			return &c->build.architectures.v[i];
	}
	return NULL;
}
