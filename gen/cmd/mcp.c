// SPDX-License-Identifier: Apache-2.0
// mcp.c -- one message of JSON-RPC and its answer. Layer: gen/cmd.
#include "gen/cmd/mcp.h"

#include <string.h>

#include "gen/base/die.h"
#include "gen/base/json.h"
#include "gen/base/version.h"

// Numbers of JSON-RPC.
enum {
	PARSE_ERROR = -32700,
	INVALID_REQUEST = -32600,
	METHOD_NOT_FOUND = -32601,
	INVALID_PARAMS = -32602,
};

static void
answer(struct str id, const char *key, cJSON *value, struct buf *out)
{
	cJSON *root = cJSON_CreateObject();
	struct buf raw = {0};

	buf_add(&raw, id.s, id.n);
	json_set_str(root, "jsonrpc", "2.0");
	json_set(root, "id", cJSON_CreateRaw(id.n ? raw.s : "null"));
	json_set(root, key, value);
	json_print_line(out, root);
	cJSON_Delete(root);
	buf_free(&raw);
}

static void
refuse(struct str id, int code, const char *text, struct buf *out)
{
	cJSON *error = cJSON_CreateObject();

	json_set_int(error, "code", code);
	json_set_str(error, "message", text);
	answer(id, "error", error, out);
}

static void
initialize(struct mcp *m, struct str id, struct buf *out)
{
	cJSON *result = cJSON_CreateObject(), *info;

	m->ready = true;
	json_set_str(result, "protocolVersion", "2024-11-05");
	json_set_bool(json_add_object(json_add_object(result, "capabilities"), "tools"),
		"listChanged", false);
	info = json_add_object(result, "serverInfo");
	json_set_str(info, "name", "capsem-builder");
	json_set_str(info, "version", CAPSEM_VERSION);
	answer(id, "result", result, out);
}

static void
list_tools(struct str id, struct buf *out)
{
	cJSON *result = cJSON_CreateObject();

	json_set(result, "tools", mcp_tools());
	answer(id, "result", result, out);
}

static void
add_result(struct str id, bool ok, const char *text, struct buf *out)
{
	cJSON *result = cJSON_CreateObject();
	cJSON *content = json_push_object(json_add_array(result, "content"));

	json_set_str(content, "type", "text");
	json_set_str(content, "text", text);
	json_set_bool(result, "isError", !ok);
	answer(id, "result", result, out);
}

static void
call_tool(struct mcp *m, struct str id, struct str params, struct buf *out)
{
	bool object = mcp_kind(params) == MCP_OBJECT;
	struct str name = object ? mcp_member(params, "name") : STR("");
	struct str arguments = object ? mcp_member(params, "arguments") : STR("");
	struct buf text = {0}, tool = {0};

	if (!object) {
		refuse(id, INVALID_PARAMS, "Invalid params: expected an object", out);
	} else if (mcp_kind(name) != MCP_STRING) {
		refuse(id, INVALID_PARAMS, "Invalid params: name must be a string", out);
	} else if (arguments.n && mcp_kind(arguments) != MCP_OBJECT) {
		refuse(id, INVALID_PARAMS, "Invalid params: arguments must be an object", out);
	} else {
		bool ok;

		buf_add(&text, "", 0);
		buf_add(&tool, "", 0);
		mcp_text(name, &tool);
		ok = mcp_call(m, tool.s, arguments, &text);
		add_result(id, ok, text.s, out);
	}
	buf_free(&text);
	buf_free(&tool);
}

static void
call_method(struct mcp *m, struct str id, const char *method, struct str params, struct buf *out)
{
	bool call = strcmp(method, "tools/call") == 0;

	if (strcmp(method, "initialize") == 0) {
		initialize(m, id, out);
	} else if (!call && strcmp(method, "tools/list") != 0) {
		struct buf text = {0};

		buf_addf(&text, "Method not found: %s", method);
		refuse(id, METHOD_NOT_FOUND, text.s, out);
		buf_free(&text);
	} else if (!m->ready) {
		refuse(id, INVALID_REQUEST, "Server not initialized", out);
	} else if (call) {
		call_tool(m, id, params, out);
	} else {
		list_tools(id, out);
	}
}

// A request is an object with a method and an id; without an id it wants no answer.
static void
take_request(struct mcp *m, struct str object, struct buf *out)
{
	struct str id = mcp_member(object, "id"), method = mcp_member(object, "method");
	enum mcp_kind kind = mcp_kind(id), named = mcp_kind(method);
	struct buf name = {0};

	if (kind == MCP_NONE || kind == MCP_NULL)
		return;
	if (kind != MCP_STRING && kind != MCP_NUMBER) {
		refuse(STR(""), INVALID_REQUEST, "Invalid Request: id must be a string or a number",
			out);
	} else if (named == MCP_NONE || named == MCP_NULL) {
		refuse(id, INVALID_REQUEST, "Invalid Request: missing method", out);
	} else if (named != MCP_STRING) {
		refuse(id, INVALID_REQUEST, "Invalid Request: method must be a string", out);
	} else {
		buf_add(&name, "", 0);
		mcp_text(method, &name);
		call_method(m, id, name.s, mcp_member(object, "params"), out);
		buf_free(&name);
	}
}

void
mcp_answer(struct mcp *m, struct str message, struct buf *out)
{
	struct str text = str_trim(message);

	if (text.n == 0)
		return;
	if (mcp_json_mistake(text)) {
		refuse(STR(""), PARSE_ERROR, "Parse error", out);
	} else if (mcp_kind(text) != MCP_OBJECT) {
		refuse(STR(""), INVALID_REQUEST, "Invalid Request: expected an object", out);
	} else {
		take_request(m, text, out);
	}
}
