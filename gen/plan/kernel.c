// SPDX-License-Identifier: Apache-2.0
// kernel.c -- the kernel: container build on the host's platform, one file out of it.
// Layer: gen/plan.
#include <string.h>

#include "gen/base/path.h"
#include "gen/plan/stage.h"

// The platform the build runs on: the host's, whatever it builds for.
static const char *
build_platform(const struct plan *p, const struct plan_arch *a)
{
	return p->host ? p->host->platform : a->conf->docker_platform.v.s;
}

static bool
add_defconfig(struct plan *p, const struct plan_arch *a, struct stage_items *items)
{
	const struct conf_string *defconfig = &a->conf->defconfig;
	const char *path = path_join(p->arena, p->conf->dir, defconfig->v.s);

	if (!path_is_file(path)) // which a check has told
		return false;
	items->v[items->n++] = (struct plan_item){defconfig->v.s, 0644, path, false, false};
	return true;
}

// A tarball named by kernel_source = "file:PATH", relative to config/.
static void
add_tarball(struct plan *p, struct stage_items *items)
{
	const struct conf_string *source = &p->conf->build.kernel_source;
	const char *path;

	if (!str_starts(source->v, "file:"))
		return;
	path = path_join(p->arena, p->conf->dir, source->v.s + strlen("file:"));
	items->v[items->n++] = (struct plan_item){path_base(path), 0644, path, false, false};
}

// Templates of the existing builder copy capsem-init while they build the kernel. It is there for
// them, but an edit of it never reaches the kernel.
static void
add_init(struct plan *p, struct stage_items *items)
{
	const char *init = stage_guest_path(p, "artifacts/capsem-init");

	if (init)
		items->v[items->n++] = (struct plan_item){"capsem-init", 0755, init, false, true};
}

// kernel.org without a fixed version: what is newest now, remembered until build/cache is emptied.
static void
resolve_version(struct plan *p, const struct plan_arch *a, struct edge *image)
{
	struct graph *g = p->graph;
	const char *branch = a->conf->kernel_branch.v.s;
	const char *out =
		arena_printf(p->arena, "build/cache/kernel/%s.version", path_base(branch));

	if (!str_is(p->conf->build.kernel_source.v, "kernel.org") ||
		*machine_get(p->machine, "kernel", "version"))
		return;
	if (!graph_maker(g, out)) {
		struct edge *e = stage_helper(p, RULE_resolve_kernel, out);

		edge_opt(g, e, "-e", "build/engine.json");
		edge_opt(g, e, "-b", branch);
		edge_opt(g, e, "-u", machine_get(p->machine, "kernel", "releases"));
		edge_order(g, e, "build/engine.json");
	}
	edge_opt(g, image, "-a", arena_printf(p->arena, "KERNEL_VERSION=@%s", out));
	edge_implicit(g, image, out);
}

void
plan_kernel(struct plan *p, const struct plan_arch *a)
{
	struct stage_items items = {arena_alloc(p->arena, 3 * sizeof(*items.v)), 0};
	const char *version = machine_get(p->machine, "kernel", "version");
	struct graph *g = p->graph;
	struct edge *e, *image;

	if (!add_defconfig(p, a, &items))
		return;
	add_tarball(p, &items);
	add_init(p, &items);
	image = stage_image(p, a, "kernel", FILE_KERNEL_VALUES, items.v, items.n);
	edge_opt(g, image, "-p", build_platform(p, a));
	if (*version)
		edge_opt(g, image, "-a", arena_printf(p->arena, "KERNEL_VERSION=%s", version));
	resolve_version(p, a, image);
	if (machine_yes(p->machine, "kernel", "cache"))
		edge_opt(g, image, "-c", arena_printf(p->arena, "build/cache/kernel/%s", a->name));
	e = stage_helper(p, RULE_extract_files, plan_asset(p, a, "vmlinuz"));
	edge_opt(g, e, "-p", "vmlinuz");
	edge_opt(g, e, "-m", "644");
	edge_in(g, e, image->outs.v[0]);
}
