// SPDX-License-Identifier: Apache-2.0
// procname.c -- which program is at the other end of a local connection. Layer: guest/agent/lib.
//
// /proc/net/tcp and tcp6 list sockets, one a line: "SLOT: ADDRESS:PORT ADDRESS:PORT ..." with the
// inode as tenth word; /proc/PID/fd/N is a link to "socket:[INODE]" for each one PID holds.
#include "procname.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "utf8.h"

enum { MAX_LOOKS = 16384 }; // descriptors looked at for one name

static const char unknown[] = "unknown";

// The first bytes of a file as a text; empty when it cannot be read.
static size_t
read_start(const char *path, char *text, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	if (fd >= 0) {
		n = read(fd, text, cap - 1);
		(void)close(fd);
	}
	text[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

// C1 control characters are c2 80 to c2 9f in UTF-8.
static void
sanitise(char *name)
{
	char *to = name;

	for (const char *p = name; *p; p++) {
		unsigned char c = (unsigned char)*p, next = (unsigned char)p[1];

		if (c <= ' ' || c == 0x7f) {
			*to++ = '_';
		} else if (c == 0xc2 && next >= 0x80 && next <= 0x9f) {
			*to++ = '_';
			p++;
		} else
			*to++ = *p;
	}
	*to = '\0';
}

void
procname_of_pid(pid_t pid, char name[PROCNAME_MAX + 1])
{
	char path[64], text[4096];
	const char *base;

	(void)snprintf(path, sizeof(path), "/proc/%ld/cmdline", (long)pid);
	(void)read_start(path, text, sizeof(text));
	base = strrchr(text, '/');
	base = base ? base + 1 : text;
	if (!*base) {
		(void)snprintf(path, sizeof(path), "/proc/%ld/comm", (long)pid);
		(void)read_start(path, text, sizeof(text));
		base = text + strspn(text, " \t\r\n");
		for (size_t n = strlen(base); n && isspace((unsigned char)base[n - 1]); n--)
			text[(size_t)(base - text) + n - 1] = '\0';
	}
	(void)utf8_clean(
		name, PROCNAME_MAX, *base ? base : unknown, strlen(*base ? base : unknown));
	sanitise(name);
}

// The inode of the socket in this line, when its local port is PORT; else 0.
static unsigned long
inode_in_line(char *line, unsigned port)
{
	char *save, *word = strtok_r(line, " ", &save);
	const char *colon;

	word = word ? strtok_r(NULL, " ", &save) : NULL;
	colon = word ? strrchr(word, ':') : NULL;
	if (!colon || strtoul(colon + 1, NULL, 16) != port)
		return 0;
	for (int i = 2; word && i < 10; i++)
		word = strtok_r(NULL, " ", &save);
	return word ? strtoul(word, NULL, 10) : 0;
}

// The inode 0 of closed sockets names nobody, so such lines are passed over.
static unsigned long
inode_of_port(const char *table, unsigned port)
{
	char line[512];
	unsigned long inode = 0;
	FILE *f = fopen(table, "re");

	if (!f)
		return 0;
	if (fgets(line, sizeof(line), f)) { // the heading
		while (!inode && fgets(line, sizeof(line), f))
			inode = inode_in_line(line, port);
	}
	(void)fclose(f);
	return inode;
}

// Whether process PID holds the socket; takes what it looked at off *LOOKS.
static bool
holds(const char *pid, const char *socket, int *looks)
{
	char path[64], target[64];
	bool found = false;
	const struct dirent *e;
	DIR *d;

	(void)snprintf(path, sizeof(path), "/proc/%.16s/fd", pid);
	d = opendir(path);
	if (!d)
		return false;
	while (!found && *looks > 0 && (e = readdir(d))) {
		ssize_t n = readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1);

		--*looks;
		target[n > 0 ? n : 0] = '\0';
		found = strcmp(target, socket) == 0;
	}
	(void)closedir(d);
	return found;
}

void
procname_of_port(unsigned port, char name[PROCNAME_MAX + 1])
{
	char socket[64];
	unsigned long inode = port ? inode_of_port("/proc/net/tcp", port) : 0;
	const struct dirent *e;
	int looks = MAX_LOOKS;
	DIR *d;

	if (!inode && port)
		inode = inode_of_port("/proc/net/tcp6", port);
	(void)snprintf(name, PROCNAME_MAX + 1, "%s", unknown);
	(void)snprintf(socket, sizeof(socket), "socket:[%lu]", inode);
	d = inode ? opendir("/proc") : NULL;
	while (d && looks > 0 && (e = readdir(d))) {
		if (isdigit((unsigned char)*e->d_name) && holds(e->d_name, socket, &looks)) {
			procname_of_pid((pid_t)strtol(e->d_name, NULL, 10), name);
			break;
		}
	}
	if (d)
		(void)closedir(d);
}

size_t
procname_line(char line[PROCNAME_LINE], const char *name)
{
	static const char prefix[] = {
		'\0', 'C', 'A', 'P', 'S', 'E', 'M', '_', 'M', 'E', 'T', 'A', ':'};
	size_t n = strlen(name);

	memcpy(line, prefix, sizeof(prefix));
	for (size_t i = 0; i < n; i++)
		line[sizeof(prefix) + i] = name[i];
	line[sizeof(prefix) + n] = '\n';
	return sizeof(prefix) + n + 1;
}
