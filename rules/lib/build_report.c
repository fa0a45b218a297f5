// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/build_report.h"

#include <stdio.h>

#include "gen/base/die.h"
#include "rules/lib/build_log.h"
#include "rules/lib/foreign.h"

enum { LAST_LINES = 40, STEP_LENGTH = 100, SIGKILLED = 137, SIGTERMED = 143, WANTED_MIB = 8192 };

// The step on one line, not too long.
static const char *
short_step(struct arena *a, const struct build_failure *f)
{
	struct buf b = {0};
	const char *text;

	for (size_t i = 0; i < f->step.n && b.n < STEP_LENGTH; i++) {
		bool blank = f->step.s[i] == ' ' || f->step.s[i] == '\t';

		if (!blank) {
			buf_addc(&b, f->step.s[i]);
		} else if (b.n && b.s[b.n - 1] != ' ') {
			buf_addc(&b, ' ');
		}
	}
	text = arena_printf(a, "step '%s%s'", b.s ? b.s : "", b.n >= STEP_LENGTH ? "..." : "");
	buf_free(&b);
	return text;
}

static const char *
memory_help(struct engine *e)
{
	long mib = e->kind->memory(e);
	const char *seen =
		mib ? arena_printf(e->arena, "%s has %ld MiB", e->program, mib)
		    : arena_printf(e->arena, "%s does not tell how much it has", e->program);

	if (e->kind->is_local(e)) {
		return arena_printf(e->arena,
			"%s, an image wants %d or more; give this machine memory or swap, or stop "
			"what else runs",
			seen, WANTED_MIB);
	}
	return arena_printf(e->arena,
		"%s, an image wants %d or more; raise the memory of its virtual machine, for "
		"example: colima stop && colima start --memory 8",
		seen, WANTED_MIB);
}

static void
say(struct engine *e, const char *name, int status, const struct build_failure *f)
{
	const char *what = f->step.n ? short_step(e->arena, f)
				     : arena_printf(e->arena, "'%s' itself", e->program);
	int told = f->status ? f->status : status;
	const char *help = "";

	if (told == SIGKILLED || told == SIGTERMED) {
		help = arena_printf(e->arena, ": out of memory, most likely: %s", memory_help(e));
	} else if (f->foreign) {
		help = arena_printf(e->arena,
			": this machine cannot run programs of that platform; to mend it: %s",
			foreign_help());
	}
	fprintf(stderr, "%s: error: %s: %s failed with exit status %d%s\n", progname, name, what,
		told, help);
}

void
build_report(struct engine *e, const char *name, int status, const char *log)
{
	struct build_failure f = build_log_read(e->arena, buf_str(&e->tee->text));
	size_t first = f.lines.n > LAST_LINES ? f.lines.n - LAST_LINES : 0;

	say(e, name, status, &f);
	for (size_t i = first; i < f.lines.n; i++)
		fprintf(stderr, "  | %.*s\n", STR_FMT(f.lines.v[i]));
	if (log)
		fprintf(stderr, "%s: note: the whole output is in %s\n", progname, log);
}
