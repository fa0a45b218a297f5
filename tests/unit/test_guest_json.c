// SPDX-License-Identifier: Apache-2.0
// test_guest_json.c -- JSON-RPC lines, MCP frames and what waits for an answer. Links
// guest/agent/lib, built for the development machine with -D_GNU_SOURCE.
#include "tests/unit/guest.h"

#include "guest/agent/lib/json.h"
#include "guest/agent/lib/mcp.h"
#include "guest/agent/lib/pending.h"

static void
finds_id_and_method(void **state)
{
	static const struct {
		const char *line, *id, *method; // NULL: none
	} cases[] = {
		{"{}", NULL, NULL},
		{" { } ", NULL, NULL},
		{"{\"id\":1}", "1", NULL},
		{"{\"id\" : null , \"method\" : \"a/b\" }", "null", "a/b"},
		{"{\"method\":\"x\\\"y\",\"id\":\"s\\u00e9\"}", "\"s\\u00e9\"", "x\\\"y"},
		{"{\"id\":[1, {\"id\":2}],\"method\":7}", "[1, {\"id\":2}]", NULL},
		{"{\"id\":1,\"params\":{\"id\":3,\"method\":\"no\"}}", "1", NULL},
		{"{\"id\":1,\"id\":-2.5e+10}", "-2.5e+10", NULL},
		{"{\"id\":true,\"a\":[],\"b\":{},\"c\":[[],{}],\"d\":false}", "true", NULL},
		{"\t{\"id\":0.5}\r", "0.5", NULL},
	};
	struct json_call call;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(json_read_call(cases[i].line, strlen(cases[i].line), &call));
		assert_int_equal(call.has_id, cases[i].id != NULL);
		if (cases[i].id)
			assert_true(text_is(call.id, cases[i].id));
		assert_int_equal(call.method.s != NULL, cases[i].method != NULL);
		if (cases[i].method)
			assert_true(text_is(call.method, cases[i].method));
	}
}

static void
refuses_what_is_no_object(void **state)
{
	static const char *const bad[] = {"", " ", "1", "\"x\"", "[]", "null", "nul", "{", "}",
		"{]", "{\"id\"}", "{\"id\":}", "{\"id\":1,}", "{,}", "{id:1}", "{\"id\":1} x",
		"{\"id\":1}}", "{\"id\":01}", "{\"id\":1.}", "{\"id\":.5}", "{\"id\":1e}",
		"{\"id\":+1}", "{\"id\":-}", "{\"id\":\"a}", "{\"id\":\"\\x\"}",
		"{\"id\":\"\\u12g4\"}", "{\"id\":\"\n\"}", "{\"id\":tru}", "{\"a\":[1,]}",
		"{\"a\":[,1]}", "{\"a\":[1 2]}", "{'id':1}", "{\"id\":\"\\"};
	struct json_call call;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(json_read_call(bad[i], strlen(bad[i]), &call));
	assert_false(json_read_call("{\"id\":1\0}", 9, &call));
}

static void
nests_only_so_deep(void **state)
{
	char line[300] = "{\"a\":";
	struct json_call call;

	(void)state;
	for (size_t depth = 126; depth < 129; depth++) {
		size_t n = 5;

		memset(line + n, '[', depth);
		memset(line + n + depth, ']', depth);
		n += 2 * depth;
		line[n++] = '}';
		assert_int_equal(json_read_call(line, n, &call), depth < 128);
	}
}

static void
half_lines_are_refused(void **state)
{
	static const char line[] =
		"{\"id\":[1,-2.5e3,\"\\u00e9\\n\"],\"m\":{\"x\":null,\"y\":true}}";
	struct json_call call;

	(void)state;
	for (size_t n = 0; n < sizeof(line) - 1; n++) {
		char *copy = malloc(n + 1); // its end is where a sanitiser looks

		memcpy(copy, line, n);
		assert_false(json_read_call(copy, n, &call));
		free(copy);
	}
	assert_true(json_read_call(line, sizeof(line) - 1, &call));
}

