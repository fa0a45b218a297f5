// SPDX-License-Identifier: Apache-2.0
// doctor_engine.c -- the container engine that builds take: which one answers. Layer: gen/cmd.
//
// It is found as the helpers find it (rules/lib/engine.c): the one that is asked for, else the
// first that answers; podman must in that case also be able to run something.
#include <assert.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

#include "gen/base/json.h"
#include "gen/base/path.h"
#include "gen/cmd/doctor.h"
#include "gen/cmd/probe.h"

// How one engine says what we want to know: members of its JSON, a table and a key each; table ""
// is the top.
struct member {
	const char *table, *key;
};

struct kind {
	const char *name, *packages, *start;
	const char *const *info; // what to ask it, behind its name
	struct member memory, cpus, kernel, store, version;
};

static const char *const docker_info[] = {"info", "--format", "{{json .}}", NULL};
static const char *const podman_info[] = {"info", "--format", "json", NULL};
static const char *const buildah_info[] = {"info", NULL};

// Each must say where its images are, or which version it is: else it has not answered.
static const struct kind kinds[] = {
	{"docker", "docker.io", "sudo systemctl start docker", docker_info, {"", "MemTotal"},
		{"", "NCPU"}, {"", "KernelVersion"}, {"", "DockerRootDir"}, {"", "ServerVersion"}},
	{"podman", "podman", "podman system migrate", podman_info, {"host", "memTotal"},
		{"host", "cpus"}, {"host", "kernel"}, {"store", "graphRoot"},
		{"store", "graphRoot"}},
	{"buildah", "buildah", "sudo apt install --reinstall buildah uidmap", buildah_info,
		{"host", "MemTotal"}, {"host", "cpus"}, {"host", "kernel"}, {"store", "GraphRoot"},
		{"store", "GraphRoot"}},
};

enum { NKINDS = sizeof(kinds) / sizeof(*kinds) };

static const cJSON *
find(const cJSON *root, struct member at)
{
	const cJSON *table = *at.table ? cJSON_GetObjectItemCaseSensitive(root, at.table) : root;

	return cJSON_GetObjectItemCaseSensitive(table, at.key);
}

static const char *
text_at(struct arena *a, const cJSON *root, struct member at)
{
	const cJSON *v = find(root, at);

	return cJSON_IsString(v) && *v->valuestring ? arena_dup(a, v->valuestring) : NULL;
}

static double
number_at(const cJSON *root, struct member at)
{
	const cJSON *v = find(root, at);

	return cJSON_IsNumber(v) && v->valuedouble > 0 && v->valuedouble < 1e18 ? v->valuedouble
										: 0;
}

// Whether its steps run under our own kernel.
static bool
is_local(const cJSON *root, const struct kind *k, struct arena *a)
{
	const char *kernel = text_at(a, root, k->kernel);
	struct utsname u;

	if (cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(root, "serviceIsRemote")) ||
		cJSON_IsTrue(find(root, (struct member){"host", "serviceIsRemote"})))
		return false;
	return !kernel || (uname(&u) == 0 && strcmp(kernel, u.release) == 0);
}

static const char *
mirror_of(struct arena *a, const cJSON *root)
{
	const cJSON *list = find(root, (struct member){"RegistryConfig", "Mirrors"});
	const cJSON *first = cJSON_GetArrayItem(list, 0);

	return cJSON_IsString(first) ? arena_dup(a, first->valuestring) : NULL;
}

static void
describe(struct doctor *d, const struct kind *k, const cJSON *root)
{
	struct doctor_engine *e = &d->engine;

	e->name = k->name;
	e->local = is_local(root, k, d->arena);
	e->mib = (long)(number_at(root, k->memory) / (1 << 20));
	e->cpus = (long)number_at(root, k->cpus);
	e->store = e->local ? text_at(d->arena, root, k->store) : NULL;
	e->clock = text_at(d->arena, root, (struct member){"", "SystemTime"});
	e->asked = (long)time(NULL);
	e->mirror = mirror_of(d->arena, root);
}

// The command line "PROGRAM WORDS...".
static const char *const *
command(struct arena *a, const char *program, const char *const *words)
{
	VEC(const char *) argv = {0};

	VEC_ADD(a, &argv, program);
	for (; *words; words++)
		VEC_ADD(a, &argv, *words);
	VEC_ADD(a, &argv, NULL);
	return argv.v;
}

