// SPDX-License-Identifier: Apache-2.0
// build_image -- build an image with a container engine and hand out its file tree. Layer: rules.
//   in: DOCKERFILE
//   out: the tree as a tar (rules/lib/tarfilter.h); on demand what the version script printed (-v)
//        and the lists of packages (-l, rules/lib/packages.h)
//   reads: the tars of base images (-b), files with build arguments (-a), the version script (-V);
//        not in the depfile: the engine's settings (-e, rules/lib/engine_config.h) and the files of
//        the context (-i, rules/lib/layout.h), for which the output of sum_context stands
// Image, containers and imported bases are gone afterwards, whatever happened.
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/hash.h"
#include "gen/base/output.h"
#include "gen/base/path.h"
#include "gen/base/source.h"
#include "rules/lib/build_job.h"
#include "rules/lib/build_report.h"
#include "rules/lib/context.h"
#include "rules/lib/emulated.h"
#include "rules/lib/engine.h"
#include "rules/lib/foreign.h"
#include "rules/lib/image_ref.h"
#include "rules/lib/keeper.h"
#include "rules/lib/layout.h"
#include "rules/lib/network.h"
#include "rules/lib/packages.h"
#include "rules/lib/tarfilter.h"

static const struct rule rule = {"build_image", "e:p:t:s:i:b:a:c:V:v:k:l:L:w",
	"-e ENGINE.json -p PLATFORM -t NAME -s SOURCE_DATE_EPOCH -i CONTEXT.json "
	"[-b PLATFORM=REF=TAR]... [-a NAME=VALUE]... [-c CCACHE] "
	"[-V SCRIPT -v VERSIONS [-k KEY]...] [-l PACKAGES] [-L LOG] [-w] DOCKERFILE",
	"Build an image and write its file tree as a tar.\n"
	"  -i  list of what goes into the build context\n"
	"  -b  start from this tar where the Dockerfile names REF for PLATFORM\n"
	"  -a  build argument; NAME=@FILE takes what stands in FILE\n"
	"  -c  folder mounted as /cache for the steps, where the engine can\n"
	"  -V  bash script to run in the image; -v takes what it prints; -k must have a value "
	"there\n"
	"  -l  write the lists PACKAGES.dpkg, PACKAGES.pip and PACKAGES.npm\n"
	"  -w  show the engine's output even where stderr is no terminal"};

enum { LAST_LINES = 40 };

// What the whole run knows.
struct run {
	struct rule_args *args;
	struct engine_config config;
	struct build_job job;
	struct layout context;
	struct network network;
	struct dockerfile dockerfile;
	struct engine engine;
	struct tee tee;
	const char *platform, *host, *image;
	long epoch;
	const char *mark;    // in the environment of all steps
	struct str versions; // what the script printed
};

// The files of the context stay out of the depfile: one that was only touched must not bring on a
// build.
static struct layout
load_context(struct rule_args *a)
{
	size_t reads = a->reads.n;
	struct layout list = layout_load(a, rule_need(a, 'i'));

	a->reads.n = reads;
	return list;
}

static void
load(struct run *r, struct rule_args *a)
{
	struct source *src;
	struct build_args given;

	rule_operands(a, 1);
	r->args = a;
	r->platform = rule_need(a, 'p');
	r->host = platform_host(&a->arena);
	r->epoch = rule_number(a, 's', 10, 0, 253402300799, -1);
	if (r->epoch < 0)
		rule_need(a, 's');
	r->mark = arena_printf(&a->arena, "SOURCE_DATE_EPOCH=%ld", r->epoch);
	r->config = engine_config_load(a, rule_need(a, 'e'));
	r->network = network_of(&a->arena, &r->config);
	r->job = build_job_load(a);
	r->context = load_context(a);
	src = source_load(&a->arena, a->in[0], a->in[0]);
	if (!src)
		die("open %s:", a->in[0]);
	given = r->job.args;
	if (!dockerfile_parse(&r->dockerfile, &a->arena, src->text, &given, r->platform, r->host))
		die("%s has no FROM instruction", a->in[0]);
}

