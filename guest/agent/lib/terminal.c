// SPDX-License-Identifier: Apache-2.0
// terminal.c -- the shell a person sees. Layer: guest/agent/lib.
#include "terminal.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "child.h"
#include "guest.h"
#include "io.h"
#include "say.h"

enum { COLS = 80, ROWS = 24, SHORT_LIFE_MS = 2000, FIRST_DELAY_MS = 100, MAX_DELAY_MS = 10000 };

static void
set_size(const struct terminal *t)
{
	struct winsize size = {
		.ws_col = (unsigned short)t->cols, .ws_row = (unsigned short)t->rows};

	if (t->master >= 0)
		(void)ioctl(t->master, TIOCSWINSZ, &size);
}

// Open a master and write the name of its slave. -1 with errno set.
static int
open_pty(char *slave, size_t n)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0 && (grantpt(fd) < 0 || unlockpt(fd) < 0 || ptsname_r(fd, slave, n) != 0))
		io_close(&fd);
	if (fd >= 0)
		io_nonblock(fd);
	return fd;
}

static void start_again(struct loop *l, struct timer *timer);

bool
terminal_start(struct terminal *t)
{
	static const char *const middle[] = {"TERM=xterm-256color", "HOME=/root", "LANG=C", NULL};
	char slave[64];
	char **env;

	t->again.fn = start_again;
	if (t->cols == 0) {
		t->cols = COLS;
		t->rows = ROWS;
	}
	t->master = open_pty(slave, sizeof(slave));
	if (t->master < 0)
		return false;
	set_size(t);
	env = bootenv_merge(t->env, environ, middle);
	t->shell = env ? child_shell(slave, env, guest_workspace()) : -1;
	free(env);
	t->started = io_now();
	if (t->shell > 0)
		return true;
	t->shell = 0;
	io_close(&t->master);
	return false;
}

static void relay_ended(struct loop *l, struct relay *r);

static void
join(struct terminal *t)
{
	if (t->host < 0 || t->master < 0)
		return;
	t->relay.until_first = true;
	t->relay.done = relay_ended;
	relay_start(t->loop, &t->relay, t->host, t->master);
}

// What the shell has not read yet dies with it; what the host has not read yet is kept for it.
static void
drop_pty(struct terminal *t)
{
	relay_pause(t->loop, &t->relay);
	bytes_clear(&t->relay.b.out);
	io_close(&t->master);
}

static void
start_again(struct loop *l, struct timer *timer)
{
	struct terminal *t =
		(struct terminal *)(void *)((char *)timer - offsetof(struct terminal, again));

	if (t->master >= 0)
		drop_pty(t);
	if (terminal_start(t)) {
		join(t);
		return;
	}
	say("start the shell:");
	loop_after(l, &t->again, MAX_DELAY_MS);
}

// The PTY hangs up when the last process on it is gone, mostly a moment before the shell's own end
// is known; a shell that outlives its terminal is not waited for.
static void
relay_ended(struct loop *l, struct relay *r)
{
	struct terminal *t =
		(struct terminal *)(void *)((char *)r - offsetof(struct terminal, relay));

	if (r->a.eof || r->a.failed) {
		t->lost(t);
		return;
	}
	drop_pty(t);
	terminal_kill(t, SIGHUP);
	if (!t->again.at)
		loop_after(l, &t->again, SHORT_LIFE_MS);
}

void
terminal_connect(struct terminal *t, int host)
{
	io_nonblock(host);
	t->host = host;
	join(t);
}

void
terminal_disconnect(struct terminal *t)
{
	relay_pause(t->loop, &t->relay);
	io_close(&t->host);
}

void
terminal_resize(struct terminal *t, unsigned cols, unsigned rows)
{
	pid_t group = 0;

	t->cols = cols;
	t->rows = rows;
	set_size(t);
	if (t->master >= 0 && ioctl(t->master, TIOCGPGRP, &group) == 0 && group > 0)
		(void)kill(-group, SIGWINCH);
}

bool
terminal_exited(struct terminal *t, pid_t pid)
{
	bool brief = io_now() - t->started < SHORT_LIFE_MS;

	if (pid != t->shell)
		return false;
	t->shell = 0;
	t->delay = !brief ? FIRST_DELAY_MS : t->delay ? t->delay * 2 : FIRST_DELAY_MS;
	if (t->delay > MAX_DELAY_MS)
		t->delay = MAX_DELAY_MS;
	loop_after(t->loop, &t->again, t->delay);
	return true;
}

void
terminal_kill(const struct terminal *t, int sig)
{
	if (t->shell > 0)
		(void)kill(t->shell, sig);
}
