// SPDX-License-Identifier: Apache-2.0
#include "gen/plan/graph.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#define RULE(name, command, label, flags) [RULE_##name] = {#name, command, label, flags, ""},
#define HELPER(name, label, flags, libs) [RULE_##name] = {#name, NULL, label, flags, libs},
const struct rule_info rule_infos[NRULES] = {
	[RULE_PHONY] = {"phony", "", "", 0, ""},
#include "gen/plan/rules.def"
};

// Open addressing over the paths of all outputs; never more than half full.
struct graph_slot {
	const char *path;
	struct edge *maker;
};

static size_t
hash_of(const char *s)
{
	uint64_t h = 14695981039346656037u; // FNV-1a

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 1099511628211u;
	return (size_t)(h ^ h >> 32);
}

static struct graph_slot *
slot_of(const struct graph *g, const char *path)
{
	size_t i = hash_of(path) & (g->nslots - 1);

	while (g->slots[i].path && strcmp(g->slots[i].path, path) != 0)
		i = (i + 1) & (g->nslots - 1);
	return &g->slots[i];
}

static void
grow(struct graph *g)
{
	struct graph_slot *old = g->slots;
	size_t n = g->nslots;

	g->nslots = n * 2;
	g->slots = arena_alloc(g->arena, g->nslots * sizeof(*g->slots));
	for (size_t i = 0; i < n; i++) {
		if (old[i].path)
			*slot_of(g, old[i].path) = old[i];
	}
}

struct graph *
graph_new(struct arena *a)
{
	struct graph *g = arena_alloc(a, sizeof(*g));

	g->arena = a;
	g->nslots = 512;
	g->slots = arena_alloc(a, g->nslots * sizeof(*g->slots));
	return g;
}

static void
note_maker(struct graph *g, const char *path, struct edge *e)
{
	struct graph_slot *slot = slot_of(g, path);

	assert(!slot->path); // two edges would make the same file
	*slot = (struct graph_slot){path, e};
	if (++g->nnodes * 2 > g->nslots)
		grow(g);
}

struct edge *
graph_edge(struct graph *g, enum rule_id rule, const char *out)
{
	struct edge *e = arena_alloc(g->arena, sizeof(*e));

	e->rule = rule;
	VEC_ADD(g->arena, &e->outs, out);
	VEC_ADD(g->arena, &g->edges, e);
	note_maker(g, out, e);
	return e;
}

void
edge_out(struct graph *g, struct edge *e, const char *path)
{
	VEC_ADD(g->arena, &e->implicit_outs, path);
	note_maker(g, path, e);
}

void
edge_in(struct graph *g, struct edge *e, const char *path)
{
	VEC_ADD(g->arena, &e->ins, path);
}

void
edge_implicit(struct graph *g, struct edge *e, const char *path)
{
	VEC_ADD(g->arena, &e->implicit_ins, path);
}

void
edge_order(struct graph *g, struct edge *e, const char *path)
{
	VEC_ADD(g->arena, &e->order_only, path);
}

void
edge_arg(struct graph *g, struct edge *e, const char *word)
{
	VEC_ADD(g->arena, &e->args, word);
}

void
edge_opt(struct graph *g, struct edge *e, const char *option, const char *value)
{
	edge_arg(g, e, option);
	edge_arg(g, e, value);
}

void
edge_args_of(struct edge *e, const struct edge *other)
{
	e->args.v = other->args.v;
	e->args.n = e->args.cap = other->args.n; // full: the next word makes a list of its own
}

void
edge_lib(struct graph *g, struct edge *e, const char *word)
{
	VEC_ADD(g->arena, &e->libs, word);
}

const struct edge *
graph_maker(const struct graph *g, const char *path)
{
	return slot_of(g, path)->maker;
}
