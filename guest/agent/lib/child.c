// SPDX-License-Identifier: Apache-2.0
// child.c -- processes the agent starts. Layer: guest/agent/lib.
#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NOT_RUN = 126 };

// The agent ignores some signals and holds back others; a child starts without either.
static void
reset_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)signal(sig, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

// exec takes its strings as if it could change them.
static char *
arg(const char *s)
{
	return (char *)(size_t)s;
}

static void
enter(const char *folder)
{
	if (chdir(folder) < 0 && chdir("/") < 0)
		_exit(NOT_RUN);
}

pid_t
child_run(const char *command, char *const env[], const char *folder, int out, int err)
{
	char *const argv[] = {arg("bash"), arg("-c"), arg(command), NULL};
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	reset_signals();
	enter(folder);
	(void)close(STDIN_FILENO);
	if (open("/dev/null", O_RDONLY) != STDIN_FILENO || dup2(out, STDOUT_FILENO) < 0 ||
		dup2(err, STDERR_FILENO) < 0)
		_exit(NOT_RUN);
	(void)execvpe("bash", argv, env);
	_exit(NOT_RUN);
}

pid_t
child_shell(const char *slave, char *const env[], const char *folder)
{
	char *const argv[] = {
		arg("/bin/bash"), arg("--rcfile"), arg("/etc/capsem-bashrc"), arg("-i"), NULL};
	pid_t pid = fork();
	int fd;

	if (pid != 0)
		return pid;
	reset_signals();
	(void)setsid();
	fd = open(slave, O_RDWR);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0) < 0)
		_exit(1);
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++) {
		if (dup2(fd, i) < 0)
			_exit(1);
	}
	if (fd > STDERR_FILENO)
		(void)close(fd);
	enter(folder);
	(void)execve(argv[0], argv, env);
	_exit(1);
}

int
child_code(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
