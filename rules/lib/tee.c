// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/tee.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/path.h"

enum { TIMED_OUT = 124, GRACE_MS = 5000 };

void
tee_open(struct tee *t, const char *path, bool live)
{
	struct arena a = {0};
	FILE *nameless;

	*t = (struct tee){.live = live};
	if (path) {
		path_make_dirs(path_dir(&a, path));
		t->log = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0666);
	} else {
		nameless = tmpfile();
		t->log = nameless ? fcntl(fileno(nameless), F_DUPFD_CLOEXEC, 3) : -1;
		if (nameless)
			fclose(nameless);
	}
	if (t->log < 0)
		die("open %s:", path ? path : "a temporary file");
	arena_free(&a);
}

void
tee_close(struct tee *t)
{
	close(t->log);
	buf_free(&t->text);
}

off_t
tee_mark(const struct tee *t)
{
	return lseek(t->log, 0, SEEK_END);
}

struct str
tee_since(const struct tee *t, struct arena *a, off_t mark)
{
	off_t end = tee_mark(t);
	size_t size = end > mark ? (size_t)(end - mark) : 0, got = 0;
	char *text = arena_alloc(a, size + 1);
	ssize_t n;

	while (got < size && (n = pread(t->log, text + got, size - got, mark + (off_t)got)) > 0)
		got += (size_t)n;
	return (struct str){text, got};
}

void
tee_quote(struct str text, int n)
{
	text = str_trim(text);
	for (size_t i = text.n; i-- > 0;) {
		if (text.s[i] == '\n' && --n == 0) {
			text = (struct str){text.s + i + 1, text.n - i - 1};
			break;
		}
	}
	while (text.n) {
		const char *end = memchr(text.s, '\n', text.n);
		size_t len = end ? (size_t)(end - text.s) : text.n;

		fprintf(stderr, "  | %.*s\n", (int)len, text.s);
		len += end != NULL;
		text = (struct str){text.s + len, text.n - len};
	}
}

static void
write_all(int fd, const char *s, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, s, n);

		if (done < 0 && errno != EINTR)
			return; // a full disk shows in the outputs; the log is only for people
		if (done > 0) {
			s += done;
			n -= (size_t)done;
		}
	}
}

void
tee_die(struct str text, int n, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "%s: error: ", progname);
	vfprintf(stderr, fmt, ap);
	putc('\n', stderr);
	va_end(ap);
	tee_quote(text, n);
	exit(1);
}

void
tee_note(struct tee *t, const char *heading, struct str text)
{
	write_all(t->log, "# ", 2);
	write_all(t->log, heading, strlen(heading));
	write_all(t->log, ":\n", 2);
	write_all(t->log, text.s, text.n);
	write_all(t->log, "\n", 1);
}

// Append what is no escape sequence. One may be split over two reads.
static void
add_plain(struct tee *t, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\033') {
			t->in_colour = true;
		} else if (!t->in_colour) {
			buf_addc(&t->text, s[i]);
		} else if ((s[i] >= '@' && s[i] <= 'Z') || (s[i] >= '`' && s[i] <= '~')) {
			t->in_colour = false;
		}
	}
}

static void
add(struct tee *t, const char *s, size_t n)
{
	size_t before = t->text.n;

	add_plain(t, s, n);
	write_all(t->log, t->text.s + before, t->text.n - before);
	if (t->live)
		write_all(STDERR_FILENO, s, n);
}

void
tee_say(struct tee *t, const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n > 0)
		add(t, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1);
	add(t, "\n", 1);
}

static int
patience_ms(const struct tee *t, size_t start, const struct patience *p)
{
	bool seen = p && p->sign && t->text.s && strstr(t->text.s + start, p->sign);
	int seconds = p ? (seen ? p->seconds_after : p->seconds) : 0;

	return seconds > 0 ? seconds * 1000 : -1;
}

// Copy what FD says until it ends. False when it said nothing for MS milliseconds (-1: never).
static bool
copy_some(struct tee *t, int fd, int ms, bool *ended)
{
	struct pollfd poller = {.fd = fd, .events = POLLIN};
	char block[8192];
	int ready = poll(&poller, 1, ms);
	ssize_t n;

	*ended = false;
	if (ready == 0)
		return false;
	if (ready < 0)
		return errno == EINTR;
	n = read(fd, block, sizeof(block));
	if (n > 0)
		add(t, block, (size_t)n);
	*ended = n == 0 || (n < 0 && errno != EINTR);
	return true;
}

// End a child that is silent: politely, then not.
static void
end_child(struct tee *t, const struct proc *p)
{
	bool ended = false, said = true;

	kill(-p->pid, SIGTERM);
	while (!ended && said)
		said = copy_some(t, p->out, GRACE_MS, &ended);
	if (!ended)
		kill(-p->pid, SIGKILL);
}

int
tee_run(struct tee *t, const struct proc_spec *spec, const struct patience *patience)
{
	struct proc_spec piped = *spec;
	size_t start = t->text.n;
	bool ended = false, timed_out = false;
	struct proc p;
	int status;

	piped.out = PROC_PIPE;
	piped.err = PROC_TO_OUT;
	if (!proc_start(&p, &piped))
		return errno == EINTR ? 128 + cleanup_caught() : 127;
	while (!ended && !timed_out)
		timed_out = !copy_some(t, p.out, patience_ms(t, start, patience), &ended);
	if (timed_out)
		end_child(t, &p);
	status = proc_wait(&p);
	return timed_out ? TIMED_OUT : status;
}
