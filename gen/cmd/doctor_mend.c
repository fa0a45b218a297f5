// SPDX-License-Identifier: Apache-2.0
// doctor_mend.c -- doctor --fix: packages are installed with apt-get, emulators registered; nothing
// else is touched. Layer: gen/cmd.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/proc.h"
#include "gen/cmd/doctor.h"

struct list {
	VEC(const char *) v;
};

struct mending {
	struct doctor *d;
	struct list packages, foreign;
	bool registers;
	FILE *out; // where is said what happens
	bool ran, failed;
};

// Add the words of TEXT that are not in the list.
static void
add_words(struct arena *a, struct list *l, const char *text)
{
	while (text && *(text += strspn(text, " "))) {
		size_t n = strcspn(text, " "), i = 0;

		while (i < l->v.n && !(strlen(l->v.v[i]) == n && !strncmp(l->v.v[i], text, n)))
			i++;
		if (i == l->v.n)
			VEC_ADD(a, &l->v, arena_ndup(a, text, n));
		text += n;
	}
}

// What is wanted by all that is not in order. A note is no reason to install anything.
static void
collect(struct mending *m)
{
	struct doctor *d = m->d;

	for (size_t i = 0; i < d->list.n; i++) {
		const struct doctor_finding *f = &d->list.v[i];

		if (f->state != DOCTOR_FAIL && f->state != DOCTOR_WARN)
			continue;
		add_words(d->arena, &m->packages, f->packages);
		add_words(d->arena, &m->foreign, f->foreign);
		m->registers |= f->registers;
	}
}

static const char *
joined(struct arena *a, const char *const *words)
{
	const char *text = "";

	for (; *words; words++)
		text = arena_printf(a, "%s%s%s", text, *text ? " " : "", *words);
	return text;
}

// Say the command and run it, as root. It may ask on the terminal for sudo's password; sudo drops
// the environment, so that is part of the command.
static void
run(struct mending *m, const char *const *words, const char *const *more, size_t nmore)
{
	static const char *const as_root[] = {"sudo", "env", "DEBIAN_FRONTEND=noninteractive"};
	struct arena *a = m->d->arena;
	VEC(const char *) argv = {0};
	struct proc_spec spec = {.in = PROC_INHERIT, .foreground = true};
	int status;

	if (m->failed)
		return;
	for (size_t i = geteuid() == 0; i < 3; i++)
		VEC_ADD(a, &argv, as_root[i]);
	for (; *words; words++)
		VEC_ADD(a, &argv, *words);
	for (size_t i = 0; i < nmore; i++)
		VEC_ADD(a, &argv, more[i]);
	VEC_ADD(a, &argv, NULL);
	fprintf(m->out, "fixing: %s\n", joined(a, argv.v));
	fflush(m->out);
	spec.argv = argv.v;
	spec.out = m->out == stderr ? STDERR_FILENO : PROC_DEFAULT;
	status = proc_run(&spec);
	m->ran = true;
	m->failed = status != 0;
	if (m->failed)
		fprintf(m->out, "that failed with exit status %d\n", status);
}

static void
install(struct mending *m)
{
	static const char *const update[] = {"apt-get", "update", "-q", NULL};
	static const char *const install[] = {
		"apt-get", "install", "-q", "-y", "--no-install-recommends", NULL};

	for (size_t i = 0; i < m->foreign.v.n; i++) {
		const char *const add[] = {"dpkg", "--add-architecture", m->foreign.v.v[i], NULL};

		run(m, add, NULL, 0);
	}
	run(m, update, NULL, 0);
	run(m, install, m->packages.v.v, m->packages.v.n);
}

// Why nothing can be installed; NULL when it can.
static const char *
obstacle(struct mending *m)
{
	if (!doctor_program(m->d, "apt-get"))
		return "this is not Debian or Ubuntu (there is no apt-get)";
	if (geteuid() != 0 && !doctor_program(m->d, "sudo"))
		return "this wants to be run by root, or sudo";
	return NULL;
}

bool
doctor_mend(struct doctor *d)
{
	static const char *const enable[] = {"update-binfmts", "--enable", NULL};
	struct mending m = {.d = d, .out = cmd_is_set(d->o, OPT_JSON) ? stderr : stdout};
	struct arena *a = d->arena;
	const char *why;

	collect(&m);
	if (m.packages.v.n == 0) {
		fputs("fixing: nothing that packages could mend\n\n", m.out);
		return false;
	}
	why = obstacle(&m);
	if (why) {
		VEC_ADD(a, &m.packages.v, NULL);
		fprintf(m.out, "fixing: %s; install what brings: %s\n\n", why,
			joined(a, m.packages.v.v));
		return false;
	}
	install(&m);
	if (m.registers)
		run(&m, enable, NULL, 0);
	fputc('\n', m.out);
	return m.ran;
}
