// SPDX-License-Identifier: Apache-2.0
// machine_ini.c -- reads a machine file with inih. Layer: gen/config.
//
// inih reports only the first bad line and gives its handler no line number, so it is fed one line
// at a time from memory and the reader keeps count.
#include <errno.h>
#include <ini.h>
#include <string.h>

#include "gen/base/path.h"
#include "gen/config/machine_set.h"

struct reader {
	struct machine *m;
	struct diags *ds;
	const struct source *src;
	const char *folder;
	size_t next;      // offset of the line that comes next
	struct span line; // the one inih has now
	size_t lineno;
};

static struct span
word_in_line(const struct reader *r, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; n && i + n <= r->line.len; i++) {
		if (memcmp(r->src->text.s + r->line.off + i, word, n) == 0)
			return (struct span){r->src, r->line.off + i, n};
	}
	return r->line;
}

// fgets for inih, out of memory.
static char *
read_line(char *buf, int size, void *ctx)
{
	struct reader *r = ctx;
	const char *text = r->src->text.s + r->next, *end;
	size_t left = r->src->text.n - r->next, n, room = (size_t)size - 1;

	if (left == 0)
		return NULL;
	end = memchr(text, '\n', left);
	n = end ? (size_t)(end - text) + 1 : left;
	r->line = (struct span){r->src, r->next, end ? n - 1 : n};
	r->lineno++;
	r->next += n;
	if (n > room) {
		diag_add(r->ds, E500, r->line, "the line is longer than %zu bytes", room - 1);
		n = 1; // as if it were empty
		text = "\n";
	}
	memcpy(buf, text, n);
	buf[n] = '\0';
	return buf;
}

static int
take(void *ctx, const char *section, const char *key, const char *value)
{
	struct reader *r = ctx;
	const char *origin = arena_printf(r->ds->arena, "%s:%zu", r->src->path, r->lineno);
	struct assignment as = {section, key, value ? value : "", r->folder, origin, false};
	enum diag_code code;
	const char *mistake = machine_set(r->m, &as, &code);

	if (mistake) {
		diag_add(
			r->ds, code, word_in_line(r, code == E502 ? as.value : key), "%s", mistake);
	}
	return 1;
}

void
machine_load(struct machine *m, const char *path, struct diags *ds)
{
	struct source *src = source_load(ds->arena, path, path);
	struct reader r = {.m = m, .ds = ds, .src = src};
	const char *folder = path_dir(ds->arena, path);
	int bad, err = errno;

	VEC_ADD(m->arena, &m->reads, arena_dup(m->arena, path));
	if (!src) {
		src = source_of(ds->arena, path, (struct str){0});
		diag_add(ds, E500, (struct span){src, 0, 0}, "cannot be read: %s", strerror(err));
		return;
	}
	r.folder = path_absolute(ds->arena, m->cwd, folder);
	bad = ini_parse_stream(read_line, &r, take, &r);
	if (bad > 0) {
		struct span at = {src, source_offset(src, (struct place){(size_t)bad, 1}), 1};

		diag_add(ds, E500, at, "expected a [section] or 'key = value'");
	}
}
