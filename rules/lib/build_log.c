// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/build_log.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

// A line of BuildKit's: "#VERTEX REST".
struct vertex_line {
	long vertex; // 0: another kind of line
	struct str rest;
};

static struct str
next_line(struct str *text)
{
	const char *end = memchr(text->s, '\n', text->n);
	struct str line = {text->s, end ? (size_t)(end - text->s) : text->n};
	size_t used = line.n + (end != NULL);

	*text = (struct str){text->s + used, text->n - used};
	while (line.n && line.s[line.n - 1] == '\r')
		line.n--;
	return line;
}

static struct str
skip(struct str s, size_t n)
{
	n = n < s.n ? n : s.n;
	return (struct str){s.s + n, s.n - n};
}

static struct str
skip_digits(struct str s)
{
	while (s.n && isdigit((unsigned char)s.s[0]))
		s = skip(s, 1);
	return s;
}

// Take "3/8" off the start of S. False when there is none.
static bool
take_number(struct str *s)
{
	struct str rest = skip_digits(*s);

	if (rest.n == s->n || !str_starts(rest, "/"))
		return false;
	*s = skip_digits(skip(rest, 1));
	return true;
}

// Whether LINE begins a step of the classic builder or of buildah.
static bool
starts_step(struct str line, struct str *step)
{
	struct str s = line;

	if (str_starts(s, "[")) {
		s = skip(s, 1);
		if (!take_number(&s) || !str_starts(s, "] "))
			return false;
		s = skip(s, 2);
	}
	if (!str_starts(s, "Step ") && !str_starts(s, "STEP "))
		return false;
	s = skip(s, 5);
	if (!take_number(&s))
		return false;
	s = str_trim(s);
	if (!str_starts(s, ":"))
		return false;
	*step = str_trim(skip(s, 1));
	return true;
}

static struct vertex_line
vertex_of(struct str line)
{
	struct vertex_line v = {0, line};
	struct str rest;

	if (!str_starts(line, "#"))
		return v;
	rest = skip_digits(skip(line, 1));
	if (rest.n + 1 < line.n && str_starts(rest, " ")) {
		v.vertex = strtol(line.s + 1, NULL, 10);
		v.rest = skip(rest, 1);
	}
	return v;
}

// The vertex BuildKit says failed; 0 when none did.
static long
failed_vertex(struct str log)
{
	while (log.n) {
		struct vertex_line v = vertex_of(next_line(&log));

		if (v.vertex && str_starts(v.rest, "ERROR"))
			return v.vertex;
	}
	return 0;
}

// A line of output without the time before it.
static struct str
without_time(struct str line)
{
	struct str rest = skip_digits(line);

	if (rest.n == line.n || !str_starts(rest, "."))
		return line;
	rest = skip_digits(skip(rest, 1));
	return str_starts(rest, " ") ? skip(rest, 1) : line;
}

// "[stage 2/5] RUN ..." is the name of a vertex, all else with its number what it said.
static void
read_vertex(struct arena *a, struct str log, long vertex, struct build_failure *f)
{
	while (log.n) {
		struct vertex_line v = vertex_of(next_line(&log));
		const char *close;

		if (v.vertex != vertex || str_starts(v.rest, "sha256:"))
			continue;
		close = memchr(v.rest.s, ']', v.rest.n);
		if (f->step.n || !str_starts(v.rest, "[") || !close) {
			VEC_ADD(a, &f->lines, without_time(v.rest));
			continue;
		}
		f->step = str_trim(skip(v.rest, (size_t)(close - v.rest.s) + 1));
	}
}

static void
read_steps(struct arena *a, struct str log, struct build_failure *f)
{
	while (log.n) {
		struct str line = next_line(&log);

		if (starts_step(line, &f->step)) {
			f->lines.n = 0;
		} else {
			VEC_ADD(a, &f->lines, line);
		}
	}
}

static const char *
find(struct str in, const char *what)
{
	size_t n = strlen(what);

	for (size_t i = 0; i + n <= in.n; i++) {
		if (in.s[i] == what[0] && memcmp(in.s + i, what, n) == 0)
			return in.s + i;
	}
	return NULL;
}

static bool
says(const struct build_failure *f, const char *what)
{
	for (size_t i = 0; i < f->lines.n; i++) {
		if (find(f->lines.v[i], what))
			return true;
	}
	return false;
}

// The number behind the last of the phrases engines report a command's exit status with. buildah
// tells a killed command only in words.
static int
told_status(const struct build_failure *f)
{
	static const char *const phrases[] = {
		"non-zero code: ", "exit code: ", "exit status ", "exited with status "};

	if (says(f, "exited on killed") || says(f, "signal: killed"))
		return 137;
	for (size_t i = f->lines.n; i-- > 0;) {
		for (size_t k = 0; k < sizeof(phrases) / sizeof(*phrases); k++) {
			const char *p = find(f->lines.v[i], phrases[k]);
			long n = p ? strtol(p + strlen(phrases[k]), NULL, 10) : 0;

			if (n > 0 && n < 256)
				return (int)n;
		}
	}
	return 0;
}

struct build_failure
build_log_read(struct arena *a, struct str log)
{
	struct build_failure f = {.step = STR("")};
	long vertex = failed_vertex(log);

	if (vertex) {
		read_vertex(a, log, vertex, &f);
	} else {
		read_steps(a, log, &f);
	}
	f.status = told_status(&f);
	f.foreign = says(&f, "exec format error") || says(&f, "Exec format error");
	return f;
}
