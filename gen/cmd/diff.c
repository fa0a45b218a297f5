// SPDX-License-Identifier: Apache-2.0
// diff.c -- two guest configs compared by what they mean; exit status as of diff(1). Layer:
// gen/cmd.
#include "gen/base/json.h"
#include "gen/base/path.h"
#include "gen/cmd/changes.h"
#include "gen/cmd/cmd.h"
#include "gen/cmd/loaded.h"
#include "gen/emit/schema.h"

enum { SAME, DIFFERENT, TROUBLE };

// A copy of V; null for none.
static cJSON *
copy_of(const cJSON *v)
{
	return v ? cJSON_Duplicate(v, true) : cJSON_CreateNull();
}

static void
set_place(struct arena *a, cJSON *object, const char *key, struct span at)
{
	struct place place;

	if (!at.src) {
		json_set(object, key, cJSON_CreateNull());
		return;
	}
	place = span_place(at);
	json_set_str(
		object, key, arena_printf(a, "%s:%zu:%zu", at.src->path, place.line, place.column));
}

static void
add_change(struct arena *a, cJSON *list, const struct change *c)
{
	cJSON *item = json_push_object(list);
	struct buf reaches = {0};

	emit_reaches(&reaches, c->reaches);
	json_set_str(item, "key", c->key);
	json_set(item, "old", copy_of(c->old));
	json_set(item, "new", copy_of(c->new));
	set_place(a, item, "old_at", c->old_at);
	set_place(a, item, "new_at", c->new_at);
	json_set_str(item, "reaches", reaches.s);
	buf_free(&reaches);
}

static void
print_json(const struct changes *all)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < all->list.n; i++)
		add_change(all->arena, list, &all->list.v[i]);
	json_put(stdout, list);
}

// Exit status 1 would say that something differs.
static const struct config *
load(const struct cmd_options *o, size_t n, struct diags *ds)
{
	const char *dir = cmd_word(o, n);

	if (!path_is_dir(dir)) {
		cmd_usage(
			o, "Invalid value for '%c': Directory '%s' does not exist.", "AB"[n], dir);
	}
	return cmd_load(dir, ds);
}

int
cmd_diff(const struct cmd_options *o)
{
	struct diags old_ds = {.arena = o->arena}, new_ds = {.arena = o->arena};
	struct changes all = {.arena = o->arena};
	const struct config *old = load(o, 0, &old_ds), *new = load(o, 1, &new_ds);
	bool different;

	if (old_ds.nerrors || new_ds.nerrors) {
		diag_print(&old_ds, stderr, diag_colour(stderr));
		diag_print(&new_ds, stderr, diag_colour(stderr));
		return TROUBLE;
	}
	changes_find(&all, old, new);
	changes_find_kernel(&all, old, new);
	different = all.list.n > 0;
	if (cmd_is_set(o, OPT_JSON)) {
		print_json(&all);
	} else {
		changes_print(&all);
	}
	changes_free(&all);
	return different ? DIFFERENT : SAME;
}
