// SPDX-License-Identifier: Apache-2.0
// self_tests.c -- the programs of tests/ and the targets that run them. Layer: gen/plan.
#include <string.h>

#include "gen/base/path.h"
#include "gen/plan/self.h"

// What every test program may use.
#define TEST_LIBS "cmocka archive libdeflate cjson inih tomlplusplus squashfs squashfuse sqlite lzo"

struct test_programs {
	struct self *s;
	const char *const *archives;
	const char *guest; // archive of the guest programs' library, for the host
	struct edge *all;  // the target that builds them
};

// Tests of the guest programs know nothing of the rest, as those programs do; only the replaying of
// corpora needs base.
static bool
is_about_guest(const char *name)
{
	return str_starts(str_of(name), "test_guest_") || str_starts(str_of(name), "fuzz_guest_");
}

// tests/FOLDER/NAME.c -> build/tests/FOLDER/NAME, with MORE (an object, or NULL).
static void
plan_program(struct test_programs *t, const char *path, const char *more)
{
	struct arena *a = t->s->p->arena;
	const char *out = arena_printf(a, "build/%.*s", (int)strlen(path) - 2, path);
	VEC(const char *) inputs = {0};

	VEC_ADD(a, &inputs, self_object(t->s, path));
	if (more)
		VEC_ADD(a, &inputs, more);
	if (is_about_guest(path_base(path))) {
		VEC_ADD(a, &inputs, t->guest);
		VEC_ADD(a, &inputs, "build/lib/base.a");
	}
	for (size_t i = 0; t->archives[i] && !is_about_guest(path_base(path)); i++)
		VEC_ADD(a, &inputs, t->archives[i]);
	VEC_ADD(a, &inputs, NULL);
	self_link(t->s, &(struct self_program){out, inputs.v, TEST_LIBS, NULL});
	edge_in(t->s->p->graph, t->all, out);
}

static struct plan_names
list(struct test_programs *t, const char *folder)
{
	struct plan *p = t->s->p;

	return stage_list(p, path_join(p->arena, p->in->source, folder), ".c");
}

static void
plan_folder(struct test_programs *t, const char *folder, const char *more)
{
	struct plan_names names = list(t, folder);
	struct arena *a = t->s->p->arena;

	for (size_t i = 0; i < names.n; i++) {
		const char *name = path_base(names.v[i]);

		if (strcmp(name, "replay.c") != 0)
			plan_program(t, arena_printf(a, "%s/%s", folder, name), more);
	}
}

// A library to preload must work in every program, whatever that was compiled with.
static struct words
position_independent(struct plan *p)
{
	struct words flags = {arena_alloc(p->arena, 2 * sizeof(*flags.v)), 2};

	flags.v[0] = "-O2";
	flags.v[1] = "-fPIC";
	return flags;
}

// Libraries that tests preload into programs to make their writes fail.
static void
plan_preloads(struct test_programs *t)
{
	struct plan_names names = list(t, "tests/preload");
	struct plan *p = t->s->p;
	struct self shared = self_copy(t->s);

	shared.cflags = position_independent(p);
	for (size_t i = 0; i < names.n; i++) {
		const char *name = path_base(names.v[i]);
		const char *out = arena_printf(
			p->arena, "build/tests/preload/%.*s.so", (int)strlen(name) - 2, name);
		const char *path = arena_printf(p->arena, "tests/preload/%s", name);
		const char *inputs[] = {self_object(&shared, path), NULL};

		self_link(&shared, &(struct self_program){out, inputs, "", "-shared"});
		edge_in(p->graph, t->all, out);
	}
}

static struct edge *
plan_run(struct test_programs *t, const char *target)
{
	struct plan *p = t->s->p;
	struct edge *e = graph_edge(p->graph, RULE_run_tests, target);

	edge_arg(p->graph, e, path_join(p->arena, p->in->source, "tests/run.sh"));
	edge_arg(p->graph, e, target);
	edge_implicit(p->graph, e, "test-programs");
	return e;
}

// All tests look at the image of this machine, and at the programs in it.
static void
plan_runs(struct test_programs *t)
{
	struct plan *p = t->s->p;
	const struct plan_arch *host = plan_host_arch(p);
	struct edge *e = plan_run(t, "check");

	plan_run(t, "check-fast");
	if (!host)
		return;
	edge_implicit(p->graph, e, arena_printf(p->arena, "agents-%s", host->name));
	edge_implicit(p->graph, e, arena_printf(p->arena, "assets-%s", host->name));
}

// The guest programs' library as the host's compiler makes it, with the flags it is written for.
static const char *
guest_library(struct self *s)
{
	struct self guest = self_copy(s);

	guest.warnings =
		stage_words(s->p, path_join(s->p->arena, s->p->in->source, "guest/agent/cflags"));
	return self_archive(&guest, "guest", "guest/agent/lib");
}

void
self_tests(struct self *s, const char *const *archives)
{
	struct test_programs t = {s, archives, NULL, NULL};
	struct plan *p = s->p;

	t.guest = guest_library(s);
	t.all = stage_phony(p, "test-programs");
	plan_folder(&t, "tests/unit", NULL);
	plan_folder(&t, "tests/toml", NULL);
	plan_folder(&t, "tests/config", NULL);
	plan_folder(&t, "tests/increment", NULL);
	plan_folder(&t, "tests/rules", NULL);
	plan_folder(&t, "tests/fuzz", self_object(s, "tests/fuzz/replay.c"));
	plan_preloads(&t);
	for (enum rule_id r = RULE_PHONY + 1; r < NRULES; r++) {
		if (!rule_infos[r].command) {
			edge_in(p->graph, t.all,
				path_join(p->arena, p->in->helpers, rule_infos[r].name));
		}
	}
	plan_runs(&t);
}
