// SPDX-License-Identifier: Apache-2.0
// doctor_tools.c -- the programs that builds and boots run, and emulation for other machines'.
// Layer: gen/cmd.
#include <string.h>

#include "gen/base/path.h"
#include "gen/base/source.h"
#include "gen/cmd/doctor.h"
#include "gen/cmd/probe.h"

#define BINFMT "/proc/sys/fs/binfmt_misc"

enum { NINJA_MAJOR = 1, NINJA_MINOR = 10 }; // as build.ninja wants it

// What PROGRAM --version says; NULL, with *why set, when it says nothing.
static const char *
version_of(struct doctor *d, const char *program, const char **why)
{
	const char *const argv[] = {program, "--version", NULL};
	struct probe_answer answer = probe_ask(d->arena, argv, d->seconds);
	const char *line = probe_first_line(d->arena, answer.out.n ? answer.out : answer.err);

	if (answer.status == 0 && *line)
		return line;
	*why = arena_printf(d->arena, "%s does not tell its version (%s)", program,
		probe_reason(d->arena, &answer, d->seconds));
	return NULL;
}

// "1.11.1" is new enough. -1: it is no version.
static int
is_new_enough(const char *version)
{
	long part[2] = {0};

	for (int i = 0; i < 2; i++) {
		char digits[8] = "";
		size_t n = strspn(version, "0123456789");

		if (n >= sizeof(digits))
			return -1;
		memcpy(digits, version, n);
		if (!str_to_long(digits, 10, 0, 9999999, &part[i]))
			return -1;
		version += n;
		if (i == 0 && *version++ != '.')
			return -1;
	}
	return part[0] > NINJA_MAJOR || (part[0] == NINJA_MAJOR && part[1] >= NINJA_MINOR);
}

void
doctor_ninja(struct doctor *d)
{
	const char *why = NULL, *version;

	if (!doctor_program(d, "ninja")) {
		doctor_add(d, DOCTOR_FAIL, "ninja", "ninja not found");
	} else if (!(version = version_of(d, "ninja", &why))) {
		doctor_add(d, DOCTOR_FAIL, "ninja", "%s", why);
	} else if (is_new_enough(version) < 0) {
		doctor_add(d, DOCTOR_FAIL, "ninja", "ninja says '%s' for its version", version);
	} else if (!is_new_enough(version)) {
		doctor_add(d, DOCTOR_FAIL, "ninja", "ninja %s is too old (minimum %d.%d)", version,
			NINJA_MAJOR, NINJA_MINOR);
	} else {
		doctor_add(d, DOCTOR_PASS, "ninja", "ninja %s", version);
		return;
	}
	doctor_package(d, "ninja-build");
}

// Some tell more than one wants to know: the first three words.
static int
brief(const char *line)
{
	size_t n = 0;

	for (int i = 0; i < 3 && line[n]; i++) {
		n += strspn(line + n, " ");
		n += strcspn(line + n, " ");
	}
	return (int)n;
}

// A program without a setting: STATE is what it is when it is not there, and WHY what it is for.
static void
look_for(struct doctor *d, enum doctor_state state, const char *name, const char *packages,
	const char *purpose)
{
	const char *why = NULL, *version = NULL;

	if (doctor_program(d, name)) {
		version = version_of(d, name, &why);
	} else {
		why = arena_printf(d->arena, "%s not found (%s)", name, purpose);
	}
	if (version) {
		doctor_add(d, DOCTOR_PASS, name, "%.*s", brief(version), version);
	} else {
		doctor_add(d, state, name, "%s", why);
		doctor_package(d, packages);
	}
}

void
doctor_tools(struct doctor *d)
{
	look_for(d, DOCTOR_NOTE, "b3sum", "b3sum",
		"builds have BLAKE3 of their own; only tests use it");
	if (d->conf && str_is(d->conf->build.rootfs_format.v, "erofs")) {
		look_for(d, DOCTOR_FAIL, "mkfs.erofs", "erofs-utils",
			"it packs the root filesystem");
	}
	look_for(d, DOCTOR_WARN, "curl", "curl",
		"it asks for kernel releases, and for the sites below");
}

