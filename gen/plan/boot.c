// SPDX-License-Identifier: Apache-2.0
// boot.c -- the boot test of an architecture. Layer: gen/plan.
#include "gen/plan/stage.h"

void
plan_boot(struct plan *p, const struct plan_arch *a)
{
	struct graph *g = p->graph;
	const struct machine *m = p->machine;
	const char *log = plan_path(p, a, "boot.log"), *name = a->facts->name;
	static const char *const flags[] = {"-k", "-i", "-r", NULL};
	struct edge *e;

	if (!graph_maker(g, plan_asset(p, a, "vmlinuz")))
		return;
	e = stage_helper(p, RULE_boot_image, log);
	edge_opt(g, e, "-a", name);
	for (size_t i = 0; plan_assets[i] && flags[i]; i++) {
		const char *asset = plan_asset(p, a, plan_assets[i]);

		edge_opt(g, e, flags[i], asset);
		edge_implicit(g, e, asset);
	}
	edge_opt(g, e, "-q", machine_get(m, "qemu", name));
	edge_opt(g, e, "-A", a->foreign ? "tcg" : machine_get(m, "qemu", "accel"));
	edge_opt(g, e, "-M", machine_get(m, "qemu", "memory_mb"));
	edge_opt(g, e, "-C", machine_get(m, "qemu", "cpus"));
	edge_opt(g, e, "-t", machine_get(m, "qemu", "timeout"));
	edge_opt(g, e, "-e", "capsem: ready");
	edge_in(g, stage_phony(p, arena_printf(p->arena, "boot-%s", a->name)), log);
}
