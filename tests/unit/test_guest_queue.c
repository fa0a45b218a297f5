// SPDX-License-Identifier: Apache-2.0
// test_guest_queue.c -- replies that are kept, results that are remembered, bytes that are relayed.
// Links guest/agent/lib, built for the development machine with -D_GNU_SOURCE.
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/guest.h"

#include "guest/agent/lib/io.h"
#include "guest/agent/lib/outbox.h"
#include "guest/agent/lib/relay.h"
#include "guest/agent/lib/results.h"

static void
keep(struct outbox *o, uint64_t id, const char *s)
{
	struct bytes frame = {.max = 100};

	bytes_add(&frame, s, strlen(s));
	outbox_keep(o, id, &frame);
	bytes_free(&frame);
}

static void
replays_what_was_not_acknowledged(void **state)
{
	struct outbox o = {.queue = {.max = 1 << 20}};

	(void)state;
	keep(&o, 1, "one");
	keep(&o, 2, "two");
	keep(&o, 3, "three");
	bytes_add(&o.queue, "pong", 4);
	assert_int_equal(o.queue.n, 15);
	outbox_acked(&o, 2);
	outbox_acked(&o, 77);
	keep(&o, 1, "uno"); // replaced, and last now
	outbox_replay(&o);
	bytes_add(&o.queue, "", 1);
	assert_string_equal((const char *)o.queue.p, "threeuno");
	assert_int_equal(o.nkept, 2);
	assert_int_equal(o.kept_bytes, 8);
	outbox_free(&o);
	assert_int_equal(o.nkept, 0);
}

static void
keeps_only_so_many(void **state)
{
	struct outbox o = {.queue = {.max = 64 << 20}};
	struct bytes large = {.max = 1 << 26};

	(void)state;
	for (uint64_t i = 0; i <= OUTBOX_MAX_KEPT; i++)
		keep(&o, i, "x");
	assert_int_equal(o.nkept, 1);
	(void)bytes_room(&large, OUTBOX_MAX_KEPT_BYTES);
	memset(large.p, 0, OUTBOX_MAX_KEPT_BYTES);
	large.n = OUTBOX_MAX_KEPT_BYTES;
	outbox_keep(&o, 5000, &large);
	assert_int_equal(o.nkept, 1);
	assert_int_equal(o.kept_bytes, OUTBOX_MAX_KEPT_BYTES);
	bytes_free(&large);
	outbox_free(&o);
}

static void
remembers_results(void **state)
{
	struct results r = {NULL, 0};
	int code = -1;

	(void)state;
	assert_false(results_find(&r, 1, 0, &code));
	results_add(&r, 1, 5);
	results_add(&r, 2, 6);
	results_add(&r, 1, 7);
	assert_int_equal(r.n, 2);
	assert_true(results_find(&r, 1, 1000000, &code));
	assert_int_equal(code, 7);
	results_acked(&r, 1, 1000);
	results_acked(&r, 1, 2000);
	results_acked(&r, 99, 1000);
	assert_true(results_find(&r, 1, 1000 + RESULTS_MS, &code));
	assert_false(results_find(&r, 1, 1001 + RESULTS_MS, &code));
	assert_int_equal(r.n, 1);
	assert_true(results_find(&r, 2, 1 << 30, &code));
	for (uint64_t i = 10; i < 10 + RESULTS_MAX; i++)
		results_add(&r, i, 0);
	assert_int_equal(r.n, 1);
	results_free(&r);
}

// A relay between two socket pairs; the test holds the outer ends.
struct fixture {
	struct loop *loop;
	struct relay relay;
	struct timer guard;
	int a[2], b[2];
	int done;
};

static struct fixture f;

static void
relay_done(struct loop *l, struct relay *r)
{
	(void)r;
	f.done++;
	loop_stop(l);
}

static void
give_up(struct loop *l, struct timer *t)
{
	(void)t;
	loop_stop(l);
}

static int
make(void **state)
{
	(void)state;
	if (!f.loop)
		f.loop = loop_new();
	memset(&f.relay, 0, sizeof(f.relay));
	f.relay.done = relay_done;
	f.guard = (struct timer){.fn = give_up};
	f.done = 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, f.a) ||
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, f.b))
		return -1;
	return 0;
}

static int
unmake(void **state)
{
	(void)state;
	relay_stop(f.loop, &f.relay);
	loop_cancel(f.loop, &f.guard);
	for (int i = 0; i < 2; i++) {
		io_close(&f.a[i]);
		io_close(&f.b[i]);
	}
	return 0;
}

