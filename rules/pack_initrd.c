// SPDX-License-Identifier: Apache-2.0
// pack_initrd -- lay a list of files over a base tree and pack both as an initrd. Layer: rules.
//   in: BASE.tar, LIST.json (rules/lib/layout.h)   out: a gzip-compressed newc cpio archive
//   reads: what the list names
//
// The archive is what `find . | cpio -o -H newc | gzip` makes, but the same every time: entries in
// byte order after ".", owner 0, one time, inode numbers from 1, and a gzip header without a name
// and time. A file of several names has its bytes with the first, as the kernel wants it.
#include <archive.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "rules/lib/layout.h"
#include "rules/lib/rule.h"
#include "rules/lib/tree_write.h"

static const struct rule rule = {
	"pack_initrd",
	"s:l:",
	"-s SOURCE_DATE_EPOCH [-l GZIP_LEVEL] BASE.tar LIST.json",
	"Packs the tree in BASE.tar, with the files of LIST.json over it, as an initrd (newc "
	"cpio,\n"
	"gzip). Where both have a path the list wins; folders keep the bits BASE.tar gives them.",
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

// Without the timestamp filter option libarchive would put the present into the gzip header.
static struct archive *
open_archive(struct output *out, const char *level)
{
	struct archive *to = archive_write_new();

	if (!to || archive_write_set_format_cpio_newc(to) != ARCHIVE_OK ||
		archive_write_add_filter_gzip(to) != ARCHIVE_OK ||
		archive_write_set_filter_option(to, "gzip", "compression-level", level) !=
			ARCHIVE_OK ||
		archive_write_set_filter_option(to, "gzip", "timestamp", NULL) != ARCHIVE_OK ||
		archive_write_set_bytes_in_last_block(to, 1) != ARCHIVE_OK ||
		archive_write_open_fd(to, fileno(out->f)) != ARCHIVE_OK)
		die("open %s: %s", out->tmp, to ? archive_error_string(to) : "out of memory");
	return to;
}

static void
pack(const struct tree *t, struct output *out, long time, long level)
{
	struct progress progress;
	struct tree_style style = {
		.time = time, .as_root = true, .as_inodes = true, .progress = &progress};
	struct archive *to = open_archive(out, (const char[]){(char)('0' + level), '\0'});

	progress_start(&progress, stderr, tree_bytes(t));
	if (!tree_write(t, to, &style)) {
		errno = archive_errno(to);
		die("write %s:", out->tmp);
	}
	progress_end(&progress);
	archive_write_free(to);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct output out;
	struct layout list;
	struct tree tree;
	long time, level;

	rule_parse(&a, &rule, argc, argv);
	rule_need(&a, 's');
	time = rule_number(&a, 's', 10, 0, UINT32_MAX, 0);
	level = rule_number(&a, 'l', 10, 1, 9, 6);
	rule_operands(&a, 2);
	list = layout_load(&a, a.in[1]);
	tree_load(&tree, &a.arena, a.in[0]);
	overlay(&tree, &list);
	output_open(&out, a.opt['o']);
	pack(&tree, &out, time, level);
	rule_depfile(&a);
	output_commit(&out, 0644);
	arena_free(&a.arena);
	return 0;
}
