// SPDX-License-Identifier: Apache-2.0
// tree.c -- the second half of tree.h: from a list of members to a tree. Layer: rules/lib.
#include "rules/lib/tree.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/base/die.h"
#include "gen/base/str.h"

// Byte order, the top before all else.
static int
compare(struct str a, struct str b)
{
	return str_cmp(str_is(a, ".") ? STR("") : a, str_is(b, ".") ? STR("") : b);
}

static int
by_path(const void *x, const void *y)
{
	const struct tree_entry *a = x, *b = y;
	int c = compare(str_of(a->path), str_of(b->path));

	return c ? c : (a->order > b->order) - (a->order < b->order);
}

static void
sort(struct tree *t)
{
	if (t->list.n)
		qsort(t->list.v, t->list.n, sizeof(*t->list.v), by_path);
}

// The last of the entries at PATH that came before ORDER, in a sorted T.
static struct tree_entry *
find(const struct tree *t, struct str path, size_t order)
{
	size_t low = 0, high = t->list.n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int c = compare(str_of(t->list.v[mid].path), path);

		if (c < 0 || (c == 0 && t->list.v[mid].order < order)) {
			low = mid + 1;
		} else {
			high = mid;
		}
	}
	return low > 0 && str_is(path, t->list.v[low - 1].path) ? &t->list.v[low - 1] : NULL;
}

const struct tree_entry *
tree_find(const struct tree *t, const char *path)
{
	return find(t, str_of(path), SIZE_MAX);
}

// Make the hard link E what it is another name of. The file may itself be reached through links;
// each step goes back in the list, so there is an end.
static void
resolve_link(struct tree *t, struct tree_entry *e)
{
	struct tree_entry *to = e;
	const char *path = e->path;
	size_t order = e->order;

	do {
		to = find(t, str_of(to->hard), to->order);
	} while (to && to->hard);
	if (!to) {
		die("%s: '%s' is a hard link to '%s', which does not come before it", t->name, path,
			e->hard);
	}
	if (S_ISDIR(to->mode))
		die("%s: '%s' is a hard link to a folder, '%s'", t->name, path, e->hard);
	*e = *to;
	e->path = path;
	e->order = order;
}

static void
resolve_links(struct tree *t)
{
	for (size_t i = 0; i < t->list.n; i++) {
		if (t->list.v[i].hard)
			resolve_link(t, &t->list.v[i]);
	}
}

// Keep the last entry of each path, as unpacking would.
static void
drop_replaced(struct tree *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < t->list.n; i++) {
		const struct tree_entry *e = &t->list.v[i];
		struct tree_entry *last = kept ? &t->list.v[kept - 1] : NULL;

		if (!last || strcmp(last->path, e->path) != 0) {
			t->list.v[kept++] = *e;
			continue;
		}
		if (S_ISDIR(last->mode) != S_ISDIR(e->mode))
			die("%s: '%s' is a folder and something else too", t->name, e->path);
		*last = *e;
	}
	t->list.n = kept;
}

static void
add_folder(struct tree *t, struct str path)
{
	struct tree_entry e = {.mode = S_IFDIR | 0755, .order = t->list.n};

	e.path = arena_ndup(t->arena, path.s, path.n);
	VEC_ADD(t->arena, &t->list, e);
}

// What holds PATH; "." for a name without folders, nothing for "." itself.
static struct str
parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (slash)
		return (struct str){path, (size_t)(slash - path)};
	return strcmp(path, ".") == 0 ? STR("") : STR(".");
}

const struct tree_entry *
tree_parent(const struct tree *t, const struct tree_entry *e)
{
	return find(t, parent_of(e->path), SIZE_MAX);
}

// Every path gets the folders above it. Here shows, too, what would be written through a link: an
// entry whose parent is there and is no folder.
static void
add_missing_folders(struct tree *t)
{
	const struct tree known = *t;

	for (size_t i = 0; i < known.list.n; i++) {
		const char *path = known.list.v[i].path;

		for (struct str up = parent_of(path); up.n;
			up = parent_of(arena_ndup(t->arena, up.s, up.n))) {
			const struct tree_entry *e = find(&known, up, SIZE_MAX);

			if (e && !S_ISDIR(e->mode)) {
				die("%s: '%s' lies below '%s', which is not a folder", t->name,
					path, e->path);
			}
			if (e)
				break;
			add_folder(t, up);
		}
	}
}

// Which path is the first of each file, and how many there are. Counted anew each time: an overlay
// may have taken names away.
static void
count_names(struct tree *t)
{
	for (size_t i = 0; i < t->list.n; i++) {
		struct tree_data *d = t->list.v[i].data;

		if (d) {
			d->names = 0;
			d->first = NULL;
		}
	}
	for (size_t i = 0; i < t->list.n; i++) {
		struct tree_data *d = t->list.v[i].data;

		if (d && d->names++ == 0)
			d->first = t->list.v[i].path;
	}
}

void
tree_settle(struct tree *t)
{
	sort(t);
	resolve_links(t); // before anything is replaced: a link means the file that was there then
	drop_replaced(t);
	add_missing_folders(t);
	sort(t);
	drop_replaced(t);
	count_names(t);
}

void
tree_refuse_setuid(const struct tree *t)
{
	const struct tree_entry *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < t->list.n; i++) {
		const struct tree_entry *e = &t->list.v[i];

		if (!S_ISREG(e->mode) || !(e->mode & (S_ISUID | S_ISGID)))
			continue;
		if (n++ == 0)
			first = e;
	}
	if (n) {
		die("%s: '%s'%s %s (mode %04o): no setuid or setgid file may enter the image",
			t->name, first->path,
			n > 1 ? arena_printf(t->arena, " and %zu more", n - 1) : "",
			n > 1 ? "are setuid or setgid" : "is setuid or setgid",
			(unsigned)first->mode & 07777);
	}
}
