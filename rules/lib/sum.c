// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/sum.h"

#include <string.h>

#include "gen/base/die.h"
#include "gen/base/output.h"

void
sum_check_name(const char *name)
{
	if (strpbrk(name, "\\\n"))
		die_usage("-n wants a name without line breaks and backslashes");
}

void
sum_write(struct arena *a, const char *path, const char *name, const char *hex)
{
	output_write(path, str_of(arena_printf(a, "%s  %s\n", hex, name)), 0644);
}
