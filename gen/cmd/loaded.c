// SPDX-License-Identifier: Apache-2.0
#include "gen/cmd/loaded.h"

#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/check/check.h"
#include "gen/config/schema.h"

// Where in the order of loading the file or folder REL below config/ comes; conf_nroots: nowhere.
static size_t
turn_of(const char *rel)
{
	const struct conf_root *root = conf_root_of(rel);
	size_t n = strlen(rel), i = 0;

	if (root)
		return (size_t)(root - conf_roots);
	while (i < conf_nroots && !(strncmp(conf_roots[i].path, rel, n) == 0 &&
					  (n == 0 || conf_roots[i].path[n] == '/')))
		i++;
	return i;
}

struct mistake {
	struct diag *d;
	size_t turn;
};

static int
compare(const void *px, const void *py)
{
	const struct mistake *x = px, *y = py;
	int c = (x->turn > y->turn) - (x->turn < y->turn);

	c = c ? c : strcmp(x->d->at.src->path, y->d->at.src->path);
	return c ? c : (x->d->at.off > y->d->at.off) - (x->d->at.off < y->d->at.off);
}

// Keep what stops the loading, in the order in which it would.
static void
keep_mistakes(const struct config *conf, struct diags *ds)
{
	struct mistake *list = arena_alloc(ds->arena, ds->list.n * sizeof(*list));
	size_t n = 0, below = strlen(conf->dir);

	for (size_t i = 0; i < ds->list.n; i++) {
		struct diag *d = ds->list.v[i];
		const char *rel = d->at.src->path + below;
		size_t turn = turn_of(*rel == '/' ? rel + 1 : rel);

		if (d->severity == DIAG_ERROR && d->code != E008 && turn < conf_nroots)
			list[n++] = (struct mistake){d, turn};
	}
	if (n)
		qsort(list, n, sizeof(*list), compare);
	for (size_t i = 0; i < n; i++)
		ds->list.v[i] = list[i].d;
	ds->list.n = ds->nerrors = n;
	ds->nwarnings = 0;
}

struct config *
cmd_load(const char *guest, struct diags *ds)
{
	struct config *conf;

	if (!path_is_dir(guest))
		die("directory not found: %s", guest);
	conf = config_load(guest, ds);
	check_needs(conf, ds);
	check_version_commands(conf, ds);
	keep_mistakes(conf, ds);
	return conf;
}
