// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/layout.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/json.h"
#include "gen/base/path.h"

struct loader {
	struct rule_args *args;
	bool inputs_only; // leave order-only items out
	bool order_only;  // of the item being added
	VEC(struct layout_entry) list;
};

static void
add(struct loader *l, struct layout_entry e)
{
	VEC_ADD(&l->args->arena, &l->list, e);
}

static void
note_read(struct loader *l, const char *path)
{
	if (!l->order_only)
		rule_read(l->args, path);
}

// What editors and interpreters leave beside sources: never part of an image.
static bool
is_leftover(const char *name)
{
	size_t n = strlen(name);

	return strcmp(name, "__pycache__") == 0 || strcmp(name, ".pytest_cache") == 0 ||
	       name[n - 1] == '~' || name[0] == '#' || str_ends(str_of(name), ".swp") ||
	       str_ends(str_of(name), ".pyc") || str_ends(str_of(name), ".tmp");
}

static const char *
read_link(struct loader *l, const char *from, size_t size)
{
	char *target = arena_alloc(&l->args->arena, size + 2);
	ssize_t n = readlink(from, target, size + 1);

	if (n < 0)
		die("read link %s:", from);
	return target;
}

static void add_folder(struct loader *l, const char *path, const char *from);

static void
add_found(struct loader *l, const char *path, const char *from)
{
	struct layout_entry e = {.path = path, .from = from};
	struct stat st;

	if (lstat(from, &st) != 0)
		die("look at %s:", from);
	if (S_ISDIR(st.st_mode)) {
		add_folder(l, path, from);
		return;
	}
	if (S_ISLNK(st.st_mode)) { // its folder's time tells of a change; what it names may be
				   // missing
		e.kind = LAYOUT_LINK;
		e.mode = 0777;
		e.target = read_link(l, from, (size_t)st.st_size);
	} else if (S_ISREG(st.st_mode)) {
		e.mode = st.st_mode & S_IXUSR ? 0755 : 0644;
		note_read(l, from);
	} else {
		die("%s is neither a file, a folder nor a link", from);
	}
	add(l, e);
}

static void
add_folder(struct loader *l, const char *path, const char *from)
{
	struct arena *a = &l->args->arena;
	struct names names;

	if (!path_list(a, from, &names))
		die("read folder %s:", from);
	note_read(l, from);
	add(l, (struct layout_entry){.path = path, .kind = LAYOUT_FOLDER, .mode = 0755});
	for (size_t i = 0; i < names.n; i++) {
		if (!is_leftover(names.v[i])) {
			add_found(l, arena_printf(a, "%s/%s", path, names.v[i]),
				path_join(a, from, names.v[i]));
		}
	}
}

// A path inside the archive: relative, and spelt in the one way that can be compared.
static bool
is_usable(struct loader *l, const char *path)
{
	return path && strcmp(path, ".") != 0 && path[0] != '/' && strcmp(path, "..") != 0 &&
	       strncmp(path, "../", 3) != 0 && strcmp(path, path_clean(&l->args->arena, path)) == 0;
}

static const char *
member(struct loader *l, const cJSON *item, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(item, key);

	return cJSON_IsString(v) ? arena_dup(&l->args->arena, v->valuestring) : NULL;
}

static void
add_item(struct loader *l, const cJSON *item, const char *list)
{
	struct layout_entry e = {.path = member(l, item, "path")};
	const char *tree = member(l, item, "tree"), *mode = member(l, item, "mode");
	long bits = 0;

	l->order_only = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(item, "order_only"));
	if (l->order_only && l->inputs_only)
		return;
	e.from = member(l, item, "from");
	e.text = member(l, item, "text");
	if (!is_usable(l, e.path))
		die("%s: an entry has no usable 'path'", list);
	if (tree) {
		add_folder(l, e.path, tree);
		return;
	}
	if (!mode || !str_to_long(mode, 8, 0, 07777, &bits) || (!e.from && !e.text))
		die("%s: entry '%s' wants 'mode' and 'from', 'text' or 'tree'", list, e.path);
	e.mode = (unsigned)bits;
	if (e.from && access(e.from, R_OK) != 0)
		die("open %s:", e.from);
	if (e.from)
		note_read(l, e.from);
	add(l, e);
}

// An archive needs each folder before what is in it.
static void
add_parents(struct loader *l)
{
	struct arena *a = &l->args->arena;
	size_t n = l->list.n;

	for (size_t i = 0; i < n; i++) {
		const char *dir = l->list.v[i].path;

		while (strchr(dir, '/')) {
			dir = path_dir(a, dir);
			add(l, (struct layout_entry){
				       .path = dir, .kind = LAYOUT_FOLDER, .mode = 0755});
		}
	}
}

static int
by_path(const void *x, const void *y)
{
	return strcmp(
		((const struct layout_entry *)x)->path, ((const struct layout_entry *)y)->path);
}

static void
drop_double_folders(struct loader *l, const char *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->list.n; i++) {
		const struct layout_entry *e = &l->list.v[i];

		if (kept == 0 || strcmp(l->list.v[kept - 1].path, e->path) != 0) {
			l->list.v[kept++] = *e;
		} else if (e->kind != LAYOUT_FOLDER || l->list.v[kept - 1].kind != LAYOUT_FOLDER) {
			die("%s: two entries want the path '%s'", list, e->path);
		}
	}
	l->list.n = kept;
}

static struct layout
load(struct rule_args *a, const char *path, bool inputs_only)
{
	struct loader l = {.args = a, .inputs_only = inputs_only};
	cJSON *root = json_read(&a->arena, path);
	const cJSON *item;

	cJSON_ArrayForEach(item, cJSON_GetObjectItemCaseSensitive(root, "entries"))
		add_item(&l, item, path);
	cJSON_Delete(root);
	add_parents(&l);
	if (l.list.n)
		qsort(l.list.v, l.list.n, sizeof(*l.list.v), by_path);
	drop_double_folders(&l, path);
	return (struct layout){l.list.v, l.list.n};
}

struct layout
layout_load(struct rule_args *a, const char *path)
{
	return load(a, path, false);
}

struct layout
layout_load_inputs(struct rule_args *a, const char *path)
{
	return load(a, path, true);
}
