// SPDX-License-Identifier: Apache-2.0
// engine_docker.c -- docker and podman, whose command lines are nearly the same.
// Layer: rules/lib.
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "rules/lib/engine.h"
#include "rules/lib/image_ref.h"

enum { ANSWER_SECONDS = 20, REGISTRY_SECONDS = 30, DOWNLOAD_SECONDS = 600, ROUNDS = 20 };

static bool
is_podman(const struct engine *e)
{
	return e->kind == &engine_podman;
}

static const char *
label(struct engine *e)
{
	return arena_printf(e->arena, ENGINE_LABEL "=%s", e->job);
}

// The last line of what was said, which is the one with the reason.
static const char *
last_line(struct arena *a, struct str said)
{
	said = str_trim(said);
	for (size_t i = said.n; i-- > 0;) {
		if (said.s[i] == '\n')
			return arena_ndup(a, said.s + i + 1, said.n - i - 1);
	}
	return arena_ndup(a, said.s, said.n);
}

// Whether the command ends with WANTED; if not, WHY is what FAILS and the last line it said.
static bool
ends_with(struct engine *e, const struct engine_args *args, int wanted, const char *fails,
	const char **why)
{
	const struct patience patience = {.seconds = ANSWER_SECONDS};
	struct proc_spec spec = {.argv = args->list.v, .env = e->env.v};
	struct tee tee;
	int status;

	tee_open(&tee, NULL, false);
	status = tee_run(&tee, &spec, &patience);
	if (status != wanted) {
		*why = arena_printf(e->arena, "%s %s (%s)", e->program, fails,
			status == 124 ? "no word for 20 seconds"
				      : last_line(e->arena, buf_str(&tee.text)));
	}
	tee_close(&tee);
	return status == wanted;
}

// Podman has no server: it answers also where it cannot run a container, as inside of one. It ends
// with 127 where it could have run a program that is not there.
static bool
runs_containers(struct engine *e, const char **why)
{
	struct engine_args args = {0};

	ENGINE_ADD(e, &args, "run", "--rm", "--network", "none", "--rootfs", "/:O",
		"/capsem-no-such-program");
	return ends_with(e, &args, 127, "runs no container", why);
}

static bool
answers(struct engine *e, const char **why)
{
	struct engine_args args = {0};

	if (is_podman(e)) {
		ENGINE_ADD(e, &args, "info", "--format", "{{.Host.Kernel}}");
	} else {
		ENGINE_ADD(e, &args, "version", "--format", "{{.Server.Version}}");
	}
	if (!ends_with(e, &args, 0, "does not answer", why))
		return false;
	return !is_podman(e) || strcmp(e->config->runtime, "auto") != 0 || runs_containers(e, why);
}

static void
import_tar(struct engine *e, const char *path, const char *platform, const char *image)
{
	struct engine_args args = {0};

	ENGINE_ADD(e, &args, "import");
	if (!e->config->keep_layers) { // else it is shared, and stays
		ENGINE_ADD(e, &args, "--change", arena_printf(e->arena, "LABEL %s", label(e)));
	}
	if (is_podman(e)) {
		ENGINE_ADD(e, &args, "--os", "linux", "--arch", platform_arch(e->arena, platform));
	} else {
		ENGINE_ADD(e, &args, "--platform", platform);
	}
	ENGINE_ADD(e, &args, path, image);
	engine_must(e, &args, arena_printf(e->arena, "import the base image %s", path));
}

// Docker's own builder where the user says so or the program brings it; it is separate since 23.0.
static bool
use_buildkit(struct engine *e)
{
	struct engine_args args = {0};
	struct str version;

	if (is_podman(e) || strcmp(e->config->builder, "classic") == 0)
		return false;
	if (strcmp(e->config->builder, "buildkit") == 0)
		return true;
	ENGINE_ADD(e, &args, "buildx", "version");
	return engine_ask(e, &args, false, &version) == 0;
}

