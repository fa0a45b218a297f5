// SPDX-License-Identifier: Apache-2.0
// sum_blake3 -- write the checksum line of one file. Layer: rules.
//   in: FILE   out: "HASH  NAME\n", as b3sum prints and checks it   reads: nothing else
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/hash.h"
#include "gen/base/output.h"
#include "rules/lib/progress.h"
#include "rules/lib/rule.h"

enum { BLOCK = 1 << 18 };

static const struct rule rule = {
	"sum_blake3",
	"n:",
	"-n NAME FILE",
	"Writes the BLAKE3 checksum of FILE, as a line of a sum file that calls it NAME.",
};

static void
hash_with_progress(const char *path, char hex[HASH_HEX + 1])
{
	static char block[BLOCK];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct hasher *h = hash_new();
	struct progress progress;
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) != 0)
		die("open %s:", path);
	progress_start(&progress, stderr, (uint64_t)st.st_size);
	while ((n = read(fd, block, sizeof(block))) > 0) {
		hash_add(h, block, (size_t)n);
		progress_add(&progress, (uint64_t)n);
	}
	if (n < 0)
		die("read %s:", path);
	progress_end(&progress);
	close(fd);
	hash_end(h, hex);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	char hex[HASH_HEX + 1];
	const char *name, *line;

	rule_parse(&a, &rule, argc, argv);
	name = rule_need(&a, 'n');
	rule_operands(&a, 1);
	if (strpbrk(name, "\\\n"))
		die_usage("-n wants a name without line breaks and backslashes");
	hash_with_progress(a.in[0], hex);
	line = arena_printf(&a.arena, "%s  %s\n", hex, name);
	rule_depfile(&a);
	output_write(a.opt['o'], str_of(line), 0644);
	arena_free(&a.arena);
	return 0;
}
