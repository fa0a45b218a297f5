// SPDX-License-Identifier: Apache-2.0
// new.c -- a guest folder from another one. Layer: gen/cmd.
// Source: section 10 of the command line reference.
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/cmd/ask.h"
#include "gen/cmd/fileset.h"
#include "gen/cmd/offers.h"
#include "gen/toml/toml.h"

struct making {
	const struct cmd_options *o;
	struct arena *a;
	const char *target, *from; // guest folders
	const char *config;        // of the base
	bool asks;
	const char *name, *version, *description;
	struct fileset files;
};

static const char *
folder_name(const struct making *m, const char *path)
{
	const char *name = path_base(path_absolute(m->a, path_cwd(m->a), path));

	return *name ? name : "image";
}

// Take the file PATH of the base, where there is one.
static void
take(struct making *m, const char *path)
{
	const char *from = path_join(m->a, m->from, path);

	if (path_is_file(from))
		fileset_copy(&m->files, path, from);
}

// Take what is in the folder DIR of the base and begins and ends so.
static void
take_all(struct making *m, const char *dir, const char *prefix, const char *suffix)
{
	const char *path = path_join(m->a, m->from, dir);
	struct names names = {0};

	if (path_is_dir(path) && !path_list(m->a, path, &names))
		die("read folder %s:", path);
	for (size_t i = 0; i < names.n; i++) {
		struct str name = str_of(names.v[i]);

		if (str_starts(name, prefix) && str_ends(name, suffix))
			take(m, path_join(m->a, dir, names.v[i]));
	}
}

// Take what build.toml names by a path below config/; elsewhere it stays.
static void
take_named(struct making *m, const struct toml_value *v, const char *prefix)
{
	const char *path;

	if (!v || v->type != TOML_STRING || !str_starts(v->string, prefix))
		return;
	path = path_clean(m->a, v->string.s + strlen(prefix));
	if (strncmp(path, "..", 2) == 0) {
		warn("%s is not copied: it is not below %s", path, m->config);
	} else if (*path != '/') {
		take(m, path_join(m->a, "config", path));
	}
}

static void
take_build(struct making *m)
{
	const char *path = path_join(m->a, m->config, "build.toml");
	const struct source *src = source_load(m->a, path, path);
	struct diags ignored = {.arena = m->a};
	const struct toml_value *root, *build, *archs;

	if (!src)
		die("read %s:", path);
	take(m, "config/build.toml");
	take_all(m, "config/kernel", "defconfig.", "");
	root = toml_parse(src, &ignored);
	build = root ? toml_get(root, "build") : NULL;
	if (!build || build->type != TOML_TABLE)
		return;
	take_named(m, toml_get(build, "kernel_source"), "file:");
	archs = toml_get(build, "architectures");
	for (size_t i = 0; archs && archs->type == TOML_TABLE && i < archs->members.n; i++) {
		const struct toml_value *arch = archs->members.v[i].value;

		if (arch->type == TOML_TABLE)
			take_named(m, toml_get(arch, "defconfig"), "");
	}
}

static void
take_offers(struct making *m)
{
	for (int kind = 0; kind < SCAFFOLD_KINDS; kind++) {
		const struct scaffold_info *info = &scaffold_infos[kind];
		struct offers offers = offers_find(m->a, m->config, (enum scaffold_kind)kind);

		if (m->asks)
			offers = offers_choose(&offers, info->label);
		for (size_t i = 0; i < offers.list.n; i++) {
			const char *key = offers.list.v[i].key;

			take(m, arena_printf(m->a, "config/%s/%s.toml", info->folder, key));
		}
	}
}

static bool
wants_folder(const struct making *m, const char *folder, const char *prompt)
{
	return path_is_dir(path_join(m->a, m->config, folder)) &&
	       (!m->asks || ask_yes(m->a, prompt, true));
}

static bool
has_schema(const struct making *m, const char *name)
{
	const char *path = arena_printf(m->a, "schema/%s.json", name);

	return fileset_has(&m->files, path) || path_is_file(path_join(m->a, m->target, path));
}

static void
add_entry(struct making *m, enum scaffold_kind kind)
{
	const struct scaffold_info *info = &scaffold_infos[kind];
	const char *name = ask_text(m->a, "  Name", NULL);
	const char *path = arena_printf(m->a, "config/%s/%s.toml", info->folder, name);

	if (!scaffold_is_name(name)) {
		puts("Error: a name has letters, digits, '_' and '-' only");
	} else if (fileset_has(&m->files, path)) {
		printf("Error: there is a %s/%s.toml already\n", info->folder, name);
	} else {
		fileset_text(&m->files, path,
			scaffold_entry(
				m->o, kind, name, info->variant, has_schema(m, info->folder)));
	}
}

