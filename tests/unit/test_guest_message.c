// SPDX-License-Identifier: Apache-2.0
// test_guest_message.c -- control messages, byte for byte as the host's own library writes and
// reads them. Links guest/agent/lib, built for the development machine with -D_GNU_SOURCE.
#include <stdio.h>

#include "tests/unit/guest.h"

#include "guest/agent/lib/frame.h"
#include "guest/agent/lib/message.h"

// Read the message HEX names; the bytes are freed by the caller.
static struct message
read_hex(struct bytes *b, const char *hex)
{
	struct message m;

	*b = guest_bytes(hex);
	assert_true(message_read(&m, b->p, b->n));
	return m;
}

static void
reads_bootconfig(void **state)
{
	struct bytes b;
	struct message m =
		read_hex(&b, "82a174aa626f6f74636f6e666967a16482aa65706f63685f73656373ce65da3800"
			     "ab7472616365706172656e74a0");

	(void)state;
	assert_int_equal(m.kind, MESSAGE_BOOTCONFIG);
	assert_int_equal(m.epoch_secs, 1708800000);
	assert_int_equal(m.traceparent.n, 0);
	bytes_free(&b);
}

static void
reads_setenv(void **state)
{
	struct bytes b;
	struct message m = read_hex(&b, "82a174a6736574656e76a16482a36b6579a45445524da576616c7565ae"
					"787465726d2d323536636f6c6f72");

	(void)state;
	assert_int_equal(m.kind, MESSAGE_SETENV);
	assert_true(text_is(m.key, "TERM") && text_is(m.value, "xterm-256color"));
	bytes_free(&b);
}

static void
reads_resize_and_exec(void **state)
{
	struct bytes b;
	struct message m = read_hex(&b, "82a174a6726573697a65a16482a4636f6c7378a4726f777328");

	(void)state;
	assert_int_equal(m.kind, MESSAGE_RESIZE);
	assert_int_equal(m.cols, 120);
	assert_int_equal(m.rows, 40);
	bytes_free(&b);
	m = read_hex(&b, "82a174a6726573697a65a16482a4636f6c73ccc8a4726f7773cd012c");
	assert_int_equal(m.cols, 200);
	assert_int_equal(m.rows, 300);
	bytes_free(&b);
	m = read_hex(&b, "82a174a465786563a16482a269642aa7636f6d6d616e64a76563686f206869");
	assert_int_equal(m.kind, MESSAGE_EXEC);
	assert_int_equal(m.id, 42);
	assert_true(text_is(m.command, "echo hi"));
	bytes_free(&b);
}

static void
reads_filewrite(void **state)
{
	struct bytes b, data = {.max = 64};
	struct message m =
		read_hex(&b, "82a174a966696c657772697465a16484a2696401a470617468a72f726f6f742f61"
			     "a4646174619500017fcc80ccffa46d6f6465cd01a4");

	(void)state;
	assert_int_equal(m.kind, MESSAGE_FILEWRITE);
	assert_int_equal(m.id, 1);
	assert_int_equal(m.mode, 0644);
	assert_true(text_is(m.path, "/root/a"));
	assert_true(msgpack_get_bytes(&m.data, &data));
	guest_assert_bytes(&data, "00017f80ff");
	bytes_free(&data);
	bytes_free(&b);
}

