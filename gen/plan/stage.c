// SPDX-License-Identifier: Apache-2.0
// stage.c -- what the stages share: helpers, generated files, base images, container builds.
// Layer: gen/plan.
#include "gen/plan/stage.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

#include "gen/base/path.h"

#define ENGINE "build/engine.json"

struct edge *
stage_helper(struct plan *p, enum rule_id rule, const char *out)
{
	struct edge *e = graph_edge(p->graph, rule, out);

	assert(!rule_infos[rule].command);
	edge_implicit(p->graph, e, path_join(p->arena, p->in->helpers, rule_infos[rule].name));
	return e;
}

void
stage_file(struct plan *p, const char *path, enum plan_file_kind kind, const struct plan_arch *a)
{
	VEC_ADD(p->arena, &p->files, ((struct plan_file){path, kind, a, NULL, 0}));
}

void
stage_items(struct plan *p, const char *path, const struct plan_arch *a,
	const struct plan_item *items, size_t n)
{
	VEC_ADD(p->arena, &p->files, ((struct plan_file){path, FILE_ITEMS, a, items, n}));
}

struct edge *
stage_phony(struct plan *p, const char *name)
{
	return graph_edge(p->graph, RULE_PHONY, name);
}

const char *
stage_epoch(const struct plan *p)
{
	const char *epoch = machine_get(p->machine, "", "source_date_epoch");

	// 2024-01-01: recent enough for zip files and certificates, the same for everybody.
	return *epoch ? epoch : "1704067200";
}

static const char *
file_name_of(struct arena *a, const char *platform, const char *ref)
{
	char *name = arena_printf(a, "%s-%s", ref, platform);

	for (char *c = name; *c; c++) {
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			*c = '_';
	}
	return name;
}

const char *
stage_base(struct plan *p, const char *platform, const char *ref)
{
	struct graph *g = p->graph;
	const char *tar = arena_printf(
		p->arena, "build/cache/base/%s.tar", file_name_of(p->arena, platform, ref));
	struct edge *e;

	if (graph_maker(g, tar))
		return tar;
	e = stage_helper(p, RULE_fetch_base, tar);
	edge_opt(g, e, "-e", ENGINE);
	edge_opt(g, e, "-p", platform);
	edge_opt(g, e, "-m", machine_get(p->machine, "container", "base"));
	edge_opt(g, e, "-s", stage_epoch(p));
	edge_opt(g, e, "-r", ref);
	edge_order(g, e, ENGINE);
	return tar;
}

// The template STEP: of the first --templates folder that has it, else ours.
static const char *
find_template(struct plan *p, const char *step)
{
	const char *name = arena_printf(p->arena, "Dockerfile.%s.j2", step);

	for (size_t i = 0; i < p->in->ntemplates; i++) {
		const char *dir = p->in->templates[i], *path = path_join(p->arena, dir, name);

		VEC_ADD(p->arena, &p->reads, dir);
		if (path_is_file(path))
			return path;
	}
	return path_join(p->arena, path_join(p->arena, p->in->share, "templates"), name);
}

const char *
stage_dockerfile(
	struct plan *p, const struct plan_arch *a, const char *step, enum plan_file_kind values)
{
	const char *out = plan_path(p, a, arena_printf(p->arena, "%s.Dockerfile", step));
	const char *json = plan_path(p, a, arena_printf(p->arena, "%s.values.json", step));
	struct edge *e = stage_helper(p, RULE_render_dockerfile, out);

	stage_file(p, json, values, a);
	edge_in(p->graph, e, json);
	edge_in(p->graph, e, find_template(p, step));
	return out;
}

static void
add_base(struct plan *p, struct edge *e, const char *platform, const char *ref)
{
	const char *tar = stage_base(p, platform, ref);

	edge_opt(p->graph, e, "-b", arena_printf(p->arena, "%s=%s=%s", platform, ref, tar));
	edge_implicit(p->graph, e, tar);
}

static bool
is_made(const struct plan *p, const char *path)
{
	for (size_t i = 0; i < p->files.n; i++) {
		if (strcmp(p->files.v[i].path, path) == 0)
			return true;
	}
	return graph_maker(p->graph, path) != NULL;
}

