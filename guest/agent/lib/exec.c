// SPDX-License-Identifier: Apache-2.0
// exec.c -- one command the host has ordered. Layer: guest/agent/lib.
//
// connect (again while the host's queue is full) -> execstarted, fork -> copy stdout and stderr,
// merged, until both have ended and the process is gone -> half-close and wait for the host to
// close its side, so that it has all of the output before it hears the exit code -> done.
#include "exec.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "host.h"
#include "io.h"
#include "message.h"
#include "say.h"

enum { ATTEMPTS = 5, RETRY_MS = 20, LINGER_MS = 3000 };

void
exec_free(struct loop *l, struct exec *e)
{
	struct watch *watches[] = {&e->host, &e->out, &e->err};

	loop_cancel(l, &e->timer);
	for (size_t i = 0; i < 3; i++) {
		loop_forget(l, watches[i]);
		io_close(&watches[i]->fd);
	}
	bytes_free(&e->to_host);
	free(e->command);
	free(e->env);
	free(e);
}

static void
close_watch(struct loop *l, struct watch *w)
{
	loop_forget(l, w);
	io_close(&w->fd);
}

static void
fail(struct loop *l, struct exec *e, bool cache)
{
	close_watch(l, &e->host);
	e->done(e, EXEC_NOT_RUN, cache);
}

// The code is told only after the connection is closed.
static void
finish(struct loop *l, struct exec *e)
{
	loop_cancel(l, &e->timer);
	close_watch(l, &e->host);
	e->done(e, child_code(e->status), true);
}

// What to wait for next; called after every change.
static void
settle(struct loop *l, struct exec *e)
{
	uint32_t output = e->to_host.n < EXEC_BUFFER - EXEC_CHUNK ? EPOLLIN : 0;

	if (e->out.fd >= 0)
		loop_watch(l, &e->out, output);
	if (e->err.fd >= 0)
		loop_watch(l, &e->err, output);
	if (e->host.fd >= 0)
		loop_watch(l, &e->host, e->to_host.n ? EPOLLOUT : e->lingering ? EPOLLIN : 0);
	if (e->out.fd >= 0 || e->err.fd >= 0 || !e->exited || e->to_host.n)
		return;
	if (e->host.fd < 0) {
		finish(l, e);
	} else if (!e->lingering) {
		e->lingering = true;
		(void)shutdown(e->host.fd, SHUT_WR);
		loop_after(l, &e->timer, LINGER_MS);
		loop_watch(l, &e->host, EPOLLIN);
	}
}

// The host no longer listens. A command that writes on is told so by its next write to stdout;
// stderr is read to its end all the same.
static void
lose_host(struct loop *l, struct exec *e)
{
	close_watch(l, &e->host);
	bytes_clear(&e->to_host);
	close_watch(l, &e->out);
	settle(l, e);
}

static void
read_output(struct loop *l, struct exec *e, struct watch *w)
{
	unsigned char *to = bytes_room(&e->to_host, EXEC_CHUNK);
	ssize_t n = to ? read(w->fd, to, EXEC_CHUNK) : -1;

	if (n < 0 && to && io_again())
		return;
	if (n > 0 && e->host.fd >= 0)
		e->to_host.n += (size_t)n;
	if (n <= 0)
		close_watch(l, w);
	settle(l, e);
}

static void
out_ready(struct loop *l, struct watch *w, uint32_t happened)
{
	(void)happened;
	read_output(l, (struct exec *)(void *)((char *)w - offsetof(struct exec, out)), w);
}

static void
err_ready(struct loop *l, struct watch *w, uint32_t happened)
{
	(void)happened;
	read_output(l, (struct exec *)(void *)((char *)w - offsetof(struct exec, err)), w);
}

static void
write_host(struct loop *l, struct exec *e)
{
	ssize_t n = write(e->host.fd, e->to_host.p, e->to_host.n);

	if (n < 0 && io_again())
		return;
	if (n < 0) {
		lose_host(l, e);
		return;
	}
	bytes_take(&e->to_host, (size_t)n);
	settle(l, e);
}

