// SPDX-License-Identifier: Apache-2.0
// settings.c -- machine settings from all their sources, and the command that prints them.
// Layer: gen/cmd.
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/cmd/cmd.h"

static void
take_arguments(const struct cmd_options *o, struct machine *m, const struct cmd_words *words,
	bool from_env)
{
	for (size_t i = 0; i < words->n; i++) {
		const char *mistake = machine_argument(m, words->v[i], from_env);

		if (mistake)
			cmd_usage(o, "%s: %s", words->v[i], mistake);
	}
}

static void
apply_to_diagnostics(const struct cmd_options *o, const struct machine *m, struct diags *ds)
{
	struct words words = machine_words(m, "diagnostics", "allow");
	const struct cmd_words *allowed = &o->option[OPT_ALLOW];

	ds->strict = cmd_is_set(o, OPT_STRICT) || machine_yes(m, "diagnostics", "strict");
	for (size_t i = 0; i < words.n; i++)
		(void)diag_allow(ds, words.v[i]); // its words are codes
	for (size_t i = 0; i < allowed->n; i++) {
		const char *mistake = diag_allow(ds, allowed->v[i]);

		if (mistake)
			cmd_usage(o, "%s", mistake);
	}
}

struct machine *
cmd_settings(const struct cmd_options *o, const char *cwd, struct diags *ds)
{
	const struct cmd_words *machines = &o->option[OPT_MACHINE];
	struct machine *m = arena_alloc(o->arena, sizeof(*m));

	m->arena = o->arena;
	m->cwd = cwd;
	if (!cmd_is_set(o, OPT_QUIET)) // else what the first run saw is on our command line
		machine_env(m, getenv);
	take_arguments(o, m, &o->option[OPT_REMEMBER], true);
	for (size_t i = 0; i < machines->n; i++)
		machine_load(m, machines->v[i], ds);
	take_arguments(o, m, &o->settings, false);
	apply_to_diagnostics(o, m, ds);
	return m;
}

static void
print_setting(const struct machine *m, const char *section, const char *key)
{
	printf("%s%s%s = %s    (%s)\n", section, *section ? "." : "", key,
		machine_get(m, section, key), machine_origin(m, section, key));
}

int
cmd_machine(const struct cmd_options *o)
{
	struct diags ds = {.arena = o->arena};
	const struct machine *m = cmd_settings(o, path_cwd(o->arena), &ds);

	cmd_report(o, &ds, stderr, NULL);
	if (ds.nerrors)
		return 1;
	for (size_t i = 0; i < setting_ninfos; i++)
		print_setting(m, setting_infos[i].section, setting_infos[i].key);
	for (size_t i = 0; i < m->list.n; i++) {
		const struct setting *s = &m->list.v[i];

		if (strcmp(s->section, s->info->section) != 0)
			print_setting(m, s->section, s->info->key);
	}
	return 0;
}