// The classic builder is not told the platform: it would then refuse a COPY into a stage of another
// one. Each FROM names its own.
static void
add_build_options(
	struct engine *e, struct engine_args *args, const struct engine_build *b, bool buildkit)
{
	ENGINE_ADD(e, args, "build", "--force-rm", "-t", b->image, "-f", b->dockerfile);
	if (buildkit)
		ENGINE_ADD(e, args, "--progress", "plain");
	if (buildkit || is_podman(e))
		ENGINE_ADD(e, args, "--platform", e->platform);
	if (buildkit && !e->config->keep_layers)
		ENGINE_ADD(e, args, "--no-cache");
	if (is_podman(e)) {
		ENGINE_ADD(e, args, e->config->keep_layers ? "--layers" : "--layers=false",
			"--format", "docker");
		if (b->volume)
			ENGINE_ADD(e, args, "--volume", b->volume);
	}
	for (size_t i = 0; i < b->args->list.n; i++) {
		ENGINE_ADD(e, args, "--build-arg",
			arena_printf(e->arena, "%s=%s", b->args->list.v[i].name,
				b->args->list.v[i].value));
	}
}

static int
build(struct engine *e, const struct engine_build *b)
{
	bool buildkit = use_buildkit(e);
	struct engine_args args = {0};
	struct proc_spec spec = {.in = b->context};

	add_build_options(e, &args, b, buildkit);
	ENGINE_ADD(e, &args, "-");
	engine_env_add(e, buildkit ? "DOCKER_BUILDKIT=1" : "DOCKER_BUILDKIT=0");
	spec.argv = args.list.v;
	spec.env = e->env.v;
	return tee_run(e->tee, &spec, NULL);
}

static int
run(struct engine *e, const char *image, const char *script, struct str *out)
{
	struct proc_spec spec = {.env = e->env.v, .err = e->tee->log};
	struct engine_args args = {0};

	ENGINE_ADD(e, &args, "run", "--rm", "--label", label(e), "--network", "none",
		"--entrypoint", "bash", image, "-c", script);
	spec.argv = args.list.v;
	return proc_capture(e->arena, &spec, out);
}

static void
export_tree(struct engine *e, const char *image, struct proc *p)
{
	const char *name = arena_printf(e->arena, "%s-export", e->job);
	struct engine_args create = {0}, args = {0};
	struct proc_spec spec = {.env = e->env.v, .out = PROC_PIPE, .err = e->tee->log};

	ENGINE_ADD(e, &create, "create", "--label", label(e), "--name", name, image, "/bin/true");
	engine_must(e, &create, "make a container to export");
	ENGINE_ADD(e, &args, "export", name);
	spec.argv = args.list.v;
	if (!proc_start(p, &spec)) {
		cleanup_leave();
		die("run %s:", e->program);
	}
}

// The id of the image called NAME, NULL when there is none.
static const char *
find_image(struct engine *e, const char *name, bool shielded)
{
	struct engine_args args = {0};
	struct str id;

	ENGINE_ADD(e, &args, "image", "inspect", "--format", "{{.Id}}", name);
	if (engine_ask(e, &args, shielded, &id) != 0 || id.n == 0)
		return NULL;
	return arena_ndup(e->arena, id.s, id.n);
}

static const char *
image_id(struct engine *e, const char *name)
{
	return find_image(e, name, false);
}

static const char *
kept_name(struct engine *e)
{
	return engine_image_name(e, "kept");
}

// A pull moves the tag REF. An image that had it gets a second name first; clean puts it back.
static bool
pull(struct engine *e, const char *ref, const char *image)
{
	const struct patience patience = {.seconds = REGISTRY_SECONDS,
		.sign = is_podman(e) ? "Copying" : "Pulling",
		.seconds_after = DOWNLOAD_SECONDS};
	struct engine_args keep = {0}, args = {0}, tag = {0};
	struct proc_spec spec = {.env = e->env.v};

	if (image_id(e, ref)) {
		ENGINE_ADD(e, &keep, "tag", ref, kept_name(e));
		engine_must(e, &keep, "keep the present image");
	}
	ENGINE_ADD(e, &args, "pull", "--platform", e->platform, ref);
	spec.argv = args.list.v;
	if (tee_run(e->tee, &spec, &patience) != 0)
		return false;
	ENGINE_ADD(e, &tag, "tag", ref, image);
	engine_must(e, &tag, "name the pulled image");
	return true;
}

static void
remove_image(struct engine *e, const char *name)
{
	struct engine_args args = {0};

	ENGINE_ADD(e, &args, "rmi", name);
	engine_tidy(e, &args);
}