// The host is not expected to say anything but the end.
static void
wait_for_end(struct loop *l, struct exec *e)
{
	char ignored[256];
	ssize_t n = read(e->host.fd, ignored, sizeof(ignored));

	if (n == 0 || (n < 0 && !io_again()))
		finish(l, e);
}

static bool
make_pipe(struct watch *w, int *write_end, void (*fn)(struct loop *, struct watch *, uint32_t))
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return false;
	io_nonblock(fds[0]);
	*w = (struct watch){.fd = fds[0], .fn = fn};
	*write_end = fds[1];
	return true;
}

// Start the process. False when that fails, or when the command has a NUL.
static bool
run(struct exec *e)
{
	int out = -1, err = -1;

	if (e->command && make_pipe(&e->out, &out, out_ready) &&
		make_pipe(&e->err, &err, err_ready))
		e->pid = child_run(e->command, e->env, e->folder, out, err);
	io_close(&out);
	io_close(&err);
	return e->pid > 0;
}

static bool
greet(const struct exec *e)
{
	struct bytes frame = {.max = 64};
	bool ok = message_id(&frame, "execstarted", e->id) &&
		  write(e->host.fd, frame.p, frame.n) == (ssize_t)frame.n;

	bytes_free(&frame);
	return ok;
}

static void begin(struct loop *l, struct exec *e);

static void
connect_failed(struct loop *l, struct exec *e, int error)
{
	close_watch(l, &e->host);
	if (error == ECONNRESET && e->attempts < ATTEMPTS) {
		loop_after(l, &e->timer, RETRY_MS);
		return;
	}
	say("host port %d: %s", HOST_EXEC, strerror(error));
	fail(l, e, false);
}

static void
host_ready(struct loop *l, struct watch *w, uint32_t happened)
{
	struct exec *e = (struct exec *)(void *)((char *)w - offsetof(struct exec, host));
	int error = e->connected ? 0 : host_connected(w->fd);

	(void)happened;
	if (error) {
		connect_failed(l, e, error);
		return;
	}
	if (e->connected && e->lingering) {
		wait_for_end(l, e);
		return;
	}
	if (e->connected) {
		write_host(l, e);
		return;
	}
	e->connected = true;
	if (!greet(e) || !run(e)) {
		say("exec %llu could not be started", (unsigned long long)e->id);
		fail(l, e, true);
		return;
	}
	settle(l, e);
}

static void
begin(struct loop *l, struct exec *e)
{
	e->attempts++;
	e->host = (struct watch){.fd = host_connect_begin(HOST_EXEC), .fn = host_ready};
	if (e->host.fd < 0) {
		connect_failed(l, e, errno);
	} else {
		loop_watch(l, &e->host, EPOLLOUT);
	}
}

// The timer stands for: connect now, connect again, the host has had its time to close.
static void
time_up(struct loop *l, struct timer *t)
{
	struct exec *e = (struct exec *)(void *)((char *)t - offsetof(struct exec, timer));

	if (e->lingering) {
		finish(l, e);
	} else {
		begin(l, e);
	}
}

struct exec *
exec_start(struct loop *l, uint64_t id, struct text command, char **env, const char *folder,
	void (*done)(struct exec *e, int exit_code, bool cache))
{
	struct exec *e = calloc(1, sizeof(*e));

	if (!e || !env) {
		free(e);
		free(env);
		return NULL;
	}
	e->id = id;
	e->done = done;
	e->env = env;
	e->folder = folder;
	e->command = memchr(command.s, '\0', command.n) ? NULL : strndup(command.s, command.n);
	e->host.fd = e->out.fd = e->err.fd = -1;
	e->to_host.max = EXEC_BUFFER;
	e->timer.fn = time_up;
	loop_after(l, &e->timer, 0);
	return e;
}

void
exec_exited(struct loop *l, struct exec *e, int status)
{
	e->pid = 0;
	e->exited = true;
	e->status = status;
	settle(l, e);
}
