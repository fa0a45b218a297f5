// SPDX-License-Identifier: Apache-2.0
#include "gen/cmd/probe.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_BYTES = 1 << 20, GRACE_MS = 1000, LOOK_MS = 10, MOST_LINE = 200, MOST_LATE = 32 };

static const char *const *
with_locale(struct arena *a, const char *const *env)
{
	VEC(const char *) all = {0};

	VEC_ADD(a, &all, "LC_ALL=C"); // what programs say is read by us
	for (; env && *env; env++)
		VEC_ADD(a, &all, *env);
	VEC_ADD(a, &all, NULL);
	return all.v;
}

// A pipe holds 4 KiB, so this does not wait for the reader.
static void
feed(struct proc *p, const char *input)
{
	size_t n = strlen(input);

	while (n > 0) {
		ssize_t done = write(p->in, input, n);

		if (done < 0 && errno != EINTR)
			break; // it does not want to know
		if (done > 0) {
			input += done;
			n -= (size_t)done;
		}
	}
	close(p->in);
	p->in = -1;
}

void
probe_start(struct probe *p, const char *const *argv, const char *const *env, const char *input,
	int seconds)
{
	struct arena a = {0};
	struct proc_spec spec = {.argv = argv,
		.env = with_locale(&a, env),
		.in = input ? PROC_PIPE : PROC_DEFAULT,
		.out = PROC_PIPE,
		.err = PROC_PIPE};

	*p = (struct probe){.until = proc_now_ms() + seconds * 1000LL};
	p->started = proc_start(&p->proc, &spec);
	p->error = p->started ? 0 : errno;
	if (p->started && input)
		feed(&p->proc, input);
	arena_free(&a);
}

// Take what there is on one pipe, and close it at its end.
static void
take(int *fd, struct buf *text)
{
	char block[8192];
	ssize_t n = read(*fd, block, sizeof(block));

	if (n > 0 && text->n < MOST_BYTES)
		buf_add(text, block, (size_t)n);
	if (n == 0 || (n < 0 && errno != EINTR)) {
		close(*fd);
		*fd = -1;
	}
}

// Listen until both pipes are at their end. False when UNTIL comes first; what was said before that
// is still taken, but a child that never stops is not listened to for ever.
static bool
listen_to(struct probe *p, long long until)
{
	int *fds[2] = {&p->proc.out, &p->proc.err};

	for (int late = 0; p->proc.out >= 0 || p->proc.err >= 0;) {
		struct pollfd poller[2] = {{p->proc.out, POLLIN, 0}, {p->proc.err, POLLIN, 0}};
		long long left = until - proc_now_ms();
		int ready = poll(poller, 2, left > 0 ? (int)left : 0);

		late += left <= 0;
		if (ready == 0 || late > MOST_LATE || (ready < 0 && errno != EINTR))
			return false;
		for (int i = 0; i < 2; i++) {
			if (ready > 0 && *fds[i] >= 0 && poller[i].revents)
				take(fds[i], &p->text[i]);
		}
	}
	return true;
}

// Whether the child ends before UNTIL: it may have closed its pipes long before.
static bool
ends(const struct probe *p, long long until)
{
	const struct timespec moment = {.tv_nsec = LOOK_MS * 1000000L};
	siginfo_t info = {0};

	while (waitid(P_PID, (id_t)p->proc.pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
		info.si_pid == 0) {
		if (proc_now_ms() >= until)
			return false;
		nanosleep(&moment, NULL);
	}
	return true;
}

static bool
is_done(struct probe *p, long long until)
{
	return listen_to(p, until) && ends(p, until);
}

static struct str
copy(struct arena *a, struct buf *text)
{
	struct str s = {arena_ndup(a, text->s ? text->s : "", text->n), text->n};

	buf_free(text);
	return s;
}

struct probe_answer
probe_finish(struct probe *p, struct arena *a)
{
	struct probe_answer answer = {.status = PROBE_NOT_RUN, .out = STR("")};
	bool late;

	if (!p->started) {
		answer.err = str_of(arena_dup(a, strerror(p->error)));
		return answer;
	}
	late = !is_done(p, p->until);
	if (late) {
		kill(-p->proc.pid, SIGTERM);
		if (!is_done(p, proc_now_ms() + GRACE_MS)) {
			kill(-p->proc.pid, SIGKILL);
			kill(p->proc.pid, SIGKILL); // wherever it went
		}
	}
	answer.status = proc_wait(&p->proc);
	if (late)
		answer.status = PROBE_TIMED_OUT;
	answer.out = copy(a, &p->text[0]);
	answer.err = copy(a, &p->text[1]);
	return answer;
}

struct probe_answer
probe_ask(struct arena *a, const char *const *argv, int seconds)
{
	struct probe p;

	probe_start(&p, argv, NULL, NULL, seconds);
	return probe_finish(&p, a);
}

// LINE as a string; a character of several bytes is not cut in two.
static const char *
line_of(struct arena *a, struct str line)
{
	if (line.n <= MOST_LINE)
		return arena_ndup(a, line.s, line.n);
	line.n = MOST_LINE;
	while (line.n > 0 && ((unsigned char)line.s[line.n] & 0xc0) == 0x80)
		line.n--;
	return arena_printf(a, "%.*s...", STR_FMT(line));
}

const char *
probe_first_line(struct arena *a, struct str text)
{
	const char *end;

	text = str_trim(text);
	end = memchr(text.s, '\n', text.n);
	if (end)
		text.n = (size_t)(end - text.s);
	return line_of(a, str_trim(text));
}

// The same of the last line.
static const char *
last_line(struct arena *a, struct str text)
{
	text = str_trim(text);
	for (size_t i = text.n; i-- > 0;) {
		if (text.s[i] == '\n')
			return line_of(a, (struct str){text.s + i + 1, text.n - i - 1});
	}
	return line_of(a, text);
}

const char *
probe_reason(struct arena *a, const struct probe_answer *answer, int seconds)
{
	const char *said = last_line(a, answer->err.n ? answer->err : answer->out);

	if (answer->status == PROBE_TIMED_OUT)
		return arena_printf(a, "no answer within %d s", seconds);
	return *said ? said : arena_printf(a, "exit status %d", answer->status);
}
