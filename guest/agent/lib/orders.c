// SPDX-License-Identifier: Apache-2.0
// orders.c -- what the host orders on the control port. Layer: guest/agent/lib.
//
// Orders with an id are acknowledged first, every copy of them. The host repeats a file order until
// it is answered, and every copy is answered; a copy of an exec is not run again.
#include "orders.h"

#include <unistd.h>

#include "files.h"
#include "frame.h"
#include "guest.h"
#include "io.h"
#include "say.h"

enum { CHUNK = 4096, MAX_ERROR = 2 * FILES_WHY, MAX_CONTENT = 3 * FRAME_MAX };

static void
reply(struct orders *o, uint64_t id, struct bytes *frame)
{
	outbox_keep(o->out, id, frame);
	bytes_free(frame);
	o->changed(o);
}

static void
reply_error(struct orders *o, uint64_t id, const char *why)
{
	struct bytes frame = {.max = MAX_ERROR};

	if (message_error(&frame, id, why))
		reply(o, id, &frame);
}

static void
reply_done(struct orders *o, uint64_t id)
{
	struct bytes frame = {.max = 64};

	if (message_id(&frame, "fileopdone", id))
		reply(o, id, &frame);
}

static void
reply_exit(struct orders *o, uint64_t id, int exit_code)
{
	struct bytes frame = {.max = 64};

	if (message_execdone(&frame, id, exit_code))
		reply(o, id, &frame);
}

static void
acknowledge(struct orders *o, uint64_t id)
{
	(void)message_id(&o->out->queue, "ack", id);
	o->changed(o);
}

static void
take_write(struct orders *o, const struct message *m)
{
	struct bytes data = {.max = FRAME_MAX_IN};
	struct msgpack at = m->data;
	char why[FILES_WHY] = "FileWrite rejected: its bytes cannot be read";

	if (msgpack_get_bytes(&at, &data) &&
		files_write(guest_workspace(), m->path, &data, m->mode, why)) {
		reply_done(o, m->id);
	} else {
		reply_error(o, m->id, why);
	}
	bytes_free(&data);
}

static void
take_read(struct orders *o, const struct message *m)
{
	struct bytes data = {.max = FRAME_MAX + CHUNK};
	struct bytes frame = {.max = MAX_CONTENT};
	char why[FILES_WHY];

	if (!files_read(guest_workspace(), m->path, &data, why)) {
		reply_error(o, m->id, why);
	} else if (message_filecontent(&frame, m->id, m->path, data.p, data.n)) {
		reply(o, m->id, &frame);
	} else {
		reply_error(o, m->id, "failed to read: the file does not fit into one message");
	}
	bytes_free(&frame);
	bytes_free(&data);
}

static void
take_delete(struct orders *o, const struct message *m)
{
	char why[FILES_WHY];

	if (files_delete(guest_workspace(), m->path, why)) {
		reply_done(o, m->id);
	} else {
		reply_error(o, m->id, why);
	}
}

static struct exec *
find_exec(const struct orders *o, uint64_t id)
{
	struct exec *e = o->execs;

	while (e && e->id != id)
		e = e->next;
	return e;
}

static void
exec_done(struct exec *e, int exit_code, bool cache)
{
	struct orders *o = e->owner;
	struct exec **at = &o->execs;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	o->nexecs--;
	if (cache)
		results_add(&o->results, e->id, exit_code);
	reply_exit(o, e->id, exit_code);
	exec_free(o->loop, e);
}

static void
take_exec(struct orders *o, const struct message *m)
{
	struct exec *e;
	int exit_code;

	if (results_find(&o->results, m->id, io_now(), &exit_code)) {
		reply_exit(o, m->id, exit_code);
		return;
	}
	if (find_exec(o, m->id))
		return;
	e = o->nexecs == ORDERS_MAX_EXECS ? NULL
					  : exec_start(o->loop, m->id, m->command,
						    bootenv_merge(o->terminal->env, environ, NULL),
						    guest_workspace(), exec_done);
	if (!e) {
		say("exec %llu could not be started", (unsigned long long)m->id);
		reply_exit(o, m->id, EXEC_NOT_RUN);
		return;
	}
	e->owner = o;
	e->next = o->execs;
	o->execs = e;
	o->nexecs++;
}

static void
take_ping(struct orders *o, const struct message *m)
{
	guest_set_clock(m->epoch_secs);
	(void)message_plain(&o->out->queue, "pong");
	o->changed(o);
}

static void
take_snapshot(struct orders *o)
{
	guest_prepare_snapshot();
	(void)message_plain(&o->out->queue, "snapshotready");
	o->changed(o);
}

// Orders with an id of their own to acknowledge.
static void
take_acked(struct orders *o, const struct message *m)
{
	acknowledge(o, m->id);
	switch (m->kind) {
	case MESSAGE_EXEC:
		take_exec(o, m);
		break;
	case MESSAGE_FILEWRITE:
		take_write(o, m);
		break;
	case MESSAGE_FILEREAD:
		take_read(o, m);
		break;
	default:
		take_delete(o, m);
	}
}

void
orders_take(struct orders *o, const struct message *m)
{
	switch (m->kind) {
	case MESSAGE_EXEC:
	case MESSAGE_FILEWRITE:
	case MESSAGE_FILEREAD:
	case MESSAGE_FILEDELETE:
		take_acked(o, m);
		break;
	case MESSAGE_RESIZE:
		terminal_resize(
			o->terminal, (unsigned)m->cols & 0xffff, (unsigned)m->rows & 0xffff);
		break;
	case MESSAGE_PING:
		take_ping(o, m);
		break;
	case MESSAGE_ACKREPLY:
		outbox_acked(o->out, m->id);
		results_acked(&o->results, m->id, io_now());
		break;
	case MESSAGE_SHUTDOWN:
		o->shutdown(o);
		break;
	case MESSAGE_PREPARESNAPSHOT:
		take_snapshot(o);
		break;
	case MESSAGE_UNFREEZE:
		guest_unfreeze();
		break;
	default:
		break;
	}
}

bool
orders_exited(struct orders *o, pid_t pid, int status)
{
	for (struct exec *e = o->execs; e; e = e->next) {
		if (e->pid == pid) {
			exec_exited(o->loop, e, status);
			return true;
		}
	}
	return false;
}
