// SPDX-License-Identifier: Apache-2.0
#include "gen/base/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"

extern char **environ; // POSIX names it, no header declares it

static bool
overridden(const char *var, const char *const *env)
{
	size_t n = strcspn(var, "=");

	for (; *env; env++) {
		if (strncmp(*env, var, n) == 0 && (*env)[n] == '=')
			return true;
	}
	return false;
}

static char **
merge_env(struct arena *a, const char *const *env)
{
	VEC(char *) all = {0};

	for (char **e = environ; *e; e++) {
		if (!overridden(*e, env))
			VEC_ADD(a, &all, *e);
	}
	for (; *env; env++)
		VEC_ADD(a, &all, arena_dup(a, *env));
	VEC_ADD(a, &all, NULL);
	return all.v;
}

static void
make_pipe(int ends[2])
{
	if (pipe(ends) != 0)
		die("make a pipe:");
	for (int i = 0; i < 2; i++)
		fcntl(ends[i], F_SETFD, FD_CLOEXEC);
}

// Connect the child's descriptor FD as WANT says. Returns our end of the pipe, or -1; the child's
// end, which we close after the start, goes to *theirs.
static int
connect_fd(posix_spawn_file_actions_t *acts, int fd, int want, int *theirs)
{
	int ends[2], child = fd == 0 ? 0 : 1;

	*theirs = -1;
	if (want == PROC_PIPE) {
		make_pipe(ends);
		posix_spawn_file_actions_adddup2(acts, ends[child], fd);
		*theirs = ends[child];
		return ends[!child];
	}
	if (want == PROC_NULL || (want == PROC_DEFAULT && fd == 0)) {
		posix_spawn_file_actions_addopen(
			acts, fd, "/dev/null", fd ? O_WRONLY : O_RDONLY, 0);
	} else if (want == PROC_TO_OUT) {
		posix_spawn_file_actions_adddup2(acts, 1, fd);
	} else if (want > 0) {
		posix_spawn_file_actions_adddup2(acts, want, fd);
	}
	return -1;
}

static void
set_attributes(posix_spawnattr_t *attr, const struct proc_spec *spec)
{
	short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
	sigset_t set;

	posix_spawnattr_init(attr);
	sigemptyset(&set);
	posix_spawnattr_setsigmask(attr, &set);
	sigaddset(&set, SIGPIPE);
	posix_spawnattr_setsigdefault(attr, &set);
	if (!spec->foreground) {
		posix_spawnattr_setpgroup(attr, 0);
		flags |= POSIX_SPAWN_SETPGROUP;
	}
	posix_spawnattr_setflags(attr, flags);
}

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool
start(struct proc *p, const struct proc_spec *spec)
{
	posix_spawn_file_actions_t acts;
	posix_spawnattr_t attr;
	struct arena a = {0};
	int theirs[3], err;

	*p = (struct proc){.in = -1, .out = -1, .err = -1};
	if (cleanup_caught() && !spec->shielded) {
		errno = EINTR;
		return false;
	}
	posix_spawn_file_actions_init(&acts);
	set_attributes(&attr, spec);
	p->in = connect_fd(&acts, 0, spec->in, &theirs[0]);
	p->out = connect_fd(&acts, 1, spec->out, &theirs[1]);
	p->err = connect_fd(&acts, 2, spec->err, &theirs[2]);
	err = posix_spawnp(&p->pid, spec->argv[0], &acts, &attr, (char *const *)spec->argv,
		spec->env ? merge_env(&a, spec->env) : environ);
	for (int i = 0; i < 3; i++)
		close_end(&theirs[i]);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&acts);
	arena_free(&a);
	if (err) {
		close_end(&p->in);
		close_end(&p->out);
		close_end(&p->err);
		errno = err;
		return false;
	}
	p->group = spec->shielded || spec->foreground ? 0 : p->pid;
	if (p->group)
		cleanup_group(p->group);
	return true;
}

static void
block_signals(sigset_t *before)
{
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGHUP);
	sigprocmask(SIG_BLOCK, &ours, before);
}

long long
proc_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (long long)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// Signals wait until the child is known to cleanup.c: one in between would end us and leave it.
bool
proc_start(struct proc *p, const struct proc_spec *spec)
{
	sigset_t before;
	bool ok;
	int err;

	block_signals(&before);
	ok = start(p, spec);
	err = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = err;
	return ok;
}

// In the child: THEIRS become 0, 1 and 2, and our ends are nobody's.
static void
take_ends(struct proc *p, const int theirs[3])
{
	setpgid(0, 0);
	for (int fd = 0; fd < 3; fd++) {
		if (dup2(theirs[fd], fd) < 0)
			_exit(127);
		close(theirs[fd]);
	}
	close_end(&p->in);
	close_end(&p->out);
	close_end(&p->err);
}

static bool
fork_off(struct proc *p, const int theirs[3], int (*f)(void *arg), void *arg)
{
	sigset_t before;
	int err;

	fflush(NULL); // or the child prints it again
	block_signals(&before);
	p->pid = cleanup_caught() ? -1 : fork();
	err = cleanup_caught() ? EINTR : errno;
	if (p->pid == 0) {
		take_ends(p, theirs);
		sigprocmask(SIG_SETMASK, &before, NULL);
		exit(f(arg));
	}
	if (p->pid > 0) {
		setpgid(p->pid, p->pid); // whoever comes first
		cleanup_group(p->group = p->pid);
	}
	sigprocmask(SIG_SETMASK, &before, NULL);
	errno = err;
	return p->pid > 0;
}

bool
proc_call(struct proc *p, int (*f)(void *arg), void *arg)
{
	int in[2], out[2], err[2], theirs[3];
	bool ok;

	make_pipe(in);
	make_pipe(out);
	make_pipe(err);
	*p = (struct proc){.in = in[1], .out = out[0], .err = err[0]};
	theirs[0] = in[0];
	theirs[1] = out[1];
	theirs[2] = err[1];
	ok = fork_off(p, theirs, f, arg);
	for (int i = 0; i < 3; i++)
		close(theirs[i]);
	if (!ok) {
		close_end(&p->in);
		close_end(&p->out);
		close_end(&p->err);
	}
	return ok;
}

int
proc_wait(struct proc *p)
{
	int status;

	close_end(&p->in);
	close_end(&p->out);
	close_end(&p->err);
	while (waitpid(p->pid, &status, 0) < 0) {
		if (errno != EINTR)
			die("wait for a child:");
	}
	if (p->group)
		cleanup_forget_group(p->group);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int
not_started(void)
{
	return errno == EINTR ? 128 + cleanup_caught() : 127;
}

int
proc_run(const struct proc_spec *spec)
{
	struct proc p;

	return proc_start(&p, spec) ? proc_wait(&p) : not_started();
}

int
proc_capture(struct arena *a, const struct proc_spec *spec, struct str *out)
{
	struct proc_spec piped = *spec;
	struct buf b = {0};
	struct proc p;
	char block[4096];
	ssize_t n;

	piped.out = PROC_PIPE;
	*out = STR("");
	if (!proc_start(&p, &piped))
		return not_started();
	while ((n = read(p.out, block, sizeof(block))) > 0 || (n < 0 && errno == EINTR)) {
		if (n > 0)
			buf_add(&b, block, (size_t)n);
	}
	*out = (struct str){arena_ndup(a, b.s ? b.s : "", b.n), b.n};
	buf_free(&b);
	return proc_wait(&p);
}
