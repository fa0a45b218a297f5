// SPDX-License-Identifier: Apache-2.0
#include "gen/cmd/fileset.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/path.h"

enum { OPEN_FOLDERS = 16 };

static const char *stage; // the hidden folder, as long as there is one

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st, (void)kind, (void)at;
	remove(path);
	return 0;
}

static void
remove_stage(void)
{
	if (stage)
		nftw(stage, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
	stage = NULL;
}

bool
fileset_has(const struct fileset *s, const char *path)
{
	for (size_t i = 0; i < s->items.n; i++) {
		if (strcmp(s->items.v[i].path, path) == 0)
			return true;
	}
	return false;
}

void
fileset_text(struct fileset *s, const char *path, struct str text)
{
	if (!fileset_has(s, path))
		VEC_ADD(s->arena, &s->items, ((struct fileset_item){path, NULL, text}));
}

void
fileset_copy(struct fileset *s, const char *path, const char *from)
{
	if (!fileset_has(s, path))
		VEC_ADD(s->arena, &s->items, ((struct fileset_item){path, from, STR("")}));
}

// The nearest folder at or above DIR that exists; *REST gets the way from there to DIR.
static const char *
find_root(struct arena *a, const char *dir, const char **rest)
{
	*rest = "";
	while (!path_is_dir(dir) && strcmp(dir, ".") != 0) {
		const char *name = path_base(dir);

		if (strcmp(name, "..") == 0)
			die("%s: '..' behind a folder that does not exist", dir);
		*rest = **rest ? path_join(a, name, *rest) : name;
		dir = path_dir(a, dir);
	}
	return dir;
}

static void
make_stage(struct arena *a, const char *root)
{
	char *dir = path_join(a, root, ".capsem-XXXXXX");
	static bool registered;

	if (!mkdtemp(dir))
		die("create a folder in %s:", root);
	stage = dir;
	if (!registered)
		atexit(remove_stage);
	registered = true;
}

static void
write_item(const struct fileset_item *item, const char *path)
{
	struct output out;

	output_open(&out, path);
	if (item->from) {
		output_copy(&out, item->from);
	} else if (item->text.n) {
		fwrite(item->text.s, 1, item->text.n, out.f);
	}
	output_commit(&out, 0644);
}

static void put(struct arena *a, const char *from, const char *to, bool really);

static void
check_folder(const char *from, const char *to)
{
	struct stat here, there;

	if (access(to, W_OK | X_OK) != 0)
		die("write into folder %s:", to);
	if (stat(from, &here) != 0 || stat(to, &there) != 0)
		die("look at %s:", to);
	if (here.st_dev != there.st_dev)
		die("%s is on another file system than the folder it is in", to);
}

static void
put_folder(struct arena *a, const char *from, const char *to, bool really)
{
	struct names names;

	if (!really)
		check_folder(from, to);
	if (!path_list(a, from, &names))
		die("read folder %s:", from);
	for (size_t i = 0; i < names.n; i++)
		put(a, path_join(a, from, names.v[i]), path_join(a, to, names.v[i]), really);
}

// Move FROM, a file or a folder, to TO; or only see whether that can be done.
static void
put(struct arena *a, const char *from, const char *to, bool really)
{
	bool folder = path_is_dir(from);
	struct stat st;

	if (folder && path_is_dir(to)) {
		put_folder(a, from, to, really);
		return;
	}
	if (folder && lstat(to, &st) == 0)
		die("%s is in the way: not a folder", to);
	if (!folder)
		output_look(to, &st);
	if (really && rename(from, to) != 0)
		die("rename %s to %s:", from, to);
}

// End as the signal would have that came meanwhile.
static void
leave(void)
{
	if (cleanup_caught())
		remove_stage();
	cleanup_leave();
}

void
fileset_write(const struct fileset *s)
{
	struct arena *a = s->arena;
	const char *rest, *root = find_root(a, s->dir, &rest);

	cleanup_hold(true);
	make_stage(a, root);
	for (size_t i = 0; i < s->items.n && !cleanup_caught(); i++) {
		const struct fileset_item *item = &s->items.v[i];

		write_item(item, path_join(a, stage, path_join(a, rest, item->path)));
	}
	leave();
	put_folder(a, stage, root, false);
	put_folder(a, stage, root, true);
	remove_stage();
	leave();
	cleanup_hold(false);
}
