// SPDX-License-Identifier: Apache-2.0
// replay -- run a fuzz target over files, where there is no libFuzzer. Layer: tests.
//   replay FILE...
#include <stdio.h>

#include "gen/base/arena.h"
#include "gen/base/die.h"
#include "gen/base/source.h"
#include "tests/fuzz/fuzz.h"

int
main(int argc, char *argv[])
{
	progname = "replay";
	if (argc < 2)
		die_usage("expected FILE...");
	for (int i = 1; i < argc; i++) {
		struct arena a = {0};
		const struct source *src = source_load(&a, argv[i], argv[i]);

		if (!src)
			die("open %s:", argv[i]);
		LLVMFuzzerTestOneInput((const uint8_t *)src->text.s, src->text.n);
		arena_free(&a);
	}
	printf("%d files replayed\n", argc - 1);
	return 0;
}