// Foreign programs run in a stage with RUN, and where the version script runs.
static void
check_platforms(struct run *r)
{
	size_t n = r->dockerfile.stages.n;

	for (size_t i = 0; i < n; i++) {
		const struct stage *st = &r->dockerfile.stages.v[i];
		bool runs = st->runs || (i == n - 1 && r->job.script);

		if (!runs || foreign_runs(&r->args->arena, st->platform) ||
			!r->engine.kind->is_local(&r->engine))
			continue;
		die("%s: a step runs programs of %s, which this machine cannot; to mend it: %s",
			r->args->in[0], st->platform, foreign_help());
	}
}

// With kept layers a base is named after its contents, so that the next build finds it -- and the
// layers made from it -- again. Otherwise it belongs to this job.
static const char *
name_base(struct run *r, const struct base_image *b, size_t i)
{
	struct engine *e = &r->engine;
	char hex[HASH_HEX + 1];

	if (!r->config.keep_layers)
		return engine_image_name(e, arena_printf(e->arena, "base%zu", i));
	if (!hash_file(b->tar, hex))
		die("read %s:", b->tar);
	return arena_printf(e->arena, "%scapsem-base-%s-%.16s", e->kind->prefix,
		platform_arch(e->arena, b->platform), hex);
}

static bool
is_used(struct run *r, const struct dockerfile_change *change, const struct base_image *b)
{
	const struct dockerfile *d = &r->dockerfile;
	struct arena *a = &r->args->arena;

	for (size_t i = 0; i < d->stages.n; i++) {
		const struct stage *st = &d->stages.v[i];

		if (st->parent < 0 && dockerfile_base(a, change, st->platform, st->image) == b)
			return true;
	}
	for (size_t i = 0; i < d->copies.n; i++) {
		if (dockerfile_base(a, change, r->platform, d->copies.v[i].image) == b)
			return true;
	}
	return false;
}

static void
import_bases(struct run *r, const struct dockerfile_change *change)
{
	struct engine *e = &r->engine;

	for (size_t i = 0; i < r->job.bases.n; i++) {
		struct base_image *b = &r->job.bases.v[i];

		b->image = name_base(r, b, i);
		if (is_used(r, change, b) && !(r->config.keep_layers && e->kind->id(e, b->image)))
			e->kind->import(e, b->tar, b->platform, b->image);
	}
}

// The Dockerfile goes into the context, beside what the network needs.
static int
make_context(struct run *r, const struct dockerfile_change *change)
{
	struct layout_entry file = {.path = BUILD_FOLDER "/Dockerfile", .mode = 0644};
	struct arena *a = &r->args->arena;
	struct buf text = {0};

	dockerfile_rewrite(&r->dockerfile, a, change, &text);
	tee_note(&r->tee, "Dockerfile, as it is built", buf_str(&text));
	file.text = arena_ndup(a, text.s, text.n);
	buf_free(&text);
	VEC_ADD(a, &r->network.files, file);
	return context_open(path_dir(a, r->args->opt['o']), r->epoch, r->network.files.v,
		r->network.files.n, &r->context);
}

static void
add_args(struct run *r, struct build_args *all)
{
	struct arena *a = &r->args->arena;

	for (size_t i = 0; i < r->network.args.list.n; i++)
		VEC_ADD(a, &all->list, r->network.args.list.v[i]);
	for (size_t i = 0; i < r->job.args.list.n; i++)
		VEC_ADD(a, &all->list, r->job.args.list.v[i]);
}

static const char *
volume_of(struct run *r)
{
	struct arena *a = &r->args->arena;
	const char *folder = r->args->opt['c'];

	if (!folder)
		return NULL;
	path_make_dirs(folder);
	return arena_printf(a, "%s:/cache", path_absolute(a, path_cwd(a), folder));
}

// An image to try things with: a base of our own platform.
static void
set_probe(struct run *r, struct engine_build *b, const struct dockerfile_change *change)
{
	for (size_t i = 0; i < r->job.bases.n; i++) {
		const struct base_image *base = &r->job.bases.v[i];

		if (!platform_same(base->platform, r->host) || !is_used(r, change, base))
			continue;
		b->probe = base->image;
		b->probe_platform = base->platform;
	}
}

