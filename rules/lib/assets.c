// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/assets.h"

#include <errno.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/path.h"
#include "gen/base/source.h"
#include "rules/lib/sum.h"

// How often an asset may be replaced under our eyes before we give up. Another edge of the same
// build does that once.
enum { TRIES = 5 };

// In the order they are listed; of each row the first that exists.
static const char *const names[][3] = {
	{"vmlinuz", NULL},
	{"initrd.img", NULL},
	{"rootfs.erofs", "rootfs.squashfs", NULL},
};

enum { NNAMES = sizeof(names) / sizeof(*names) };

bool
asset_is_name(const char *name)
{
	for (size_t i = 0; i < NNAMES; i++) {
		for (const char *const *n = names[i]; *n; n++) {
			if (strcmp(*n, name) == 0)
				return true;
		}
	}
	return false;
}

// Add the asset NAME of an architecture. False when there is none.
static bool
add_one(struct assets *as, const char *arch, const char *prefix, const char *name)
{
	struct asset asset = {.arch = arch, .name = name};

	asset.shown = path_join(as->arena, prefix, name);
	asset.path = path_join(as->arena, as->dir, asset.shown);
	if (!output_look(asset.path, &asset.st))
		return false;
	VEC_ADD(as->arena, &as->list, asset);
	return true;
}

static bool
is_in_row(const char *const *row, const char *name)
{
	while (name && *row && strcmp(*row, name) != 0)
		row++;
	return name && *row;
}

// Add the assets of one architecture. PREFIX is its folder, as sums name it.
static void
find_in(struct assets *as, const char *arch, const char *prefix)
{
	for (size_t i = 0; i < NNAMES; i++) {
		bool found = is_in_row(names[i], as->root) && add_one(as, arch, prefix, as->root);

		for (const char *const *n = names[i]; *n && !found; n++)
			found = add_one(as, arch, prefix, *n);
	}
}

static bool
is_folder(const char *path) // and not a link to one
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static void
find_all(struct assets *as)
{
	struct names folders;

	as->list.n = 0;
	if (!path_list(as->arena, as->dir, &folders))
		die("read folder %s:", as->dir);
	for (size_t i = 0; i < folders.n; i++) {
		const char *name = folders.v[i];
		size_t before = as->list.n;

		if (strcmp(name, "current") != 0 && is_folder(path_join(as->arena, as->dir, name)))
			find_in(as, name, name);
		if (as->list.n > before && strpbrk(name, "\\\n")) {
			die("%s: a folder of assets has a backslash or line break in its name",
				as->dir);
		}
	}
	as->flat = as->list.n == 0;
	if (as->flat)
		find_in(as, "unknown", "");
}

static bool
is_older(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec < b->st_mtim.tv_sec ||
	       (a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec < b->st_mtim.tv_nsec);
}

// Take the hash from the asset's sum file. False when that does not hold exactly its line, as
// sum_blake3 writes it.
static bool
hash_from_sum(struct assets *as, struct asset *asset, const char *sums)
{
	const char *path = arena_printf(as->arena, "%s/%s.b3", sums, asset->shown);
	const struct source *src;
	struct stat st;
	struct str text;

	if (stat(path, &st) != 0 || is_older(&st, &asset->st))
		return false;
	src = source_load(as->arena, path, path);
	text = src ? src->text : STR("");
	if (text.n <= HASH_HEX || strspn(text.s, "0123456789abcdef") != HASH_HEX)
		return false;
	memcpy(asset->hash, text.s, HASH_HEX);
	asset->hash[HASH_HEX] = '\0';
	return str_is(text, arena_printf(as->arena, "%s  %s\n", asset->hash, asset->shown));
}

bool
asset_is_same(const struct asset *asset, const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && st.st_ino == asset->st.st_ino &&
	       st.st_dev == asset->st.st_dev && st.st_size == asset->st.st_size &&
	       !is_older(&st, &asset->st) && !is_older(&asset->st, &st);
}

// False when an asset went or was replaced meanwhile.
static bool
hash_all(struct assets *as, const struct assets_places *places)
{
	const struct hash_watch nobody = {0};

	for (size_t i = 0; i < as->list.n; i++) {
		struct asset *asset = &as->list.v[i];

		if (!(places->sums && hash_from_sum(as, asset, places->sums)) &&
			!sum_file(places->cache, asset->path, asset->hash, nobody)) {
			if (errno == ENOENT)
				return false;
			die("read %s:", asset->path);
		}
	}
	for (size_t i = 0; i < as->list.n; i++) {
		if (!asset_is_same(&as->list.v[i], as->list.v[i].path))
			return false;
	}
	return true;
}

void
assets_find(struct assets *as, struct arena *a, const struct assets_places *places)
{
	*as = (struct assets){.arena = a, .dir = places->dir, .root = places->root};
	for (int i = 0; i < TRIES; i++) {
		find_all(as);
		if (hash_all(as, places))
			return;
	}
	die("the assets in %s are being changed at this moment; try again", as->dir);
}

void
assets_print_sums(const struct assets *as, struct buf *out)
{
	for (size_t i = 0; i < as->list.n; i++)
		buf_addf(out, "%s  %s\n", as->list.v[i].hash, as->list.v[i].shown);
	if (as->list.n == 0)
		buf_addc(out, '\n');
}
