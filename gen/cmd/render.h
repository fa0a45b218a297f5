// SPDX-License-Identifier: Apache-2.0
// render.h -- a plan without a build folder, and the Dockerfiles it would make. Layer: gen/cmd.
#ifndef GEN_CMD_RENDER_H
#define GEN_CMD_RENDER_H

#include "gen/cmd/cmd.h"
#include "gen/plan/plan.h"

// The plan of CONF for the options O, without the edges that build this program; for looking at,
// not for writing. Its mistakes go to DS.
struct plan *cmd_plan(const struct cmd_options *o, struct config *conf, const struct machine *m,
	struct diags *ds);

// The same with the platforms that cannot be built.
struct plan *cmd_plan_any(const struct cmd_options *o, struct config *conf, const struct machine *m,
	struct diags *ds);

// What configure would write to PATH, in the arena of P; NULL when it writes no such file.
const char *cmd_file_text(const struct plan *p, const char *path);

// Append what the edge E, a render_dockerfile, would write with VALUES, a JSON text. False after
// mistakes in the template, stored in DS.
bool cmd_render(const struct edge *e, const char *values, struct diags *ds, struct buf *out);

#endif
