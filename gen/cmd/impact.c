// SPDX-License-Identifier: Apache-2.0
#include "gen/cmd/impact.h"

#include <string.h>

#include "gen/base/path.h"
#include "gen/cmd/render.h"
#include "gen/emit/emit.h"

// One comparison: the paths that are others afterwards.
struct spread {
	struct impact *impact;
	const struct snapshot *before, *after; // the same one for a file that is edited
	VEC(const char *) dirty;
};

struct snapshot
impact_snapshot(const struct cmd_options *o, struct config *conf, const struct machine *m)
{
	struct diags ignored = {.arena = o->arena};
	struct snapshot s = {cmd_plan(o, conf, m, &ignored), {0}};

	for (size_t i = 0; i < s.plan->files.n; i++) {
		struct buf text = {0};

		emit_file(s.plan, &s.plan->files.v[i], &text);
		VEC_ADD(o->arena, &s.texts, arena_dup(o->arena, text.s ? text.s : ""));
		buf_free(&text);
	}
	return s;
}

static const char *
text_of(const struct snapshot *s, const char *path)
{
	for (size_t i = 0; i < s->texts.n; i++) {
		if (strcmp(s->plan->files.v[i].path, path) == 0)
			return s->texts.v[i];
	}
	return NULL;
}

static bool
is_dirty(const struct spread *sp, const char *path)
{
	for (size_t i = 0; i < sp->dirty.n; i++) {
		if (strcmp(sp->dirty.v[i], path) == 0)
			return true;
	}
	return false;
}

static void
add_effect(struct impact *impact, const char *rule, const char *out)
{
	for (size_t i = 0; i < impact->effects.n; i++) {
		if (strcmp(impact->effects.v[i].out, out) == 0)
			return;
	}
	VEC_ADD(impact->arena, &impact->effects, ((struct effect){rule, out}));
}

static void
mark(struct spread *sp, const char *path)
{
	if (!is_dirty(sp, path))
		VEC_ADD(sp->impact->arena, &sp->dirty, path);
}

// The lists of struct edge differ in nothing but their type.
struct paths {
	const char *const *v;
	size_t n;
};

#define PATHS(list) ((struct paths){(list).v, (list).n})

static bool
same_paths(struct paths x, struct paths y)
{
	if (x.n != y.n)
		return false;
	for (size_t i = 0; i < x.n; i++) {
		if (strcmp(x.v[i], y.v[i]) != 0)
			return false;
	}
	return true;
}

static bool
same_edge(const struct edge *x, const struct edge *y)
{
	return x->rule == y->rule && same_paths(PATHS(x->args), PATHS(y->args)) &&
	       same_paths(PATHS(x->ins), PATHS(y->ins)) &&
	       same_paths(PATHS(x->implicit_ins), PATHS(y->implicit_ins)) &&
	       same_paths(PATHS(x->outs), PATHS(y->outs)) &&
	       same_paths(PATHS(x->implicit_outs), PATHS(y->implicit_outs));
}

static bool
any_dirty(const struct spread *sp, struct paths list)
{
	for (size_t i = 0; i < list.n; i++) {
		if (is_dirty(sp, list.v[i]))
			return true;
	}
	return false;
}

// Whether the Dockerfile of E is the same text with the values of before and those of after.
static bool
renders_same(const struct spread *sp, const struct edge *e)
{
	struct diags ignored = {.arena = sp->impact->arena};
	const char *x = text_of(sp->before, e->ins.v[0]), *y = text_of(sp->after, e->ins.v[0]);
	struct buf one = {0}, other = {0};
	bool same = x && y && cmd_render(e, x, &ignored, &one) &&
		    cmd_render(e, y, &ignored, &other) && str_eq(buf_str(&one), buf_str(&other));

	buf_free(&one);
	buf_free(&other);
	return same;
}

static bool
runs(const struct spread *sp, const struct edge *e)
{
	const struct edge *x = graph_maker(sp->before->plan->graph, e->outs.v[0]);
	const struct edge *y = graph_maker(sp->after->plan->graph, e->outs.v[0]);

	// nor what runs only when a person asks for it, to watch
	if (e->rule == RULE_configure || e->rule == RULE_PHONY ||
		rule_infos[e->rule].flags & CONSOLE)
		return false;
	if (!x || !y || !same_edge(x, y))
		return true;
	if (!any_dirty(sp, PATHS(e->ins)) && !any_dirty(sp, PATHS(e->implicit_ins)))
		return false;
	return e->rule != RULE_render_dockerfile || is_dirty(sp, e->ins.v[1]) ||
	       !renders_same(sp, e);
}

// Mark what E makes; returns whether that is new.
static bool
visit(struct spread *sp, const struct edge *e)
{
	if (is_dirty(sp, e->outs.v[0]) || !runs(sp, e))
		return false;
	add_effect(sp->impact, rule_infos[e->rule].name, e->outs.v[0]);
	for (size_t i = 0; i < e->outs.n; i++)
		mark(sp, e->outs.v[i]);
	for (size_t i = 0; i < e->implicit_outs.n; i++)
		mark(sp, e->implicit_outs.v[i]);
	return true;
}

static void
spread(struct spread *sp)
{
	const struct graph *graphs[] = {sp->before->plan->graph, sp->after->plan->graph};
	bool more = true;

	while (more) {
		more = false;
		for (size_t g = 0; g < 2; g++) {
			for (size_t i = 0; i < graphs[g]->edges.n; i++)
				more |= visit(sp, graphs[g]->edges.v[i]);
		}
	}
}

void
impact_of_change(struct impact *i, const struct snapshot *before, const struct snapshot *after)
{
	struct spread sp = {.impact = i, .before = before, .after = after};

	for (size_t k = 0; k < after->texts.n; k++) {
		const char *path = after->plan->files.v[k].path, *was = text_of(before, path);

		if (was && strcmp(was, after->texts.v[k]) == 0)
			continue;
		add_effect(i, "configure", path);
		mark(&sp, path);
	}
	spread(&sp);
}

// Whether PATH is in a folder that goes into an archive as a whole.
static bool
is_in_tree(const struct plan_file *file, const char *path)
{
	for (size_t i = 0; i < file->nitems; i++) {
		const struct plan_item *item = &file->items[i];
		size_t n = strlen(item->from);

		if (item->tree && !item->order_only && strncmp(path, item->from, n) == 0 &&
			path[n] == '/')
			return true;
	}
	return false;
}

void
impact_of_file(struct impact *i, const struct snapshot *s, const char *path)
{
	struct spread sp = {.impact = i, .before = s, .after = s};

	mark(&sp, path);
	mark(&sp, path_absolute(i->arena, path_cwd(i->arena), path)); // templates of ours are
	for (size_t k = 0; k < s->plan->files.n; k++) {
		if (is_in_tree(&s->plan->files.v[k], path)) // its list stands for it
			mark(&sp, s->plan->files.v[k].path);
	}
	spread(&sp);
}