// Whether the base images can come from a registry at all.
void
doctor_mmdebstrap(struct doctor *d)
{
	const char *base = machine_get(d->machine, "container", "base");
	const char *program = machine_get(d->machine, "container", "mmdebstrap");
	bool must = strcmp(base, "bootstrap") == 0;
	const char *why = NULL, *version;

	if (strcmp(base, "pull") == 0)
		return;
	if (!doctor_program(d, program)) {
		doctor_add(d, must ? DOCTOR_FAIL : DOCTOR_WARN, "mmdebstrap",
			"%s not found (it makes base images%s)", program,
			must ? "" : " where no registry answers");
	} else if (!(version = version_of(d, program, &why))) {
		doctor_add(d, must ? DOCTOR_FAIL : DOCTOR_WARN, "mmdebstrap", "%s", why);
	} else {
		doctor_add(d, DOCTOR_PASS, "mmdebstrap", "%s", version);
		return;
	}
	doctor_install(d, "container", "mmdebstrap", "mmdebstrap");
}

// Whether the kernel's entry NAME starts programs of MACHINE, an e_machine as hex digits: it stands
// at byte 18 of the magic.
static bool
starts(struct arena *a, const char *name, const char *machine)
{
	const char *path = path_join(a, BINFMT, name), *magic;
	struct source *src = source_load(a, path, path);

	if (!src || !str_starts(src->text, "enabled"))
		return false;
	magic = strstr(arena_ndup(a, src->text.s, src->text.n), "\nmagic 7f454c46");
	if (!magic || strlen(magic) < 7 + 40)
		return false;
	return strncmp(magic + 7 + 36, machine, 4) == 0;
}

static const char *
emulator_of(struct arena *a, const struct arch_facts *facts)
{
	const char *machine = strcmp(facts->name, "arm64") == 0 ? "b700" : "3e00";
	struct names names;

	if (!path_list(a, BINFMT, &names))
		return NULL;
	for (size_t i = 0; i < names.n; i++) {
		if (strcmp(names.v[i], "register") != 0 && starts(a, names.v[i], machine))
			return names.v[i];
	}
	return NULL;
}

static void
check_emulation(struct doctor *d, const struct plan_arch *a)
{
	const char *name = arena_printf(d->arena, "binfmt-%s", a->name);
	const char *emulator = emulator_of(d->arena, a->facts);

	if (d->engine.name && !d->engine.local) {
		doctor_add(d, DOCTOR_NOTE, name,
			"programs of %s: %s runs elsewhere, a build will show it",
			a->facts->platform, d->engine.name);
	} else if (emulator) {
		doctor_add(d, DOCTOR_PASS, name, "programs of %s run here (%s)", a->facts->platform,
			emulator);
	} else {
		doctor_add(
			d, DOCTOR_FAIL, name, "programs of %s do not run here", a->facts->platform);
		doctor_package(d, "qemu-user-static binfmt-support");
		d->list.v[d->list.n - 1].registers = true;
		doctor_fix(d, "%s && sudo update-binfmts --enable", d->list.v[d->list.n - 1].fix);
	}
}

void
doctor_binfmt(struct doctor *d)
{
	for (size_t i = 0; i < d->narchs; i++) {
		if (d->archs[i].foreign && d->archs[i].facts)
			check_emulation(d, &d->archs[i]);
	}
}

// An image is built without it, but not booted.
static void
check_qemu(struct doctor *d, const struct plan_arch *a)
{
	const char *kind = a->facts->name, *why = NULL, *version;
	const char *program = machine_get(d->machine, "qemu", kind);
	const char *name = arena_printf(d->arena, "qemu-%s", a->name);

	if (!doctor_program(d, program)) {
		doctor_add(d, DOCTOR_WARN, name, "%s not found (ninja boot-%s needs it)", program,
			a->name);
	} else if (!(version = version_of(d, program, &why))) {
		doctor_add(d, DOCTOR_WARN, name, "%s", why);
	} else {
		doctor_add(d, DOCTOR_PASS, name, "%s: %s", program, version);
		return;
	}
	doctor_install(d, "qemu", kind,
		strcmp(kind, "arm64") == 0 ? "qemu-system-arm" : "qemu-system-x86");
}

void
doctor_qemu(struct doctor *d)
{
	for (size_t i = 0; i < d->narchs; i++) {
		if (d->archs[i].facts)
			check_qemu(d, &d->archs[i]);
	}
}
