// SPDX-License-Identifier: Apache-2.0
// locate.c -- where this program's parts are: a source tree, or an installation. Layer: gen/cmd.
#include <string.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/cmd/cmd.h"

static const char *
own_path(struct arena *a)
{
	char *path = arena_alloc(a, 4096);

	if (readlink("/proc/self/exe", path, 4095) < 0)
		die("find this program:");
	return path;
}

static bool
is_source_tree(struct arena *a, const char *dir)
{
	return path_is_file(path_join(a, dir, "configure.c")) &&
	       path_is_dir(path_join(a, dir, "templates"));
}

struct cmd_places
cmd_locate(struct arena *a, const struct cmd_options *o, const char *cwd)
{
	struct cmd_places places = {.program = own_path(a)};
	const char *bin = path_dir(a, places.program), *prefix = path_dir(a, bin);
	const char *source = cmd_value(o, OPT_SOURCE);
	const char *root = source ? path_absolute(a, cwd, source) : path_dir(a, prefix);

	if (is_source_tree(a, root)) {
		places.source = places.share = root;
		return places;
	}
	if (source)
		cmd_usage(o, "%s is not the source tree of capsem-configure", source);
	places.helpers = path_join(a, prefix, "libexec/capsem-configure");
	places.share = path_join(a, prefix, "share/capsem-configure");
	if (!path_is_dir(path_join(a, places.share, "templates")))
		die("neither a source tree nor an installation around %s", places.program);
	return places;
}
