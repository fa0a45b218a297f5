// SPDX-License-Identifier: Apache-2.0
// audit.c -- the kernel's record of what was executed. Layer: guest/agent/lib.
#include "audit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "utf8.h"

enum { MAX_ID = 48, MAX_PATH = 4096, MAX_NAME = 64 };

struct audit_event {
	struct audit_event *next;
	char id[MAX_ID + 1];
	bool has_syscall, has_pid, has_ppid;
	uint64_t pid, ppid, uid, timestamp_us;
	char *exe, *comm, *tty, *cwd, *argv; // NULL: not told
};

// What stands between two marks in a line; s is NULL when they are not both there.
static struct text
between(struct text line, const char *from, char to)
{
	struct text found = {NULL, 0};
	const char *start = memmem(line.s, line.n, from, strlen(from));
	const char *end;

	if (!start)
		return found;
	start += strlen(from);
	end = memchr(start, to, (size_t)(line.s + line.n - start));
	if (end)
		found = (struct text){start, (size_t)(end - start)};
	return found;
}

// The value after KEY, which begins with a blank and ends in '=': the text in quotes, or all up to
// the next blank or the group separator after which auditd repeats values in words.
static struct text
value_of(struct text line, const char *key)
{
	const char *p = memmem(line.s, line.n, key, strlen(key));
	const char *end = line.s + line.n, *stop;

	if (!p)
		return (struct text){NULL, 0};
	p += strlen(key);
	if (p < end && *p == '"') {
		stop = memchr(p + 1, '"', (size_t)(end - p - 1));
		return (struct text){p + 1, (size_t)((stop ? stop : end) - p - 1)};
	}
	for (stop = p; stop < end && *stop != ' ' && *stop != '\x1d'; stop++)
		continue;
	return (struct text){p, (size_t)(stop - p)};
}

static bool
number(struct text t, uint64_t *v)
{
	*v = 0;
	for (size_t i = 0; i < t.n; i++) {
		if (!isdigit((unsigned char)t.s[i]) || *v > UINT32_MAX)
			return false;
		*v = *v * 10 + (uint64_t)(t.s[i] - '0');
	}
	return t.n > 0 && *v <= UINT32_MAX;
}

// A clean copy of at most MAX bytes; NULL for nothing.
static char *
copy(struct text t, size_t max)
{
	char *s = t.s ? malloc(max + 1) : NULL;

	if (s)
		(void)utf8_clean(s, max, t.s, t.n);
	return s;
}

// "SECONDS.MILLISECONDS:SERIAL" as microseconds, in whole numbers: a double would be off by one.
static uint64_t
timestamp_of(const char *id)
{
	unsigned long long seconds = 0;
	unsigned micros = 0, unit = 100000;
	const char *p = id;

	for (; isdigit((unsigned char)*p) && seconds < 1ULL << 40; p++)
		seconds = seconds * 10 + (unsigned)(*p - '0');
	if (*p == '.') {
		for (p++; isdigit((unsigned char)*p) && unit; p++, unit /= 10)
			micros += (unsigned)(*p - '0') * unit;
	}
	return seconds * 1000000 + micros;
}

static void
free_event(struct audit_event *e)
{
	free(e->exe);
	free(e->comm);
	free(e->tty);
	free(e->cwd);
	free(e->argv);
	free(e);
}

void
audit_clear(struct audit *a)
{
	while (a->events) {
		struct audit_event *e = a->events;

		a->events = e->next;
		free_event(e);
	}
	a->n = 0;
}

// The event with this id, made when it is new. NULL when memory is out.
static struct audit_event *
event_of(struct audit *a, struct text id)
{
	struct audit_event *e = a->events;

	while (e && !text_is(id, e->id))
		e = e->next;
	if (e)
		return e;
	if (a->n >= AUDIT_MAX_EVENTS)
		audit_clear(a);
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	memcpy(e->id, id.s, id.n);
	e->timestamp_us = timestamp_of(e->id);
	e->next = a->events;
	a->events = e;
	a->n++;
	return e;
}

static void
forget(struct audit *a, const struct audit_event *e)
{
	struct audit_event **at = &a->events;

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	a->n--;
}

static void
take_syscall(struct audit_event *e, struct text line)
{
	struct text tty = value_of(line, " tty=");

	if (e->has_syscall)
		return;
	e->has_syscall = true;
	e->has_pid = number(value_of(line, " pid="), &e->pid);
	e->has_ppid = number(value_of(line, " ppid="), &e->ppid);
	if (!number(value_of(line, " uid="), &e->uid))
		e->uid = 0;
	e->exe = copy(value_of(line, " exe="), MAX_PATH);
	e->comm = copy(value_of(line, " comm="), MAX_NAME);
	if (tty.s && !text_is(tty, "(none)"))
		e->tty = copy(tty, MAX_NAME);
}

static void
take_arguments(struct audit_event *e, struct text line)
{
	struct bytes all = {.max = AUDIT_MAX_LINE};
	char key[16];

	for (unsigned i = 0; !e->argv; i++) {
		struct text value;

		(void)snprintf(key, sizeof(key), " a%u=", i);
		value = value_of(line, key);
		if (!value.s)
			break;
		if (i)
			bytes_add(&all, " ", 1);
		bytes_add(&all, value.s, value.n);
	}
	if (all.n)
		e->argv = copy((struct text){(const char *)all.p, all.n}, AUDIT_MAX_ARGV);
	bytes_free(&all);
}

static void
put_text(struct bytes *out, const char *key, const char *s)
{
	msgpack_put_key(out, key);
	if (s) {
		msgpack_put_key(out, s);
	} else {
		msgpack_put_nil(out);
	}
}

static void
put_number(struct bytes *out, const char *key, uint64_t v)
{
	msgpack_put_key(out, key);
	msgpack_put_uint(out, v);
}

static void
put_event(const struct audit_event *e, struct bytes *out)
{
	size_t begin = frame_begin(out);

	msgpack_put_map(out, 12);
	put_number(out, "timestamp_us", e->timestamp_us);
	put_number(out, "pid", e->pid);
	put_number(out, "ppid", e->ppid);
	put_number(out, "uid", e->uid);
	put_text(out, "exe", e->exe);
	put_text(out, "comm", e->comm);
	put_text(out, "argv", e->argv ? e->argv : e->exe);
	put_text(out, "cwd", e->cwd);
	put_text(out, "tty", e->tty);
	put_text(out, "session_id", NULL);
	put_text(out, "parent_exe", NULL);
	put_text(out, "audit_id", e->id);
	if (!frame_end(out, begin))
		return; // the host does not read; the record is lost
}

void
audit_line(struct audit *a, struct text line, struct bytes *out)
{
	struct text id = between(line, "msg=audit(", ')'), type = {line.s, 0};
	struct audit_event *e;

	if (line.n > 5 && memcmp(line.s, "type=", 5) == 0)
		type = between(line, "type=", ' ');
	if (!id.s || id.n > MAX_ID || !type.n)
		return;
	e = event_of(a, id);
	if (!e)
		return;
	if (text_is(type, "SYSCALL")) {
		take_syscall(e, line);
	} else if (text_is(type, "EXECVE")) {
		take_arguments(e, line);
	} else if (text_is(type, "CWD") && !e->cwd) {
		e->cwd = copy(value_of(line, " cwd="), MAX_PATH);
	} else if (text_is(type, "PROCTITLE")) {
		if (e->has_pid && e->has_ppid && e->exe)
			put_event(e, out);
		forget(a, e);
		free_event(e);
	}
}
