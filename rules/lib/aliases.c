// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/aliases.h"

#include <string.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/path.h"

enum { DIGITS = 16 };

// What may stand before the hash of an alias, and behind its dot.
static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

const char *
alias_name(struct arena *a, const char *name, const char *hash)
{
	int stem = (int)strcspn(name, ".");

	return arena_printf(a, "%.*s-%.*s%s", stem, name, DIGITS, hash, name + stem);
}

bool
alias_is_one(const char *name)
{
	const char *p = name + strspn(name, word);

	if (p == name || *p++ != '-' || strspn(p, "0123456789abcdef") < DIGITS)
		return false;
	p += DIGITS;
	if (*p == '\0')
		return true;
	if (*p++ != '.' || *p == '\0')
		return false;
	while (*p == '.' || (*p && strchr(word, *p)))
		p++;
	return *p == '\0';
}

static const char *
alias_path(const struct assets *as, const struct asset *asset)
{
	return path_join(as->arena, path_dir(as->arena, asset->path),
		alias_name(as->arena, asset->name, asset->hash));
}

// Dies when NAME, a file in the asset's folder, is another name of the asset and holds a hash that
// is not the asset's any more.
static void
check_name(const struct assets *as, const struct asset *asset, const char *dir, const char *name)
{
	struct stat st;

	if (!alias_is_one(name) ||
		strcmp(name, alias_name(as->arena, asset->name, asset->hash)) == 0)
		return;
	if (lstat(path_join(as->arena, dir, name), &st) != 0 || st.st_ino != asset->st.st_ino ||
		st.st_dev != asset->st.st_dev)
		return;
	die("%s was changed after it was made: it has the name %s, but its BLAKE3 is now %s; "
	    "remove the file and run: ninja assets-%s",
		asset->path, name, asset->hash, asset->arch);
}

void
aliases_check(const struct assets *as)
{
	struct names names;

	for (size_t i = 0; i < as->list.n && !as->flat; i++) {
		const struct asset *asset = &as->list.v[i];
		const char *dir = path_dir(as->arena, asset->path);

		if (!path_list(as->arena, dir, &names))
			die("read folder %s:", dir);
		for (size_t k = 0; k < names.n; k++)
			check_name(as, asset, dir, names.v[k]);
	}
}

void
aliases_make(const struct assets *as)
{
	for (size_t i = 0; i < as->list.n && !as->flat; i++) {
		const char *path = alias_path(as, &as->list.v[i]);

		output_hardlink(as->list.v[i].path, path);
		if (!asset_is_same(&as->list.v[i], path))
			unlink(path); // replaced since it was hashed; who did that calls us again
	}
}

// Whether NAME is the alias of an asset of ARCH.
static bool
is_wanted(const struct assets *as, const char *arch, const char *name)
{
	for (size_t i = 0; i < as->list.n; i++) {
		const struct asset *asset = &as->list.v[i];

		if (strcmp(asset->arch, arch) == 0 &&
			strcmp(alias_name(as->arena, asset->name, asset->hash), name) == 0)
			return true;
	}
	return false;
}

static bool
is_plain_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static void
clean_folder(const struct assets *as, const char *arch)
{
	const char *dir = path_join(as->arena, as->dir, arch);
	struct names names;

	if (!path_list(as->arena, dir, &names))
		die("read folder %s:", dir);
	for (size_t i = 0; i < names.n; i++) {
		const char *path = path_join(as->arena, dir, names.v[i]);

		if (alias_is_one(names.v[i]) && !is_wanted(as, arch, names.v[i]) &&
			is_plain_file(path) && unlink(path) != 0)
			die("remove %s:", path);
	}
}

void
aliases_clean(const struct assets *as)
{
	const char *last = "";

	for (size_t i = 0; i < as->list.n && !as->flat; i++) {
		if (strcmp(as->list.v[i].arch, last) != 0)
			clean_folder(as, as->list.v[i].arch);
		last = as->list.v[i].arch;
	}
}

// A copy in place of the link, as some release scripts leave it, may go; a person's files may not.
static void
remove_copy(const struct assets *as, const char *dir)
{
	struct names names;

	if (!path_list(as->arena, dir, &names))
		die("read folder %s:", dir);
	for (size_t i = 0; i < names.n; i++) {
		if (!asset_is_name(names.v[i]) && !alias_is_one(names.v[i]) &&
			strcmp(names.v[i], "tool-versions.txt") != 0)
			die("%s is in the way: a folder that holds '%s'", dir, names.v[i]);
	}
	for (size_t i = 0; i < names.n; i++)
		unlink(path_join(as->arena, dir, names.v[i]));
	if (rmdir(dir) != 0)
		die("remove folder %s:", dir);
}

void
aliases_set_current(const struct assets *as)
{
	const char *path = path_join(as->arena, as->dir, "current");
	struct stat st;

	if (as->flat)
		return;
	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
		remove_copy(as, path);
	output_symlink(as->list.v[as->list.n - 1].arch, path);
}
