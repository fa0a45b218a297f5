// SPDX-License-Identifier: Apache-2.0
// capsem-pty-agent -- the host's hand in the VM: a terminal with a shell, commands, files, clock
// and shutdown. Layer: guest/agent.
//   connects to: host ports 5001 (terminal) and 5000 (control) for the whole session, 5005 for the
//   output of each command, 5006 for the record of what was run
//
// One loop without threads. A session that ends is followed by the next one; the shell, running
// commands and replies the host has not acknowledged live on. Exit 0: the host said shutdown; exit
// 1: it cannot be reached, and capsem-init starts the agent again.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/auditlog.h"
#include "lib/boottime.h"
#include "lib/frame.h"
#include "lib/guest.h"
#include "lib/handshake.h"
#include "lib/host.h"
#include "lib/io.h"
#include "lib/orders.h"
#include "lib/say.h"

enum {
	CHUNK = 65536,
	HEARTBEAT_MS = 3000,
	SILENCE_MS = 30000, // the host pings every ten seconds
	PAUSE_MS = 200,     // between sessions
	GRACE_MS = 2000,    // between SIGTERM and SIGKILL; the host stops the VM after that
	VENV_TRIES = 30,
	VENV_MS = 100,
};

static struct agent {
	struct bootenv env;
	struct files_boot files;
	struct outbox out;
	struct terminal terminal;
	struct orders orders;
	struct auditlog audit;
	struct watch control, children;
	struct bytes in;
	struct timer heartbeat, silence, grace;
	bool stopping, greeted;
} agent = {
	.out = {.queue = {.max = 48 << 20}},
	.in = {.max = FRAME_MAX_IN + 2 * CHUNK},
	.control = {.fd = -1},
	.audit = {.host = {.fd = -1}, .file = -1},
};

static void
session_end(const char *why)
{
	say("session ended: %s", why);
	loop_stop(agent.orders.loop);
}

static void
terminal_lost(struct terminal *t)
{
	(void)t;
	session_end("terminal connection closed");
}

// Orders are not taken while the host does not take the answers.
static void
control_settle(struct orders *o)
{
	uint32_t events = agent.out.queue.n < OUTBOX_FULL ? EPOLLIN : 0;

	if (agent.out.queue.n)
		events |= EPOLLOUT;
	if (agent.control.fd >= 0)
		loop_watch(o->loop, &agent.control, events);
}

static void
take_frames(void)
{
	const unsigned char *payload;
	struct message m;
	enum frame_state state = FRAME_WAIT;
	size_t n;

	while (agent.out.queue.n < OUTBOX_FULL) {
		state = frame_next(&agent.in, FRAME_MAX_IN, &payload, &n);
		if (state != FRAME_WHOLE)
			break;
		if (message_read(&m, payload, n)) {
			orders_take(&agent.orders, &m);
		} else {
			say("a message of %zu bytes cannot be read", n);
		}
		frame_done(&agent.in, n);
	}
	if (state == FRAME_BAD)
		session_end("a message is too long");
}

static void
control_read(struct loop *l)
{
	unsigned char *to = bytes_room(&agent.in, CHUNK);
	ssize_t n = to ? read(agent.control.fd, to, CHUNK) : -1;

	if (n < 0 && to && io_again())
		return;
	if (n <= 0) {
		session_end(n == 0 ? "control connection closed" : strerror(errno));
		return;
	}
	agent.in.n += (size_t)n;
	loop_after(l, &agent.silence, SILENCE_MS);
}

static void
control_write(void)
{
	struct bytes *queue = &agent.out.queue;
	ssize_t n = write(agent.control.fd, queue->p, queue->n);

	if (n >= 0) {
		bytes_take(queue, (size_t)n);
	} else if (!io_again()) {
		session_end(strerror(errno));
	}
}

static void
control_ready(struct loop *l, struct watch *w, uint32_t happened)
{
	(void)w;
	if (happened & EPOLLOUT && agent.out.queue.n)
		control_write();
	if (happened & (EPOLLIN | EPOLLHUP | EPOLLERR))
		control_read(l);
	take_frames();
	if (agent.out.queue.failed)
		session_end("too many answers wait");
	control_settle(&agent.orders);
}

static void
beat(struct loop *l, struct timer *t)
{
	(void)message_plain(&agent.out.queue, "pong");
	control_settle(&agent.orders);
	loop_after(l, t, HEARTBEAT_MS);
}

static void
silent(struct loop *l, struct timer *t)
{
	(void)l, (void)t;
	session_end("the host is silent");
}

static void
grace_over(struct loop *l, struct timer *t)
{
	(void)t;
	terminal_kill(&agent.terminal, SIGKILL);
	loop_stop(l);
}

// The host stops the VM soon after it has sent this, so what is not on the disks by then is lost.
static void
shut_down(struct orders *o)
{
	guest_sync();
	terminal_kill(&agent.terminal, SIGTERM);
	agent.stopping = true;
	loop_after(o->loop, &agent.grace, GRACE_MS);
}

static void
child_ended(struct loop *l, struct watch *w, uint32_t happened)
{
	struct signalfd_siginfo ignored;
	int status;
	pid_t pid;

	(void)l, (void)happened;
	while (read(w->fd, &ignored, sizeof(ignored)) > 0)
		continue;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (!terminal_exited(&agent.terminal, pid))
			(void)orders_exited(&agent.orders, pid, status);
	}
}

