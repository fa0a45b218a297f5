// SPDX-License-Identifier: Apache-2.0
// validate.c -- the config is checked, nothing is written. Layer: gen/cmd.
#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/check/check.h"
#include "gen/cmd/render.h"

// The three last lines that scripts know from the tool before.
static void
print_summary(struct diags *ds, FILE *f)
{
	if (ds->nerrors) {
		fprintf(f, "\n%zu error(s), %zu warning(s)\n", ds->nerrors, ds->nwarnings);
	} else if (ds->nwarnings) {
		fprintf(f, "\n%zu warning(s), 0 errors -- passed\n", ds->nwarnings);
	} else {
		fprintf(f, "passed: config is clean\n");
	}
}

static void
check_artifacts(const struct cmd_options *o, struct diags *ds)
{
	const char *dir = cmd_value(o, OPT_ARTIFACTS);

	if (!dir)
		dir = path_join(o->arena, o->guest, "artifacts");
	if (cmd_is_set(o, OPT_ARTIFACTS))
		plan_demand_artifacts(dir, ds);
	plan_check_artifacts(dir, ds);
}

// Templates of one's own are rendered too, with the values of this config. What else the plan may
// find wrong is about building.
static void
check_templates(
	const struct cmd_options *o, struct config *conf, const struct machine *m, struct diags *ds)
{
	struct diags ignored = {.arena = o->arena};
	const struct plan *p = cmd_plan(o, conf, m, &ignored);

	for (size_t i = 0; i < p->graph->edges.n; i++) {
		const struct edge *e = p->graph->edges.v[i];
		struct buf text = {0};

		if (e->rule == RULE_render_dockerfile)
			cmd_render(e, cmd_file_text(p, e->ins.v[0]), ds, &text);
		buf_free(&text);
	}
}

int
cmd_validate(const struct cmd_options *o)
{
	struct diags ds = {.arena = o->arena};
	const char *artifacts = cmd_value(o, OPT_ARTIFACTS);
	const struct machine *m = cmd_settings(o, path_cwd(o->arena), &ds);
	struct config *conf;

	if (artifacts && !path_is_dir(artifacts)) {
		cmd_usage(
			o, "Invalid value for '--artifacts': Path '%s' does not exist.", artifacts);
	}
	if (!path_is_dir(o->guest))
		die("directory not found: %s", o->guest);
	conf = config_load(o->guest, &ds);
	if (conf->found) {
		check_config(conf, &ds);
		check_artifacts(o, &ds);
	}
	if (ds.nerrors == 0 && cmd_is_set(o, OPT_TEMPLATES))
		check_templates(o, conf, m, &ds);
	cmd_report(o, &ds, stdout, print_summary);
	return ds.nerrors > 0;
}