// Let the relay work until it is done or nothing more happens.
static void
run(void)
{
	loop_after(f.loop, &f.guard, 50);
	loop_run(f.loop);
	loop_cancel(f.loop, &f.guard);
}

static void
relays_both_ways_and_half_closes(void **state)
{
	char got[32] = "";

	(void)state;
	f.relay.b.out.max = RELAY_CHUNK;
	bytes_add(&f.relay.b.out, "first ", 6);
	relay_start(f.loop, &f.relay, f.a[0], f.b[0]);
	assert_true(io_write_all(f.a[1], "to b", 4));
	assert_true(io_write_all(f.b[1], "to a", 4));
	assert_int_equal(shutdown(f.a[1], SHUT_WR), 0);
	run();
	assert_int_equal(f.done, 0);
	assert_int_equal(read(f.b[1], got, sizeof(got)), 10);
	assert_string_equal(got, "first to b");
	assert_int_equal(read(f.b[1], got, sizeof(got)), 0);
	assert_int_equal(read(f.a[1], got, sizeof(got)), 4);
	assert_true(io_write_all(f.b[1], "late", 4));
	assert_int_equal(shutdown(f.b[1], SHUT_WR), 0);
	run();
	assert_int_equal(f.done, 1);
	assert_int_equal(read(f.a[1], got, sizeof(got)), 4);
	assert_memory_equal(got, "late", 4);
	assert_false(f.relay.a.failed || f.relay.b.failed);
}

static void
relay_holds_back_a_fast_side(void **state)
{
	static char block[65536];
	size_t sent = 0;
	ssize_t n;

	(void)state;
	relay_start(f.loop, &f.relay, f.a[0], f.b[0]);
	for (int i = 0; i < 100; i++) {
		while ((n = write(f.a[1], block, sizeof(block))) > 0)
			sent += (size_t)n;
		run();
		if (f.relay.b.out.n == RELAY_CHUNK && i > 10)
			break;
	}
	assert_int_equal(f.done, 0);
	assert_int_equal(f.relay.b.out.n, RELAY_CHUNK);
	while ((n = read(f.b[1], block, sizeof(block))) > 0 || sent) {
		if (n > 0) {
			sent -= (size_t)n;
		} else {
			run();
		}
	}
	assert_int_equal(sent, 0);
}

static void
relay_ends_when_a_side_breaks(void **state)
{
	(void)state;
	relay_start(f.loop, &f.relay, f.a[0], f.b[0]);
	io_close(&f.b[1]);
	run();
	assert_int_equal(f.done, 0); // b has ended, a may still
	assert_true(io_write_all(f.a[1], "x", 1));
	run();
	assert_int_equal(f.done, 1);
	assert_true(f.relay.b.failed);
}

static void
relay_until_the_first_end(void **state)
{
	char got[8];

	(void)state;
	f.relay.until_first = true;
	relay_start(f.loop, &f.relay, f.a[0], f.b[0]);
	assert_true(io_write_all(f.b[1], "bye", 3));
	io_close(&f.b[1]);
	run();
	assert_int_equal(f.done, 1);
	assert_int_equal(read(f.a[1], got, sizeof(got)), 3);
	assert_true(f.relay.b.eof);
}

static void
timers_fire_in_order(void **state)
{
	struct timer late = {.fn = give_up}, never = {.fn = give_up};
	long long start = io_now();

	(void)state;
	loop_after(f.loop, &never, 60000);
	loop_after(f.loop, &late, 60);
	loop_after(f.loop, &late, 30); // the last word counts
	loop_run(f.loop);
	assert_true(io_now() - start >= 30 && io_now() - start < 5000);
	assert_true(late.at == 0 && never.at != 0);
	loop_cancel(f.loop, &never);
	assert_true(never.at == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replays_what_was_not_acknowledged),
		cmocka_unit_test(keeps_only_so_many),
		cmocka_unit_test(remembers_results),
		cmocka_unit_test_setup_teardown(relays_both_ways_and_half_closes, make, unmake),
		cmocka_unit_test_setup_teardown(relay_holds_back_a_fast_side, make, unmake),
		cmocka_unit_test_setup_teardown(relay_ends_when_a_side_breaks, make, unmake),
		cmocka_unit_test_setup_teardown(relay_until_the_first_end, make, unmake),
		cmocka_unit_test_setup_teardown(timers_fire_in_order, make, unmake),
	};

	io_start();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
