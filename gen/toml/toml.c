// SPDX-License-Identifier: Apache-2.0
#include "gen/toml/toml.h"

#include "gen/base/diag.h"
#include "gen/toml/shim.h"

struct toml_value *
toml_parse(const struct source *src, struct diags *ds)
{
	struct shim_mistake mistake = {0};
	struct toml_value *root;
	struct places places;

	if (!toml_precheck(src, ds))
		return NULL;
	places_init(&places, ds->arena, src);
	root = shim_parse(&places, ds->arena, &mistake);
	if (!root)
		toml_report(src, &mistake, ds);
	return root;
}

const struct toml_member *
toml_find(const struct toml_value *table, const char *key)
{
	for (size_t i = 0; i < table->members.n; i++) {
		if (str_is(table->members.v[i].key, key))
			return &table->members.v[i];
	}
	return NULL;
}

const struct toml_value *
toml_get(const struct toml_value *table, const char *key)
{
	const struct toml_member *m = toml_find(table, key);

	return m ? m->value : NULL;
}

const char *
toml_type_name(enum toml_type type)
{
	static const char *const names[] = {
		[TOML_STRING] = "a string",
		[TOML_INT] = "an integer",
		[TOML_FLOAT] = "a float",
		[TOML_BOOL] = "a boolean",
		[TOML_DATE] = "a date",
		[TOML_TIME] = "a time",
		[TOML_DATETIME] = "a date and time",
		[TOML_ARRAY] = "an array",
		[TOML_TABLE] = "a table",
	};

	return names[type];
}
