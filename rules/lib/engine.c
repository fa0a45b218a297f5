// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/engine.h"

#include <stdlib.h>
#include <string.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/hash.h"
#include "gen/base/path.h"

static const struct engine_kind *const kinds[] = {&engine_docker, &engine_podman, &engine_buildah};

enum { NKINDS = sizeof(kinds) / sizeof(*kinds), JOB_HASH_DIGITS = 12 };

static const char *
program_of(const struct engine_config *c, const struct engine_kind *k)
{
	if (k == &engine_docker)
		return c->docker;
	return k == &engine_podman ? c->podman : c->buildah;
}

// Whether engine K answers; else a line about it is added to WHY.
static bool
try_kind(struct engine *e, const struct engine_kind *k, struct buf *why)
{
	const char *reason = NULL;

	e->kind = k;
	e->program = program_of(e->config, k);
	if (!path_find_program(e->arena, getenv("PATH"), e->program)) {
		buf_addf(why, "\n  %s: %s not found on PATH; to install it: %s", k->name,
			e->program, k->install);
		return false;
	}
	if (k->answers(e, &reason))
		return true;
	buf_addf(why, "\n  %s: %s; to mend it: %s", k->name, reason, k->start);
	return false;
}

static const char *
job_name(struct arena *a, const char *name, const char *out)
{
	const char *path = path_absolute(a, path_cwd(a), out);
	struct hasher *h = hash_new();
	char hex[HASH_HEX + 1];

	if (!*name || name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.")] != '\0') {
		die_usage(
			"-t wants a name of lower-case letters, digits, '-', '_' and '.', not '%s'",
			name);
	}
	hash_add(h, path, strlen(path));
	hash_end(h, hex);
	return arena_printf(a, "%s-%.*s", name, JOB_HASH_DIGITS, hex);
}

bool
engine_find(struct engine *e, const struct engine_config *c, const char *name, const char *out,
	const char **why)
{
	bool any = strcmp(c->runtime, "auto") == 0, found = false;
	struct buf tried = {0};

	e->config = c;
	e->job = job_name(e->arena, name, out);
	e->scratch = path_absolute(e->arena, path_cwd(e->arena),
		path_join(e->arena, path_dir(e->arena, out),
			arena_printf(e->arena, ".%s.tmp", e->job)));
	engine_env_add(e, "LC_ALL=C"); // what engines say is read by us
	engine_env_add(e, arena_printf(e->arena, "TMPDIR=%s", e->scratch));
	for (size_t i = 0; i < NKINDS && !found && !cleanup_caught(); i++) {
		if (any || strcmp(c->runtime, kinds[i]->name) == 0)
			found = try_kind(e, kinds[i], &tried);
	}
	if (!found) {
		*why = arena_printf(e->arena, "container runtime not found: %s%s",
			any ? "none of docker, podman and buildah answers"
			    : "the one asked for does not answer",
			tried.s ? tried.s : "");
	}
	buf_free(&tried);
	return found;
}

void
engine_env_add(struct engine *e, const char *variable)
{
	if (e->env.n) {
		e->env.v[e->env.n - 1] = variable;
	} else {
		VEC_ADD(e->arena, &e->env, variable);
	}
	VEC_ADD(e->arena, &e->env, NULL);
}

static void
remove_scratch(struct engine *e)
{
	const char *const argv[] = {"rm", "-rf", e->scratch, NULL};
	struct proc_spec spec = {.argv = argv, .err = PROC_NULL, .shielded = true};

	if (path_is_dir(e->scratch))
		proc_run(&spec);
}

void
engine_start(struct engine *e)
{
	engine_stop(e);
	path_make_dirs(e->scratch);
}

void
engine_stop(struct engine *e)
{
	e->kind->clean(e);
	remove_scratch(e);
}

const char *
engine_image_name(struct engine *e, const char *what)
{
	return arena_printf(e->arena, "%s%s-%s", e->kind->prefix, e->job, what);
}

void
engine_args_add(struct engine *e, struct engine_args *args, const char *const *words)
{
	if (args->list.n == 0) {
		VEC_ADD(e->arena, &args->list, e->program);
		VEC_ADD(e->arena, &args->list, NULL);
	}
	for (; *words; words++) {
		args->list.v[args->list.n - 1] = *words;
		VEC_ADD(e->arena, &args->list, NULL);
	}
}

int
engine_ask(struct engine *e, struct engine_args *args, bool shielded, struct str *out)
{
	struct proc_spec spec = {
		.argv = args->list.v, .env = e->env.v, .err = PROC_NULL, .shielded = shielded};
	int status = proc_capture(e->arena, &spec, out);

	*out = str_trim(*out);
	return status;
}

void
engine_tidy(struct engine *e, struct engine_args *args)
{
	struct str out;
	int status = engine_ask(e, args, true, &out);

	(void)status;
}

void
engine_must(struct engine *e, struct engine_args *args, const char *what)
{
	struct proc_spec spec = {
		.argv = args->list.v, .env = e->env.v, .err = PROC_TO_OUT, .shielded = true};
	struct str said;
	int status;

	cleanup_leave();
	status = proc_capture(e->arena, &spec, &said);
	cleanup_leave();
	said = str_trim(said);
	if (status != 0)
		die("%s: %s failed with status %d: %.*s", what, e->program, status, STR_FMT(said));
}
