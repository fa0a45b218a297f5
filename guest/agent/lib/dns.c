// SPDX-License-Identifier: Apache-2.0
// dns.c -- one DNS query on its way to the host and back. Layer: guest/agent/lib.
#include "dns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "frame.h"
#include "host.h"
#include "io.h"
#include "msgpack.h"
#include "say.h"

enum { LIMIT_MS = 30000, ATTEMPTS = 6 };

static size_t count;

size_t
dns_count(void)
{
	return count;
}

bool
dns_request(struct bytes *out, const void *raw, size_t n, const char *proto)
{
	size_t begin = frame_begin(out);

	msgpack_put_map(out, 3);
	msgpack_put_key(out, "raw");
	msgpack_put_bytes(out, raw, n);
	msgpack_put_key(out, "proto");
	msgpack_put_key(out, proto);
	msgpack_put_key(out, "process_name");
	msgpack_put_nil(out);
	return frame_end(out, begin);
}

bool
dns_response(const void *payload, size_t n, struct bytes *raw)
{
	struct msgpack m = msgpack_at(payload, n);
	struct text key;
	bool found = false;
	size_t members;

	bytes_clear(raw);
	if (!msgpack_get_map(&m, &members))
		return false;
	for (; members; members--) {
		if (!msgpack_get_str(&m, &key))
			return false;
		if (!found && text_is(key, "raw")) {
			found = msgpack_get_bytes(&m, raw);
		} else if (!msgpack_skip(&m)) {
			return false;
		}
	}
	return found;
}

void
dns_drop(struct loop *l, struct dns_query *q)
{
	loop_forget(l, &q->watch);
	loop_cancel(l, &q->deadline);
	loop_cancel(l, &q->retry);
	io_close(&q->watch.fd);
	bytes_free(&q->out);
	bytes_free(&q->in);
	free(q);
	count--;
}

static void
finish(struct loop *l, struct dns_query *q, const struct bytes *raw)
{
	q->answer(q, raw);
	dns_drop(l, q);
}

static void
fail(struct loop *l, struct dns_query *q, int error)
{
	say("query to host port %d: %s", HOST_DNS, strerror(error));
	finish(l, q, NULL);
}

// Whether the response is all there; then the query is over.
static bool
read_response(struct loop *l, struct dns_query *q)
{
	struct bytes raw = {.max = FRAME_MAX};
	const unsigned char *payload;
	size_t n;
	enum frame_state state = frame_next(&q->in, FRAME_MAX, &payload, &n);

	if (state == FRAME_WAIT)
		return false;
	if (state == FRAME_WHOLE && dns_response(payload, n, &raw)) {
		finish(l, q, raw.n ? &raw : NULL);
	} else {
		fail(l, q, EBADMSG);
	}
	bytes_free(&raw);
	return true;
}

static void
receive(struct loop *l, struct dns_query *q)
{
	unsigned char *to = bytes_room(&q->in, 4096);
	ssize_t n = to ? read(q->watch.fd, to, 4096) : 0;

	if (n < 0 && io_again())
		return;
	if (n <= 0) {
		fail(l, q, n < 0 ? errno : ECONNRESET);
		return;
	}
	q->in.n += (size_t)n;
	(void)read_response(l, q);
}

static void
send_request(struct loop *l, struct dns_query *q)
{
	ssize_t n = write(q->watch.fd, q->out.p, q->out.n);

	if (n < 0 && !io_again()) {
		fail(l, q, errno);
		return;
	}
	bytes_take(&q->out, n > 0 ? (size_t)n : 0);
	if (q->out.n == 0)
		loop_watch(l, &q->watch, EPOLLIN);
}

// A full queue at the host is worth another try; after that the query fails.
static void
connect_failed(struct loop *l, struct dns_query *q, int error)
{
	loop_forget(l, &q->watch);
	io_close(&q->watch.fd);
	if (error == ECONNRESET && q->attempts < ATTEMPTS) {
		loop_after(l, &q->retry, 10L << q->attempts);
	} else {
		fail(l, q, error);
	}
}

static void
step(struct loop *l, struct watch *w, uint32_t happened)
{
	struct dns_query *q = (struct dns_query *)(void *)w;
	int error = q->connected ? 0 : host_connected(w->fd);

	(void)happened;
	if (error) {
		connect_failed(l, q, error);
		return;
	}
	q->connected = true;
	if (q->out.n) {
		send_request(l, q);
	} else {
		receive(l, q);
	}
}

static bool
connect_host(struct loop *l, struct dns_query *q)
{
	q->attempts++;
	q->watch = (struct watch){.fd = host_connect_begin(HOST_DNS), .fn = step};
	if (q->watch.fd < 0)
		return false;
	loop_watch(l, &q->watch, EPOLLOUT);
	return true;
}

static void
retry(struct loop *l, struct timer *t)
{
	struct dns_query *q =
		(struct dns_query *)(void *)((char *)t - offsetof(struct dns_query, retry));

	if (!connect_host(l, q))
		connect_failed(l, q, errno);
}

static void
too_slow(struct loop *l, struct timer *t)
{
	struct dns_query *q =
		(struct dns_query *)(void *)((char *)t - offsetof(struct dns_query, deadline));

	fail(l, q, ETIMEDOUT);
}

struct dns_query *
dns_ask(struct loop *l, const void *raw, size_t n, const char *proto,
	void (*answer)(struct dns_query *q, const struct bytes *raw))
{
	struct dns_query *q = calloc(1, sizeof(*q));

	if (!q)
		return NULL;
	count++;
	q->answer = answer;
	q->out.max = FRAME_MAX + 4;
	q->in.max = FRAME_MAX + 4 + 4096;
	q->watch.fd = -1;
	q->retry.fn = retry;
	q->deadline.fn = too_slow;
	if (!dns_request(&q->out, raw, n, proto)) {
		dns_drop(l, q);
		return NULL;
	}
	loop_after(l, &q->deadline, LIMIT_MS);
	// Any failure of this first connect is looked at after a moment, when the caller can be
	// told.
	if (!connect_host(l, q))
		loop_after(l, &q->retry, 20);
	return q;
}
