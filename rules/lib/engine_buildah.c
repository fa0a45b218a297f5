// SPDX-License-Identifier: Apache-2.0
// engine_buildah.c -- buildah, which needs no daemon. Layer: rules/lib.
//
// Each job has a store of its own beside the user's (containers/storage), so that nothing of the
// user's is seen or touched and nothing of ours can stay behind: the folder is removed.
#include <cjson/cJSON.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/path.h"
#include "rules/lib/engine.h"
#include "rules/lib/image_ref.h"

enum { REGISTRY_SECONDS = 30, DOWNLOAD_SECONDS = 600 };

static const char *
inner_text(struct arena *a, const cJSON *root, const char *table, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(root, table), key);

	return cJSON_IsString(v) ? arena_dup(a, v->valuestring) : NULL;
}

static cJSON *
info(struct engine *e, struct str *said)
{
	const char *const argv[] = {e->program, "info", NULL};
	struct proc_spec spec = {.argv = argv, .err = PROC_NULL};

	if (proc_capture(e->arena, &spec, said) != 0)
		return NULL;
	*said = str_trim(*said);
	return cJSON_ParseWithLength(said->s, said->n);
}

static bool
answers(struct engine *e, const char **why)
{
	struct str said;
	cJSON *root = info(e, &said);
	const char *graph = inner_text(e->arena, root, "store", "GraphRoot");
	const cJSON *rootless = cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(root, "host"), "rootless");

	e->rootless = cJSON_IsTrue(rootless);
	cJSON_Delete(root);
	if (!graph) {
		*why = arena_printf(e->arena, "%s info fails (%.*s)", e->program, STR_FMT(said));
		return false;
	}
	e->store = path_join(e->arena, path_dir(e->arena, graph), "capsem");
	return true;
}

static const char *
folder(struct engine *e, const char *what)
{
	return arena_printf(e->arena, "%s/%s/%s", e->store, e->job, what);
}

// The program, on the store of the job.
static struct engine_args
in_store(struct engine *e)
{
	struct engine_args args = {0};

	ENGINE_ADD(e, &args, "--root", folder(e, "root"), "--runroot", folder(e, "run"));
	return args;
}

// Another program.
static struct engine_args
outside(struct engine *e, const char *program)
{
	struct engine_args args = {0};

	ENGINE_ADD(e, &args, NULL);
	args.list.v[0] = program;
	return args;
}

static const char *
container(struct engine *e, const char *what)
{
	return arena_printf(e->arena, "%s-%s", e->job, what);
}

static void
must(struct engine *e, const char *what, const char *verb, const char *x, const char *y,
	const char *z)
{
	struct engine_args args = in_store(e);

	ENGINE_ADD(e, &args, verb, x, y, z);
	engine_must(e, &args, what);
}

static void
from(struct engine *e, const char *name, const char *platform, const char *image)
{
	struct engine_args args = in_store(e);

	ENGINE_ADD(e, &args, "from", "--name", name, "--pull-never", "--platform", platform, image);
	engine_must(e, &args, arena_printf(e->arena, "make a container of %s", image));
}

static const char *
image_id(struct engine *e, const char *image)
{
	struct engine_args args = in_store(e);
	struct str id;

	ENGINE_ADD(e, &args, "images", "--quiet", "--no-trunc", image);
	if (engine_ask(e, &args, false, &id) != 0 || id.n == 0)
		return NULL;
	return arena_ndup(e->arena, id.s, id.n);
}

static void
import_tar(struct engine *e, const char *path, const char *platform, const char *image)
{
	const char *what = arena_printf(e->arena, "import the base image %s", path);
	const char *name = container(e, "import");
	struct engine_args config = in_store(e), commit = in_store(e);

	from(e, name, platform, "scratch");
	must(e, what, "add", name, path, "/");
	ENGINE_ADD(e, &config, "config", "--os", "linux", "--arch",
		platform_arch(e->arena, platform), name);
	engine_must(e, &config, what);
	ENGINE_ADD(e, &commit, "commit", "--quiet", "--rm", "--format", "docker", name, image);
	engine_must(e, &commit, what);
}

// Whether a container of IMAGE runs with this kind of isolation on this machine.
static bool
isolation_works(struct engine *e, const char *kind, const char *image, const char *platform)
{
	const char *name = container(e, "probe");
	struct engine_args args = in_store(e), rm = in_store(e);
	struct str out;
	bool works;

	from(e, name, platform, image);
	ENGINE_ADD(
		e, &args, "run", "--isolation", kind, "--network", "host", name, "--", "/bin/true");
	works = engine_ask(e, &args, false, &out) == 0;
	ENGINE_ADD(e, &rm, "rm", name);
	engine_must(e, &rm, "remove a container");
	return works;
}

// Namespaces where they work, else chroot, which always does.
static void
choose_isolation(struct engine *e, const char *image, const char *platform)
{
	const char *wanted = e->config->isolation, *best = e->rootless ? "rootless" : "oci";

	if (e->isolation)
		return;
	if (strcmp(wanted, "auto") != 0) {
		e->isolation = wanted;
	} else if (image && isolation_works(e, best, image, platform)) {
		e->isolation = best;
	} else {
		e->isolation = "chroot";
	}
	tee_say(e->tee, "buildah: isolation %s", e->isolation);
}

