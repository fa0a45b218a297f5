// SPDX-License-Identifier: Apache-2.0
// fetch_base -- the file tree of a base image as a tar, without anything left in the engine.
// Layer: rules.
//   in: nothing   out: the tree (rules/lib/tarfilter.h)
//   reads: the engine's settings (-e, rules/lib/engine_config.h)
// The image comes from its registry where that answers; an image that names a Debian suite can be
// made of packages as well (rules/lib/bootstrap.h).
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/path.h"
#include "rules/lib/bootstrap.h"
#include "rules/lib/engine.h"
#include "rules/lib/foreign.h"
#include "rules/lib/image_ref.h"
#include "rules/lib/keeper.h"
#include "rules/lib/tarfilter.h"

static const struct rule rule = {"fetch_base", "e:p:r:m:s:L:w",
	"-e ENGINE.json -p PLATFORM -r IMAGE -m auto|pull|bootstrap -s SOURCE_DATE_EPOCH [-L LOG] "
	"[-w]",
	"Write the file tree of a base image as a tar: pulled from its registry, or made of "
	"Debian\n"
	"packages. auto pulls where the registry answers. -w shows the engine's output even where\n"
	"stderr is no terminal."};

enum { LAST_LINES = 20 };

struct run {
	struct rule_args *args;
	struct engine_config config;
	struct engine engine;
	struct tee tee;
	const char *ref, *platform, *mode;
	const char *suite; // NULL: cannot be bootstrapped
	const char *why;   // why pulling failed, or was not tried
	bool engine_found;
	long epoch;
};

static void
load(struct run *r, struct rule_args *a)
{
	static const char *const modes[] = {"auto", "pull", "bootstrap"};
	size_t i = 0;

	rule_operands(a, 0);
	r->args = a;
	r->ref = rule_need(a, 'r');
	r->platform = rule_need(a, 'p');
	r->mode = rule_need(a, 'm');
	while (i < 3 && strcmp(modes[i], r->mode) != 0)
		i++;
	if (i == 3)
		die_usage("-m wants auto, pull or bootstrap, not '%s'", r->mode);
	r->epoch = rule_number(a, 's', 10, 0, 253402300799, -1);
	if (r->epoch < 0)
		rule_need(a, 's');
	r->config = engine_config_load(a, rule_need(a, 'e'));
	r->suite = image_ref_debian_suite(&a->arena, r->ref);
}

// Take the tree that P writes, with what it says from MARK of the log on. Dies unless both sides of
// the pipe are content.
static void
take_tree(
	struct run *r, struct proc *p, const struct tarfilter *filter, const char *what, off_t mark)
{
	struct output out;
	const char *error;
	int status;

	output_open(&out, r->args->opt['o']);
	error = tarfilter_copy(filter, p->out, out.f);
	if (error && errno)
		die("write %s:", out.tmp);
	status = proc_wait(p);
	cleanup_leave();
	if (status != 0) {
		tee_die(tee_since(&r->tee, &r->args->arena, mark), LAST_LINES,
			"%s failed with exit status %d", what, status);
	}
	if (error)
		die("%s: %s", r->args->opt['o'], error);
	rule_depfile(r->args);
	output_commit(&out, 0644);
}

static bool
pull(struct run *r)
{
	struct engine *e = &r->engine;
	struct tarfilter filter = {.arena = e->arena, .epoch = r->epoch};
	const char *image = engine_image_name(e, "pulled");
	off_t mark = tee_mark(&r->tee);
	struct proc p;

	if (!e->kind->pull(e, r->ref, image)) {
		struct str said = str_trim(tee_since(&r->tee, e->arena, mark));
		size_t n = 0;

		cleanup_leave();
		while (n < said.n && said.s[said.n - n - 1] != '\n')
			n++;
		r->why = arena_printf(e->arena, "%s pull %s fails: %.*s", e->kind->name, r->ref,
			(int)n, said.s + said.n - n);
		return false;
	}
	mark = tee_mark(&r->tee);
	e->kind->export(e, image, &p);
	take_tree(r, &p, &filter, "export of the pulled image", mark);
	return true;
}

// Why the image cannot be made of packages here; NULL when it can.
static const char *
no_bootstrap(struct run *r)
{
	struct arena *a = &r->args->arena;

	if (!r->suite) {
		return arena_printf(
			a, "%s cannot be made of packages: it names no Debian suite", r->ref);
	}
	if (!path_find_program(a, getenv("PATH"), r->config.mmdebstrap)) {
		return arena_printf(a,
			"%s cannot be made of packages: %s not found on PATH; to install it: sudo "
			"apt install mmdebstrap",
			r->ref, r->config.mmdebstrap);
	}
	if (!foreign_runs(a, r->platform)) {
		return arena_printf(a,
			"%s cannot be made of packages: this machine does not run programs of %s; "
			"to mend it: %s",
			r->ref, r->platform, foreign_help());
	}
	return NULL;
}

static void
bootstrap(struct run *r)
{
	struct arena *a = &r->args->arena;
	struct bootstrap b = {.suite = r->suite,
		.slim = strstr(r->ref, "-slim") != NULL,
		.platform = r->platform,
		.epoch = r->epoch};
	struct layout files = bootstrap_files(a, &b);
	struct tarfilter filter = {
		.arena = a, .epoch = r->epoch, .drop = bootstrap_dropped(), .add = &files};
	struct proc p;
	off_t mark;

	tee_say(&r->tee, "%s: making Debian %s for %s of packages", r->ref, r->suite, r->platform);
	mark = tee_mark(&r->tee);
	if (!bootstrap_start(&p, a, &r->config, &b, r->tee.log)) {
		cleanup_leave();
		die("run %s:", r->config.mmdebstrap);
	}
	take_tree(r, &p, &filter, arena_printf(a, "making Debian %s of packages", r->suite), mark);
}

static int
work(void *arg)
{
	struct run *r = arg;
	const char *why_not;

	if (r->engine_found) {
		engine_start(&r->engine);
		if (pull(r))
			return 0;
	}
	if (strcmp(r->mode, "pull") == 0)
		die("%s", r->why);
	why_not = no_bootstrap(r);
	if (why_not) {
		die("%s%s%s", r->why ? r->why : "",
			!r->why                ? ""
			: strchr(r->why, '\n') ? "\n  "
					       : "; ",
			why_not);
	}
	bootstrap(r);
	return 0;
}

static void
clean(void *arg)
{
	struct run *r = arg;

	if (r->engine_found)
		engine_stop(&r->engine);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct run r = {0};
	int status;

	rule_parse(&a, &rule, argc, argv);
	load(&r, &a);
	tee_open(&r.tee, a.opt['L'], a.opt['w'] || isatty(STDERR_FILENO));
	r.engine = (struct engine){
		.arena = &a.arena, .tee = &r.tee, .platform = r.platform, .pulls = r.ref};
	r.config.keep_layers = false; // there are none
	if (strcmp(r.mode, "bootstrap") != 0) {
		r.engine_found =
			engine_find(&r.engine, &r.config, "capsem-base", a.opt['o'], &r.why);
	}
	status = keeper_run(work, clean, &r);
	tee_close(&r.tee);
	arena_free(&a.arena);
	return status;
}
