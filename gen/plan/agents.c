// SPDX-License-Identifier: Apache-2.0
// agents.c -- the guest programs: static musl binaries for each architecture. Layer: gen/plan.
#include <string.h>

#include "gen/base/path.h"
#include "gen/plan/stage.h"

// How the programs of one architecture are compiled.
struct guest_toolchain {
	struct plan *p;
	const struct plan_arch *a;
	const char *section, *cc, *include, *lib; // as in struct plan_toolchain
	const char *sources;                      // guest/agent
	const char *proof;                        // what check_toolchain leaves behind
	struct words launcher, cflags, own_cflags, ldflags;
	const struct edge *like; // the first file, with the words of all
};

static const char *
or_auto(const char *value, const char *automatic)
{
	return strcmp(value, "auto") == 0 ? automatic : value;
}

struct plan_toolchain
plan_toolchain(struct arena *a, const struct machine *m, const struct plan_arch *arch)
{
	const char *cc = arch->foreign ? arena_printf(a, "%sgcc", arch->facts->cross)
				       : machine_get(m, "toolchain", "cc");
	struct plan_toolchain t = {.section = arena_printf(a, "toolchain.%s", arch->name)};

	t.cc = or_auto(machine_get(m, t.section, "cc"), cc);
	t.include = or_auto(machine_get(m, t.section, "musl_include"),
		arena_printf(a, "/usr/include/%s", arch->facts->musl));
	t.lib = or_auto(machine_get(m, t.section, "musl_lib"),
		arena_printf(a, "/usr/lib/%s", arch->facts->musl));
	return t;
}

static struct guest_toolchain
choose(struct plan *p, const struct plan_arch *a, const char *sources)
{
	struct plan_toolchain t = plan_toolchain(p->arena, p->machine, a);

	return (struct guest_toolchain){.p = p,
		.a = a,
		.section = t.section,
		.cc = t.cc,
		.include = t.include,
		.lib = t.lib,
		.sources = sources,
		.proof = plan_path(p, a, "toolchain.txt"),
		.launcher = machine_words(p->machine, "toolchain", "compiler_launcher"),
		.cflags = stage_words(p, path_join(p->arena, sources, "cflags")),
		.ldflags = stage_words(p, path_join(p->arena, sources, "ldflags")),
		.own_cflags = machine_words(p->machine, t.section, "cflags")};
}

static void
add_words(struct plan *p, struct edge *e, struct words words)
{
	for (size_t i = 0; i < words.n; i++)
		edge_arg(p->graph, e, words.v[i]);
}

// A compiler that is missing or broken is found out by an edge of its own, with a message that says
// how to install it; a new version of it rebuilds what it compiled.
static void
check_compiler(const struct guest_toolchain *t)
{
	struct plan *p = t->p;
	struct edge *e = stage_helper(p, RULE_check_toolchain, t->proof);
	const char *full = path_find_program(p->arena, p->in->program_path, t->cc);

	edge_opt(p->graph, e, "-c", t->cc);
	edge_opt(p->graph, e, "-a", t->a->facts->name);
	edge_opt(p->graph, e, "-I", t->include);
	edge_opt(p->graph, e, "-L", t->lib);
	if (full)
		edge_implicit(p->graph, e, full);
}

static void
add_compiler(const struct guest_toolchain *t, struct edge *e)
{
	struct plan *p = t->p;
	struct graph *g = p->graph;

	add_words(p, e, t->launcher);
	edge_arg(g, e, t->cc);
	add_words(p, e, t->cflags);
	add_words(p, e, t->own_cflags);
	edge_arg(g, e, "-nostdinc");
	edge_opt(g, e, "-isystem", t->include);
	edge_arg(g, e, arena_printf(p->arena, "-ffile-prefix-map=%s/=", t->sources));
}

static const char *
object_of(struct guest_toolchain *t, const char *src)
{
	struct plan *p = t->p;
	const char *below = path_below(p->arena, t->sources, src);
	const char *out = plan_path(p, t->a, arena_printf(p->arena, "agents/obj/%s.o", below));
	struct edge *e = graph_edge(p->graph, RULE_cc, out);

	if (t->like) {
		edge_args_of(e, t->like);
	} else {
		add_compiler(t, e);
		t->like = e;
	}
	edge_in(p->graph, e, src);
	edge_implicit(p->graph, e, t->proof);
	return out;
}

static const char *
library_of(struct guest_toolchain *t)
{
	struct plan *p = t->p;
	struct plan_names sources = stage_list(p, path_join(p->arena, t->sources, "lib"), ".c");
	const char *out = plan_path(p, t->a, "agents/obj/lib.a");
	struct edge *e = graph_edge(p->graph, RULE_ar, out);

	edge_arg(p->graph, e, machine_get(p->machine, "toolchain", "ar"));
	edge_arg(p->graph, e, "rcsD");
	for (size_t i = 0; i < sources.n; i++)
		edge_in(p->graph, e, object_of(t, sources.v[i]));
	return out;
}

static const char *
link_program(
	const struct guest_toolchain *t, const char *object, const char *library, const char *name)
{
	struct plan *p = t->p;
	struct graph *g = p->graph;
	struct edge *e = graph_edge(
		g, RULE_link, plan_path(p, t->a, arena_printf(p->arena, "agents/obj/%s", name)));

	edge_arg(g, e, t->cc);
	add_words(p, e, t->ldflags);
	add_words(p, e, t->own_cflags);
	add_words(p, e, machine_words(p->machine, t->section, "ldflags"));
	edge_arg(g, e, path_join(p->arena, t->lib, "crt1.o"));
	edge_arg(g, e, path_join(p->arena, t->lib, "crti.o"));
	edge_in(g, e, object);
	edge_in(g, e, library);
	edge_lib(g, e, arena_printf(p->arena, "-L%s", t->lib));
	edge_lib(g, e, "-Wl,--start-group");
	edge_lib(g, e, "-lc");
	edge_lib(g, e, "-lgcc");
	edge_lib(g, e, "-Wl,--end-group");
	edge_lib(g, e, path_join(p->arena, t->lib, "crtn.o"));
	return e->outs.v[0];
}

static void
plan_program(struct guest_toolchain *t, const char *library, const char *name)
{
	struct plan *p = t->p;
	const char *src = path_join(p->arena, t->sources, arena_printf(p->arena, "%s.c", name));
	struct edge *e;

	if (!path_is_file(src)) {
		stage_missing(p, src);
		return;
	}
	e = stage_helper(p, RULE_seal_binary, stage_agent(p, t->a, name));
	edge_opt(p->graph, e, "-m", "555");
	edge_opt(p->graph, e, "-a", t->a->facts->name);
	edge_in(p->graph, e, link_program(t, object_of(t, src), library, name));
}

void
plan_agents(struct plan *p, const struct plan_arch *a)
{
	const char *sources = stage_guest_path(p, "agent");
	struct plan_names names = plan_agent_names(p->arena);
	struct guest_toolchain t;
	const char *library;

	if (!sources)
		return;
	t = choose(p, a, sources);
	check_compiler(&t);
	library = library_of(&t);
	for (size_t i = 0; i < names.n; i++)
		plan_program(&t, library, names.v[i]);
}
