// SPDX-License-Identifier: Apache-2.0
// cache.c -- the cache of compressed blocks, for people. Layer: gen/plan.
#include "gen/plan/stage.h"

const char *
stage_block_cache(void)
{
	return "build/cache/blocks.sqlite";
}

// NAME: do it each time anew, and show what is told of it.
static void
plan_report(struct plan *p, const char *name, const char *flag)
{
	struct graph *g = p->graph;
	const char *report = arena_printf(p->arena, "build/cache/%s.txt", name);
	struct edge *e = stage_helper(p, RULE_cache_blocks, report);
	struct edge *show = graph_edge(g, RULE_show, name);

	if (flag)
		edge_arg(g, e, flag);
	edge_opt(g, e, "-k", stage_block_cache());
	if (!graph_maker(g, "always"))
		stage_phony(p, "always");
	edge_implicit(g, e, "always");
	edge_in(g, show, report);
}

void
plan_cache(struct plan *p)
{
	plan_report(p, "cache-stats", NULL);
	plan_report(p, "cache-clean", "-e");
}
