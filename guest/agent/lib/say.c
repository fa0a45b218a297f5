// SPDX-License-Identifier: Apache-2.0
// say.c -- what a guest program tells the console. Layer: guest/agent/lib.
#include "say.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *name = "capsem";
static int copy = -1;

void
say_start(const char *argv0)
{
	const char *slash = strrchr(argv0, '/');

	name = slash ? slash + 1 : argv0;
}

void
say_copy(int fd)
{
	copy = fd;
}

// Nothing can be done about a console that does not take a line.
static void
put(int fd, const char *line, size_t n)
{
	if (fd >= 0 && write(fd, line, n) < 0)
		return;
}

// NAME, the message and, where ERROR is not 0, what it means. LINE has room for a newline more.
static size_t __attribute__((format(printf, 3, 0)))
format(char *line, size_t cap, const char *fmt, va_list ap, int error)
{
	size_t n;

	(void)snprintf(line, cap, "%s: ", name);
	n = strlen(line);
	(void)vsnprintf(line + n, cap - n, fmt, ap);
	n = strlen(line);
	if (error)
		(void)snprintf(line + n, cap - n, " %s", strerror(error));
	return strlen(line);
}

static void __attribute__((format(printf, 1, 0))) vsay(const char *fmt, va_list ap)
{
	char line[512];
	int error = errno;
	size_t length = strlen(fmt);
	bool wants_error = length && fmt[length - 1] == ':';
	size_t n = format(line, sizeof(line) - 1, fmt, ap, wants_error ? error : 0);

	for (size_t i = 0; i < n; i++) {
		if ((unsigned char)line[i] < ' ' || line[i] == 0x7f)
			line[i] = '?';
	}
	line[n++] = '\n';
	put(STDERR_FILENO, line, n);
	put(copy, line, n);
	errno = error;
}

void
say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
}

void
say_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(fmt, ap);
	va_end(ap);
	exit(1);
}
