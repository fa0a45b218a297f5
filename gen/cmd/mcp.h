// SPDX-License-Identifier: Apache-2.0
// mcp.h -- the server of the command mcp: JSON-RPC messages, a line each. Layer: gen/cmd.
// Source: section 11 of the command line reference; https://www.jsonrpc.org/specification;
// https://modelcontextprotocol.io/specification/2024-11-05
#ifndef GEN_CMD_MCP_H
#define GEN_CMD_MCP_H

#include <cjson/cJSON.h>

#include "gen/cmd/cmd.h"

struct mcp {
	const struct cmd_options *options;
	bool ready; // initialize was called
};

// The answer to one message, without its line end; nothing is appended where none is due. Whatever
// the message is: a mistake in it is answered, and a tool that fails is a result.
void mcp_answer(struct mcp *m, struct str message, struct buf *out);

// What is wrong with the JSON TEXT, or not UTF-8 about it; NULL when nothing is. The functions
// below want a text, or a part of one, that passed.
const char *mcp_json_mistake(struct str text);

// What the members of an object, and the items of an array, may be. Strings and numbers keep their
// spelling: a number may be longer than any type of ours.
enum mcp_kind { MCP_NONE, MCP_NULL, MCP_STRING, MCP_NUMBER, MCP_OBJECT, MCP_OTHER };
enum mcp_kind mcp_kind(struct str json);

// The member KEY of OBJECT as it is written, the last one where there are more; empty (MCP_NONE)
// where there is none.
struct str mcp_member(struct str object, const char *key);

// Append the text of a JSON string: escapes are resolved; what cannot be in a text of ours (NUL,
// half a surrogate pair) becomes U+FFFD.
void mcp_text(struct str string, struct buf *out);

// The list of tools, as tools/list gives it. The caller's.
cJSON *mcp_tools(void);

// Call the tool NAME with the object ARGUMENTS (empty: none are given). Appends what it has to say;
// false when that is a mistake.
bool mcp_call(const struct mcp *m, const char *name, struct str arguments, struct buf *text);

// A Dockerfile to be rendered: the architecture ARCH ("": the first of the config) and STEP
// (rootfs, kernel).
struct mcp_dry_run {
	const struct cmd_options *options;
	const char *guest, *arch, *step;
};

// Print it. The config is loaded and not checked. Returns the exit status, 1 after a mistake said
// on stderr; ARG is a struct mcp_dry_run.
int mcp_dry_run(void *arg);

#endif