// Trees are found by the helper, through its depfile. Of a source, the folder counts too: a file
// that is given its name may be older than it was, or what a link points to, but the folder's time
// is new.
static void
add_items(struct plan *p, struct edge *sum, const struct plan_item *items, size_t n)
{
	const char *last = "", *dir;

	for (size_t i = 0; i < n; i++) {
		bool made = is_made(p, items[i].from);

		if (items[i].order_only || (items[i].tree && !made))
			continue;
		edge_implicit(p->graph, sum, items[i].from);
		dir = path_dir(p->arena, items[i].from);
		if (!made && strcmp(dir, last) != 0)
			edge_implicit(p->graph, sum, last = dir);
	}
}

void
stage_context(
	struct plan *p, struct edge *e, const char *list, const struct plan_item *items, size_t n)
{
	const char *name = path_base(list);
	const char *out = path_join(p->arena, path_dir(p->arena, list),
		arena_ndup(p->arena, name, strlen(name) - strlen(".json")));
	struct edge *sum = stage_helper(p, RULE_sum_context, out);

	edge_in(p->graph, sum, list);
	add_items(p, sum, items, n);
	edge_implicit(p->graph, e, out);
	for (size_t i = 0; i < n; i++) {
		if (!items[i].tree)
			edge_order(p->graph, e, items[i].from);
	}
}

struct edge *
stage_image(struct plan *p, const struct plan_arch *a, const char *step, enum plan_file_kind values,
	const struct plan_item *items, size_t n)
{
	struct graph *g = p->graph;
	const char *list = plan_path(p, a, arena_printf(p->arena, "%s.context.json", step));
	const char *ref = a->conf->base_image.v.s;
	const char *dockerfile = stage_dockerfile(p, a, step, values);
	struct edge *e = stage_helper(
		p, RULE_build_image, plan_path(p, a, arena_printf(p->arena, "%s.tar", step)));

	stage_items(p, list, a, items, n);
	edge_opt(g, e, "-e", ENGINE);
	edge_opt(g, e, "-t", arena_printf(p->arena, "%s-%s", step, a->name));
	edge_opt(g, e, "-s", stage_epoch(p));
	edge_opt(g, e, "-L", plan_path(p, a, arena_printf(p->arena, "%s.log", step)));
	if (p->host)
		add_base(p, e, p->host->platform, ref);
	if (a->facts != p->host && values == FILE_ROOTFS_VALUES)
		add_base(p, e, a->conf->docker_platform.v.s, ref);
	edge_in(g, e, dockerfile);
	edge_order(g, e, ENGINE);
	edge_opt(g, e, "-i", list);
	edge_order(g, e, list);
	stage_context(p, e, list, items, n);
	return e;
}

void
stage_missing(struct plan *p, const char *path)
{
	struct source *src = source_of(p->arena, path, (struct str){0});

	diag_add(p->ds, E302, (struct span){src, 0, 0}, "missing %s", path_base(path));
}

// What is added to a folder, or taken away, decides whose file is used.
static void
note_folder(struct plan *p, const char *dir)
{
	for (size_t i = 0; i < p->reads.n; i++) {
		if (strcmp(p->reads.v[i], dir) == 0)
			return;
	}
	if (path_is_dir(dir))
		VEC_ADD(p->arena, &p->reads, dir);
}

const char *
stage_guest_path(struct plan *p, const char *name)
{
	const char *own = path_join(p->arena, p->in->guest, name);
	const char *ours = path_join(p->arena, path_join(p->arena, p->in->share, "guest"), name);

	note_folder(p, path_dir(p->arena, own));
	if (path_is_file(own) || path_is_dir(own))
		return own;
	if (path_is_file(ours) || path_is_dir(ours))
		return ours;
	stage_missing(p, own);
	return NULL;
}

const char *
stage_agent(struct plan *p, const struct plan_arch *a, const char *name)
{
	return plan_path(p, a, arena_printf(p->arena, "agents/%s", name));
}
