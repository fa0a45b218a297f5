// SPDX-License-Identifier: Apache-2.0
// guest.c -- guest_files.def as lists of archive items. Layer: gen/plan.
#include "gen/base/path.h"
#include "gen/plan/stage.h"

enum source_kind { ARTIFACT, FOLDER, AGENT };

static const struct guest_file {
	const char *name;
	const char *initrd, *context; // NULL: not in there
	enum source_kind kind;
	unsigned mode;
} guest_files[] = {
#define GUEST_FILE(name, kind, initrd, context, mode) {name, initrd, context, kind, mode},
#include "gen/plan/guest_files.def"
};

enum { NGUEST_FILES = sizeof(guest_files) / sizeof(*guest_files) };

static const char *
source_of_file(struct plan *p, const struct plan_arch *a, const struct guest_file *f)
{
	if (f->kind == AGENT)
		return stage_agent(p, a, f->name);
	return stage_guest_path(p, arena_printf(p->arena, "artifacts/%s", f->name));
}

struct stage_items
stage_guest_items(struct plan *p, const struct plan_arch *a, bool initrd)
{
	struct stage_items items = {
		arena_alloc(p->arena, (NGUEST_FILES + 1) * sizeof(*items.v)), 0};

	for (size_t i = 0; i < NGUEST_FILES; i++) {
		const struct guest_file *f = &guest_files[i];
		const char *path = initrd ? f->initrd : f->context;
		bool fallback = !initrd && f->initrd && !p->in->release;
		const char *from = path ? source_of_file(p, a, f) : NULL;

		if (from) {
			items.v[items.n++] = (struct plan_item){
				path, f->mode, from, f->kind == FOLDER, fallback};
		}
	}
	return items;
}

struct plan_names
plan_agent_names(struct arena *a)
{
	struct plan_names names = {arena_alloc(a, NGUEST_FILES * sizeof(*names.v)), 0};

	for (size_t i = 0; i < NGUEST_FILES; i++) {
		if (guest_files[i].kind == AGENT)
			names.v[names.n++] = guest_files[i].name;
	}
	return names;
}
