// SPDX-License-Identifier: Apache-2.0
// entries.c -- what one key asks of another, whatever the table. Layer: gen/check.
#include <assert.h>
#include <string.h>

#include "gen/check/check.h"
#include "gen/check/walk.h"

// The string KEY of the struct at TABLE.
static const struct conf_string *
string_of(const struct conf_schema *s, const void *table, const char *key)
{
	size_t k = 0;

	while (k < s->nkeys && strcmp(s->keys[k].name, key) != 0)
		k++;
	assert(k < s->nkeys);
	return (const void *)((const char *)table + s->keys[k].offset);
}

static void
check_table(void *ctx, const struct conf_schema *s, const void *table)
{
	const struct conf_head *head = table;

	for (size_t i = 0; i < conf_nneeds; i++) {
		const struct conf_need *need = &conf_needs[i];
		const struct conf_string *key;

		if (strcmp(s->name, need->table) != 0)
			continue;
		key = string_of(s, table, need->key);
		if (key->set && str_is(key->v, need->word) &&
			!string_of(s, table, need->needed)->v.n) {
			diag_add(ctx, need->code, head->at, "%s %s requires '%s' in [%.*s]",
				need->word, need->key, need->needed, STR_FMT(head->key));
		}
	}
}

void
check_needs(const struct config *c, struct diags *ds)
{
	walk_config(c, &(struct walker){.table = check_table, .ctx = ds});
}
