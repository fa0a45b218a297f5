// SPDX-License-Identifier: Apache-2.0
// entries.c -- rules about MCP servers and package sets. Layer: gen/check.
#include "gen/check/check.h"

void
check_transports(const struct config *c, struct diags *ds)
{
	for (size_t i = 0; i < c->mcp.n; i++) {
		const struct conf_mcp_server *s = &c->mcp.v[i];
		bool stdio = str_is(s->transport.v, "stdio");
		const struct conf_string *needed = stdio ? &s->command : &s->url;

		if (s->transport.set && needed->v.n == 0) {
			diag_add(ds, E007, s->head.at, "%s transport requires '%s' in [%.*s]",
				stdio ? "stdio" : "sse", stdio ? "command" : "url",
				STR_FMT(s->head.key));
		}
	}
}

static bool
contains(const struct conf_strings *list, struct str word)
{
	for (size_t i = 0; i < list->n; i++) {
		if (str_eq(list->v[i].v, word))
			return true;
	}
	return false;
}

void
check_version_commands(const struct config *c, struct diags *ds)
{
	for (size_t i = 0; i < c->packages.n; i++) {
		const struct conf_package_set *set = &c->packages.v[i];

		for (size_t k = 0; k < set->version_commands.n; k++) {
			const struct conf_string *key = &set->version_commands.v[k].key;

			if (!contains(&set->packages, key->v)) {
				diag_add(ds, E003, key->at,
					"version_commands: '%.*s' is not in 'packages' of [%.*s]",
					STR_FMT(key->v), STR_FMT(set->head.key));
			}
		}
	}
}
