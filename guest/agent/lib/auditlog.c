// SPDX-License-Identifier: Apache-2.0
// auditlog.c -- follows auditd's log and sends its events to the host. Layer: guest/agent/lib.
#include "auditlog.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"
#include "io.h"
#include "say.h"

enum {
	OPEN_MS = 100,
	OPEN_TRIES = 100,
	POLL_MS = 50,
	CHUNK = 8192,
	MAX_OUT = 1 << 20,      // frames that wait
	MUCH_OUT = MAX_OUT / 2, // no more is read while so many do
};

static void
disconnect(struct auditlog *a)
{
	loop_forget(a->loop, &a->host);
	io_close(&a->host.fd);
	a->connected = false;
	bytes_clear(&a->out);
}

static void
settle(struct auditlog *a)
{
	if (a->host.fd >= 0)
		loop_watch(a->loop, &a->host, a->out.n ? EPOLLOUT : 0);
}

static void
take_lines(struct auditlog *a)
{
	const unsigned char *end;

	while (a->lines.n && (end = memchr(a->lines.p, '\n', a->lines.n))) {
		size_t n = (size_t)(end - a->lines.p);

		if (!a->skipping)
			audit_line(&a->audit, (struct text){(const char *)a->lines.p, n}, &a->out);
		a->skipping = false;
		bytes_take(&a->lines, n + 1);
	}
	if (a->lines.n >= AUDIT_MAX_LINE) {
		a->skipping = true;
		bytes_clear(&a->lines);
	}
}

// Whether auditd has begun another file under that name.
static bool
is_rotated(const struct auditlog *a)
{
	struct stat named, open;

	return stat(a->path, &named) == 0 && fstat(a->file, &open) == 0 &&
	       named.st_ino != open.st_ino;
}

static void
read_log(struct loop *l, struct auditlog *a)
{
	ssize_t n = 1;

	while (n > 0 && a->out.n < MUCH_OUT) {
		unsigned char *to = bytes_room(&a->lines, CHUNK);

		n = to ? read(a->file, to, CHUNK) : -1;
		if (n > 0) {
			a->lines.n += (size_t)n;
			take_lines(a);
		}
	}
	if (n == 0 && is_rotated(a)) {
		io_close(&a->file);
		a->file = open(a->path, O_RDONLY | O_CLOEXEC);
	}
	settle(a);
	if (n >= 0 && a->file >= 0)
		loop_after(l, &a->timer, POLL_MS);
}

static void
write_host(struct auditlog *a)
{
	ssize_t n = write(a->host.fd, a->out.p, a->out.n);

	if (n < 0 && io_again())
		return;
	if (n < 0) {
		say("host port %d:", HOST_AUDIT);
		loop_cancel(a->loop, &a->timer);
		disconnect(a);
		return;
	}
	bytes_take(&a->out, (size_t)n);
	settle(a);
}

static void
host_ready(struct loop *l, struct watch *w, uint32_t happened)
{
	struct auditlog *a =
		(struct auditlog *)(void *)((char *)w - offsetof(struct auditlog, host));

	(void)happened;
	if (a->connected && a->out.n) {
		write_host(a);
		return;
	}
	errno = a->connected ? 0 : host_connected(w->fd);
	if (errno) {
		say("host port %d:", HOST_AUDIT);
		disconnect(a);
		return;
	}
	a->connected = true;
	read_log(l, a);
}

static void
connect_host(struct loop *l, struct auditlog *a)
{
	a->host = (struct watch){.fd = host_connect_begin(HOST_AUDIT), .fn = host_ready};
	if (a->host.fd < 0) {
		say("host port %d:", HOST_AUDIT);
	} else {
		loop_watch(l, &a->host, EPOLLOUT);
	}
}

// The timer stands for: look for the log, or look for more in it.
static void
time_up(struct loop *l, struct timer *t)
{
	struct auditlog *a =
		(struct auditlog *)(void *)((char *)t - offsetof(struct auditlog, timer));

	if (a->connected) {
		read_log(l, a);
		return;
	}
	if (a->file < 0)
		a->file = open(a->path, O_RDONLY | O_CLOEXEC);
	if (a->file >= 0) {
		connect_host(l, a);
	} else if (++a->tries < OPEN_TRIES) {
		loop_after(l, &a->timer, OPEN_MS);
	}
}

void
auditlog_session(struct loop *l, struct auditlog *a)
{
	if (a->connected)
		return;
	a->loop = l;
	disconnect(a);
	a->timer.fn = time_up;
	a->lines.max = AUDIT_MAX_LINE + CHUNK;
	a->out.max = MAX_OUT;
	a->tries = 0;
	loop_after(l, &a->timer, 0);
}
