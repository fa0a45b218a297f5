// SPDX-License-Identifier: Apache-2.0
// generate.c -- the main job: from a guest config to build.ninja. Layer: gen/cmd.
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/check/check.h"
#include "gen/cmd/generate.h"
#include "gen/cmd/version.h"
#include "gen/emit/emit.h"

// Everything one run knows, with all paths as seen from the folder that ninja runs in.
struct run {
	struct cmd_options o;
	struct cmd_places places;
	struct arena *a;
	const char *cwd, *out; // where we were started, where build.ninja goes
	struct machine *machine;
	struct diags *ds;
	struct plan_input *in; // lives as long as the plan
};

static const char *
seen_from_out(struct run *r, const char *path)
{
	return path_below(r->a, r->out, path_absolute(r->a, r->cwd, path));
}

static void
move_words(struct run *r, struct cmd_words *words)
{
	for (size_t i = 0; i < words->n; i++)
		words->v[i] = seen_from_out(r, words->v[i]);
}

static void
check_path(const char *path)
{
	const char *at = path_unfit(path);

	if (!at)
		return;
	die_usage("after '%.*s' the path of a folder holds a character that ninja cannot read in a "
		  "dependency file; use another folder",
		(int)(at - path), path);
}

// Go to the folder DIR, and turn every path of the command line into one seen from there.
static void
enter(struct run *r, const char *dir)
{
	r->cwd = path_cwd(r->a);
	r->out = dir ? path_absolute(r->a, r->cwd, dir) : r->cwd;
	r->places = cmd_locate(r->a, &r->o, r->cwd);
	r->machine = cmd_settings(&r->o, r->cwd, r->ds);
	r->o.guest = seen_from_out(r, r->o.guest);
	move_words(r, &r->o.option[OPT_MACHINE]);
	move_words(r, &r->o.option[OPT_TEMPLATES]);
	check_path(r->out);
	check_path(r->o.guest);
	if (dir)
		path_make_dirs(r->out);
	if (chdir(r->out) != 0)
		die("enter %s:", r->out);
}

static void
replay_all(struct run *r, struct cmd_words *to, const char *option, const struct cmd_words *from)
{
	for (size_t i = 0; i < from->n; i++) {
		VEC_ADD(r->a, to, option);
		VEC_ADD(r->a, to, from->v[i]);
	}
}

// Settings that did not come from files, with their paths already resolved.
static void
replay_settings(struct run *r, struct cmd_words *to)
{
	for (size_t i = 0; i < r->machine->list.n; i++) {
		const struct setting *s = &r->machine->list.v[i];

		if (!s->from_env && strcmp(s->origin, "argument") != 0)
			continue;
		if (s->from_env)
			VEC_ADD(r->a, to, "--remember");
		VEC_ADD(r->a, to,
			arena_printf(r->a, "%s%s%s=%s", s->section, *s->section ? "." : "",
				s->info->key, s->value));
	}
}

// The arguments with which ninja runs us again.
static void
replay(struct run *r)
{
	struct cmd_words words = {0};

	VEC_ADD(r->a, &words, "--quiet");
	if (r->places.source && strcmp(r->places.source, r->out) != 0) {
		VEC_ADD(r->a, &words, "--source");
		VEC_ADD(r->a, &words, r->places.source);
	}
	replay_all(r, &words, "--arch", &r->o.option[OPT_ARCH]);
	replay_all(r, &words, "--machine", &r->o.option[OPT_MACHINE]);
	replay_all(r, &words, "--templates", &r->o.option[OPT_TEMPLATES]);
	replay_all(r, &words, "--allow", &r->o.option[OPT_ALLOW]);
	if (cmd_is_set(&r->o, OPT_STRICT))
		VEC_ADD(r->a, &words, "--strict");
	if (cmd_is_set(&r->o, OPT_RELEASE))
		VEC_ADD(r->a, &words, "--release");
	if (r->in->agents_only)
		VEC_ADD(r->a, &words, "--agents-only");
	replay_settings(r, &words);
	VEC_ADD(r->a, &words, "--");
	VEC_ADD(r->a, &words, r->o.guest);
	r->in->replay = words.v;
	r->in->nreplay = words.n;
}

