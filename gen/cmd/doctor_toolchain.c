// SPDX-License-Identifier: Apache-2.0
// doctor_toolchain.c -- the C compilers: this machine's, and one that makes static musl programs
// for each architecture. Layer: gen/cmd.
//
// The trial is that of rules/check_toolchain.c.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/path.h"
#include "gen/cmd/doctor.h"
#include "gen/cmd/probe.h"

static const char program[] = "#include <stdio.h>\nint main(void) { return puts(\"\") < 0; }\n";

void
doctor_compiler(struct doctor *d)
{
	const char *cc = machine_get(d->machine, "toolchain", "cc");
	const char *const argv[] = {cc, "--version", NULL};
	struct probe_answer answer;

	if (!doctor_program(d, cc)) {
		doctor_add(d, DOCTOR_FAIL, "c-toolchain", "%s not found", cc);
		doctor_install(d, "toolchain", "cc", "gcc");
		return;
	}
	answer = probe_ask(d->arena, argv, d->seconds);
	if (answer.status == 0 && answer.out.n) {
		doctor_add(d, DOCTOR_PASS, "c-toolchain", "%s",
			probe_first_line(d->arena, answer.out));
		return;
	}
	doctor_add(d, DOCTOR_FAIL, "c-toolchain", "%s does not tell its version (%s)", cc,
		probe_reason(d->arena, &answer, d->seconds));
	doctor_install(d, "toolchain", "cc", "gcc");
}

// One architecture being tried.
struct trial {
	struct doctor *d;
	const struct plan_arch *arch;
	struct plan_toolchain t;
	const char *name, *target; // of the finding; as build.toml calls it
	const char *binary;        // temporary
};

static const char *
missing_file(const struct trial *t)
{
	static const char *const libs[] = {"crt1.o", "crti.o", "crtn.o", "libc.a", NULL};
	const char *path = path_join(t->d->arena, t->t.include, "stdio.h");

	for (size_t i = 0; path_is_file(path); i++) {
		if (!libs[i])
			return NULL;
		path = path_join(t->d->arena, t->t.lib, libs[i]);
	}
	return path;
}

static void
install(const struct trial *t, const char *key, const char *packages, bool foreign)
{
	struct doctor *d = t->d;

	if (strcmp(machine_origin(d->machine, t->t.section, key), "default") != 0) {
		doctor_install(d, t->t.section, key, packages);
		return;
	}
	doctor_package(d, packages);
	if (foreign && t->arch->foreign) {
		d->list.v[d->list.n - 1].foreign = t->arch->facts->debian;
		doctor_fix(d, "sudo dpkg --add-architecture %s && sudo apt update && %s",
			t->arch->facts->debian, d->list.v[d->list.n - 1].fix);
	}
}

static void
install_compiler(const struct trial *t)
{
	bool arm = strcmp(t->arch->facts->name, "arm64") == 0;

	install(t, "cc",
		!t->arch->foreign ? "gcc"
		: arm             ? "gcc-aarch64-linux-gnu"
				  : "gcc-x86-64-linux-gnu",
		false);
}

static void
install_musl(const struct trial *t)
{
	struct arena *a = t->d->arena;

	install(t, "musl_lib",
		t->arch->foreign ? arena_printf(a, "musl-dev:%s", t->arch->facts->debian)
				 : "musl-dev",
		true);
}

static const char *const *
command(const struct trial *t)
{
	struct arena *a = t->d->arena;
	struct words flags = machine_words(t->d->machine, t->t.section, "cflags");
	const char *lib = t->t.lib;
	const char *const words[] = {"-nostdinc", "-isystem", t->t.include, "-static", "-nostdlib",
		"-nostartfiles", "-o", t->binary, path_join(a, lib, "crt1.o"),
		path_join(a, lib, "crti.o"), "-x", "c", "-", "-x", "none", "-L", lib,
		"-Wl,--start-group", "-lc", "-lgcc", "-Wl,--end-group", path_join(a, lib, "crtn.o"),
		NULL};
	VEC(const char *) argv = {0};

	VEC_ADD(a, &argv, t->t.cc);
	for (size_t i = 0; i < flags.n; i++)
		VEC_ADD(a, &argv, flags.v[i]);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		VEC_ADD(a, &argv, words[i]);
	return argv.v;
}

