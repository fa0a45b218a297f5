// SPDX-License-Identifier: Apache-2.0
// doctor_guest.c -- the guest config, and the files that go into the images. Layer: gen/cmd.
// Source: section 6 of the command reference.
#include <string.h>

#include "gen/base/path.h"
#include "gen/cmd/doctor.h"

// Why build.toml cannot be read as TOML; NULL when it can.
static const struct diag *
mistake_in(const struct doctor *d, const char *path)
{
	for (size_t i = 0; i < d->mistakes->list.n; i++) {
		const struct diag *m = d->mistakes->list.v[i];

		if (m->code == E002 && strcmp(m->at.src->path, path) == 0)
			return m;
	}
	return NULL;
}

static void
init_fix(struct doctor *d)
{
	doctor_fix(d, "capsem-builder init %s", doctor_word(d, d->o->guest));
}

static void
report_config(struct doctor *d, const char *path)
{
	const struct diag *m = mistake_in(d, path);
	size_t n = d->conf->build.architectures.n, errors = d->mistakes->nerrors;
	struct place at;

	if (m) {
		at = span_place(m->at);
		doctor_add(d, DOCTOR_FAIL, "guest-config", "invalid build.toml: %zu:%zu: %s",
			at.line, at.column, m->text);
		return;
	}
	doctor_add(d, errors ? DOCTOR_WARN : DOCTOR_PASS, "guest-config",
		"%s (%zu architecture%s)%s", path, n, n == 1 ? "" : "s",
		errors ? arena_printf(d->arena, ", %zu mistake%s in the config", errors,
				 errors == 1 ? "" : "s")
		       : "");
	if (errors)
		doctor_fix(d, "capsem-builder validate %s", doctor_word(d, d->o->guest));
}

void
doctor_guest(struct doctor *d)
{
	const char *dir = path_join(d->arena, d->o->guest, "config");
	const char *path = path_join(d->arena, dir, "build.toml");

	if (!path_is_dir(dir)) {
		doctor_add(d, DOCTOR_FAIL, "guest-config", "config directory not found: %s", dir);
		init_fix(d);
	} else if (!path_is_file(path) && !mistake_in(d, path)) {
		doctor_add(d, DOCTOR_FAIL, "guest-config", "build.toml not found in %s", dir);
		init_fix(d);
	} else {
		report_config(d, path);
	}
}

// In the order of the report; folders are shown with their path.
static const struct {
	const char *name;
	bool folder;
} required[] = {
	{"capsem-init", false},
	{"capsem-bashrc", false},
	{"banner.txt", false},
	{"tips.txt", false},
	{"capsem-doctor", false},
	{"capsem-bench", false},
	{"snapshots", false},
	{"capsem_bench", true},
	{"diagnostics", true},
};

enum { NREQUIRED = sizeof(required) / sizeof(*required) };

// Beside the other files, in config/ beside the guest folder, or in config/ right here.
static bool
has_certificate(struct doctor *d, const char *artifacts)
{
	const char *guest = path_join(d->arena, d->o->guest, "../config/capsem-ca.crt");

	return path_is_file(path_join(d->arena, artifacts, "capsem-ca.crt")) ||
	       path_is_file(guest) || path_is_file("config/capsem-ca.crt");
}

static const char *
add_missing(struct doctor *d, const char *missing, const char *name)
{
	return arena_printf(d->arena, "%s%s%s", missing, *missing ? ", " : "", name);
}

void
doctor_files(struct doctor *d)
{
	const char *dir = path_join(d->arena, d->o->guest, "artifacts"), *missing = "";

	if (!path_is_dir(dir))
		dir = "guest/artifacts";
	for (size_t i = 0; i < NREQUIRED; i++) {
		const char *path = path_join(d->arena, dir, required[i].name);

		if (!(required[i].folder ? path_is_dir(path) : path_is_file(path))) {
			missing = add_missing(
				d, missing, required[i].folder ? path : required[i].name);
		}
	}
	if (!has_certificate(d, dir))
		missing = add_missing(d, missing, "capsem-ca.crt");
	if (!*missing) {
		doctor_add(d, DOCTOR_PASS, "source-files", "all %d required source files present",
			NREQUIRED + 1);
		return;
	}
	doctor_add(d, DOCTOR_FAIL, "source-files", "missing: %s", missing);
	doctor_fix(
		d, "check your checkout: git status %s", doctor_word(d, path_dir(d->arena, dir)));
}
