// SPDX-License-Identifier: Apache-2.0
// cache_blocks -- tell what the cache of compressed blocks holds, or empty it. Layer: rules.
//   in: none   out: a report in words   reads: the cache, and with -e empties it
#include <stdio.h>

#include "gen/base/output.h"
#include "gen/base/path.h"
#include "rules/lib/block_cache.h"
#include "rules/lib/rule.h"

static const struct rule rule = {
	"cache_blocks",
	"ek:",
	"-k CACHE [-e]",
	"Tells what CACHE, where pack_squashfs keeps compressed blocks, holds, and how many of "
	"them\n"
	"the last run found there. With -e it is emptied first. No CACHE is an empty one.",
};

static double
percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static double
mib(uint64_t bytes)
{
	return (double)bytes / (1 << 20);
}

static void
tell(FILE *f, const struct block_cache_stats *s)
{
	const struct block_cache_run *r = &s->last;

	fprintf(f, "%llu compressed blocks, %.1f MiB; the file has %.1f MiB\n",
		(unsigned long long)s->entries, mib(s->bytes), mib(s->file));
	if (r->blocks) {
		fprintf(f, "the last image has %llu blocks, of which %llu (%.1f %%) were there\n",
			(unsigned long long)r->blocks, (unsigned long long)r->reused,
			percent(r->reused, r->blocks));
		fprintf(f, "of its %.1f MiB, %.1f MiB (%.1f %%) were not compressed again\n",
			mib(r->bytes), mib(r->reused_bytes), percent(r->reused_bytes, r->bytes));
	}
}

int
main(int argc, char *argv[])
{
	struct block_cache_stats stats = {0};
	struct rule_args a;
	struct output out;

	rule_parse(&a, &rule, argc, argv);
	rule_need(&a, 'k');
	rule_operands(&a, 0);
	if (path_is_file(a.opt['k'])) {
		struct block_cache *cache = block_cache_open(a.opt['k'], 0);

		if (a.opt['e'])
			block_cache_clear(cache);
		stats = block_cache_stats(cache);
		block_cache_close(cache);
	}
	output_open(&out, a.opt['o']);
	tell(out.f, &stats);
	rule_depfile(&a);
	output_commit(&out, 0644);
	arena_free(&a.arena);
	return 0;
}
