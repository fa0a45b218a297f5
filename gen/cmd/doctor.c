// SPDX-License-Identifier: Apache-2.0
// doctor.c -- whether this machine can build the images: one check after another, by doctor.def.
// Layer: gen/cmd.
#include "gen/cmd/doctor.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/check/check.h"
#include "gen/cmd/generate.h"

static const struct {
	const char *category;
	void (*run)(struct doctor *d);
} checkups[] = {
#define DOCTOR(category, function) {category, function},
#include "gen/cmd/doctor.def"
};

static const char *
clean(char *text)
{
	for (char *c = text; *c; c++) {
		if (iscntrl((unsigned char)*c))
			*c = '?';
	}
	return text;
}

void
doctor_add(struct doctor *d, enum doctor_state state, const char *name, const char *fmt, ...)
{
	struct doctor_finding f = {.name = name, .category = d->category, .state = state};
	va_list ap;

	va_start(ap, fmt);
	f.detail = clean(arena_vprintf(d->arena, fmt, ap));
	va_end(ap);
	VEC_ADD(d->arena, &d->list, f);
}

void
doctor_fix(struct doctor *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	d->list.v[d->list.n - 1].fix = clean(arena_vprintf(d->arena, fmt, ap));
	va_end(ap);
}

void
doctor_package(struct doctor *d, const char *packages)
{
	doctor_fix(d, "sudo apt install %s", packages);
	d->list.v[d->list.n - 1].packages = packages;
}

const char *
doctor_word(struct doctor *d, const char *text)
{
	const char *c = text;
	struct buf b = {0};

	while (isalnum((unsigned char)*c) || (*c && strchr("-._/:=@%+,", *c)))
		c++;
	if (*text && !*c)
		return text;
	buf_addc(&b, '\'');
	for (c = text; *c; c++) {
		if (*c == '\'') {
			buf_adds(&b, "'\\''");
		} else {
			buf_addc(&b, *c);
		}
	}
	buf_addc(&b, '\'');
	text = arena_dup(d->arena, b.s);
	buf_free(&b);
	return text;
}

const char *
doctor_program(struct doctor *d, const char *program)
{
	const char *path = getenv("PATH");

	return path_find_program(d->arena, path ? path : "/usr/bin:/bin", program);
}

void
doctor_install(struct doctor *d, const char *section, const char *key, const char *packages)
{
	const char *origin = machine_origin(d->machine, section, key);

	if (strcmp(origin, "default") == 0) {
		doctor_package(d, packages);
	} else {
		doctor_fix(d, "name one that is there: %s.%s comes from: %s", section, key, origin);
	}
}

// An architecture with a platform that cannot be built has no facts.
static void
add_arch(struct doctor *d, const char *name, const struct conf_arch *conf,
	const struct arch_facts *facts)
{
	const struct arch_facts *host = arch_by_machine(cmd_host(d->arena));

	d->archs[d->narchs++] = (struct plan_arch){name, conf, facts, facts != host};
}

static bool
is_wanted(const struct cmd_words *wanted, const char *name)
{
	for (size_t i = 0; i < wanted->n; i++) {
		if (strcmp(wanted->v[i], name) == 0)
			return true;
	}
	return wanted->n == 0;
}

// Those of the config that are asked for; this machine's where there is no config.
static void
find_archs(struct doctor *d)
{
	const struct conf_arch_list *all = &d->conf->build.architectures;
	const struct cmd_words *wanted = &d->o->option[OPT_ARCH];
	const struct arch_facts *host = arch_by_machine(cmd_host(d->arena));

	d->archs = arena_alloc(d->arena, (all->n + 1) * sizeof(*d->archs));
	if (d->conf->found && !d->conf->broken)
		cmd_check_archs(d->o, d->conf);
	for (size_t i = 0; i < all->n; i++) {
		const struct conf_arch *a = &all->v[i];

		if (is_wanted(wanted, a->head.key.s)) {
			add_arch(d, a->head.key.s, a, arch_by_platform(a->docker_platform.v.s));
		}
	}
	if (all->n == 0 && host)
		add_arch(d, host->name, NULL, host);
}

static int
probe_seconds(const struct machine *m)
{
	long n = 0;

	if (!str_to_long(machine_get(m, "doctor", "timeout"), 10, 1, 3600, &n)) {
		die("doctor.timeout must be from 1 to 3600 seconds, not '%s'",
			machine_get(m, "doctor", "timeout"));
	}
	return (int)n;
}

static void
examine(struct doctor *d)
{
	d->mistakes = arena_alloc(d->arena, sizeof(*d->mistakes));
	d->mistakes->arena = d->arena;
	d->conf = config_load(d->o->guest, d->mistakes);
	if (d->conf->found)
		check_config(d->conf, d->mistakes);
	d->engine = (struct doctor_engine){0};
	d->list.n = d->narchs = 0;
	find_archs(d);
	for (size_t i = 0; i < sizeof(checkups) / sizeof(*checkups); i++) {
		d->category = checkups[i].category;
		checkups[i].run(d);
	}
}

int
cmd_doctor(const struct cmd_options *o)
{
	struct diags ds = {.arena = o->arena};
	struct doctor d = {.arena = o->arena, .o = o};

	d.machine = cmd_settings(o, path_cwd(o->arena), &ds);
	if (ds.list.n > 0)
		cmd_report(o, &ds, stderr, NULL);
	if (ds.nerrors)
		return 1;
	d.seconds = probe_seconds(d.machine);
	examine(&d);
	if (cmd_is_set(o, OPT_FIX) && doctor_mend(&d))
		examine(&d);
	return doctor_print(&d, cmd_is_set(o, OPT_JSON));
}
