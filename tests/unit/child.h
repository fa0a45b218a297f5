// SPDX-License-Identifier: Apache-2.0
// child.h -- run what may end the process in a child, and see how it ended. Layer: tests.
#ifndef TESTS_UNIT_CHILD_H
#define TESTS_UNIT_CHILD_H

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

struct child_end {
	int status;      // exit status, 128 + signal for one that was killed
	char said[4096]; // on stderr
};

// Call F(ARG) in a child; one that returns has the exit status 0.
static inline struct child_end
child_run(void (*f)(void *arg), void *arg)
{
	struct child_end end = {.status = -1};
	int ends[2], status;
	size_t n = 0;
	ssize_t got;
	pid_t pid;

	fflush(NULL);
	if (pipe(ends) != 0 || (pid = fork()) < 0)
		return end;
	if (pid == 0) {
		dup2(ends[1], 2);
		close(ends[0]);
		close(ends[1]);
		f(arg);
		_exit(0);
	}
	close(ends[1]);
	while ((got = read(ends[0], end.said + n, sizeof(end.said) - 1 - n)) > 0)
		n += (size_t)got;
	close(ends[0]);
	if (waitpid(pid, &status, 0) == pid)
		end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return end;
}

#endif