static void
restore_tags(struct engine *e)
{
	const char *kept = find_image(e, kept_name(e), true);
	const char *pulled = find_image(e, engine_image_name(e, "pulled"), true);
	const char *now = kept || pulled ? find_image(e, e->pulls, true) : NULL;
	struct engine_args tag = {0};

	if (kept) {
		ENGINE_ADD(e, &tag, "tag", kept_name(e), e->pulls);
		engine_tidy(e, &tag);
		remove_image(e, kept_name(e));
		if (now && !pulled && strcmp(now, kept) != 0)
			remove_image(e, now); // pulled, but no more than that
	} else if (now && strcmp(now, pulled) == 0) {
		remove_image(e, e->pulls); // there was none before
	}
	if (pulled)
		remove_image(e, engine_image_name(e, "pulled"));
}

// Append the lines of TEXT; returns how many.
static size_t
add_lines(struct engine *e, struct engine_args *args, struct str text)
{
	char *p = arena_ndup(e->arena, text.s, text.n);
	size_t n = 0;

	for (char *id = strtok_r(p, "\n", &p); id; id = strtok_r(NULL, "\n", &p), n++)
		ENGINE_ADD(e, args, id);
	return n;
}

// Remove what LIST (ps or images) shows with our label. Returns how much there was.
static size_t
remove_labelled(struct engine *e, const char *list, const char *remove)
{
	struct engine_args ask = {0}, args = {0};
	struct str ids;
	size_t n;

	ENGINE_ADD(e, &ask, list, "-aq", "--no-trunc", "--filter",
		arena_printf(e->arena, "label=%s", label(e)));
	if (engine_ask(e, &ask, true, &ids) != 0)
		return 0;
	ENGINE_ADD(e, &args, remove, "-f");
	n = add_lines(e, &args, ids);
	if (n)
		engine_tidy(e, &args);
	return n;
}

// Remove all there is now. An image goes only after those made from it, so this takes some rounds.
// Returns whether there was anything.
static bool
remove_all(struct engine *e)
{
	size_t n = remove_labelled(e, "ps", "rm"), before = 0;

	for (int i = 0; i < ROUNDS && !e->config->keep_layers; i++) {
		size_t images = remove_labelled(e, "images", "rmi");

		if (images == 0 || images == before)
			break;
		before = images;
		n++;
	}
	return n > 0;
}

// A daemon that was told to stop a build may add a last layer: after a signal, look until there is
// nothing more.
static void
clean(struct engine *e)
{
	const struct timespec moment = {.tv_nsec = 300000000};

	if (e->pulls)
		restore_tags(e);
	remove_all(e);
	for (int i = 0; cleanup_caught() && i < ROUNDS; i++) {
		nanosleep(&moment, NULL);
		if (!remove_all(e))
			break;
	}
}

// What the engine says of the machine it runs on: one member of its "info", as each calls it.
static bool
host_info(struct engine *e, const char *docker, const char *podman, struct str *out)
{
	struct engine_args args = {0};

	ENGINE_ADD(e, &args, "info", "--format", is_podman(e) ? podman : docker);
	return engine_ask(e, &args, false, out) == 0;
}

static long
memory(struct engine *e)
{
	struct str out;
	long long bytes;

	if (!host_info(e, "{{.MemTotal}}", "{{.Host.MemTotal}}", &out))
		return 0;
	bytes = strtoll(arena_ndup(e->arena, out.s, out.n), NULL, 10);
	return bytes > 0 ? (long)(bytes >> 20) : 0;
}

static bool
is_local(struct engine *e)
{
	struct utsname u;
	struct str out;

	return host_info(e, "{{.KernelVersion}}", "{{.Host.Kernel}}", &out) && uname(&u) == 0 &&
	       str_is(out, u.release);
}

#define OPERATIONS                                                                                 \
	.answers = answers, .id = image_id, .forget = remove_image, .import = import_tar,          \
	.build = build, .run = run, .export = export_tree, .pull = pull, .clean = clean,           \
	.memory = memory, .is_local = is_local

const struct engine_kind engine_docker = {
	.name = "docker",
	.install = "sudo apt install docker.io",
	.start = "sudo systemctl start docker, or as root: dockerd; for permission to use it: sudo "
		 "usermod -aG docker $USER, and log in again",
	.prefix = "",
	OPERATIONS,
};

const struct engine_kind engine_podman = {
	.name = "podman",
	.install = "sudo apt install podman",
	.start =
		"podman system migrate, or take another one: ./configure container.runtime=buildah",
	.prefix = "localhost/",
	OPERATIONS,
};
