// SPDX-License-Identifier: Apache-2.0
// mcp_tools.c -- the tools and what they want. Layer: gen/cmd.
#include <string.h>

#include "gen/base/json.h"
#include "gen/cmd/mcp_run.h"

struct param {
	const char *name, *choices, *help; // choices: "a|b", NULL for any text
	bool required;
};

struct tool {
	const char *name, *help;
	bool (*run)(struct mcp_call *c);
	struct param params[MCP_PARAMS];
};

#define GUEST_DIR                                                                                  \
	{                                                                                          \
		"guest_dir", NULL, "path of the guest folder, which holds config/", true           \
	}

static const struct tool tools[] = {
	{"validate", "Check a guest config and list what is wrong with it.", mcp_run_validate,
		{GUEST_DIR}},
	{"build_dry_run", "Render the Dockerfile of an image; nothing is built.", mcp_run_dry_run,
		{GUEST_DIR, {"arch", NULL, "architecture; default: the first of the config", false},
			{"template", MCP_TEMPLATES, "image; default: rootfs", false}}},
	{"inspect", "Print the merged guest config as JSON.", mcp_run_inspect, {GUEST_DIR}},
	{"audit_parse", "Read the JSON report of a vulnerability scanner.", mcp_run_audit,
		{{"output", NULL, "what the scanner printed, as JSON", true},
			{"scanner", MCP_SCANNERS, "which scanner that was", true}}},
};

enum { NTOOLS = sizeof(tools) / sizeof(*tools) };

// Read the arguments of TOOL; false when one is missing or is not a string.
static bool
take_arguments(struct mcp_call *c, const struct tool *tool, struct str arguments)
{
	for (size_t i = 0; i < MCP_PARAMS && tool->params[i].name; i++) {
		const struct param *p = &tool->params[i];
		struct str given = arguments.n ? mcp_member(arguments, p->name) : STR("");
		enum mcp_kind kind = mcp_kind(given);
		struct buf text = {0};

		if (kind == MCP_NONE && p->required)
			return mcp_fail(c, "'%s'", p->name);
		if (kind == MCP_NONE || (kind == MCP_NULL && !p->required))
			continue;
		if (kind != MCP_STRING)
			return mcp_fail(c, "%s must be a string", p->name);
		mcp_text(given, &text);
		c->v[i] = arena_ndup(c->arena, text.n ? text.s : "", text.n);
		buf_free(&text);
	}
	return true;
}

bool
mcp_call(const struct mcp *m, const char *name, struct str arguments, struct buf *text)
{
	struct arena a = {0};
	struct mcp_call c = {.arena = &a, .options = m->options, .text = text};
	size_t i = 0;
	bool ok;

	while (i < NTOOLS && strcmp(tools[i].name, name) != 0)
		i++;
	if (i == NTOOLS)
		return mcp_fail(&c, "Unknown tool: %s", name);
	ok = take_arguments(&c, &tools[i], arguments) && tools[i].run(&c);
	arena_free(&a);
	return ok;
}

static void
add_param(cJSON *schema, const struct param *p)
{
	cJSON *v = json_add_object(cJSON_GetObjectItem(schema, "properties"), p->name), *list;
	size_t n;

	json_set_str(v, "type", "string");
	json_set_str(v, "description", p->help);
	if (p->required)
		json_push_str(cJSON_GetObjectItem(schema, "required"), p->name);
	if (!p->choices)
		return;
	list = json_add_array(v, "enum");
	for (const char *word = p->choices; *word; word += n + (word[n] == '|')) {
		char copy[16];

		n = strcspn(word, "|");
		snprintf(copy, sizeof(copy), "%.*s", (int)n, word);
		json_push_str(list, copy);
	}
}

cJSON *
mcp_tools(void)
{
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < NTOOLS; i++) {
		cJSON *tool = json_push_object(list), *schema;

		json_set_str(tool, "name", tools[i].name);
		json_set_str(tool, "description", tools[i].help);
		schema = json_add_object(tool, "inputSchema");
		json_set_str(schema, "type", "object");
		json_add_object(schema, "properties");
		json_add_array(schema, "required");
		for (size_t k = 0; k < MCP_PARAMS && tools[i].params[k].name; k++)
			add_param(schema, &tools[i].params[k]);
	}
	return list;
}