// Podman has no server: it answers also where it cannot run a container. It ends with 127 where it
// could have run a program that is not there.
static bool
runs_containers(struct doctor *d, const char *program, const char **why)
{
	static const char *const run[] = {"run", "--rm", "--network", "none", "--rootfs", "/:O",
		"/capsem-no-such-program", NULL};
	struct probe_answer answer =
		probe_ask(d->arena, command(d->arena, program, run), d->seconds);

	if (answer.status == 127)
		return true;
	*why = arena_printf(d->arena, "%s runs no container (%s)", program,
		probe_reason(d->arena, &answer, d->seconds));
	return false;
}

// Whether it answers; then the engine is described, else WHY is set.
static bool
answers(struct doctor *d, const struct kind *k, const char *program, const char **why)
{
	struct arena *a = d->arena;
	struct probe_answer answer = probe_ask(a, command(a, program, k->info), d->seconds);
	cJSON *root = answer.status == 0 ? cJSON_ParseWithLength(answer.out.s, answer.out.n) : NULL;
	bool said = root && text_at(a, root, k->version);

	if (said) {
		describe(d, k, root);
	} else if (answer.status == 0 && !root) {
		*why = arena_printf(a, "%s does not answer (its info is not JSON)", program);
	} else {
		*why = arena_printf(a, "%s does not answer (%s)", program,
			probe_reason(a, &answer, d->seconds));
	}
	cJSON_Delete(root);
	return said;
}

static bool
try_kind(struct doctor *d, const struct kind *k, bool any, const char **why)
{
	const char *program = machine_get(d->machine, "container", k->name);

	if (!doctor_program(d, program)) {
		*why = arena_printf(d->arena, "%s not found on PATH", program);
		return false;
	}
	if (!answers(d, k, program, why))
		return false;
	if (any && strcmp(k->name, "podman") == 0 && !runs_containers(d, program, why)) {
		d->engine = (struct doctor_engine){0};
		return false;
	}
	d->engine.program = program;
	return true;
}

// What the engine says of itself, and why others before it were not taken.
static void
report_engine(struct doctor *d, const char *skipped)
{
	static const char *const ask[] = {"--version", NULL};
	struct probe_answer answer =
		probe_ask(d->arena, command(d->arena, d->engine.program, ask), d->seconds);
	const char *version = answer.status == 0 ? probe_first_line(d->arena, answer.out) : "";

	doctor_add(d, DOCTOR_PASS, "container-runtime", "%s%s%s%s",
		*version ? version : d->engine.name, *version ? "" : " (version unknown)",
		*skipped ? "; taken because " : "", skipped);
}

// How the first engine that could have been taken is made to answer.
static void
report_none(struct doctor *d, const struct kind *first, const char *why)
{
	const char *program = machine_get(d->machine, "container", first->name);

	doctor_add(d, DOCTOR_FAIL, "container-runtime", "container runtime not found: %s", why);
	if (!doctor_program(d, program)) {
		doctor_install(d, "container", first->name, first->packages);
	} else if (strcmp(first->name, "docker") == 0 && strstr(why, "ermission denied")) {
		doctor_fix(d, "sudo usermod -aG docker $USER, and log in again");
	} else {
		doctor_fix(d, "%s", first->start);
	}
}

void
doctor_runtime(struct doctor *d)
{
	const char *runtime = machine_get(d->machine, "container", "runtime"), *all = "";
	bool any = strcmp(runtime, "auto") == 0;
	const struct kind *first = NULL;

	for (size_t i = 0; i < NKINDS && !d->engine.name; i++) {
		const char *why = NULL;

		if (!any && strcmp(runtime, kinds[i].name) != 0)
			continue;
		first = first ? first : &kinds[i];
		if (!try_kind(d, &kinds[i], any, &why))
			all = arena_printf(d->arena, "%s%s%s", all, *all ? ", " : "", why);
	}
	assert(first); // the setting is one of them
	if (d->engine.name) {
		report_engine(d, all);
	} else {
		report_none(d, first, all);
	}
}
