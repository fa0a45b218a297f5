// SPDX-License-Identifier: Apache-2.0
// boot.c -- what boots an architecture's image: to see whether it comes up, to check it from the
// inside, and for a person. Layer: gen/plan.
#include "gen/plan/stage.h"

static const char *const short_names[] = {"boot", "doctor", "run", NULL};

// An edge that boots the image of A when the manifest speaks of it, by RULE, making OUT.
static struct edge *
machine_edge(struct plan *p, const struct plan_arch *a, enum rule_id rule, const char *out)
{
	static const char *const flags[] = {"-k", "-i", "-r"};
	const char *const *assets = plan_assets(p);
	const struct machine *m = p->machine;
	struct graph *g = p->graph;
	struct edge *e = stage_helper(p, rule, out);

	edge_opt(g, e, "-a", a->facts->name);
	for (size_t i = 0; i <= ASSET_ROOT; i++) {
		const char *asset = plan_asset(p, a, assets[i]);

		edge_opt(g, e, flags[i], asset);
		edge_implicit(g, e, asset);
	}
	edge_opt(g, e, "-m", "build/assets/manifest.json");
	if (plan_is_erofs(p))
		edge_opt(g, e, "-x", "capsem.rootfs=erofs");
	edge_order(g, e, arena_printf(p->arena, "build/published/assets-%s", a->name));
	edge_opt(g, e, "-q", machine_get(m, "qemu", a->facts->name));
	edge_opt(g, e, "-A", a->foreign ? "tcg" : machine_get(m, "qemu", "accel"));
	edge_opt(g, e, "-M", machine_get(m, "qemu", "memory_mb"));
	edge_opt(g, e, "-C", machine_get(m, "qemu", "cpus"));
	return e;
}

static void
name_edge(struct plan *p, const struct plan_arch *a, const char *name, const struct edge *e)
{
	struct edge *target = stage_phony(p, arena_printf(p->arena, "%s-%s", name, a->name));

	edge_in(p->graph, target, e->outs.v[0]);
}

// NAME-A: boot until it is ready and, with RUN, until that guest program has ended.
static void
plan_check(struct plan *p, const struct plan_arch *a, const char *name, const char *run)
{
	struct graph *g = p->graph;
	struct edge *e = machine_edge(
		p, a, RULE_boot_image, plan_path(p, a, arena_printf(p->arena, "%s.log", name)));

	edge_opt(g, e, "-j", plan_path(p, a, "boot.json"));
	edge_opt(g, e, "-t", machine_get(p->machine, "qemu", "timeout"));
	if (run)
		edge_opt(g, e, "-R", run);
	name_edge(p, a, name, e);
}

// run-A: each time anew, so it depends on a name that is never made.
static void
plan_run(struct plan *p, const struct plan_arch *a)
{
	struct edge *e = machine_edge(p, a, RULE_run_image, plan_path(p, a, "run.log"));

	if (!graph_maker(p->graph, "always"))
		stage_phony(p, "always");
	edge_implicit(p->graph, e, "always");
	edge_opt(p->graph, e, "-S", plan_path(p, a, "run.sock"));
	name_edge(p, a, "run", e);
}

void
plan_boot(struct plan *p, const struct plan_arch *a)
{
	if (!graph_maker(p->graph, plan_asset(p, a, "vmlinuz")) ||
		!arch_by_machine(a->facts->name)) // one that is only looked at
		return;
	plan_check(p, a, "boot", NULL);
	plan_check(p, a, "doctor", "doctor");
	plan_run(p, a);
}

// How a person gets a shell: said, not done, since a terminal is the person's own.
static void
plan_shell(struct plan *p, const struct plan_arch *host)
{
	struct graph *g = p->graph;
	struct edge *e = graph_edge(g, RULE_say, "shell");
	const char *socket = plan_path(p, host, "run.sock");

	edge_arg(g, e,
		arena_printf(p->arena,
			"ninja run-%s   boots the image; its console, this terminal, is a shell",
			host->name));
	edge_arg(g, e,
		arena_printf(p->arena,
			"socat -,raw,echo=0 UNIX-CONNECT:%s   another shell, from another terminal",
			socket));
	edge_arg(g, e, "exit   of the first shell powers the VM off; Ctrl-A X ends it at once");
}

void
plan_boot_names(struct plan *p)
{
	const struct plan_arch *host = plan_host_arch(p);

	if (!host || !graph_maker(p->graph, arena_printf(p->arena, "boot-%s", host->name)))
		return;
	for (size_t i = 0; short_names[i]; i++) {
		edge_in(p->graph, stage_phony(p, short_names[i]),
			arena_printf(p->arena, "%s-%s", short_names[i], host->name));
	}
	plan_shell(p, host);
}
