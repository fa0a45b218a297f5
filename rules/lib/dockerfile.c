// SPDX-License-Identifier: Apache-2.0
// dockerfile.c -- the reading half of dockerfile.h. Layer: rules/lib.
#include "rules/lib/dockerfile.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rules/lib/image_ref.h"

struct reader {
	struct dockerfile *d;
	struct arena *arena;
	char escape;
	struct build_args given, known; // by the caller; of ARGs before the first FROM
	const char *platform;           // the target's
};

// A word of an instruction, in the file.
struct word {
	size_t off, len;
};

static size_t
line_end(struct str text, size_t off)
{
	const char *nl = memchr(text.s + off, '\n', text.n - off);

	return nl ? (size_t)(nl - text.s) + 1 : text.n;
}

static struct str
line_at(struct str text, size_t off)
{
	return str_trim((struct str){text.s + off, line_end(text, off) - off});
}

static bool
is_comment(struct str line)
{
	return line.n > 0 && line.s[0] == '#';
}

// Where the instruction at OFF ends: behind the first line that is not continued. Comments and
// empty lines within do not end it.
static size_t
instruction_end(const struct reader *r, size_t off)
{
	struct str text = r->d->text;

	while (off < text.n) {
		struct str line = line_at(text, off);

		off = line_end(text, off);
		if (!is_comment(line) && line.n && line.s[line.n - 1] != r->escape)
			break;
	}
	return off;
}

// The name after "<<", "<<-" or "<<'" in [P, END); its length goes to *N. NULL when there is none.
static const char *
heredoc_name(const char *p, const char *end, size_t *n)
{
	for (; p + 2 < end; p++) {
		const char *name = p + 2;

		if (p[0] != '<' || p[1] != '<' || p[2] == '<')
			continue;
		name += name < end && *name == '-';
		name += name < end && (*name == '"' || *name == '\'');
		*n = 0;
		while (name + *n < end && (isalnum((unsigned char)name[*n]) || name[*n] == '_'))
			(*n)++;
		if (*n && !isdigit((unsigned char)*name))
			return name;
	}
	return NULL;
}

// Behind the here-document that the instruction [OFF, END) opens, if it does.
static size_t
heredoc_end(const struct reader *r, size_t off, size_t end)
{
	struct str text = r->d->text;
	const char *p = text.s + off, *name;
	size_t n = 0;

	while ((name = heredoc_name(p, text.s + end, &n))) {
		size_t at = end;

		while (at < text.n && !str_eq(line_at(text, at), (struct str){name, n}))
			at = line_end(text, at);
		if (at >= text.n)
			break; // no such line: "<<" meant something else
		end = line_end(text, at);
		p = name + n;
	}
	return end;
}

// The next word of the instruction [*OFF, END). Line ends, their escapes and comment lines within
// count as blanks.
static bool
next_word(const struct reader *r, size_t *off, size_t end, struct word *w)
{
	const char *s = r->d->text.s;
	size_t i = *off;

	for (;;) {
		while (i < end && isspace((unsigned char)s[i]))
			i++;
		if (i < end && s[i] == r->escape && line_at(r->d->text, i).n == 1) {
			i++;
		} else if (i < end && s[i] == '#' && (i == 0 || s[i - 1] == '\n')) {
			i = line_end(r->d->text, i);
		} else {
			break;
		}
	}
	w->off = i;
	while (i < end && !isspace((unsigned char)s[i]) &&
		!(s[i] == r->escape && line_at(r->d->text, i).n == 1))
		i++;
	w->len = i - w->off;
	*off = i;
	return w->len > 0;
}

static struct str
word_str(const struct reader *r, struct word w)
{
	return (struct str){r->d->text.s + w.off, w.len};
}

static bool
word_is(const struct reader *r, struct word w, const char *name)
{
	return w.len == strlen(name) && strncasecmp(r->d->text.s + w.off, name, w.len) == 0;
}

static const char *
lookup(const struct build_args *args, struct str name)
{
	for (size_t i = args->list.n; i-- > 0;) {
		if (str_is(name, args->list.v[i].name))
			return args->list.v[i].value;
	}
	return NULL;
}

// Append the value of the variable at P (behind the '$'); returns behind it.
static const char *
add_variable(const struct reader *r, const char *p, const char *end, struct buf *out)
{
	bool braces = p < end && *p == '{';
	const char *name = p + braces, *stop = name, *value;
	size_t n;

	while (stop < end && (isalnum((unsigned char)*stop) || *stop == '_'))
		stop++;
	n = (size_t)(stop - name);
	value = lookup(&r->known, (struct str){name, n});
	if (!braces) {
		buf_adds(out, value ? value : "");
		return stop;
	}
	p = memchr(stop, '}', (size_t)(end - stop));
	if (!p)
		p = end;
	if (stop + 1 < p && stop[0] == ':' && stop[1] == '-' && (!value || !*value)) {
		buf_add(out, stop + 2, (size_t)(p - stop - 2));
	} else if (stop + 1 < p && stop[0] == ':' && stop[1] == '+') {
		buf_add(out, stop + 2, value && *value ? (size_t)(p - stop - 2) : 0);
	} else {
		buf_adds(out, value ? value : "");
	}
	return p < end ? p + 1 : end;
}

// S with ARGs filled in and quotes taken off.
static const char *
expand(const struct reader *r, struct str s)
{
	const char *p = s.s, *end = s.s + s.n, *copy;
	struct buf b = {0};

	while (p < end) {
		if (*p == '$' && p + 1 < end) {
			p = add_variable(r, p + 1, end, &b);
		} else if (*p == '"' || *p == '\'') {
			p++;
		} else {
			buf_addc(&b, *p++);
		}
	}
	copy = arena_ndup(r->arena, b.s ? b.s : "", b.n);
	buf_free(&b);
	return copy;
}

