// SPDX-License-Identifier: Apache-2.0
// agree -- what schema.def says of each config whose guest folder is named on a line of stdin: the
// codes of what is wrong, in a line; an empty one when nothing is. For agree.t.
#include <stdio.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/check/check.h"

static void
judge(const char *guest)
{
	struct arena arena = {0};
	struct diags ds = {.arena = &arena};
	struct config *conf = config_load(guest, &ds);

	check_needs(conf, &ds);
	diag_sort(&ds);
	for (size_t i = 0; i < ds.list.n; i++)
		printf("%s%s", i ? " " : "", diag_codes[ds.list.v[i]->code].name);
	putchar('\n');
	fflush(stdout);
	arena_free(&arena);
}

int
main(void)
{
	char line[4096];

	progname = "agree";
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		judge(line);
	}
	return 0;
}
