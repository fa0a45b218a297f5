// SPDX-License-Identifier: Apache-2.0
// versions.c -- the script that prints the versions of what is in an image. Layer: gen/emit.
// Source: section 9 of the output reference: a bash script, one statement a line.
#include <string.h>

#include "gen/emit/emit.h"

static void
print_entry(struct buf *out, const char *key, const char *command)
{
	buf_addf(out, "echo \"%s=$(%s || echo 'N/A')\"\n", key, command);
}

static void
print_map(struct buf *out, const struct conf_map *map)
{
	for (size_t i = 0; i < map->n; i++)
		print_entry(out, map->v[i].key.v.s, map->v[i].value.v.s);
}

// The version commands of the package set KEY.
static const struct conf_map *
commands_of(const struct config *c, const char *key)
{
	static const struct conf_map none;

	for (size_t i = 0; i < c->packages.n; i++) {
		if (str_is(c->packages.v[i].head.key, key))
			return &c->packages.v[i].version_commands;
	}
	return &none;
}

static void
print_title(struct buf *out, const char *title)
{
	buf_addf(out, "echo '# %s'\n", title);
}

static bool
is_tracked(const struct conf_provider *ai)
{
	return ai->enabled.v && ai->cli && ai->cli->version_command.v.n;
}

void
emit_versions_script(const struct config *c, struct buf *out)
{
	const struct conf_map *apt = commands_of(c, "apt"), *python = commands_of(c, "python");
	bool titled = false;

	if (c->build.version_commands.n + apt->n)
		print_title(out, "System");
	print_map(out, &c->build.version_commands);
	print_map(out, apt);
	if (python->n)
		print_title(out, "Python");
	print_map(out, python);
	for (size_t i = 0; i < c->ai.n; i++) {
		if (!is_tracked(&c->ai.v[i]))
			continue;
		if (!titled)
			print_title(out, "AI CLIs");
		titled = true;
		print_entry(out, c->ai.v[i].cli->key.v.s, c->ai.v[i].cli->version_command.v.s);
	}
}