static void
learn(struct reader *r, const char *name, const char *value)
{
	VEC_ADD(r->arena, &r->known.list, ((struct build_arg){name, value}));
}

static void
read_arg(struct reader *r, size_t off, size_t end)
{
	struct word w;

	while (next_word(r, &off, end, &w)) {
		struct str s = word_str(r, w);
		const char *eq = memchr(s.s, '=', s.n), *value;
		size_t n = eq ? (size_t)(eq - s.s) : s.n;
		const char *name = arena_ndup(r->arena, s.s, n);

		value = lookup(&r->given, str_of(name));
		if (!value && eq)
			value = expand(r, (struct str){eq + 1, s.n - n - 1});
		if (value)
			learn(r, name, value);
	}
}

static long
stage_named(const struct dockerfile *d, const char *name)
{
	for (size_t i = d->stages.n; i-- > 0;) {
		const char *known = d->stages.v[i].name;

		if (known && strcasecmp(known, name) == 0)
			return (long)i;
	}
	return -1;
}

static void
read_from(struct reader *r, size_t start, size_t off, size_t end)
{
	struct stage st = {.off = start, .len = end - start, .platform = r->platform};
	struct word w;

	while (next_word(r, &off, end, &w) && str_starts(word_str(r, w), "--")) {
		struct str flag = word_str(r, w);

		if (str_starts(flag, "--platform="))
			st.platform = expand(r, (struct str){flag.s + 11, flag.n - 11});
	}
	st.image = expand(r, word_str(r, w));
	if (next_word(r, &off, end, &w) && word_is(r, w, "AS") && next_word(r, &off, end, &w)) {
		struct str name = word_str(r, w);

		st.name = arena_ndup(r->arena, name.s, name.n);
	}
	st.parent = stage_named(r->d, st.image);
	if (st.parent >= 0)
		st.platform = r->d->stages.v[st.parent].platform;
	VEC_ADD(r->arena, &r->d->stages, st);
}

static void
read_copy(struct reader *r, size_t off, size_t end)
{
	struct word w;
	long n;

	while (next_word(r, &off, end, &w) && str_starts(word_str(r, w), "--")) {
		struct image_copy c = {.off = w.off + 7, .len = w.len - 7};

		if (!str_starts(word_str(r, w), "--from="))
			continue;
		c.image = arena_ndup(r->arena, r->d->text.s + c.off, c.len);
		if (stage_named(r->d, c.image) < 0 && !str_to_long(c.image, 10, 0, 9999, &n))
			VEC_ADD(r->arena, &r->d->copies, c);
	}
}

// Read the instruction at START; returns where the next one begins.
static size_t
read_instruction(struct reader *r, size_t start)
{
	size_t end = instruction_end(r, start), off = start;
	struct dockerfile *d = r->d;
	struct word w;

	if (!next_word(r, &off, end, &w))
		return end;
	if (word_is(r, w, "ARG") && !d->stages.n) {
		read_arg(r, off, end);
	} else if (word_is(r, w, "FROM")) {
		read_from(r, start, off, end);
	} else if (word_is(r, w, "COPY") || word_is(r, w, "ADD")) {
		end = heredoc_end(r, off, end);
		read_copy(r, off, end);
	} else if (word_is(r, w, "RUN")) {
		end = heredoc_end(r, off, end);
		if (d->stages.n)
			d->stages.v[d->stages.n - 1].runs = true;
	}
	return end;
}

// "# escape=`" among the comments at the start, which may hold blanks and capitals.
static char
escape_of(struct str text)
{
	for (size_t off = 0; off < text.n; off = line_end(text, off)) {
		struct str line = line_at(text, off), name, value;
		const char *eq = is_comment(line) ? memchr(line.s, '=', line.n) : NULL;

		if (!eq)
			break;
		name = str_trim((struct str){line.s + 1, (size_t)(eq - line.s) - 1});
		value = str_trim((struct str){eq + 1, line.n - (size_t)(eq - line.s) - 1});
		if (name.n == 6 && strncasecmp(name.s, "escape", 6) == 0)
			return str_is(value, "`") ? '`' : '\\';
	}
	return '\\';
}

static void
learn_platform(struct reader *r, const char *what, const char *platform)
{
	const char *slash = strchr(platform, '/');
	size_t n = slash ? (size_t)(slash - platform) : strlen(platform);

	learn(r, arena_printf(r->arena, "%sPLATFORM", what), platform);
	learn(r, arena_printf(r->arena, "%sOS", what), arena_ndup(r->arena, platform, n));
	learn(r, arena_printf(r->arena, "%sARCH", what), platform_arch(r->arena, platform));
}

bool
dockerfile_parse(struct dockerfile *d, struct arena *a, struct str text,
	const struct build_args *args, const char *platform, const char *host)
{
	struct reader r = {.d = d, .arena = a, .platform = platform, .given = *args};

	*d = (struct dockerfile){.text = text};
	r.escape = escape_of(text);
	learn_platform(&r, "TARGET", platform);
	learn_platform(&r, "BUILD", host);
	for (size_t off = 0; off < text.n;) {
		struct str line = line_at(text, off);

		if (line.n == 0 || is_comment(line)) {
			off = line_end(text, off);
		} else {
			off = read_instruction(&r, off);
		}
	}
	return d->stages.n > 0;
}
