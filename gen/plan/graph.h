// SPDX-License-Identifier: Apache-2.0
// graph.h -- the build as nodes (files) and edges (commands), in memory. Layer: gen/plan.
//
// The words are ninja's: an edge makes its outputs from its inputs; implicit inputs and outputs are
// not on the command line; order-only inputs must exist first but never make an edge run again.
#ifndef GEN_PLAN_GRAPH_H
#define GEN_PLAN_GRAPH_H

#include <stdbool.h>

#include "gen/base/arena.h"
#include "gen/base/str.h"

enum rule_id {
	RULE_PHONY, // a name for its inputs
#define RULE(name, command, label, flags) RULE_##name,
#define HELPER(name, label, flags, libs) RULE_##name,
#include "gen/plan/rules.def"
	NRULES
};

enum rule_flag { DEPS = 1, RESTAT = 2, IMAGE = 4, CONSOLE = 8, GENERATOR = 16 };

struct rule_info {
	const char *name;
	const char *command; // NULL: a helper program
	const char *label;
	unsigned flags; // enum rule_flag
	const char *libs;
};

extern const struct rule_info rule_infos[NRULES];

struct edge {
	enum rule_id rule;
	VEC(const char *) outs, implicit_outs, ins, implicit_ins, order_only;
	VEC(const char *) args; // one word of the command line each
	VEC(const char *) libs; // for link: words behind the inputs
};

struct graph {
	struct arena *arena;
	VEC(struct edge *) edges;
	VEC(const char *) defaults;
	struct graph_slot *slots; // who makes what
	size_t nslots, nnodes;
};

// An empty graph in A, which owns it and all that is added to it.
struct graph *graph_new(struct arena *a);

// A new edge that makes OUT. Two edges may not make the same file.
struct edge *graph_edge(struct graph *g, enum rule_id rule, const char *out);

// One more file of an edge, of the kinds that ninja tells apart: an implicit output, an explicit
// input ($in), an implicit input, an order-only input. PATH is borrowed.
// Source: "Build statements" in the ninja manual
void edge_out(struct graph *g, struct edge *e, const char *path);
void edge_in(struct graph *g, struct edge *e, const char *path);
void edge_implicit(struct graph *g, struct edge *e, const char *path);
void edge_order(struct graph *g, struct edge *e, const char *path);

// Add words to the command line: one, or an option and its value.
void edge_arg(struct graph *g, struct edge *e, const char *word);
void edge_opt(struct graph *g, struct edge *e, const char *option, const char *value);
void edge_lib(struct graph *g, struct edge *e, const char *word);

// Give an edge without words those of another one, which may go on growing, as E may.
void edge_args_of(struct edge *e, const struct edge *other);

// The edge that makes PATH, NULL for a source.
const struct edge *graph_maker(const struct graph *g, const char *path);

#endif