static bool
build(struct run *r)
{
	struct engine *e = &r->engine;
	struct dockerfile_change change = {.platform = r->platform,
		.bases = r->job.bases.v,
		.nbases = r->job.bases.n,
		.label = arena_printf(e->arena, ENGINE_LABEL "=%s", e->job),
		.inject = arena_printf(e->arena, "ENV %s\n%s", r->mark, r->network.inject),
		.tree = BUILD_TREE};
	struct build_args all = {0};
	struct engine_build b = {
		.image = r->image, .dockerfile = BUILD_FOLDER "/Dockerfile", .args = &all};
	const char *before;
	int status;

	import_bases(r, &change);
	add_args(r, &all);
	set_probe(r, &b, &change);
	b.volume = volume_of(r);
	b.context = make_context(r, &change);
	before = r->config.keep_layers ? e->kind->id(e, r->image) : NULL;
	status = e->kind->build(e, &b);
	cleanup_leave();
	close(b.context);
	if (status != 0) {
		build_report(e, rule_need(r->args, 't'), status, r->args->opt['L']);
	} else if (before && strcmp(before, e->kind->id(e, r->image)) != 0) {
		e->kind->forget(e, before); // its layers that are still in use stay
	}
	return status == 0;
}

static void
run_script(struct run *r)
{
	struct engine *e = &r->engine;
	const char *missing;
	off_t mark = tee_mark(&r->tee);
	int status;

	if (!r->job.script)
		return;
	status = e->kind->run(e, r->image, r->job.script, &r->versions);
	cleanup_leave();
	if (status != 0) {
		tee_die(tee_since(&r->tee, e->arena, mark), LAST_LINES,
			"the version script failed with exit status %d", status);
	}
	missing = build_job_missing(e->arena, &r->job, r->versions);
	if (missing) {
		die("Enabled AI CLIs returned N/A or empty version: %s. Their packages are "
		    "installed, but the commands do not run",
			missing);
	}
}

// Write the tree to OUT, which the caller commits.
static void
export_tree(struct run *r, struct output *out, struct packages *packages)
{
	struct engine *e = &r->engine;
	struct tarfilter filter = {.arena = e->arena,
		.epoch = r->epoch,
		.tree = dockerfile_is_scratch(&r->dockerfile),
		.mirror = r->config.mirror_debian,
		.packages = packages};
	const char *error;
	struct proc p;
	int status;

	e->kind->export(e, r->image, &p);
	error = tarfilter_copy(&filter, p.out, out->f);
	if (error && errno)
		die("write %s:", out->tmp);
	status = proc_wait(&p);
	cleanup_leave();
	if (error) {
		die("%s: %s (%s export: exit status %d)", r->args->opt['o'], error, e->program,
			status);
	}
	if (status != 0)
		die("%s export: exit status %d", e->program, status);
}

// The tree last: as long as it is the old one, the build counts as not done.
static int
work(void *arg)
{
	struct run *r = arg;
	const char *const *opt = r->args->opt;
	struct packages packages = {.arena = r->engine.arena};
	struct emulated *watched;
	struct output out;

	engine_start(&r->engine);
	output_open(&out, opt['o']);
	watched = emulated_start(&r->engine, r->mark);
	if (!build(r))
		return 1;
	run_script(r);
	emulated_stop(watched, &r->engine);
	export_tree(r, &out, opt['l'] ? &packages : NULL);
	if (opt['v'])
		output_write(opt['v'], r->versions, 0644);
	if (opt['l'])
		packages_write(&packages, opt['l']);
	rule_depfile(r->args);
	output_commit(&out, 0644);
	return 0;
}

static void
clean(void *arg)
{
	struct run *r = arg;

	engine_stop(&r->engine);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct run r = {0};
	const char *why = NULL;
	int status;

	rule_parse(&a, &rule, argc, argv);
	load(&r, &a);
	tee_open(&r.tee, a.opt['L'], a.opt['w'] || isatty(STDERR_FILENO));
	r.engine = (struct engine){.arena = &a.arena, .tee = &r.tee, .platform = r.platform};
	if (!engine_find(&r.engine, &r.config, rule_need(&a, 't'), a.opt['o'], &why))
		die("%s", why);
	assert(r.engine.kind);
	check_platforms(&r);
	r.image = engine_image_name(&r.engine, "image");
	status = keeper_run(work, clean, &r);
	tee_close(&r.tee);
	arena_free(&a.arena);
	return status;
}
