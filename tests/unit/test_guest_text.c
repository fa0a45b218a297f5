// SPDX-License-Identifier: Apache-2.0
// test_guest_text.c -- names, boot times and audit records: text that becomes messages. Links
// guest/agent/lib, built for the development machine with -D_GNU_SOURCE.
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/guest.h"

#include "guest/agent/lib/audit.h"
#include "guest/agent/lib/boottime.h"
#include "guest/agent/lib/procname.h"
#include "guest/agent/lib/utf8.h"

static void
knows_utf8(void **state)
{
	static const char *const good[] = {"a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
		"\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
		"\xf4\x8f\xbf\xbf"};
	static const char *const bad[] = {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2z",
		"\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82", "\xe2\x82z", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xf0\x9f\x98"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_int_equal(utf8_size(good[i], strlen(good[i])), strlen(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(utf8_size(bad[i], strlen(bad[i])), 0);
	assert_int_equal(utf8_size("", 0), 0);
	assert_int_equal(utf8_size("\0", 1), 1);
}

static void
cleans_and_cuts(void **state)
{
	char out[16];

	(void)state;
	assert_int_equal(utf8_clean(out, 15, "a\xff\xc3\xa9z", 5), 7);
	assert_string_equal(out, "a\xef\xbf\xbd\xc3\xa9z");
	assert_int_equal(utf8_clean(out, 4, "\xe2\x82\xac\xe2\x82\xac", 6), 3);
	assert_string_equal(out, "\xe2\x82\xac");
	assert_int_equal(utf8_clean(out, 2, "\xff", 1), 0);
	assert_int_equal(utf8_clean(out, 0, "abc", 3), 0);
	assert_string_equal(out, "");
}

static void
makes_the_metadata_line(void **state)
{
	char line[PROCNAME_LINE], name[PROCNAME_MAX + 1];

	(void)state;
	assert_int_equal(procname_line(line, "sh"), 16);
	assert_memory_equal(line, "\0CAPSEM_META:sh\n", 16);
	memset(name, 'x', PROCNAME_MAX);
	name[PROCNAME_MAX] = '\0';
	assert_int_equal(procname_line(line, name), PROCNAME_LINE);
	procname_of_pid(getpid(), name);
	assert_string_equal(name, "test_guest_text");
	procname_of_pid(0, name);
	assert_string_equal(name, "unknown");
	procname_of_port(0, name);
	assert_string_equal(name, "unknown");
}

static void
reads_boot_times(void **state)
{
	static const char text[] =
		"{\"name\":\"squashfs\",\"duration_ms\":50}\n"
		"{\"extra\": [1], \"duration_ms\": 600000, \"name\": \"a_B9\"}\r\n"
		"\n"
		"not json\n"
		"{\"name\":\"\",\"duration_ms\":1}\n"
		"{\"name\":\"with-dash\",\"duration_ms\":1}\n"
		"{\"name\":\"late\",\"duration_ms\":600001}\n"
		"{\"name\":\"negative\",\"duration_ms\":-1}\n"
		"{\"name\":\"real\",\"duration_ms\":1.5}\n"
		"{\"name\":\"text\",\"duration_ms\":\"1\"}\n"
		"{\"name\":\"no_time\"}\n"
		"{\"name\":\"0123456789012345678901234567890123456789012345678901234567890123\","
		"\"duration_ms\":0}\n"
		"{\"name\":\"01234567890123456789012345678901234567890123456789012345678901234\","
		"\"duration_ms\":0}\n"
		"{\"name\":\"last\",\"duration_ms\":7}";
	struct message_stage stages[BOOTTIME_MAX];

	(void)state;
	assert_int_equal(boottime_read(text, sizeof(text) - 1, stages), 4);
	assert_true(text_is(stages[0].name, "squashfs"));
	assert_int_equal(stages[0].duration_ms, 50);
	assert_true(text_is(stages[1].name, "a_B9"));
	assert_int_equal(stages[1].duration_ms, 600000);
	assert_int_equal(stages[2].name.n, 64);
	assert_true(text_is(stages[3].name, "last"));
	assert_int_equal(boottime_read("", 0, stages), 0);
}

static void
reads_so_many_boot_times(void **state)
{
	struct message_stage stages[BOOTTIME_MAX];
	struct bytes text = {.max = 4096};

	(void)state;
	for (int i = 0; i < BOOTTIME_MAX + 5; i++)
		bytes_add(&text, "{\"name\":\"x\",\"duration_ms\":1}\n", 29);
	assert_int_equal(boottime_read((const char *)text.p, text.n, stages), BOOTTIME_MAX);
	bytes_free(&text);
}

static void
take(struct audit *a, const char *line, struct bytes *out)
{
	audit_line(a, guest_text(line), out);
}

static void
makes_an_audit_record(void **state)
{
	struct audit a = {NULL, 0};
	struct bytes out = {.max = 4096};

	(void)state;
	take(&a,
		"type=SYSCALL msg=audit(1713100000.001:7): arch=c000003e syscall=59 a0=55 ppid=0 "
		"pid=1"
		" auid=42 uid=0 gid=0 tty=(none) ses=3 comm=\"ls\" exe=\"/bin/ls\" "
		"key=\"k\"\x1dUID=\"root\"",
		&out);
	take(&a, "type=PATH msg=audit(1713100000.001:7): item=0 name=\"/bin/ls\"", &out);
	assert_int_equal(out.n, 0);
	take(&a, "type=PROCTITLE msg=audit(1713100000.001:7): proctitle=\"ls\"", &out);
	guest_assert_bytes(&out,
		"00000084 "
		"8cac74696d657374616d705f7573cf0006160e2cf6fbe8a370696401a47070696400a3756964"
		"00a3657865a72f62696e2f6c73a4636f6d6da26c73a461726776a72f62696e2f6c73a3637764c0a374"
		"7479"
		"c0aa73657373696f6e5f6964c0aa706172656e745f657865c0a861756469745f6964b0313731333130"
		"303030"
		"302e3030313a37");
	assert_int_equal(a.n, 0);
	bytes_free(&out);
}

// The member KEY of the record in the frame OUT as a text; "" for nil.
static struct text
member(const struct bytes *out, const char *key)
{
	struct msgpack m = {out->p + 4, out->p + out->n};
	struct text k, v = {"", 0};
	size_t n;

	assert_true(msgpack_get_map(&m, &n));
	assert_int_equal(n, 12);
	for (; n; n--) {
		assert_true(msgpack_get_str(&m, &k));
		if (text_is(k, key) && msgpack_get_str(&m, &v))
			return v;
		assert_true(msgpack_skip(&m));
	}
	return v;
}

static void
gathers_an_event_from_its_lines(void **state)
{
	struct audit a = {NULL, 0};
	struct bytes out = {.max = 4096};

	(void)state;
	take(&a, "type=EXECVE msg=audit(5.250:1): argc=3 a0=\"sh\" a1=\"-c\" a2=6C73202D6C", &out);
	take(&a, "type=CWD msg=audit(5.250:1): cwd=\"/root/a b\"", &out);
	take(&a, "type=CWD msg=audit(6.000:2): cwd=\"/other\"", &out);
	take(&a,
		"type=SYSCALL msg=audit(5.250:1): ppid=4 pid=5 uid=7 tty=pts0 comm=\"s\xff\" "
		"exe=\"/bin/sh\"",
		&out);
	assert_int_equal(a.n, 2);
	take(&a, "type=PROCTITLE msg=audit(5.250:1): proctitle=73", &out);
	assert_true(text_is(member(&out, "argv"), "sh -c 6C73202D6C"));
	assert_true(text_is(member(&out, "cwd"), "/root/a b"));
	assert_true(text_is(member(&out, "tty"), "pts0"));
	assert_true(text_is(member(&out, "comm"), "s\xef\xbf\xbd"));
	assert_true(text_is(member(&out, "audit_id"), "5.250:1"));
	bytes_clear(&out);
	take(&a, "type=PROCTITLE msg=audit(6.000:2): proctitle=73", &out); // no SYSCALL
	take(&a, "type=SYSCALL msg=audit(7.000:3): ppid=4 uid=7 exe=\"/bin/sh\"", &out);
	take(&a, "type=PROCTITLE msg=audit(7.000:3): proctitle=73", &out); // no pid
	assert_int_equal(out.n, 0);
	assert_int_equal(a.n, 0);
	bytes_free(&out);
}

static void
passes_over_other_lines(void **state)
{
	static const char *const lines[] = {"", "type=", "type=SYSCALL", "msg=audit(1:1): pid=1",
		"type=SYSCALL msg=audit(1:1",
		"type=SYSCALL msg=audit():", "node=x type=SYSCALL msg=audit(1:1):",
		"type=CWD msg=audit(01234567890123456789012345678901234567890123456789): cwd=1"};
	struct audit a = {NULL, 0};
	struct bytes out = {.max = 4096};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		take(&a, lines[i], &out);
	assert_int_equal(out.n, 0);
	assert_true(a.n <= 1); // "msg=audit():" has an id, an empty one
	audit_clear(&a);
	bytes_free(&out);
}

static void
forgets_when_too_many_wait(void **state)
{
	struct audit a = {NULL, 0};
	struct bytes out = {.max = 4096};
	char line[64];

	(void)state;
	for (int i = 0; i < AUDIT_MAX_EVENTS + 10; i++) {
		(void)snprintf(line, sizeof(line), "type=CWD msg=audit(1.0:%d): cwd=\"/\"", i);
		take(&a, line, &out);
	}
	assert_int_equal(a.n, 10);
	audit_clear(&a);
	bytes_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_utf8),
		cmocka_unit_test(cleans_and_cuts),
		cmocka_unit_test(makes_the_metadata_line),
		cmocka_unit_test(reads_boot_times),
		cmocka_unit_test(reads_so_many_boot_times),
		cmocka_unit_test(makes_an_audit_record),
		cmocka_unit_test(gathers_an_event_from_its_lines),
		cmocka_unit_test(passes_over_other_lines),
		cmocka_unit_test(forgets_when_too_many_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
