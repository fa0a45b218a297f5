// SPDX-License-Identifier: Apache-2.0
// sum_blake3 -- write the checksum line of one file. Layer: rules.
//   in: FILE   out: "HASH  NAME\n", as b3sum prints and checks it   reads: nothing else
#include <stdint.h>
#include <sys/stat.h>

#include "gen/base/die.h"
#include "gen/base/hash.h"
#include "rules/lib/progress.h"
#include "rules/lib/rule.h"
#include "rules/lib/sum.h"

static const struct rule rule = {
	"sum_blake3",
	"n:c:",
	"-n NAME [-c CACHE] FILE",
	"Writes the BLAKE3 checksum of FILE, as a line of a sum file that calls it NAME. It\n"
	"is remembered in the folder CACHE for as long as nobody touches FILE.",
};

static void
add(void *progress, size_t bytes)
{
	progress_add(progress, bytes);
}

static void
hash_with_progress(const char *cache, const char *path, char hex[HASH_HEX + 1])
{
	struct progress progress;
	struct stat st;

	if (stat(path, &st) != 0)
		die("open %s:", path);
	progress_start(&progress, stderr, (uint64_t)st.st_size);
	if (!sum_file(cache, path, hex, (struct hash_watch){add, &progress}))
		die("read %s:", path);
	progress_end(&progress);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	char hex[HASH_HEX + 1];
	const char *name;

	rule_parse(&a, &rule, argc, argv);
	name = rule_need(&a, 'n');
	rule_operands(&a, 1);
	sum_check_name(name);
	hash_with_progress(a.opt['c'], a.in[0], hex);
	rule_depfile(&a);
	sum_write(&a.arena, a.opt['o'], name, hex);
	arena_free(&a.arena);
	return 0;
}
