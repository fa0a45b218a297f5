// SPDX-License-Identifier: Apache-2.0
// test_guest_frame.c -- frames on a stream, blocking and not. Links guest/agent/lib, built for the
// development machine with -D_GNU_SOURCE.
#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/unit/guest.h"

#include "guest/agent/lib/dns.h"
#include "guest/agent/lib/frame.h"
#include "guest/agent/lib/io.h"

static void
writes_the_length(void **state)
{
	struct bytes b = {.max = 1 << 20};
	size_t begin = frame_begin(&b);

	(void)state;
	assert_true(frame_end(&b, begin));
	guest_assert_bytes(&b, "00000000");
	begin = frame_begin(&b);
	for (int i = 0; i < FRAME_MAX / 64; i++)
		bytes_add(&b, (char[64]){0}, 64);
	assert_true(frame_end(&b, begin));
	assert_int_equal(b.p[1], 4);
	begin = frame_begin(&b);
	for (int i = 0; i < FRAME_MAX / 64; i++)
		bytes_add(&b, (char[64]){0}, 64);
	bytes_add(&b, "", 1);
	assert_false(frame_end(&b, begin));
	assert_int_equal(b.n, 4 + FRAME_MAX);
	bytes_free(&b);
}

static void
finds_frames_in_pieces(void **state)
{
	static const unsigned char stream[] = {0, 0, 0, 2, 'a', 'b', 0, 0, 0, 0, 0, 0, 0, 1, 'c'};
	struct bytes in = {.max = 64};
	const unsigned char *payload;
	char seen[8] = "";
	size_t n, nframes = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(stream); i++) {
		bytes_add(&in, &stream[i], 1);
		while (frame_next(&in, 2, &payload, &n) == FRAME_WHOLE) {
			strncat(seen, (const char *)payload, n);
			frame_done(&in, n);
			nframes++;
		}
	}
	assert_int_equal(nframes, 3);
	assert_string_equal(seen, "abc");
	assert_int_equal(in.n, 0);
	bytes_add(&in, "\0\0\0\3", 4);
	assert_int_equal(frame_next(&in, 2, &payload, &n), FRAME_BAD);
	bytes_free(&in);
}

static void
reads_from_a_socket(void **state)
{
	struct bytes payload = {.max = 4};
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_true(io_write_all(fds[1], "\0\0\0\3abc\0\0\0\0\0\0\0\5abcde", 20));
	assert_true(frame_read(fds[0], &payload));
	guest_assert_bytes(&payload, "616263");
	assert_true(frame_read(fds[0], &payload));
	assert_int_equal(payload.n, 0);
	assert_false(frame_read(fds[0], &payload));
	assert_int_equal(errno, EMSGSIZE);
	bytes_free(&payload);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void
tells_end_and_timeout(void **state)
{
	const struct timeval limit = {.tv_usec = 20000};
	struct bytes payload = {.max = 100};
	int fds[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(setsockopt(fds[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
	assert_true(io_write_all(fds[1], "\0\0\0\3ab", 6));
	assert_false(frame_read(fds[0], &payload));
	assert_int_equal(errno, EAGAIN);
	(void)close(fds[1]);
	assert_false(frame_read(fds[0], &payload));
	assert_int_equal(errno, ECONNRESET);
	bytes_free(&payload);
	(void)close(fds[0]);
}

static void
writes_a_dns_request(void **state)
{
	struct bytes b = {.max = FRAME_MAX + 4};

	(void)state;
	assert_true(dns_request(&b, "\x12\x34\x81", 3, "udp"));
	guest_assert_bytes(&b,
		"00000022 83a3726177931234cc81a570726f746fa3756470ac70726f636573735f6e616d65c0");
	bytes_free(&b);
}

static void
reads_a_dns_response(void **state)
{
	static const char *const good[] = {
		"83a3726177931234cc81a86465636973696f6ea664656e696564a572636f646503",
		"83a572636f646503a86465636973696f6ec0a3726177c403123481",
		"81a3726177c403123481",
	};
	static const char *const bad[] = {"", "80", "81a3726177a3616263", "81a37261779301cd010002",
		"82a3726177931234cc81", "93123456", "81a3726177ddffffffff01"};
	struct bytes raw = {.max = 100};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct bytes b = guest_bytes(good[i]);

		assert_true(dns_response(b.p, b.n, &raw));
		guest_assert_bytes(&raw, "123481");
		bytes_free(&b);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct bytes b = guest_bytes(bad[i]);

		assert_false(dns_response(b.p, b.n, &raw));
		bytes_free(&b);
	}
	bytes_free(&raw);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_length),
		cmocka_unit_test(finds_frames_in_pieces),
		cmocka_unit_test(reads_from_a_socket),
		cmocka_unit_test(tells_end_and_timeout),
		cmocka_unit_test(writes_a_dns_request),
		cmocka_unit_test(reads_a_dns_response),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
