// SPDX-License-Identifier: Apache-2.0
#include "gen/plan/plan.h"

#include <string.h>

#include "gen/base/path.h"
#include "gen/plan/stage.h"

static bool
is_wanted(const struct plan_input *in, const char *arch)
{
	for (size_t i = 0; i < in->narchs; i++) {
		if (strcmp(in->archs[i], arch) == 0)
			return true;
	}
	return in->narchs == 0;
}

// What can be said of a platform that is none of ours: "linux/riscv64" is riscv64 everywhere.
static const struct arch_facts *
facts_of(const struct plan *p, const char *platform)
{
	const struct arch_facts *known = arch_by_platform(platform);
	const char *slash = strchr(platform, '/'), *name = slash ? slash + 1 : platform;
	struct arch_facts *facts;

	if (known || !p->in->any_platform)
		return known;
	facts = arena_alloc(p->arena, sizeof(*facts));
	*facts = (struct arch_facts){platform, name, name, name, name, name,
		arena_printf(p->arena, "%s-linux-gnu-", name),
		arena_printf(p->arena, "%s-linux-musl", name)};
	return facts;
}

// A platform nobody can build is a mistake only when it is asked for.
static void
add_arch(struct plan *p, const struct conf_arch *conf)
{
	struct plan_arch *a = &p->archs[p->narchs];

	*a = (struct plan_arch){
		conf->head.key.s, conf, facts_of(p, conf->docker_platform.v.s), false};
	if (!a->facts) {
		if (conf->docker_platform.set) {
			diag_add(p->ds, E305, conf->docker_platform.at,
				"platform '%s' cannot be built", conf->docker_platform.v.s);
		}
		return;
	}
	a->foreign = a->facts != p->host;
	p->narchs++;
}

static void
select_archs(struct plan *p)
{
	const struct conf_arch_list *all = &p->conf->build.architectures;

	p->archs = arena_alloc(p->arena, all->n * sizeof(*p->archs));
	for (size_t i = 0; i < all->n; i++) {
		if (is_wanted(p->in, all->v[i].head.key.s))
			add_arch(p, &all->v[i]);
	}
}

const struct plan_arch *
plan_host_arch(const struct plan *p)
{
	for (size_t i = 0; i < p->narchs; i++) {
		if (!p->archs[i].foreign)
			return &p->archs[i];
	}
	return NULL;
}

const char *
plan_path(const struct plan *p, const struct plan_arch *a, const char *name)
{
	return arena_printf(p->arena, "build/%s/%s", a->name, name);
}

const char *
plan_asset(const struct plan *p, const struct plan_arch *a, const char *name)
{
	return arena_printf(p->arena, "build/assets/%s/%s", a->name, name);
}

static void
plan_images(struct plan *p)
{
	plan_settings(p);
	for (size_t i = 0; i < p->narchs; i++) {
		plan_agents(p, &p->archs[i]);
		plan_rootfs(p, &p->archs[i]);
		plan_kernel(p, &p->archs[i]);
		plan_initrd(p, &p->archs[i]);
		plan_sums(p, &p->archs[i]);
		plan_boot(p, &p->archs[i]);
	}
	plan_cache(p);
	plan_targets(p);
}

struct plan *
plan_build(const struct plan_input *in, const struct config *conf, const struct machine *m,
	struct diags *ds)
{
	struct plan *p = arena_alloc(ds->arena, sizeof(*p));

	*p = (struct plan){.arena = ds->arena, .ds = ds, .conf = conf, .machine = m, .in = in};
	p->graph = graph_new(p->arena);
	p->host = arch_by_machine(in->host);
	select_archs(p);
	plan_self(p);
	if (!in->agents_only) {
		plan_images(p);
		return p;
	}
	for (size_t i = 0; i < p->narchs; i++) {
		plan_agents(p, &p->archs[i]);
		plan_agent_target(p, &p->archs[i]);
	}
	return p;
}
