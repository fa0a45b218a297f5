// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/emulated.h"

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/base/source.h"
#include "rules/lib/foreign.h"
#include "rules/lib/image_ref.h"
#include "rules/lib/threads.h"

enum { POLL_MS = 50, ROOM = 1 << 20, MESSAGE = 1024 };

struct emulated {
	struct arena arena; // the thread's
	struct threads *thread;
	int socket;
	atomic_bool ending;
	dev_t device; // of the emulator's file
	ino_t inode;
	const char *mark;
	VEC(const char *) runs; // the name of each program, in the order of their starts
};

// Ask the kernel to tell of processes, or no longer.
static bool
ask(int fd, enum proc_cn_mcast_op op)
{
	const struct cn_msg message = {.id = {CN_IDX_PROC, CN_VAL_PROC}, .len = sizeof(op)};
	struct nlmsghdr header = {.nlmsg_type = NLMSG_DONE};
	char all[NLMSG_SPACE(sizeof(message) + sizeof(op))];

	header.nlmsg_len = sizeof(all);
	memcpy(all, &header, sizeof(header));
	memcpy(all + NLMSG_HDRLEN, &message, sizeof(message));
	memcpy(all + NLMSG_HDRLEN + sizeof(message), &op, sizeof(op));
	return send(fd, all, sizeof(all), 0) == sizeof(all);
}

static int
open_events(void)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
	int room = ROOM;

	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		ask(fd, PROC_CN_MCAST_LISTEN))
		return fd;
	close(fd);
	return -1;
}

// A file of process PID, strings that are ended by zeroes; empty when the process is gone.
static struct str
proc_file(struct arena *a, pid_t pid, const char *name)
{
	const char *path = arena_printf(a, "/proc/%d/%s", (int)pid, name);
	struct source *src = source_load(a, path, path);

	return src ? src->text : STR("");
}

// The string after the one at S in TEXT, NULL at the end.
static const char *
next_string(struct str text, const char *s)
{
	s += strlen(s) + 1;
	return s < text.s + text.n ? s : NULL;
}

static bool
is_marked(struct str environment, const char *mark)
{
	const char *s = environment.n ? environment.s : NULL;

	while (s && strcmp(s, mark) != 0)
		s = next_string(environment, s);
	return s;
}

static bool
is_emulator(const struct emulated *e, struct arena *a, pid_t pid)
{
	struct stat st;

	return stat(arena_printf(a, "/proc/%d/exe", (int)pid), &st) == 0 &&
	       st.st_dev == e->device && st.st_ino == e->inode;
}

// An emulator's arguments are its own name, then the program's path.
static void
note(struct emulated *e, pid_t pid)
{
	struct arena a = {0};
	struct str words;
	const char *program;

	if (is_emulator(e, &a, pid) && is_marked(proc_file(&a, pid, "environ"), e->mark)) {
		words = proc_file(&a, pid, "cmdline");
		program = words.n ? next_string(words, words.s) : NULL;
		if (program)
			VEC_ADD(&e->arena, &e->runs, arena_dup(&e->arena, path_base(program)));
	}
	arena_free(&a);
}

static void
note_all(struct emulated *e)
{
	_Alignas(NLMSG_ALIGNTO) char room[MESSAGE];
	const size_t at = NLMSG_HDRLEN + sizeof(struct cn_msg);
	struct proc_event event;
	ssize_t n;

	while ((n = recv(e->socket, room, sizeof(room), 0)) > 0) {
		if ((size_t)n < at + sizeof(event))
			continue;
		memcpy(&event, room + at, sizeof(event));
		if (event.what == PROC_EVENT_EXEC)
			note(e, event.event_data.exec.process_tgid);
	}
}

static void
watch(void *arg, unsigned i)
{
	struct emulated *e = arg;
	struct pollfd p = {.fd = e->socket, .events = POLLIN};

	(void)i;
	while (!atomic_load(&e->ending)) {
		(void)poll(&p, 1, POLL_MS);
		note_all(e);
	}
}

struct emulated *
emulated_start(struct engine *engine, const char *mark)
{
	const char *emulator;
	struct emulated *e;
	struct stat st;
	int fd = -1;

	if (platform_same(engine->platform, platform_host(engine->arena)))
		return NULL;
	emulator = foreign_emulator(engine->arena, engine->platform);
	if (emulator && engine->kind->is_local(engine) && stat(emulator, &st) == 0)
		fd = open_events();
	if (fd < 0) {
		tee_say(engine->tee,
			"emulated programs are not counted: the kernel tells root alone");
		return NULL;
	}
	e = calloc(1, sizeof(*e));
	if (!e)
		die("out of memory");
	e->socket = fd;
	e->device = st.st_dev;
	e->inode = st.st_ino;
	e->mark = arena_dup(&e->arena, mark);
	e->thread = threads_start(1, watch, e);
	return e;
}

struct program {
	const char *name;
	size_t runs;
};

static int
by_name(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static int
by_runs(const void *x, const void *y)
{
	const struct program *a = x, *b = y;

	if (a->runs != b->runs)
		return a->runs > b->runs ? -1 : 1;
	return strcmp(a->name, b->name);
}

static struct str
report(struct emulated *e, struct arena *a)
{
	VEC(struct program) all = {0};
	const char *text;

	if (e->runs.n)
		qsort(e->runs.v, e->runs.n, sizeof(*e->runs.v), by_name);
	for (size_t i = 0; i < e->runs.n; i++) {
		if (i == 0 || strcmp(e->runs.v[i], e->runs.v[i - 1]) != 0)
			VEC_ADD(&e->arena, &all, ((struct program){.name = e->runs.v[i]}));
		all.v[all.n - 1].runs++;
	}
	if (all.n)
		qsort(all.v, all.n, sizeof(*all.v), by_runs);
	text = arena_printf(a, "%zu runs of %zu programs\n", e->runs.n, all.n);
	for (size_t i = 0; i < all.n; i++)
		text = arena_printf(a, "%s%7zu %s\n", text, all.v[i].runs, all.v[i].name);
	return (struct str){text, strlen(text)};
}

void
emulated_stop(struct emulated *watched, struct engine *e)
{
	if (!watched)
		return;
	atomic_store(&watched->ending, true);
	threads_join(watched->thread);
	(void)ask(watched->socket, PROC_CN_MCAST_IGNORE);
	close(watched->socket);
	tee_note(e->tee, "Emulated, since they are programs of the image's machine",
		report(watched, e->arena));
	arena_free(&watched->arena);
	free(watched);
}