static void
reads_messages_with_one_field_or_none(void **state)
{
	static const struct {
		const char *hex;
		enum message_kind kind;
		uint64_t id;
	} cases[] = {
		{"81a174ae626f6f74636f6e666967646f6e65", MESSAGE_BOOTCONFIGDONE, 0},
		{"82a174a470696e67a16481aa65706f63685f7365637300", MESSAGE_PING, 0},
		{"82a174a861636b7265706c79a16481a26964cd012c", MESSAGE_ACKREPLY, 300},
		{"82a174a866696c6572656164a16482a2696407a470617468a72f726f6f742f61",
			MESSAGE_FILEREAD, 7},
		{"82a174aa66696c6564656c657465a16482a2696407a470617468a72f726f6f742f61",
			MESSAGE_FILEDELETE, 7},
		{"81a174a873687574646f776e", MESSAGE_SHUTDOWN, 0},
		{"82a174a873687574646f776ea164c0", MESSAGE_SHUTDOWN, 0},
		{"81a174af70726570617265736e617073686f74", MESSAGE_PREPARESNAPSHOT, 0},
		{"81a174a8756e667265657a65", MESSAGE_UNFREEZE, 0},
		{"81a174a96e6f742d6b6e6f776e", MESSAGE_UNKNOWN, 0},
		{"82a174a96e6f742d6b6e6f776ea16493010203", MESSAGE_UNKNOWN, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct bytes b;
		struct message m = read_hex(&b, cases[i].hex);

		assert_int_equal(m.kind, cases[i].kind);
		assert_int_equal(m.id, cases[i].id);
		bytes_free(&b);
	}
}

static void
reads_any_order_and_unknown_keys(void **state)
{
	struct bytes b;
	// {"x": [nil], "d": {"zz": {1: 2}, "command": "ls", "id": 0xcf...5}, "t": str8 "exec"}, and
	// a byte
	struct message m = read_hex(&b,
		"83a17891c0a16483a27a7a810102a7636f6d6d616e64a26c73a26964cf0000000000000005"
		"a174d90465786563ff");

	(void)state;
	assert_int_equal(m.kind, MESSAGE_EXEC);
	assert_int_equal(m.id, 5);
	assert_true(text_is(m.command, "ls"));
	bytes_free(&b);
}

static void
refuses_what_is_no_message(void **state)
{
	static const char *const bad[] = {
		"",                               // nothing
		"c0",                             // no map
		"80",                             // no name
		"81a17405",                       // the name is a number
		"81a174",                         // ends too early
		"82a174a465786563",               // the same
		"81a174a465786563",               // no fields where there must be some
		"82a174a465786563a164c0",         // the same
		"82a174a465786563a16481a2696405", // no command
		"82a174a465786563a16482a26964a178a7636f6d6d616e64a26c73", // id is a string
		"82a174a465786563a16482a26964ffa7636f6d6d616e64a26c73",   // id is negative
		"82a174a465786563a16482a2696405a7636f6d6d616e6407",       // command is a number
		"82a174a465786563a164ddffffffff",                         // a wild count
		"8105c0",                                                 // a key that is no string
	};
	struct message m;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct bytes b = guest_bytes(bad[i]);

		assert_false(message_read(&m, b.p, b.n));
		bytes_free(&b);
	}
}

static void
writes_each_message(void **state)
{
	struct bytes b = {.max = 1000};
	const struct message_stage stages[] = {{{"squashfs", 8}, 50}, {{"net", 3}, 1200}};

	(void)state;
	assert_true(message_ready(&b, "1.0"));
	guest_assert_bytes(&b, "00000018 82a174a57265616479a16481a776657273696f6ea3312e30");
	assert_true(message_plain(&b, "bootready"));
	guest_assert_bytes(&b, "0000000d 81a174a9626f6f747265616479");
	assert_true(message_plain(&b, "pong"));
	guest_assert_bytes(&b, "00000008 81a174a4706f6e67");
	assert_true(message_plain(&b, "shutdownrequest"));
	guest_assert_bytes(&b, "00000013 81a174af73687574646f776e72657175657374");
	assert_true(message_plain(&b, "suspendrequest"));
	guest_assert_bytes(&b, "00000012 81a174ae73757370656e6472657175657374");
	assert_true(message_plain(&b, "snapshotready"));
	guest_assert_bytes(&b, "00000011 81a174ad736e617073686f747265616479");
	assert_true(message_id(&b, "execstarted", 42));
	guest_assert_bytes(&b, "00000016 82a174ab6578656373746172746564a16481a269642a");
	assert_true(message_id(&b, "ack", 42));
	guest_assert_bytes(&b, "0000000e 82a174a361636ba16481a269642a");
	assert_true(message_id(&b, "fileopdone", 456));
	guest_assert_bytes(&b, "00000017 82a174aa66696c656f70646f6e65a16481a26964cd01c8");
	assert_true(message_error(&b, 789, "no"));
	guest_assert_bytes(
		&b, "0000001d 82a174a56572726f72a16482a26964cd0315a76d657373616765a26e6f");
	assert_true(message_boottiming(&b, stages, 2));
	guest_assert_bytes(&b, "0000004e 82a174aa626f6f7474696d696e67a16481a673746167657392"
			       "82a46e616d65a87371756173686673ab6475726174696f6e5f6d7332"
			       "82a46e616d65a36e6574ab6475726174696f6e5f6d73cd04b0");
	bytes_free(&b);
}

