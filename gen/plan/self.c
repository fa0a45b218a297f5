// SPDX-License-Identifier: Apache-2.0
// self.c -- the build builds itself: this program, its helpers, build.ninja. Layer: gen/plan.
#include "gen/plan/self.h"

#include <string.h>

#include "gen/base/path.h"

// The archives, so that each may need only those behind it.
enum { CMD, EMIT, PLAN, CHECK, CONFIG, TOML, TMPL, RULELIB, BASE, BLAKE3, NARCHIVES };

static const char *const folders[NARCHIVES] = {[CMD] = "gen/cmd",
	[EMIT] = "gen/emit",
	[PLAN] = "gen/plan",
	[CHECK] = "gen/check",
	[CONFIG] = "gen/config",
	[TOML] = "gen/toml",
	[TMPL] = "gen/tmpl",
	[RULELIB] = "rules/lib",
	[BASE] = "gen/base"};

// The newest of the folders blake3-VERSION/c that Debian's package brings.
static const char *
find_blake3(struct plan *p)
{
	static const char registry[] = "/usr/share/cargo/registry";
	const char *set = machine_get(p->machine, "toolchain", "blake3"), *found = NULL;
	struct names names;

	if (strcmp(set, "auto") != 0)
		return set;
	if (!path_list(p->arena, registry, &names))
		return NULL;
	for (size_t i = 0; i < names.n; i++) {
		const char *dir = arena_printf(p->arena, "%s/%s/c", registry, names.v[i]);

		if (str_starts(str_of(names.v[i]), "blake3-") && path_is_dir(dir))
			found = dir;
	}
	return found;
}

static struct self
self_of(struct plan *p)
{
	const struct machine *m = p->machine;
	struct self s = {.p = p};

	s.launcher = machine_words(m, "toolchain", "compiler_launcher");
	s.warnings = stage_words(p, path_join(p->arena, p->in->source, "gen/cflags"));
	s.cflags = machine_words(m, "toolchain", "cflags");
	s.ldflags = machine_words(m, "toolchain", "ldflags");
	s.cc = machine_get(m, "toolchain", "cc");
	s.cxx = machine_get(m, "toolchain", "cxx");
	s.ar = machine_get(m, "toolchain", "ar");
	s.blake3 = find_blake3(p);
	self_find_libs(&s);
	return s;
}

static void
plan_configure(struct self *s, const char *const *archives)
{
	const char *inputs[] = {self_object(s, "configure.c"), archives[CMD], archives[EMIT],
		archives[PLAN], archives[CHECK], archives[CONFIG], archives[TOML], archives[TMPL],
		archives[BASE], NULL};

	self_link(s, &(struct self_program){"build/bin/capsem-configure", inputs,
			     "cjson inih tomlplusplus", NULL});
}

static void
plan_helper(struct self *s, const char *const *archives, enum rule_id rule)
{
	const struct rule_info *info = &rule_infos[rule];
	struct arena *a = s->p->arena;
	const char *inputs[] = {self_object(s, arena_printf(a, "rules/%s.c", info->name)),
		archives[RULELIB], archives[TMPL], archives[BASE],
		strstr(info->libs, "blake3") ? archives[BLAKE3] : NULL, NULL};

	self_link(s, &(struct self_program){path_join(a, s->p->in->helpers, info->name), inputs,
			     info->libs, NULL});
}

// build.ninja is made by an edge of itself: it runs again when the program, a TOML file, a folder
// that was listed, a machine file or a list of templates changes (through the depfile). The edge's
// output is a stamp that changes with build.ninja: ninja removes the outputs of an edge with a
// depfile that is interrupted, and without build.ninja it could not go on the next time.
static void
plan_regeneration(struct plan *p)
{
	struct graph *g = p->graph;
	struct edge *e = graph_edge(g, RULE_configure, PLAN_CONFIGURED);

	edge_arg(g, e, p->in->configure);
	for (size_t i = 0; i < p->in->nreplay; i++)
		edge_arg(g, e, p->in->replay[i]);
	edge_implicit(g, e, p->in->configure);
	edge_in(g, stage_phony(p, "build.ninja"), PLAN_CONFIGURED);
}

void
plan_self(struct plan *p)
{
	const char *archives[NARCHIVES + 1] = {NULL};
	struct self s;

	plan_regeneration(p);
	if (!p->in->source)
		return;
	s = self_of(p);
	for (size_t i = 0; i < BLAKE3; i++) {
		archives[i] = self_archive(
			&s, i == RULELIB ? "rules" : path_base(folders[i]), folders[i]);
	}
	archives[BLAKE3] = self_blake3(&s);
	plan_configure(&s, archives);
	for (enum rule_id r = RULE_PHONY + 1; r < NRULES; r++) {
		if (!rule_infos[r].command)
			plan_helper(&s, archives, r);
	}
	if (!p->in->agents_only)
		self_tests(&s, archives);
}
