// SPDX-License-Identifier: Apache-2.0
// fuzz_tmpl -- any bytes as a template: rendered, or mistakes with places inside it.
// Layer: tests (tmpl).
#include <stdlib.h>

#include "gen/base/json.h"
#include "gen/tmpl/tmpl.h"
#include "tests/fuzz/fuzz.h"

static const char values_text[] =
	"{\"name\": \"Capsem\", \"list\": [\"a\", \"B\", \"\\u00e9\"], \"numbers\": [3, -1, 2.5],"
	" \"table\": {\"k\": \"v\", \"n\": 1}, \"yes\": true, \"none_here\": null, \"seven\": 7,"
	" \"people\": [{\"name\": \"x\", \"tags\": []}, {\"name\": \"y\", \"tags\": [1]}]}";

static void
promise(bool kept)
{
	if (!kept)
		abort();
}

static void
check_diags(const struct diags *ds, const struct source *src)
{
	for (size_t i = 0; i < ds->list.n; i++) {
		const struct diag *d = ds->list.v[i];

		promise(d->at.src == src && d->at.off <= src->text.n);
		promise(d->at.len <= src->text.n - d->at.off || d->at.len <= 1);
		promise(*d->text && (d->code == E400 || d->code == E401 || d->code == E402));
		for (const struct diag_note *note = d->notes; note; note = note->next)
			promise(!note->at.src || note->at.off <= src->text.n);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct diags ds = {.arena = &a};
	struct span at;
	struct buf out = {0};
	const struct source *src =
		source_of(&a, "f.j2", (struct str){arena_ndup(&a, (const char *)data, size), size});
	cJSON *values = json_parse(source_of(&a, "v.json", str_of(values_text)), &at);
	const struct tmpl *t = tmpl_parse(src, &ds);

	promise(values != NULL);
	promise((t == NULL) == (ds.nerrors > 0));
	if (t)
		promise(tmpl_render(t, values, &ds, &out) == (ds.nerrors == 0));
	check_diags(&ds, src);
	buf_free(&out);
	cJSON_Delete(values);
	arena_free(&a);
	return 0;
}
