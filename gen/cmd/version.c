// SPDX-License-Identifier: Apache-2.0
// version.c -- the version of the binaries that go with the assets. Layer: gen/cmd.
#include "gen/cmd/version.h"

#include "gen/base/path.h"
#include "gen/base/version.h"
#include "gen/toml/toml.h"

// [workspace.package] version, or [package] version, of a Cargo.toml.
static const char *
cargo_version(const struct toml_value *root)
{
	static const char *const tables[][2] = {{"workspace", "package"}, {"package", NULL}};

	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		const struct toml_value *v = toml_get(root, tables[i][0]);

		if (v && v->type == TOML_TABLE && tables[i][1])
			v = toml_get(v, tables[i][1]);
		if (v && v->type == TOML_TABLE)
			v = toml_get(v, "version");
		if (v && v->type == TOML_STRING)
			return v->string.s;
	}
	return NULL;
}

const char *
cmd_binary_version(
	const struct machine *m, const char *guest, struct config *conf, struct diags *ds)
{
	const char *set = machine_get(m, "", "binary_version"), *version = NULL;
	const char *path = path_join(ds->arena, path_dir(ds->arena, guest), "Cargo.toml");
	const struct source *src;

	if (*set)
		return set;
	src = source_load(ds->arena, path, path);
	if (src) {
		const struct toml_value *root = toml_parse(src, ds);

		VEC_ADD(ds->arena, &conf->reads, path);
		version = root ? cargo_version(root) : NULL;
	}
	return version ? version : CAPSEM_VERSION;
}