static void
describe(struct run *r, struct config *conf)
{
	bool installed = !r->places.source;

	r->in->source = installed ? NULL : path_below(r->a, r->out, r->places.source);
	r->in->share = installed ? r->places.share : r->in->source;
	r->in->helpers = installed ? r->places.helpers : "build/bin";
	r->in->configure = installed ? r->places.program : "build/bin/capsem-configure";
	r->in->guest = r->o.guest;
	r->in->host = cmd_host(r->a);
	r->in->program_path = getenv("PATH");
	r->in->binary_version = cmd_binary_version(r->machine, r->o.guest, conf, r->ds);
	r->in->templates = r->o.option[OPT_TEMPLATES].v;
	r->in->ntemplates = r->o.option[OPT_TEMPLATES].n;
	r->in->archs = r->o.option[OPT_ARCH].v;
	r->in->narchs = r->o.option[OPT_ARCH].n;
	r->in->release = cmd_is_set(&r->o, OPT_RELEASE);
	r->in->agents_only = cmd_is_set(&r->o, OPT_AGENTS_ONLY);
	replay(r);
}

const char *
cmd_list_archs(struct arena *a, const struct config *conf)
{
	const char *list = "";

	for (size_t i = 0; i < conf->build.architectures.n; i++) {
		list = arena_printf(a, "%s%s%s", list, i ? ", " : "",
			conf->build.architectures.v[i].head.key.s);
	}
	return list;
}

void
cmd_check_archs(const struct cmd_options *o, const struct config *conf)
{
	const struct cmd_words *archs = &o->option[OPT_ARCH];

	for (size_t i = 0; i < archs->n; i++) {
		if (!config_arch(conf, archs->v[i])) {
			die("architecture '%s' not in config (available: %s)", archs->v[i],
				cmd_list_archs(o->arena, conf));
		}
	}
}

void
cmd_check_folders(const struct cmd_options *o, const char *shown)
{
	const struct cmd_words *templates = &o->option[OPT_TEMPLATES];

	if (!path_is_dir(o->guest))
		die("directory not found: %s", shown);
	for (size_t i = 0; i < templates->n; i++) {
		if (!path_is_dir(templates->v[i]))
			die("directory not found: %s", templates->v[i]);
	}
}

struct config *
cmd_lint(const struct cmd_options *o, struct diags *ds)
{
	struct config *conf = config_load(o->guest, ds);

	if (conf->found) {
		check_config(conf, ds);
		plan_check_artifacts(path_join(o->arena, o->guest, "artifacts"), ds);
	}
	return conf;
}

// Guest programs alone can be built whatever else is wrong with the config.
static struct config *
load(struct run *r)
{
	struct config *conf;

	if (!cmd_is_set(&r->o, OPT_AGENTS_ONLY))
		return cmd_lint(&r->o, r->ds);
	conf = config_load(r->o.guest, r->ds);
	check_arch_names(conf, r->ds);
	return conf;
}

const struct plan *
cmd_configure(const struct cmd_options *o, const char *dir, struct diags *ds)
{
	struct run r = {.o = *o, .a = o->arena, .ds = ds};
	const struct plan *plan;
	struct config *conf;

	r.in = arena_alloc(r.a, sizeof(*r.in));
	enter(&r, dir);
	cmd_check_folders(&r.o, o->guest);
	conf = load(&r);
	if (ds->nerrors)
		return NULL;
	cmd_check_archs(&r.o, conf);
	describe(&r, conf);
	plan = plan_build(r.in, conf, r.machine, ds);
	return ds->nerrors ? NULL : plan;
}

static void
report(const struct cmd_options *o, const struct plan *p, size_t changed)
{
	const struct plan_arch *host = plan_host_arch(p);
	const char *dir = cmd_value(o, OPT_DIR);

	if (cmd_is_set(o, OPT_QUIET))
		return;
	printf("%s: build.ninja %s for", p->in->guest, changed ? "written" : "is up to date");
	for (size_t i = 0; i < p->narchs; i++)
		printf("%s %s", i ? "," : "", p->archs[i].name);
	printf("; next: ninja%s%s%s\n", dir ? " -C " : "", dir ? dir : "", host ? "" : " assets");
}

int
cmd_generate(const struct cmd_options *o)
{
	struct diags ds = {.arena = o->arena, .building = true};
	const struct plan *plan = cmd_configure(o, cmd_value(o, OPT_DIR), &ds);

	cmd_report(o, &ds, stderr, NULL);
	if (!plan)
		return 1;
	report(o, plan, emit_all(plan));
	return 0;
}