static void
watch_children(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	agent.children.fn = child_ended;
	agent.children.fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (agent.children.fd < 0)
		say_die("signalfd:");
	loop_watch(agent.orders.loop, &agent.children, EPOLLIN);
}

// The log of this boot, for those who look into the VM.
static int
open_log(void)
{
	static const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
	int fd;

	if (host_is_test())
		return -1;
	(void)mkdir("/var/log", 0755);
	fd = open("/var/log/capsem-boot.log", flags, 0644);
	return fd >= 0 ? fd : open("/tmp/capsem-boot.log", flags, 0644);
}

static void
set_env(const char *key, const char *value)
{
	const char *reason = bootenv_set(
		&agent.env, (struct text){key, strlen(key)}, (struct text){value, strlen(value)});

	if (reason)
		say("variable %s: %s", key, reason);
}

// capsem-init makes a Python environment in the background. It is the shell's when it is there in
// time.
static void
use_venv(void)
{
	char activate[4096], value[8192];
	const char *root = guest_workspace(), *path = bootenv_get(&agent.env, "PATH");

	(void)snprintf(activate, sizeof(activate), "%s/.venv/bin/activate", root);
	for (int i = 0; i < VENV_TRIES && access(activate, F_OK) < 0; i++) {
		if (access("/run/capsem-venv-ready", F_OK) == 0 || host_is_test())
			break;
		io_sleep(VENV_MS);
	}
	if (access(activate, F_OK) < 0)
		return;
	(void)snprintf(value, sizeof(value), "%s/.venv", root);
	set_env("VIRTUAL_ENV", value);
	if (path && strlen(path) + strlen(root) + 16 < sizeof(value)) {
		(void)snprintf(value, sizeof(value), "%s/.venv/bin:%s", root, path);
		set_env("PATH", value);
	}
}

static void
send_boot_times(void)
{
	struct message_stage stages[BOOTTIME_MAX];
	char text[8192];
	int fd = open("/run/capsem-boot-timing", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text));
	size_t nstages = n > 0 ? boottime_read(text, (size_t)n, stages) : 0;

	io_close(&fd);
	if (nstages)
		(void)message_boottiming(&agent.out.queue, stages, nstages);
}

// Everything that is done once, between the first boot config and the first bootready.
static void
first_boot(void)
{
	const char *name;

	use_venv();
	name = bootenv_get(&agent.env, "CAPSEM_VM_NAME");
	if (name)
		guest_set_hostname(name);
	if (!terminal_start(&agent.terminal))
		say_die("start the shell:");
	(void)signal(SIGHUP, SIG_IGN);
}

// One session, from the moment both connections are there to the end of either.
static void
run_session(struct handshake *h)
{
	struct loop *l = agent.orders.loop;

	handshake_ready(h);
	bytes_clear(&agent.in);
	outbox_replay(&agent.out);
	if (!agent.greeted)
		send_boot_times();
	agent.greeted = true;
	io_nonblock(h->control);
	agent.control = (struct watch){.fd = h->control, .fn = control_ready};
	terminal_connect(&agent.terminal, h->terminal);
	loop_after(l, &agent.heartbeat, HEARTBEAT_MS);
	loop_after(l, &agent.silence, SILENCE_MS);
	control_settle(&agent.orders);
	auditlog_session(l, &agent.audit);
	loop_run(l);
	loop_cancel(l, &agent.heartbeat);
	loop_cancel(l, &agent.silence);
	loop_forget(l, &agent.control);
	terminal_disconnect(&agent.terminal);
	io_close(&agent.control.fd);
}

static void
prepare(void)
{
	agent.orders.loop = loop_new();
	agent.orders.terminal = &agent.terminal;
	agent.orders.out = &agent.out;
	agent.orders.changed = control_settle;
	agent.orders.shutdown = shut_down;
	agent.terminal.loop = agent.orders.loop;
	agent.terminal.env = &agent.env;
	agent.terminal.lost = terminal_lost;
	agent.terminal.host = agent.terminal.master = -1;
	agent.heartbeat.fn = beat;
	agent.silence.fn = silent;
	agent.grace.fn = grace_over;
	agent.audit.path = guest_audit_log();
	watch_children();
}

int
main(int argc, char *argv[])
{
	struct handshake h = {.env = &agent.env, .files = &agent.files};
	int log;

	(void)argc;
	say_start(argv[0]);
	io_start();
	host_start();
	log = open_log();
	say_copy(log);
	prepare();
	for (bool first = true; !agent.stopping; first = false) {
		if (!first) {
			io_sleep(PAUSE_MS);
			guest_rebind_workspace();
		}
		if (!handshake_connect(&h)) {
			terminal_kill(&agent.terminal, SIGHUP);
			say_die("the host does not answer:");
		}
		if (!handshake_run(&h) && first)
			say_die("ready:");
		if (h.shutdown) {
			terminal_kill(&agent.terminal, SIGTERM);
			return 0;
		}
		if (first) {
			first_boot();
		} else {
			guest_unfreeze();
		}
		say_copy(-1);
		io_close(&log);
		run_session(&h);
	}
	return 0;
}
