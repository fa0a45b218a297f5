// SPDX-License-Identifier: Apache-2.0
// mcp_dry_run.c -- one Dockerfile, rendered. Layer: gen/cmd.
// Source: section 11 of the command line reference: other than 'build --dry-run', it does not
// check.
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/cmd/build.h"
#include "gen/cmd/generate.h"
#include "gen/cmd/mcp_run.h"

static void
stop_at_mistakes(struct diags *ds)
{
	if (ds->nerrors == 0)
		return;
	diag_print_short(ds, stderr);
	exit(1);
}

// The architecture that was asked for; dies when there is none.
static const char *
find_arch(struct arena *a, const struct config *conf, const char *name)
{
	const struct conf_arch_list *archs = &conf->build.architectures;

	for (size_t i = 0; i < archs->n; i++) {
		const char *it = archs->v[i].head.key.s;

		if (!name || strcmp(it, name) == 0)
			return it;
	}
	die("Architecture '%s' not found (available: %s)", name ? name : "",
		cmd_list_archs(a, conf));
}

int
mcp_dry_run(void *arg)
{
	const struct mcp_dry_run *job = arg;
	struct cmd_options o = *job->options;
	struct diags ds = {.arena = o.arena};
	const struct machine *m = cmd_settings(&o, path_cwd(o.arena), &ds);
	struct config *conf = config_load(job->guest, &ds);
	const char *arch;

	stop_at_mistakes(&ds);
	arch = find_arch(o.arena, conf, job->arch);
	if (cmd_place(MCP_TEMPLATES, job->step) == 2)
		die("Unknown template: Dockerfile.%s.j2", job->step);
	o.guest = job->guest;
	VEC_ADD(o.arena, &o.option[OPT_ARCH], arch);
	return build_dry_run(&o, conf, m, job->step);
}
