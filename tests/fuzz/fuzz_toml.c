// SPDX-License-Identifier: Apache-2.0
// fuzz_toml -- any bytes as TOML: a tree whose spans lie in the text, or one mistake with a place.
// Layer: tests (toml).
#include <stdio.h>
#include <stdlib.h>

#include "gen/base/diag.h"
#include "gen/toml/toml.h"
#include "tests/fuzz/fuzz.h"

static void
promise(bool kept)
{
	if (!kept)
		abort();
}

static void
check_span(struct span at, const struct source *src)
{
	promise(at.src == src && at.off <= src->text.n && at.len <= src->text.n - at.off);
}

static void
check_value(const struct toml_value *v, const struct source *src)
{
	check_span(v->at, src);
	for (size_t i = 0; v->type == TOML_ARRAY && i < v->items.n; i++)
		check_value(v->items.v[i], src);
	for (size_t i = 0; v->type == TOML_TABLE && i < v->members.n; i++) {
		const struct toml_member *m = &v->members.v[i];

		check_span(m->key_at, src);
		promise(m->key_at.len > 0);
		promise(i == 0 || m[-1].key_at.off < m->key_at.off);
		promise(m->key.s[m->key.n] == '\0');
		check_value(m->value, src);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct diags ds = {.arena = &a};
	const struct source *src = source_of(
		&a, "f.toml", (struct str){arena_ndup(&a, (const char *)data, size), size});
	const struct toml_value *v = toml_parse(src, &ds);

	promise(ds.list.n == (v ? 0 : 1));
	if (v) {
		check_value(v, src);
	} else {
		promise(ds.list.v[0]->at.off <= size && *ds.list.v[0]->text);
	}
	arena_free(&a);
	return 0;
}
