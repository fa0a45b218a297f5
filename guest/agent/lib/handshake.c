// SPDX-License-Identifier: Apache-2.0
// handshake.c -- how a session with the host begins. Layer: guest/agent/lib.
#include "handshake.h"

#include "frame.h"
#include "guest.h"
#include "host.h"
#include "io.h"
#include "message.h"
#include "say.h"

enum { BUDGET_MS = 30000 };

static const char version[] = "0.1.0";

bool
handshake_connect(struct handshake *h)
{
	h->control = -1;
	h->terminal = host_connect_retry(HOST_TERMINAL, BUDGET_MS);
	if (h->terminal >= 0)
		h->control = host_connect_retry(HOST_CONTROL, BUDGET_MS);
	if (h->control >= 0)
		return true;
	io_close(&h->terminal);
	return false;
}

static bool
send_frame(int fd, const struct bytes *frame)
{
	return io_write_all(fd, frame->p, frame->n);
}

// The low half of the trace id in "00-TRACEID-...", for those who compare logs.
static void
note_trace(struct text t)
{
	if (t.n >= 35)
		say("trace %.16s", t.s + 19);
}

static void
write_file(const struct handshake *h, const struct message *m)
{
	struct bytes data = {.max = FRAME_MAX_IN};
	struct msgpack at = m->data;
	char why[FILES_WHY];

	if (!msgpack_get_bytes(&at, &data)) {
		say("file %.*s: its bytes cannot be read", (int)m->path.n, m->path.s);
	} else if (!files_boot_write(h->files, m->path, &data, m->mode, why)) {
		say("file %.*s: %s", (int)m->path.n, m->path.s, why);
	}
	bytes_free(&data);
}

static void
set_env(const struct handshake *h, const struct message *m)
{
	const char *reason = bootenv_set(h->env, m->key, m->value);

	if (reason)
		say("variable %.*s: %s", (int)m->key.n, m->key.s, reason);
}

// Act on one message. False when it was the last one.
static bool
take(struct handshake *h, const struct message *m)
{
	switch (m->kind) {
	case MESSAGE_BOOTCONFIG:
		guest_set_clock(m->epoch_secs);
		note_trace(m->traceparent);
		return true;
	case MESSAGE_SETENV:
		set_env(h, m);
		return true;
	case MESSAGE_FILEWRITE:
		write_file(h, m);
		return true;
	case MESSAGE_SHUTDOWN:
		h->shutdown = true;
		return false;
	default:
		return m->kind != MESSAGE_BOOTCONFIGDONE;
	}
}

bool
handshake_run(struct handshake *h)
{
	struct bytes frame = {.max = FRAME_MAX_IN};
	struct message m;
	bool more = true;
	bool ok = message_ready(&frame, version) && send_frame(h->control, &frame);

	while (ok && more) {
		if (!frame_read(h->control, &frame)) {
			say("boot config:");
			break;
		}
		if (!message_read(&m, frame.p, frame.n)) {
			say("a message of %zu bytes cannot be read", frame.n);
		} else {
			more = take(h, &m);
		}
	}
	bytes_free(&frame);
	return ok;
}

void
handshake_ready(const struct handshake *h)
{
	struct bytes frame = {.max = 64};

	if (!message_plain(&frame, "bootready") || !send_frame(h->control, &frame))
		say("bootready:");
	bytes_free(&frame);
}
