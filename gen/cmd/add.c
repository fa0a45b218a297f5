// SPDX-License-Identifier: Apache-2.0
// add.c -- init and add: a guest config to fill in, or one more file of it. Layer: gen/cmd.
// Source: sections 8 and 9 of the command line reference.
#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/cmd/fileset.h"
#include "gen/cmd/scaffold.h"

static bool
has_schema(struct arena *a, const char *guest, const char *name)
{
	return path_is_file(path_join(a, guest, arena_printf(a, "schema/%s.json", name)));
}

int
cmd_init(const struct cmd_options *o)
{
	const char *target = cmd_word(o, 0) ? cmd_word(o, 0) : "guest";
	const char *config = path_join(o->arena, target, "config");
	struct fileset files = {.arena = o->arena, .dir = config};
	cJSON *values = cJSON_CreateObject();

	scaffold_refuse(o, config);
	json_set_bool(values, "schema", has_schema(o->arena, target, "build"));
	fileset_text(&files, "build.toml", scaffold_render(o, "build.toml.j2", values));
	fileset_text(&files, "kernel/defconfig.arm64",
		scaffold_render(o, "defconfig.j2", cJSON_CreateObject()));
	fileset_write(&files);
	printf("created %s/\n", config);
	return 0;
}

static enum scaffold_kind
kind_of(const struct cmd_options *o)
{
	if (o->command->id == CMD_ADD_PACKAGES)
		return SCAFFOLD_PACKAGES;
	return o->command->id == CMD_ADD_MCP ? SCAFFOLD_MCP : SCAFFOLD_AI;
}

static const char *
variant_of(const struct cmd_options *o, enum scaffold_kind kind)
{
	const char *given = NULL;

	if (kind == SCAFFOLD_PACKAGES)
		given = cmd_value(o, OPT_MANAGER);
	if (kind == SCAFFOLD_MCP)
		given = cmd_value(o, OPT_TRANSPORT);
	return given ? given : scaffold_infos[kind].variant;
}

int
cmd_add(const struct cmd_options *o)
{
	enum scaffold_kind kind = kind_of(o);
	const char *name = cmd_word(o, 0), *folder = scaffold_infos[kind].folder;
	const char *guest = cmd_is_set(o, OPT_INTO) ? cmd_value(o, OPT_INTO) : "guest";
	const char *config = path_join(o->arena, guest, "config");
	const char *file = arena_printf(o->arena, "%s/%s.toml", folder, name);
	const char *path = path_join(o->arena, config, file);
	struct fileset files = {.arena = o->arena, .dir = config};

	if (!scaffold_is_name(name)) {
		cmd_usage(o,
			"Invalid value for 'NAME': '%s' has more than letters, digits, '_' and "
			"'-'.",
			name);
	}
	if (!path_is_dir(config))
		die("%s not found (run 'init' first)", config);
	scaffold_refuse(o, path);
	fileset_text(&files, file,
		scaffold_entry(
			o, kind, name, variant_of(o, kind), has_schema(o->arena, guest, folder)));
	fileset_write(&files);
	printf("created %s\n", path);
	return 0;
}