// An empty file for the program; NULL, with errno set, when there can be none.
static const char *
temporary(struct doctor *d)
{
	const char *folder = getenv("TMPDIR");
	char *path = arena_printf(
		d->arena, "%s/capsem-doctor-XXXXXX", folder && *folder ? folder : "/tmp");
	int fd = mkstemp(path);

	if (fd < 0)
		return NULL;
	close(fd);
	cleanup_file(path);
	return path;
}

// Whether the file is an ELF program for the architecture: e_machine stands at byte 18.
static bool
is_for(const char *path, const struct arch_facts *facts)
{
	unsigned char head[20] = {0};
	int fd = open(path, O_RDONLY | O_CLOEXEC), machine;
	ssize_t n = fd < 0 ? -1 : read(fd, head, sizeof(head));

	if (fd >= 0)
		close(fd);
	machine = head[18] | head[19] << 8;
	return n == sizeof(head) &&
	       memcmp(head,
		       "\x7f"
		       "ELF",
		       4) == 0 &&
	       machine == (strcmp(facts->name, "arm64") == 0 ? 183 : 62);
}

// Compile and link a small program. NULL, or what is wrong with the outcome.
static const char *
compile(struct trial *t)
{
	struct arena *a = t->d->arena;
	const char *why = NULL;
	struct probe_answer answer;
	struct probe p;

	t->binary = temporary(t->d);
	if (!t->binary)
		return "a temporary file cannot be written";
	probe_start(&p, command(t), NULL, program, t->d->seconds);
	answer = probe_finish(&p, a);
	if (answer.status != 0) {
		why = arena_printf(a, "%s fails (%s)", t->t.cc,
			answer.status == PROBE_TIMED_OUT || !answer.err.n
				? probe_reason(a, &answer, t->d->seconds)
				: probe_first_line(a, answer.err));
	} else if (!is_for(t->binary, t->arch->facts)) {
		why = arena_printf(a, "%s makes programs for another machine", t->t.cc);
	}
	unlink(t->binary);
	cleanup_forget(t->binary);
	return why;
}

static void
try_target(struct trial *t)
{
	struct doctor *d = t->d;
	const char *missing = missing_file(t), *why;

	if (!doctor_program(d, t->t.cc)) {
		doctor_add(d, DOCTOR_FAIL, t->name, "target %s not installed: %s not found",
			t->target, t->t.cc);
		install_compiler(t);
	} else if (missing) {
		doctor_add(d, DOCTOR_FAIL, t->name, "target %s not installed: no %s", t->target,
			missing);
		install_musl(t);
	} else if ((why = compile(t)) != NULL) {
		doctor_add(d, DOCTOR_FAIL, t->name, "target %s: %s", t->target, why);
		install_compiler(t);
	} else {
		doctor_add(d, DOCTOR_PASS, t->name, "target %s (%s, musl in %s)", t->target,
			t->t.cc, t->t.lib);
	}
}

void
doctor_targets(struct doctor *d)
{
	for (size_t i = 0; i < d->narchs; i++) {
		const struct plan_arch *a = &d->archs[i];
		struct trial t = {.d = d, .arch = a};

		if (!a->facts) {
			doctor_add(d, DOCTOR_FAIL, arena_printf(d->arena, "target-%s", a->name),
				"architecture %s: platform '%s' cannot be built", a->name,
				a->conf->docker_platform.v.s);
			doctor_fix(d, "linux/amd64 and linux/arm64 can");
			continue;
		}
		t.t = plan_toolchain(d->arena, d->machine, a);
		t.name = arena_printf(
			d->arena, "target-%.*s", (int)strcspn(a->facts->musl, "-"), a->facts->musl);
		t.target = a->conf ? a->conf->rust_target.v.s : a->facts->musl;
		try_target(&t);
	}
}
