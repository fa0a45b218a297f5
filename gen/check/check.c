// SPDX-License-Identifier: Apache-2.0
#include "gen/check/check.h"

void
check_config(const struct config *c, struct diags *ds)
{
#define CHECK(function, what) function(c, ds);
#include "gen/check/checks.def"
}

const struct conf_string *
check_find(const struct conf_strings *list, struct str word)
{
	for (size_t i = 0; i < list->n; i++) {
		if (str_eq(list->v[i].v, word))
			return &list->v[i];
	}
	return NULL;
}

const struct conf_package_set *
check_set(const struct config *c, const char *key)
{
	for (size_t i = 0; i < c->packages.n; i++) {
		if (str_is(c->packages.v[i].head.key, key))
			return &c->packages.v[i];
	}
	return NULL;
}
