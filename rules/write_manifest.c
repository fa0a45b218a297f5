// SPDX-License-Identifier: Apache-2.0
// write_manifest -- make all that is said about the assets true again. Layer: rules.
//   in: sum files (their times only)   out: STAMP, a sum file of the two below
//   makes: ASSETS/B3SUMS, ASSETS/manifest.json, hash aliases, ASSETS/current
//   reads: the assets of every architecture and their sum files, the manifest until now
//
// Several edges may run this, one for each thing that was built, and each must leave the whole
// truth. Hence a lock on the folder, and hence the time the two files get: were it the present, the
// second edge would make the stamp of the first look old. They get one of the day before their
// release, which depends on their bytes, so that tools that copy by time still see each change.
// The depfile names both files, so that removing one brings it back. It does not name assets: one
// that another edge replaces in the same build would make this stamp look old, and that edge's own
// sum file has us run again anyway.
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/path.h"
#include "gen/base/source.h"
#include "rules/lib/aliases.h"
#include "rules/lib/manifest.h"

enum { DAY = 24 * 60 * 60 };

static const struct rule rule = {
	"write_manifest",
	"A:B:r:s:S:c:",
	"-A ASSETS -B BINARY_VERSION [-S SUMS]\n"
	"       [-r ROOTFS] [-s SOURCE_DATE_EPOCH] [-c CACHE] [SUM...]",
	"Writes ASSETS/B3SUMS and manifest.json for the assets that are there, of every\n"
	"architecture, their hash aliases and the link 'current', then the stamp OUT. Hashes are\n"
	"taken from SUMS/ARCH/FILE.b3 where that is not older than the asset; others, or without\n"
	"SUMS all, are worked out, and remembered in the folder CACHE. Where there are both\n"
	"rootfs.squashfs and rootfs.erofs, ROOTFS is the one that counts; by default the latter.",
};

static const char *
binary_version(const struct rule_args *a)
{
	const char *v = rule_need(a, 'B');

	if (strpbrk(v, "/\\") || strstr(v, ".."))
		die_usage("-B wants a version without '/', '\\' and '..', not '%s'", v);
	return v;
}

// The day of a new release: in UTC when -s gives the time, else the local one.
static struct tm
release_day(const struct rule_args *a)
{
	time_t now = time(NULL);
	struct tm day;

	if (a->opt['s']) {
		now = rule_number(a, 's', 10, 0, UINT32_MAX, 0);
		gmtime_r(&now, &day);
	} else {
		localtime_r(&now, &day);
	}
	return day;
}

// One at a time, until we end.
static void
lock_folder(const char *dir)
{
	path_make_dirs(dir);
	if (path_lock_dir(dir, true) < 0)
		die("lock %s:", dir);
}

static void
hash_text(struct str text, char hex[HASH_HEX + 1])
{
	struct hasher *h = hash_new();

	hash_add(h, text.s, text.n);
	hash_end(h, hex);
}

// Give the file the time the top of this file speaks of. The first four digits of its hash are a
// number of seconds below 18 hours and 13 minutes.
static void
set_time(const char *path, const struct rule_args *a, const char *hex)
{
	time_t now = time(NULL), given = rule_number(a, 's', 10, 0, UINT32_MAX, now);
	struct timespec t[2] = {{.tv_sec = (given < now ? given : now) / DAY * DAY}};

	if (t[0].tv_sec >= DAY)
		t[0].tv_sec -= DAY;
	t[0].tv_sec += strtol((const char[]){hex[0], hex[1], hex[2], hex[3], '\0'}, NULL, 16);
	t[1] = t[0];
	if (utimensat(AT_FDCWD, path, t, 0) != 0)
		die("set the time of %s:", path);
}

// Write one of the two files, if it changes, and add its line to the stamp.
static void
write_file(struct rule_args *a, const char *name, struct str text, struct buf *stamp)
{
	const char *path = path_join(&a->arena, a->opt['A'], name);
	char hex[HASH_HEX + 1];

	hash_text(text, hex);
	rule_read(a, path);
	if (output_write(path, text, 0644))
		set_time(path, a, hex);
	buf_addf(stamp, "%s  %s\n", hex, name);
}

// First the aliases, then the manifest that leads to them, then the old ones go: whoever reads
// meanwhile finds what the manifest names.
static void
write_all(struct rule_args *a, struct assets *as, struct buf *stamp)
{
	const char *path = path_join(&a->arena, as->dir, "manifest.json");
	const struct source *old = source_load(&a->arena, path, path);
	struct buf text = {0};

	if (!old && errno != ENOENT)
		die("open %s:", path);
	aliases_check(as);
	aliases_make(as);
	assets_print_sums(as, &text);
	write_file(a, "B3SUMS", buf_str(&text), stamp);
	text.n = 0;
	manifest_print(as, old ? old->text : STR(""), binary_version(a), release_day(a), &text);
	write_file(a, "manifest.json", buf_str(&text), stamp);
	aliases_clean(as);
	aliases_set_current(as);
	buf_free(&text);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct assets_places places;
	struct assets as;
	struct buf stamp = {0};

	rule_parse(&a, &rule, argc, argv);
	rule_need(&a, 'A');
	binary_version(&a);
	if (a.opt['r'] && !asset_is_name(a.opt['r']))
		die_usage("-r wants the name of an asset, not '%s'", a.opt['r']);
	release_day(&a);
	lock_folder(a.opt['A']);
	places = (struct assets_places){a.opt['A'], a.opt['S'], a.opt['c'], a.opt['r']};
	assets_find(&as, &a.arena, &places);
	write_all(&a, &as, &stamp);
	rule_depfile(&a);
	output_write(a.opt['o'], buf_str(&stamp), 0644);
	buf_free(&stamp);
	arena_free(&a.arena);
	return 0;
}
