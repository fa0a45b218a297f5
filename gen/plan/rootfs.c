// SPDX-License-Identifier: Apache-2.0
// rootfs.c -- the root filesystem: container build, tar, squashfs. Layer: gen/plan.
#include <stdlib.h>
#include <string.h>

#include "gen/plan/stage.h"

#define MCP_JSON "build/settings/mcp.json"

// The level as the compressor knows it: xz has none, gzip and lzo stop at 9.
static const char *
level_of(struct plan *p)
{
	const struct conf_build *b = &p->conf->build;
	long level = b->compression_level.v;

	if (str_is(b->compression.v, "xz"))
		return NULL;
	if (!str_is(b->compression.v, "zstd") && level > 9)
		level = 9;
	return arena_printf(p->arena, "%ld", level);
}

static void
plan_squashfs(struct plan *p, const struct plan_arch *a, const char *tar)
{
	struct graph *g = p->graph;
	struct edge *e = stage_helper(p, RULE_pack_squashfs, plan_asset(p, a, "rootfs.squashfs"));
	const char *level = level_of(p), *cache_mib = machine_get(p->machine, "cache", "size_mib");

	edge_opt(g, e, "-c", p->conf->build.compression.v.s);
	if (level)
		edge_opt(g, e, "-l", level);
	edge_opt(g, e, "-b", "131072");
	edge_opt(g, e, "-s", stage_epoch(p));
	if (strcmp(cache_mib, "0") != 0) {
		edge_opt(g, e, "-k", stage_block_cache());
		edge_opt(g, e, "-m", cache_mib);
	}
	edge_in(g, e, tar);
}

bool
plan_is_erofs(const struct plan *p)
{
	return str_is(p->conf->build.rootfs_format.v, "erofs");
}

static void
plan_erofs(struct plan *p, const struct plan_arch *a, const char *tar)
{
	struct graph *g = p->graph;
	struct edge *e = stage_helper(p, RULE_pack_erofs, plan_asset(p, a, "rootfs.erofs"));
	long level = p->conf->build.compression_level.v;

	edge_opt(g, e, "-l", arena_printf(p->arena, "%ld", level > 12 ? 12 : level));
	edge_opt(g, e, "-s", stage_epoch(p));
	edge_in(g, e, tar);
}

static bool
has_version_commands(const struct config *c)
{
	size_t n = c->build.version_commands.n;

	for (size_t i = 0; i < c->packages.n; i++)
		n += c->packages.v[i].version_commands.n;
	for (size_t i = 0; i < c->ai.n; i++)
		n += c->ai.v[i].enabled.v && c->ai.v[i].cli && c->ai.v[i].cli->version_command.v.n;
	return n > 0;
}

// The versions of what is in the image are read in the same edge that builds it; the tools of the
// AI providers must all answer.
static void
capture_versions(struct plan *p, const struct plan_arch *a, struct edge *e)
{
	struct graph *g = p->graph;
	const char *script = plan_path(p, a, "tool-versions.sh");
	const char *versions = plan_asset(p, a, "tool-versions.txt");

	if (!has_version_commands(p->conf))
		return;
	stage_file(p, script, FILE_VERSIONS_SCRIPT, a);
	edge_opt(g, e, "-V", script);
	edge_opt(g, e, "-v", versions);
	edge_implicit(g, e, script);
	edge_out(g, e, versions);
	for (size_t i = 0; i < p->conf->ai.n; i++) {
		const struct conf_provider *ai = &p->conf->ai.v[i];

		if (ai->enabled.v && ai->cli && ai->cli->version_command.v.n)
			edge_opt(g, e, "-k", ai->cli->key.v.s);
	}
}

static void
capture_packages(struct plan *p, const struct plan_arch *a, struct edge *e)
{
	static const char *const managers[] = {"dpkg", "pip", "npm"};

	edge_opt(p->graph, e, "-l", plan_path(p, a, "packages"));
	for (size_t i = 0; i < sizeof(managers) / sizeof(*managers); i++) {
		edge_out(p->graph, e,
			plan_path(p, a, arena_printf(p->arena, "packages.%s", managers[i])));
	}
}

void
plan_rootfs(struct plan *p, const struct plan_arch *a)
{
	struct stage_items items = stage_guest_items(p, a, false);
	struct edge *e;

	items.v[items.n++] = (struct plan_item){"mcp.json", 0644, MCP_JSON, false, false};
	e = stage_image(p, a, "rootfs", FILE_ROOTFS_VALUES, items.v, items.n);
	edge_opt(p->graph, e, "-p", a->conf->docker_platform.v.s);
	capture_versions(p, a, e);
	capture_packages(p, a, e);
	if (plan_is_erofs(p)) {
		plan_erofs(p, a, e->outs.v[0]);
	} else {
		plan_squashfs(p, a, e->outs.v[0]);
	}
}

void
plan_settings(struct plan *p)
{
	stage_file(p, MCP_JSON, FILE_MCP, NULL);
	stage_file(p, "build/settings/defaults.json", FILE_SETTINGS, NULL);
	stage_file(p, "build/engine.json", FILE_ENGINE, NULL);
	edge_in(p->graph, stage_phony(p, "settings"), "build/settings/defaults.json");
}