static int
build(struct engine *e, const struct engine_build *b)
{
	struct engine_args args = in_store(e);
	struct proc_spec spec = {.env = e->env.v, .in = b->context};

	choose_isolation(e, b->probe, b->probe_platform);
	ENGINE_ADD(e, &args, "bud", "--isolation", e->isolation, "--network", "host", "--format",
		"docker", "--force-rm", "--platform", e->platform, "-t", b->image, "-f",
		b->dockerfile, e->config->keep_layers ? "--layers" : "--layers=false");
	if (b->volume)
		ENGINE_ADD(e, &args, "--volume", b->volume);
	for (size_t i = 0; i < b->args->list.n; i++) {
		ENGINE_ADD(e, &args, "--build-arg",
			arena_printf(e->arena, "%s=%s", b->args->list.v[i].name,
				b->args->list.v[i].value));
	}
	ENGINE_ADD(e, &args, "-");
	spec.argv = args.list.v;
	return tee_run(e->tee, &spec, NULL);
}

static int
run(struct engine *e, const char *image, const char *script, struct str *out)
{
	const char *name = container(e, "run");
	struct proc_spec spec = {.env = e->env.v, .err = e->tee->log};
	struct engine_args args = in_store(e);

	from(e, name, e->platform, image);
	ENGINE_ADD(e, &args, "run", "--isolation", e->isolation);
	if (strcmp(e->isolation, "chroot") != 0) // which has no network of its own
		ENGINE_ADD(e, &args, "--network", "none");
	ENGINE_ADD(e, &args, name, "--", "bash", "-c", script);
	spec.argv = args.list.v;
	return proc_capture(e->arena, &spec, out);
}

// Where a container's tree is mounted, for root.
static const char *
mount(struct engine *e, const char *name)
{
	struct engine_args args = in_store(e);
	struct str at;

	ENGINE_ADD(e, &args, "mount", name);
	if (engine_ask(e, &args, false, &at) != 0) {
		cleanup_leave();
		die("mount the image's tree: %s failed", e->program);
	}
	return arena_ndup(e->arena, at.s, at.n);
}

// A mount is only seen in the namespace it is made in: without root rights tar has to run there.
static void
export_tree(struct engine *e, const char *image, struct proc *p)
{
	static const char script[] = "exec tar --format=posix --sort=name --numeric-owner "
				     "--xattrs --xattrs-include='*' -C \"$CAPSEM_TREE\" -cf - .";
	const char *name = container(e, "export");
	struct engine_args args = e->rootless ? in_store(e) : outside(e, "sh");
	struct proc_spec spec = {.out = PROC_PIPE, .err = e->tee->log};

	from(e, name, e->platform, image);
	if (e->rootless) {
		ENGINE_ADD(e, &args, "unshare", "--mount",
			arena_printf(e->arena, "CAPSEM_TREE=%s", name), "--", "sh");
	} else {
		engine_env_add(e, arena_printf(e->arena, "CAPSEM_TREE=%s", mount(e, name)));
	}
	ENGINE_ADD(e, &args, "-c", script);
	spec.argv = args.list.v;
	spec.env = e->env.v;
	if (!proc_start(p, &spec)) {
		cleanup_leave();
		die("run %s:", args.list.v[0]);
	}
}

static bool
pull(struct engine *e, const char *ref, const char *image)
{
	const struct patience patience = {
		.seconds = REGISTRY_SECONDS, .sign = "Copying", .seconds_after = DOWNLOAD_SECONDS};
	struct engine_args args = in_store(e);
	struct proc_spec spec = {.env = e->env.v};

	ENGINE_ADD(e, &args, "pull", "--platform", e->platform, ref);
	spec.argv = args.list.v;
	if (tee_run(e->tee, &spec, &patience) != 0)
		return false;
	must(e, "name the pulled image", "tag", ref, image, NULL);
	return true;
}

static void
forget(struct engine *e, const char *id)
{
	struct engine_args args = in_store(e);

	ENGINE_ADD(e, &args, "rmi", id);
	engine_tidy(e, &args);
}

// Remove the folder of the job. A buildah that was killed leaves a mount in it.
static void
remove_store(struct engine *e)
{
	struct engine_args umount = outside(e, "umount");
	struct engine_args rm = e->rootless ? in_store(e) : outside(e, "rm");

	ENGINE_ADD(e, &umount, "-l", folder(e, "root/overlay"));
	if (e->rootless) {
		ENGINE_ADD(e, &rm, "unshare", "rm");
	} else {
		engine_tidy(e, &umount);
	}
	ENGINE_ADD(e, &rm, "-rf", "--one-file-system", path_join(e->arena, e->store, e->job));
	engine_tidy(e, &rm);
	rmdir(e->store); // when this was the last job
}

static void
clean(struct engine *e)
{
	struct engine_args containers = in_store(e);

	if (!path_is_dir(path_join(e->arena, e->store, e->job)))
		return;
	ENGINE_ADD(e, &containers, "rm", "--all");
	engine_tidy(e, &containers);
	if (!e->config->keep_layers)
		remove_store(e);
}

static long
memory(struct engine *e)
{
	struct str said;
	cJSON *root = info(e, &said);
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(root, "host"), "MemTotal");
	long mib = cJSON_IsNumber(v) ? (long)(v->valuedouble / (1 << 20)) : 0;

	cJSON_Delete(root);
	return mib;
}

static bool
is_local(struct engine *e)
{
	(void)e;
	return true;
}

const struct engine_kind engine_buildah = {
	.name = "buildah",
	.install = "sudo apt install buildah",
	.start =
		"sudo apt install --reinstall buildah uidmap; a user other than root needs entries "
		"in /etc/subuid and /etc/subgid",
	.prefix = "localhost/",
	.answers = answers,
	.id = image_id,
	.forget = forget,
	.import = import_tar,
	.build = build,
	.run = run,
	.export = export_tree,
	.pull = pull,
	.clean = clean,
	.memory = memory,
	.is_local = is_local,
};
