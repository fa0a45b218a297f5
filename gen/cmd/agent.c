// SPDX-License-Identifier: Apache-2.0
// agent.c -- the guest programs of one architecture, and nothing else. Layer: gen/cmd.
// Source: section 4 of the command line reference
#include <sys/stat.h>

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/path.h"
#include "gen/check/check.h"
#include "gen/cmd/work.h"

#define FOLDER "target/capsem-agent"
#define OUTPUT "target/linux-agent"

static const char *
wanted_arch(const struct cmd_options *o)
{
	const char *arch = cmd_value(o, OPT_ARCH);
	const struct arch_facts *host = arch_by_machine(cmd_host(o->arena));

	if (arch)
		return arch;
	return host ? host->name : "x86_64";
}

// Only what the loader says counts: guest programs need little of a config.
static const struct conf_arch *
find_arch(const struct cmd_options *o, const char *name)
{
	struct diags ds = {.arena = o->arena, .building = true};
	const struct config *conf;
	const struct conf_arch *arch;

	cmd_settings(o, path_cwd(o->arena), &ds);
	if (!path_is_dir(o->guest))
		die("directory not found: %s", o->guest);
	conf = config_load(o->guest, &ds);
	check_arch_names(conf, &ds);
	if (ds.nerrors) {
		work_print_errors(&ds);
		return NULL;
	}
	arch = config_arch(conf, name);
	if (!arch)
		die("architecture '%s' not in config", name);
	if (!arch_by_platform(arch->docker_platform.v.s)) {
		die("architecture '%s': platform '%s' cannot be built", name,
			arch->docker_platform.v.s);
	}
	return arch;
}

// The options of a plan of that architecture's guest programs.
static struct cmd_options
for_agents(const struct cmd_options *o, const char *arch)
{
	struct cmd_options mine = *o;
	struct cmd_words *archs = &mine.option[OPT_ARCH], none = {0};

	*archs = none;
	VEC_ADD(o->arena, archs, arch);
	VEC_ADD(o->arena, &mine.option[OPT_AGENTS_ONLY], "agents-only");
	return mine;
}

static void
install(const char *from, const char *to)
{
	struct output out;
	struct stat st;

	output_open(&out, to);
	output_copy(&out, from);
	output_commit(&out, 0555);
	if (stat(to, &st) != 0)
		die("look at %s:", to);
	printf("  %s: %lld bytes\n", path_base(to), (long long)st.st_size);
}

static void
build(const struct plan *p, const char *out)
{
	static const char *const target[] = {"agents"};
	const struct plan_arch *a = &p->archs[0];
	struct plan_names names = plan_agent_names(p->arena);

	printf("Cross-compiling guest binaries for %s...\n", a->conf->rust_target.v.s);
	work_ninja(p->arena, target, 1, a);
	for (size_t i = 0; i < names.n; i++) {
		const char *name = arena_printf(p->arena, "agents/%s", names.v[i]);

		install(plan_path(p, a, name), path_join(p->arena, out, names.v[i]));
	}
}

int
cmd_agent(const struct cmd_options *o)
{
	const char *arch = wanted_arch(o), *out = cmd_value(o, OPT_OUTPUT), *path;
	struct cmd_options mine = for_agents(o, arch);
	const struct plan *p;

	out = path_clean(o->arena, out ? out : OUTPUT);
	path = path_absolute(o->arena, path_cwd(o->arena), path_join(o->arena, out, arch));
	if (!find_arch(o, arch))
		return 1;
	work_need_ninja(o);
	work_check_output(o->arena, path);
	p = work_start(&mine, FOLDER);
	if (!p)
		return 1;
	build(p, path);
	printf("Done! Agent binaries for %s are in %s/%s/\n", arch, out, arch);
	return 0;
}