static void
writes_exit_codes(void **state)
{
	struct bytes b = {.max = 1000};
	static const char head[] = "82a174a865786563646f6e65a16482a269642aa9657869745f636f6465";
	static const struct {
		int code;
		const char *length, *hex;
	} cases[] = {{0, "0000001e", "00"}, {-1, "0000001e", "ff"}, {255, "0000001f", "ccff"},
		{-200, "00000020", "d1ff38"}, {INT32_MIN, "00000022", "d280000000"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char want[200];

		(void)snprintf(want, sizeof(want), "%s%s%s", cases[i].length, head, cases[i].hex);
		assert_true(message_execdone(&b, 42, cases[i].code));
		guest_assert_bytes(&b, want);
	}
	bytes_free(&b);
}

static void
writes_filecontent(void **state)
{
	struct bytes b = {.max = 4 << 20};
	struct text path = {"/root/a", 7};
	unsigned char *data = malloc(FRAME_MAX + 1);

	(void)state;
	assert_true(message_filecontent(&b, 7, path, "hi\xc8", 3));
	guest_assert_bytes(&b,
		"0000002d 82a174ab66696c65636f6e74656e74a16483a2696407a470617468a72f726f6f742f61"
		"a464617461936869ccc8");
	memset(data, 'a', FRAME_MAX + 1);
	assert_true(message_filecontent(&b, 7, path, data, 262099)); // the largest there is
	assert_int_equal(b.n, 4 + FRAME_MAX);
	bytes_clear(&b);
	assert_false(message_filecontent(&b, 7, path, data, 262100));
	assert_int_equal(b.n, 0);
	memset(data, 0xff, FRAME_MAX + 1);
	assert_true(message_filecontent(&b, 7, path, data, 262099)); // as bin
	assert_int_equal(b.n, 4 + FRAME_MAX);
	assert_int_equal(b.p[4 + FRAME_MAX - 262099 - 5], 0xc6);
	free(data);
	bytes_free(&b);
}

static void
leaves_the_queue_as_it_was(void **state)
{
	struct bytes b = {.max = 30};

	(void)state;
	assert_true(message_plain(&b, "pong"));
	assert_false(message_ready(&b, "a long version"));
	assert_false(b.failed);
	guest_assert_bytes(&b, "00000008 81a174a4706f6e67");
	bytes_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_bootconfig),
		cmocka_unit_test(reads_setenv),
		cmocka_unit_test(reads_resize_and_exec),
		cmocka_unit_test(reads_filewrite),
		cmocka_unit_test(reads_messages_with_one_field_or_none),
		cmocka_unit_test(reads_any_order_and_unknown_keys),
		cmocka_unit_test(refuses_what_is_no_message),
		cmocka_unit_test(writes_each_message),
		cmocka_unit_test(writes_exit_codes),
		cmocka_unit_test(writes_filecontent),
		cmocka_unit_test(leaves_the_queue_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
