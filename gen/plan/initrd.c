// SPDX-License-Identifier: Apache-2.0
// initrd.c -- the initial ramdisk: a base from a container build, our files over it.
// Layer: gen/plan.
#include "gen/plan/stage.h"

static const char *
plan_base(struct plan *p, const struct plan_arch *a)
{
	struct edge *e = stage_image(p, a, "initrd", FILE_INITRD_VALUES, NULL, 0);

	edge_opt(p->graph, e, "-p", p->host ? p->host->platform : a->conf->docker_platform.v.s);
	return e->outs.v[0];
}

// Members are packed for size in a release, else for the edit loop: at either level the whole is
// smaller than what gzip -9 makes of it.
static void
add_options(struct plan *p, const struct plan_arch *a, struct edge *e)
{
	const char *sum = plan_sum(p, a, "initrd.img");
	struct graph *g = p->graph;

	edge_opt(g, e, "-s", stage_epoch(p));
	edge_opt(g, e, "-l", p->in->release ? "12" : "10");
	edge_opt(g, e, "-c", "build/cache/initrd");
	edge_opt(g, e, "-b", sum);
	edge_opt(g, e, "-n", arena_printf(p->arena, "%s/initrd.img", a->name));
	edge_out(g, e, sum);
}

void
plan_initrd(struct plan *p, const struct plan_arch *a)
{
	struct graph *g = p->graph;
	struct stage_items items = stage_guest_items(p, a, true);
	const char *list = plan_path(p, a, "initrd.list.json"), *base = plan_base(p, a);
	struct edge *e = stage_helper(p, RULE_pack_initrd, plan_asset(p, a, "initrd.img"));

	stage_items(p, list, a, items.v, items.n);
	add_options(p, a, e);
	edge_in(g, e, base);
	edge_in(g, e, list);
	stage_context(p, e, list, items.v, items.n);
}
