// SPDX-License-Identifier: Apache-2.0
// pack_squashfs -- make the read-only root file system image from the tree in a tar file.
// Layer: rules.
//   in: TAR   out: a squashfs image   reads: nothing else
//
// The tar is read and checked here and handed to tar2sqfs of squashfs-tools-ng in byte order, so
// that the image depends on the tree alone: not on the order of the tar, the number of processors
// or the time of day. tar2sqfs writes OUT.tmp.
#include <archive.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "rules/lib/feed.h"
#include "rules/lib/rule.h"
#include "rules/lib/tree_write.h"

static const struct rule rule = {
	"pack_squashfs",
	"c:l:b:s:t:",
	"-c COMPRESSION [-l LEVEL] -b BLOCK_SIZE -s SOURCE_DATE_EPOCH\n"
	"       [-t TAR2SQFS] TAR",
	"Packs the tree in TAR as a squashfs image. COMPRESSION is zstd (LEVEL 1 to 22), gzip (1 "
	"to\n"
	"9), lzo (1 to 9) or xz (none). A tree with a setuid or setgid file, or with a path that\n"
	"leads outside it, is refused. TAR2SQFS is the program to use.",
};

// The formats configs may name and the kernel can read; tar2sqfs knows lz4 and lzma as well.
static const struct format {
	const char *name;
	long max_level; // 0: there are none
} formats[] = {{"zstd", 22}, {"gzip", 9}, {"lzo", 9}, {"xz", 0}};

// The options, checked.
struct wish {
	const char *program, *format, *level, *block; // as tar2sqfs wants them; level may be NULL
	long time;
};

static const struct format *
find_format(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	}
	die_usage("unknown compression '%s': expected zstd, gzip, lzo or xz", name);
}

static const char *
level_option(struct rule_args *a, const struct format *format)
{
	if (!a->opt['l'])
		return NULL;
	if (format->max_level == 0)
		die_usage("%s has no levels; leave out -l", format->name);
	return arena_printf(
		&a->arena, "level=%ld", rule_number(a, 'l', 10, 1, format->max_level, 1));
}

static const char *
block_size(struct rule_args *a)
{
	long n;

	rule_need(a, 'b');
	n = rule_number(a, 'b', 10, 4096, 1 << 20, 0);
	if (n & (n - 1))
		die_usage("-b wants a power of two from 4096 to %d, not '%ld'", 1 << 20, n);
	return arena_printf(&a->arena, "%ld", n);
}

static struct wish
read_wish(struct rule_args *a)
{
	const struct format *format = find_format(rule_need(a, 'c'));

	rule_need(a, 's');
	rule_operands(a, 1);
	return (struct wish){
		.program = a->opt['t'] ? a->opt['t'] : "tar2sqfs",
		.format = format->name,
		.level = level_option(a, format),
		.block = block_size(a),
		.time = rule_number(a, 's', 10, 0, UINT32_MAX, 0),
	};
}

// Whoever runs in the guest is root already; a file that gives its user another's rights has no use
// there but to get around the sandbox.
static void
refuse_setuid(const struct tree *t)
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

// The stream tar2sqfs reads. Each attribute once: by default libarchive writes them in two
// spellings, and tar2sqfs would take both.
static struct archive *
new_tar(void)
{
	struct archive *to = archive_write_new();

	if (!to || archive_write_set_format_pax_restricted(to) != ARCHIVE_OK ||
		archive_write_set_format_option(to, NULL, "xattrheader", "SCHILY") != ARCHIVE_OK)
		die("make a tar stream: %s", to ? archive_error_string(to) : "out of memory");
	return to;
}

// False, with errno set, when the program cannot be started.
static bool
start_packer(
	struct arena *a, struct feed *f, const struct wish *w, const char *out, struct archive *to)
{
	const char *argv[] = {w->program, "-q", "-s", "-f", "-c", w->format, "-b", w->block, out,
		w->level ? "-X" : NULL, w->level, NULL};
	const char *env[] = {arena_printf(a, "SOURCE_DATE_EPOCH=%ld", w->time), NULL};

	return feed_open(f, argv, env, to);
}

// tar2sqfs calls every failed write an I/O error, and removes what it wrote; but as we hold that
// file open, its blocks are not free yet.
static bool
disk_is_full(FILE *f)
{
	struct statvfs fs;

	return fstatvfs(fileno(f), &fs) == 0 && fs.f_bavail * fs.f_frsize < 1 << 20;
}

// Dies unless all went well: FED is NULL when the whole tree was written, else why it was not.
static void
judge(const struct wish *w, const struct output *out, const struct feed *f, int status,
	const char *fed)
{
	if (status != 0 && disk_is_full(out->f)) {
		errno = ENOSPC;
		die("write %s:", out->tmp);
	}
	if (status != 0) {
		die("pack %s: %s ended with status %d: %.*s", out->path, w->program, status,
			STR_FMT(feed_last_line(f)));
	}
	if (fed)
		die("pack %s: %s", out->path, fed);
}

static void
pack(struct arena *a, const struct wish *w, const struct tree *t, const struct output *out)
{
	struct progress progress;
	struct tree_style style = {.time = w->time, .progress = &progress};
	struct archive *to = new_tar();
	const char *why = NULL;
	struct feed feed;
	int status;

	if (!start_packer(a, &feed, w, out->tmp, to)) {
		die("start %s, of the package squashfs-tools-ng (apt-get install "
		    "squashfs-tools-ng):",
			w->program);
	}
	progress_start(&progress, stderr, tree_bytes(t));
	if (!tree_write(t, to, &style))
		why = arena_dup(a, archive_error_string(to));
	status = feed_close(&feed);
	progress_end(&progress);
	judge(w, out, &feed, status, why);
	feed_free(&feed);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct output out;
	struct wish wish;
	struct tree tree;

	rule_parse(&a, &rule, argc, argv);
	wish = read_wish(&a);
	tree_load(&tree, &a.arena, a.in[0]);
	refuse_setuid(&tree);
	output_open(&out, a.opt['o']);
	pack(&a.arena, &wish, &tree, &out);
	output_adopt(&out);
	rule_depfile(&a);
	output_commit(&out, 0644);
	arena_free(&a.arena);
	return 0;
}
