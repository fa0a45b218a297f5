// SPDX-License-Identifier: Apache-2.0
// mcp_run.h -- one call of a tool. Layer: gen/cmd.
#ifndef GEN_CMD_MCP_RUN_H
#define GEN_CMD_MCP_RUN_H

#include "gen/cmd/mcp.h"

enum { MCP_PARAMS = 3 };

// The words two of the arguments may be.
#define MCP_TEMPLATES "rootfs|kernel"
#define MCP_SCANNERS "trivy|grype"

struct mcp_call {
	struct arena *arena;
	const struct cmd_options *options; // of the server
	const char *v[MCP_PARAMS]; // arguments in the order of the tool's table; NULL: not given
	struct buf *text;          // what the call has to say
};

// Say TEXT (as printf would) and nothing else. Returns false.
bool mcp_fail(struct mcp_call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

// The tools. Each says its result; false when that is a mistake.
bool mcp_run_validate(struct mcp_call *c);
bool mcp_run_dry_run(struct mcp_call *c);
bool mcp_run_inspect(struct mcp_call *c);
bool mcp_run_audit(struct mcp_call *c);

#endif
