// SPDX-License-Identifier: Apache-2.0
#include "gen/emit/escape.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

void
ninja_path(struct buf *out, const char *path)
{
	for (;;) {
		size_t n = strcspn(path, "$ :\n");

		buf_add(out, path, n);
		if (!path[n])
			return;
		assert(path[n] != '\n'); // refused long before
		buf_addc(out, '$');
		buf_addc(out, path[n]);
		path += n + 1;
	}
}

static bool
is_plain(const char *arg)
{
	const char *c = arg;

	while (isalnum((unsigned char)*c) || (*c && strchr("_-+./,:=@%", *c)))
		c++;
	return !*c && c != arg;
}

void
ninja_arg(struct buf *out, const char *arg)
{
	if (is_plain(arg)) {
		buf_adds(out, arg);
		return;
	}
	buf_addc(out, '\'');
	for (; *arg; arg++) {
		if (*arg == '\'') {
			buf_adds(out, "'\\''");
		} else if (*arg == '$') {
			buf_adds(out, "$$");
		} else {
			buf_addc(out, *arg);
		}
	}
	buf_addc(out, '\'');
}
