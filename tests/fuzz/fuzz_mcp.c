// SPDX-License-Identifier: Apache-2.0
// fuzz_mcp -- any bytes as messages to the server of the command mcp, a line each: no answer, or
// one line of JSON with an id. No tool is called. Layer: tests (cmd).
#include <stdlib.h>
#include <string.h>

#include "gen/base/json.h"
#include "gen/cmd/mcp.h"
#include "tests/fuzz/fuzz.h"

static void
promise(bool kept)
{
	if (!kept)
		abort();
}

static void
check_answer(const struct buf *out)
{
	struct str text = buf_str(out);

	if (out->n == 0)
		return;
	promise(!memchr(out->s, '\n', out->n) && !mcp_json_mistake(text));
	promise(mcp_kind(text) == MCP_OBJECT && mcp_member(text, "id").n > 0);
	promise((mcp_member(text, "result").n == 0) != (mcp_member(text, "error").n == 0));
}

// A tool of this name would be run.
static bool
calls(struct str line)
{
	return mcp_json_mistake(line) == NULL && mcp_kind(line) == MCP_OBJECT &&
	       mcp_kind(mcp_member(line, "params")) == MCP_OBJECT &&
	       mcp_kind(mcp_member(mcp_member(line, "params"), "arguments")) == MCP_OBJECT;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size + 1); // of exactly this size, for the sanitiser
	struct str rest = {copy, size};
	struct mcp m = {0};

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	copy[size] = '\0';
	while (rest.n > 0) {
		const char *end = memchr(rest.s, '\n', rest.n);
		struct str line = {rest.s, end ? (size_t)(end - rest.s) : rest.n};
		struct buf out = {0};

		if (!calls(str_trim(line)))
			mcp_answer(&m, line, &out);
		check_answer(&out);
		buf_free(&out);
		rest.n -= line.n + (end != NULL);
		rest.s += line.n + (end != NULL);
	}
	free(copy);
	return 0;
}
