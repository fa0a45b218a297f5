// SPDX-License-Identifier: Apache-2.0
// sums.c -- checksums, the manifest, and the names people build by. Layer: gen/plan.
//
// B3SUMS and manifest.json speak of every asset that exists, but making the one must never start
// the build of another. So they are not inputs and outputs of one edge: every target for people has
// a write_manifest edge of its own, which runs after that target's assets and brings the same files
// up to date, leaving a stamp behind.
#include <string.h>

#include "gen/plan/stage.h"

#define SUM_CACHE "build/cache/sums"

const char *const *
plan_assets(const struct plan *p)
{
	static const char *const squashfs[] = {"vmlinuz", "initrd.img", "rootfs.squashfs", NULL};
	static const char *const erofs[] = {"vmlinuz", "initrd.img", "rootfs.erofs", NULL};

	return plan_is_erofs(p) ? erofs : squashfs;
}

const char *
plan_sum(struct plan *p, const struct plan_arch *a, const char *asset)
{
	return plan_path(p, a, arena_printf(p->arena, "%s.b3", asset));
}

static bool
is_built(struct plan *p, const struct plan_arch *a, const char *asset)
{
	return graph_maker(p->graph, plan_asset(p, a, asset)) != NULL;
}

void
plan_sums(struct plan *p, const struct plan_arch *a)
{
	const char *const *assets = plan_assets(p);
	struct graph *g = p->graph;

	for (size_t i = 0; assets[i]; i++) {
		struct edge *e;

		if (!is_built(p, a, assets[i]) || graph_maker(g, plan_sum(p, a, assets[i])))
			continue; // not there, or summed by what makes it
		e = stage_helper(p, RULE_sum_blake3, plan_sum(p, a, assets[i]));
		edge_opt(g, e, "-n", arena_printf(p->arena, "%s/%s", a->name, assets[i]));
		edge_opt(g, e, "-c", SUM_CACHE);
		edge_in(g, e, plan_asset(p, a, assets[i]));
	}
}

// The write_manifest edge behind the target NAME, without inputs yet.
static struct edge *
plan_manifest(struct plan *p, const char *name)
{
	struct graph *g = p->graph;
	struct edge *e = stage_helper(
		p, RULE_write_manifest, arena_printf(p->arena, "build/published/%s", name));
	const char *epoch = machine_get(p->machine, "", "source_date_epoch");

	edge_opt(g, e, "-A", "build/assets");
	edge_opt(g, e, "-S", "build");
	edge_opt(g, e, "-c", SUM_CACHE);
	edge_opt(g, e, "-B", p->in->binary_version);
	edge_opt(g, e, "-r", plan_assets(p)[ASSET_ROOT]);
	if (*epoch)
		edge_opt(g, e, "-s", epoch);
	return e;
}

static void
add_asset(struct plan *p, struct edge *manifest, const struct plan_arch *a, const char *asset)
{
	const char *versions = plan_asset(p, a, "tool-versions.txt");

	if (is_built(p, a, asset)) {
		edge_in(p->graph, manifest, plan_sum(p, a, asset));
		edge_implicit(p->graph, manifest, plan_asset(p, a, asset)); // for its alias
	}
	if (strcmp(asset, plan_assets(p)[ASSET_ROOT]) == 0 && graph_maker(p->graph, versions))
		edge_order(p->graph, manifest, versions);
}

// NAME builds what MANIFEST has been given, SHORT_NAME (unless NULL) is another name for it.
static void
name_target(struct plan *p, const char *name, const char *short_name)
{
	const char *stamp = arena_printf(p->arena, "build/published/%s", name);

	edge_in(p->graph, stage_phony(p, name), stamp);
	if (short_name)
		edge_in(p->graph, stage_phony(p, short_name), name);
}

static void
plan_arch_targets(struct plan *p, const struct plan_arch *a)
{
	static const char *const names[] = {"kernel", "initrd", "rootfs"};
	bool host = a == plan_host_arch(p);
	const char *all = arena_printf(p->arena, "assets-%s", a->name);
	struct edge *every = plan_manifest(p, all);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *name = arena_printf(p->arena, "%s-%s", names[i], a->name);

		add_asset(p, plan_manifest(p, name), a, plan_assets(p)[i]);
		add_asset(p, every, a, plan_assets(p)[i]);
		name_target(p, name, host ? names[i] : NULL);
	}
	name_target(p, all, NULL);
}

void
plan_agent_target(struct plan *p, const struct plan_arch *a)
{
	struct plan_names names = plan_agent_names(p->arena);
	const char *target = arena_printf(p->arena, "agents-%s", a->name);
	struct edge *e = stage_phony(p, target);

	for (size_t i = 0; i < names.n; i++)
		edge_in(p->graph, e, stage_agent(p, a, names.v[i]));
	if (a == plan_host_arch(p))
		edge_in(p->graph, stage_phony(p, "agents"), target);
}

static void
plan_drawing(struct plan *p)
{
	struct edge *e = graph_edge(p->graph, RULE_draw_graph, "build/graph.svg");

	stage_file(p, "build/graph.dot", FILE_GRAPH, NULL);
	edge_in(p->graph, e, "build/graph.dot");
	edge_in(p->graph, stage_phony(p, "graph"), "build/graph.svg");
}

void
plan_targets(struct plan *p)
{
	const struct plan_arch *host = plan_host_arch(p);
	struct edge *every = plan_manifest(p, "assets");

	for (size_t i = 0; i < p->narchs; i++) {
		plan_agent_target(p, &p->archs[i]);
		plan_arch_targets(p, &p->archs[i]);
		for (size_t k = 0; k <= ASSET_ROOT; k++)
			add_asset(p, every, &p->archs[i], plan_assets(p)[k]);
	}
	name_target(p, "assets", NULL);
	plan_boot_names(p);
	plan_drawing(p);
	VEC_ADD(p->arena, &p->graph->defaults,
		host ? arena_printf(p->arena, "assets-%s", host->name) : "assets");
}