static void
add_entries(struct making *m)
{
	putchar('\n');
	for (int kind = 0; kind < SCAFFOLD_KINDS; kind++) {
		const char *prompt = arena_printf(m->a, "Add a new %s?", scaffold_infos[kind].noun);

		while (ask_yes(m->a, prompt, false))
			add_entry(m, (enum scaffold_kind)kind);
	}
}

static const char *
today(struct arena *a)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	time_t now = time(NULL);
	long fixed;
	struct tm tm;

	if (epoch && *epoch) {
		if (!str_to_long(epoch, 10, 0, 253402300799, &fixed)) // 9999-12-31
			die("SOURCE_DATE_EPOCH is not a number of seconds: %s", epoch);
		now = (time_t)fixed;
		gmtime_r(&now, &tm);
	} else {
		localtime_r(&now, &tm);
	}
	return arena_printf(a, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static void
add_manifest(struct making *m)
{
	const char *change = arena_printf(m->a, "Created from %s", folder_name(m, m->from));
	cJSON *values = cJSON_CreateObject();

	json_set_str(values, "name", scaffold_quote(m->a, m->name));
	json_set_str(values, "version", scaffold_quote(m->a, m->version));
	json_set_str(values, "description", scaffold_quote(m->a, m->description));
	json_set_str(values, "date", scaffold_quote(m->a, today(m->a)));
	json_set_str(values, "change", scaffold_quote(m->a, change));
	json_set_bool(values, "schema", has_schema(m, "manifest"));
	fileset_text(&m->files, "config/manifest.toml",
		scaffold_render(m->o, "manifest.toml.j2", values));
}

static size_t
count_toml(struct arena *a, const char *path)
{
	struct names names;
	struct stat st;
	size_t n = 0;

	if (lstat(path, &st) != 0)
		return 0;
	if (!S_ISDIR(st.st_mode) || !path_list(a, path, &names))
		return str_ends(str_of(path), ".toml");
	for (size_t i = 0; i < names.n; i++)
		n += count_toml(a, path_join(a, path, names.v[i]));
	return n;
}

static void
check_places(const struct making *m, const char *made)
{
	const char *build = path_join(m->a, m->config, "build.toml");
	struct stat base, target;

	if (!path_is_dir(m->from)) {
		cmd_usage(m->o, "Invalid value for '--from': Path '%s' does not exist.", m->from);
	}
	if (!path_is_file(build))
		die("%s not found: --from wants a guest folder", build);
	scaffold_refuse(m->o, made);
	if (stat(m->config, &base) == 0 && stat(made, &target) == 0 &&
		base.st_dev == target.st_dev && base.st_ino == target.st_ino)
		die("%s is the base itself; name another folder", m->target);
}

static void
describe(struct making *m)
{
	m->name = folder_name(m, m->target);
	m->version = "0.1.0";
	m->description = "";
	if (!m->asks)
		return;
	m->name = ask_text(m->a, "Image name", m->name);
	m->version = ask_text(m->a, "Version", m->version);
	m->description = ask_text(m->a, "Description", m->description);
}

int
cmd_new(const struct cmd_options *o)
{
	struct making m = {.o = o, .a = o->arena, .target = cmd_word(o, 0)};
	const char *made = path_join(m.a, m.target, "config");

	m.from = cmd_is_set(o, OPT_FROM) ? cmd_value(o, OPT_FROM) : "guest";
	m.config = path_join(m.a, m.from, "config");
	m.asks = !cmd_is_set(o, OPT_NON_INTERACTIVE) && ask_somebody();
	m.files = (struct fileset){.arena = m.a, .dir = *m.target ? m.target : "."};
	check_places(&m, made);
	take_build(&m);
	describe(&m);
	printf("\nScanning base config (%s)...\n", m.from);
	take_offers(&m);
	if (wants_folder(&m, "security", "Include the security settings?"))
		take_all(&m, "config/security", "", ".toml");
	if (wants_folder(&m, "vm", "Include the VM settings?"))
		take_all(&m, "config/vm", "", ".toml");
	take_all(&m, "schema", "", ".json");
	if (m.asks)
		add_entries(&m);
	add_manifest(&m);
	fileset_write(&m.files);
	printf("\nCreated %s/ (%zu files)\n", made, count_toml(m.a, made));
	return 0;
}
