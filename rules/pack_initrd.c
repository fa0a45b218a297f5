// SPDX-License-Identifier: Apache-2.0
// pack_initrd -- lay a list of files over a base tree and pack both as an initrd. Layer: rules.
//   in: BASE.tar, LIST.json (rules/lib/layout.h)   out: a gzip-compressed newc cpio archive, its
//   sum reads: what the list names; the folder of -c, which is left out of the depfile: it changes
//   the time this takes and nothing else
//
// The archive is what `find . | cpio -o -H newc | gzip` makes, but the same every time: entries in
// byte order after ".", owner 0, one time, inode numbers from 1, and gzip headers without a name
// and time. A file of several names has its bytes with the first, as the kernel wants it.
#include <archive.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "rules/lib/initrd.h"
#include "rules/lib/layout.h"
#include "rules/lib/rule.h"
#include "rules/lib/sum.h"
#include "rules/lib/tree_write.h"

static const struct rule rule = {
	"pack_initrd",
	"s:l:c:b:n:",
	"-s SOURCE_DATE_EPOCH [-l LEVEL] [-c CACHE] [-b SUM -n NAME]\n"
	"       BASE.tar LIST.json",
	"Packs the tree in BASE.tar, with the files of LIST.json over it, as an initrd (newc "
	"cpio,\n"
	"gzip at LEVEL 1 to 12). Where both have a path the list wins; folders keep the bits "
	"BASE.tar\n"
	"gives them. What was compressed once is kept in the folder CACHE. SUM becomes the "
	"checksum\n"
	"line of OUT, which it calls NAME.",
};

// A file of the list is read when it is written; only its size is needed now.
static struct tree_data *
file_data(struct arena *a, const struct layout_entry *from)
{
	struct tree_data *d = arena_alloc(a, sizeof(*d));
	struct stat st;

	d->from = from->from;
	if (from->text) {
		struct tree_piece all = {from->text, strlen(from->text), 0};

		d->size = (int64_t)all.n;
		VEC_ADD(a, &d->pieces, all);
		return d;
	}
	if (stat(from->from, &st) != 0)
		die("look at %s:", from->from);
	if (!S_ISREG(st.st_mode))
		die("%s is not a regular file", from->from);
	d->size = st.st_size;
	return d;
}

static struct tree_entry
entry_of(struct arena *a, const struct layout_entry *from)
{
	struct tree_entry e = {.path = from->path, .mode = (mode_t)from->mode};

	if (from->kind == LAYOUT_FOLDER) {
		e.mode |= S_IFDIR;
	} else if (from->kind == LAYOUT_LINK) {
		e.mode |= S_IFLNK;
		e.target = from->target;
	} else {
		e.mode |= S_IFREG;
		e.data = file_data(a, from);
	}
	return e;
}

// Lay LIST over T. Folders that both have are the base's: those of the list are mostly there for
// what they hold, and would take the sticky bit from tmp.
static void
overlay(struct tree *t, const struct layout *list)
{
	const struct tree base = *t;

	for (size_t i = 0; i < list->n; i++) {
		const struct tree_entry *below = tree_find(&base, list->v[i].path);
		struct tree_entry e = entry_of(t->arena, &list->v[i]);

		if (below && S_ISDIR(below->mode) && S_ISDIR(e.mode))
			continue;
		e.order = base.list.n + i;
		VEC_ADD(t->arena, &t->list, e);
	}
	tree_settle(t);
}

// What libarchive writes to.
static la_ssize_t
add_bytes(struct archive *to, void *initrd, const void *bytes, size_t n)
{
	(void)to;
	initrd_add(initrd, bytes, n);
	return (la_ssize_t)n;
}

static struct archive *
open_archive(struct initrd *initrd)
{
	struct archive *to = archive_write_new();

	if (!to || archive_write_set_format_cpio_newc(to) != ARCHIVE_OK ||
		archive_write_set_bytes_per_block(to, 0) != ARCHIVE_OK ||
		archive_write_open(to, initrd, NULL, add_bytes, NULL) != ARCHIVE_OK)
		die("start a cpio archive: %s", to ? archive_error_string(to) : "out of memory");
	return to;
}

static void
write_tree(const struct tree *t, struct initrd *initrd, long time)
{
	struct progress progress;
	struct tree_style style = {
		.time = time, .as_root = true, .as_inodes = true, .progress = &progress};
	struct archive *to = open_archive(initrd);

	progress_start(&progress, stderr, tree_bytes(t));
	if (!tree_write(t, to, &style))
		die("make a cpio archive: %s", archive_error_string(to));
	progress_end(&progress);
	archive_write_free(to);
}

static void
pack(const struct rule_args *a, const struct tree *t, struct output *out, char hex[HASH_HEX + 1])
{
	struct gzip_cache cache;
	struct initrd initrd;

	gzip_cache_open(&cache, a->opt['c'], (int)rule_number(a, 'l', 10, 1, 12, 10));
	initrd_open(&initrd, out, &cache);
	write_tree(t, &initrd, rule_number(a, 's', 10, 0, UINT32_MAX, 0));
	initrd_close(&initrd, hex);
	gzip_cache_close(&cache);
}

// Wrong ones are told before anything is read.
static void
check_options(const struct rule_args *a)
{
	rule_need(a, 's');
	rule_number(a, 's', 10, 0, UINT32_MAX, 0);
	rule_number(a, 'l', 10, 1, 12, 10);
	if (!a->opt['b'] != !a->opt['n'])
		die_usage("-b and -n go together; see --help");
	if (a->opt['n'])
		sum_check_name(a->opt['n']);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct output out;
	struct layout list;
	struct tree tree;
	char hex[HASH_HEX + 1];

	rule_parse(&a, &rule, argc, argv);
	check_options(&a);
	rule_operands(&a, 2);
	list = layout_load(&a, a.in[1]);
	tree_load(&tree, &a.arena, a.in[0]);
	overlay(&tree, &list);
	output_open(&out, a.opt['o']);
	pack(&a, &tree, &out, hex);
	rule_depfile(&a);
	output_commit(&out, 0644);
	if (a.opt['b'])
		sum_write(&a.arena, a.opt['b'], a.opt['n'], hex);
	arena_free(&a.arena);
	return 0;
}