static void
writes_frames(void **state)
{
	struct bytes b = {.max = 4 << 20};
	char *big = calloc(1, MCP_MAX);

	(void)state;
	assert_true(mcp_put(&b, 1, "sh", guest_text("{}")));
	guest_assert_bytes(&b, "00000014 4d43 01 10 00000001 0000 0002 00000002 73687b7d");
	assert_true(mcp_put(&b, 0, "", guest_text("{}")));
	guest_assert_bytes(&b, "00000012 4d43 01 10 00000000 0001 0000 00000002 7b7d");
	assert_true(mcp_put(&b, 2, "sh", (struct text){big, MCP_MAX - 18}));
	assert_int_equal(b.n, 4 + MCP_MAX);
	assert_false(mcp_put(&b, 2, "sh", (struct text){big, MCP_MAX - 17}));
	assert_int_equal(b.n, 4 + MCP_MAX);
	b.max = b.n + 30;
	assert_false(mcp_put(&b, 3, "sh", guest_text("more than there is room for")));
	assert_false(b.failed);
	free(big);
	bytes_free(&b);
}

static void
reads_frames(void **state)
{
	struct bytes b = guest_bytes("00000014 4d43 01 10 00000007 0000 0002 00000002 73687b7d"
				     "00000010 4d43 01 10 00000008 0000 0000 00000000");
	size_t all = b.n;
	struct text payload;
	uint32_t stream;

	(void)state;
	for (b.n = 0; b.n < 24; b.n++)
		assert_int_equal(mcp_next(&b, &stream, &payload), 0);
	b.n = all;
	assert_int_equal(mcp_next(&b, &stream, &payload), 24);
	assert_int_equal(stream, 7);
	assert_true(text_is(payload, "{}"));
	bytes_take(&b, 24);
	assert_int_equal(mcp_next(&b, &stream, &payload), 20);
	assert_int_equal(payload.n, 0);
	bytes_free(&b);
}

static void
refuses_bad_frames(void **state)
{
	static const char *const bad[] = {
		"0000000f",                                        // too short
		"00101001",                                        // too long
		"00000010 4d44 01 10 00000001 0000 0000 00000000", // another magic
		"00000010 4d43 02 10 00000001 0000 0000 00000000", // another version
		"00000010 4d43 01 11 00000001 0000 0000 00000000", // another header
		"00000011 4d43 01 10 00000001 0000 0000 00000000", // lengths disagree
		"00000010 4d43 01 10 00000001 0000 0000 ffffffff", // the same
		"00000010 4d43 01 10 00000001 0000 ffff 00000000", // the same
	};
	struct text payload;
	uint32_t stream;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct bytes b = guest_bytes(bad[i]);

		assert_int_equal(mcp_next(&b, &stream, &payload), -1);
		bytes_free(&b);
	}
}

static void
remembers_what_waits(void **state)
{
	struct json_call call = {true, {"\"i\"", 3}, {"tools/call", 10}};
	struct json_call plain = {true, {"null", 4}, {NULL, 0}};
	struct pending p = {NULL, 0};
	struct bytes out = {.max = 4096};

	(void)state;
	assert_true(pending_add(&p, 1, &call));
	assert_true(pending_add(&p, 2, &plain));
	assert_true(pending_add(&p, 3, &call));
	pending_remove(&p, 3);
	pending_remove(&p, 99);
	assert_int_equal(p.n, 2);
	pending_fail(&p, "connection closed", &out);
	bytes_add(&out, "", 1);
	assert_string_equal((const char *)out.p,
		"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32001,\"message\":\"MCP "
		"transport "
		"disconnected before request response: connection closed\"}}\n"
		"{\"jsonrpc\":\"2.0\",\"id\":\"i\",\"error\":{\"code\":-32001,\"message\":\"MCP "
		"transport "
		"disconnected before tools/call response: connection closed\"}}\n");
	assert_int_equal(p.n, 0);
	bytes_clear(&out);
	pending_fail(&p, "again", &out);
	assert_int_equal(out.n, 0);
	bytes_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_id_and_method),
		cmocka_unit_test(refuses_what_is_no_object),
		cmocka_unit_test(nests_only_so_deep),
		cmocka_unit_test(half_lines_are_refused),
		cmocka_unit_test(writes_frames),
		cmocka_unit_test(reads_frames),
		cmocka_unit_test(refuses_bad_frames),
		cmocka_unit_test(remembers_what_waits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
