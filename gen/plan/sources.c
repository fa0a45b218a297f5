// SPDX-License-Identifier: Apache-2.0
// sources.c -- what a plan reads of source folders: names and lists of flags. Layer: gen/plan.
#include <errno.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/plan/stage.h"

struct words
stage_words(struct plan *p, const char *path)
{
	struct source *src = source_load(p->arena, path, path);
	VEC(const char *) list = {0};
	const char *text;

	if (!src)
		die("open %s:", path);
	VEC_ADD(p->arena, &p->reads, path);
	text = src->text.s;
	while (*(text += strspn(text, " \t\r\n"))) {
		size_t n = strcspn(text, " \t\r\n");

		VEC_ADD(p->arena, &list, arena_ndup(p->arena, text, n));
		text += n;
	}
	return (struct words){list.v, list.n};
}

struct plan_names
stage_list(struct plan *p, const char *dir, const char *suffix)
{
	struct names names;
	VEC(const char *) list = {0};

	if (!path_list(p->arena, dir, &names)) {
		if (errno != ENOENT)
			die("read folder %s:", dir);
		return (struct plan_names){0};
	}
	VEC_ADD(p->arena, &p->reads, dir);
	for (size_t i = 0; i < names.n; i++) {
		if (str_ends(str_of(names.v[i]), suffix))
			VEC_ADD(p->arena, &list, path_join(p->arena, dir, names.v[i]));
	}
	return (struct plan_names){list.v, list.n};
}
