// SPDX-License-Identifier: Apache-2.0
// pack_squashfs -- make the read-only root file system image from the tree in a tar file.
// Layer: rules.
//   in: TAR   out: a squashfs image   reads: nothing else
//
// The image depends on the tree alone: not on the order of the tar, the number of processors, the
// time of day or the cache. It is read back before it is accepted.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "rules/lib/block_cache.h"
#include "rules/lib/rule.h"
#include "rules/lib/squash.h"
#include "rules/lib/threads.h"
#include "rules/lib/tree_write.h"

static const struct rule rule = {
	"pack_squashfs",
	"c:l:b:s:k:m:j:",
	"-c COMPRESSION [-l LEVEL] -b BLOCK_SIZE -s SOURCE_DATE_EPOCH\n"
	"       [-k CACHE [-m MIB]] [-j JOBS] TAR",
	"Packs the tree in TAR as a squashfs image, and reads it back. COMPRESSION is zstd (LEVEL "
	"1\nto 22), gzip (1 to 9), lzo (1 to 9) or xz (none). A tree with a setuid or setgid file, "
	"or\nwith a path that leads outside it, is refused. CACHE is a file that keeps compressed "
	"blocks\nfor the next time, up to MIB mebibytes; it never changes the image.",
};

// The formats configs may name and the kernel can read.
static const struct format {
	const char *name;
	long max_level; // 0: there are none
} formats[] = {{"zstd", 22}, {"gzip", 9}, {"lzo", 9}, {"xz", 0}};

static const struct format *
find_format(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	}
	die_usage("unknown compression '%s': expected zstd, gzip, lzo or xz", name);
}

static long
level_of(const struct rule_args *a, const struct format *format)
{
	if (!a->opt['l'])
		return 0;
	if (format->max_level == 0)
		die_usage("%s has no levels; leave out -l", format->name);
	return rule_number(a, 'l', 10, 1, format->max_level, 1);
}

static uint32_t
block_size(const struct rule_args *a)
{
	long n;

	rule_need(a, 'b');
	n = rule_number(a, 'b', 10, 4096, 1 << 20, 0);
	if (n & (n - 1))
		die_usage("-b wants a power of two from 4096 to %d, not '%ld'", 1 << 20, n);
	return (uint32_t)n;
}

static struct squash_style
read_style(const struct rule_args *a)
{
	const struct format *format = find_format(rule_need(a, 'c'));

	rule_need(a, 's');
	rule_operands(a, 1);
	return (struct squash_style){
		.format = format->name,
		.level = level_of(a, format),
		.block = block_size(a),
		.time = (uint32_t)rule_number(a, 's', 10, 0, UINT32_MAX, 0),
		.threads = (unsigned)rule_number(a, 'j', 10, 1, THREADS_MAX, threads_count()),
	};
}

// Most of the disk's share for compressed blocks.
enum { CACHE_MIB = 4096 };

// Only blocks that were read back go into the cache, with the bytes they have in the image.
static void
fill_cache(struct block_cache *cache, uint64_t max, const struct output *out,
	const struct squash_report *report)
{
	struct block_cache_run run = {.blocks = report->blocks.n};
	unsigned char *room = malloc(1 << 20);

	if (!room)
		die("out of memory");
	block_cache_begin(cache);
	for (size_t i = 0; i < report->blocks.n; i++) {
		const struct squash_made *m = &report->blocks.v[i];

		run.bytes += m->size;
		run.reused += m->reused;
		run.reused_bytes += m->reused ? m->size : 0;
		if (m->again)
			continue;
		if (m->reused) {
			block_cache_use(cache, m->key);
			continue;
		}
		if (pread(fileno(out->f), room, m->n, (off_t)m->at) != (ssize_t)m->n)
			die("read %s:", out->tmp);
		block_cache_put(cache, m->key, room, m->n);
	}
	free(room);
	block_cache_note(cache, &run);
	block_cache_end(cache, max);
}

static const char *
pack(const struct tree *t, struct output *out, const struct squash_style *style,
	struct squash_report *report)
{
	progress_start(style->progress, stderr, tree_bytes(t));
	squash_write(t, out, style, report);
	progress_end(style->progress);
	return squash_check(t, t->arena, out->tmp, style);
}

// An image that is not what it should be is none. Had the cache a part in it, that is the likely
// culprit: its entries bear their own sum, but whoever wrote them may have meant another block.
static void
pack_checked(const struct tree *t, struct output *out, struct squash_style *style, uint64_t max)
{
	struct squash_report report;
	const char *why = pack(t, out, style, &report);

	if (why && style->cache) {
		warn("%s; emptying the cache, packing without it", why);
		block_cache_clear(style->cache);
		style->cache = NULL;
		if (ftruncate(fileno(out->f), 0) != 0)
			die("write %s:", out->tmp);
		why = pack(t, out, style, &report);
	}
	if (why)
		die("read %s back: %s", out->path, why);
	if (style->cache)
		fill_cache(style->cache, max, out, &report);
}

int
main(int argc, char *argv[])
{
	struct squash_style style;
	struct progress progress;
	struct block_cache *cache = NULL;
	struct rule_args a;
	struct output out;
	struct tree tree;
	uint64_t max;

	rule_parse(&a, &rule, argc, argv);
	style = read_style(&a);
	style.progress = &progress;
	max = (uint64_t)rule_number(&a, 'm', 10, 1, INT32_MAX, CACHE_MIB) << 20;
	tree_load(&tree, &a.arena, a.in[0]);
	tree_refuse_setuid(&tree);
	output_open(&out, a.opt['o']);
	if (a.opt['k'])
		style.cache = cache = block_cache_open(a.opt['k'], style.threads);
	pack_checked(&tree, &out, &style, max);
	if (cache)
		block_cache_close(cache);
	rule_depfile(&a);
	output_commit(&out, 0644);
	arena_free(&a.arena);
	return 0;
}
