// SPDX-License-Identifier: Apache-2.0
// compdb.c -- compile_commands.json. Layer: gen/emit.
// Source: https://clang.llvm.org/docs/JSONCompilationDatabase.html
#include <stdlib.h>
#include <string.h>

#include "gen/base/json.h"
#include "gen/emit/emit.h"
#include "gen/emit/words.h"

// A compile edge, and whether it is the one that counts for its source: a guest source counts for
// the host's architecture, and there as a guest program, not as part of a test.
struct candidate {
	const struct edge *edge;
	bool preferred;
	size_t order;
};

static int
compare(const void *px, const void *py)
{
	const struct candidate *x = px, *y = py;
	int c = strcmp(x->edge->ins.v[0], y->edge->ins.v[0]);

	if (c == 0)
		c = (int)y->preferred - (int)x->preferred;
	return c ? c : (x->order > y->order) - (x->order < y->order);
}

static size_t
collect(const struct plan *p, struct candidate *list)
{
	const struct plan_arch *host = plan_host_arch(p);
	const char *agents = arena_printf(p->arena, "build/%s/agents/", host ? host->name : "?");
	size_t n = 0;

	for (size_t i = 0; i < p->graph->edges.n; i++) {
		const struct edge *e = p->graph->edges.v[i];

		if (e->rule == RULE_cc) {
			list[n++] =
				(struct candidate){e, str_starts(str_of(e->outs.v[0]), agents), i};
		}
	}
	return n;
}

static void
print_pair(struct buf *out, const char *key, const char *value)
{
	buf_adds(out, "    \"");
	buf_adds(out, key);
	buf_adds(out, "\": ");
	json_print_str(out, value);
}

#define BEFORE ",\n      "

// Written as text: as JSON values first, this file alone would take most of configure's time.
static void
print_command(struct buf *out, const struct edge *e, const char *cwd, struct str arguments)
{
	const char *const rest[] = {"-o", e->outs.v[0], "-c", e->ins.v[0]};

	buf_adds(out, "  {\n");
	print_pair(out, "directory", cwd);
	buf_adds(out, ",\n    \"arguments\": [");
	buf_add(out, arguments.s + 1, arguments.n - 1); // without the first comma
	for (size_t i = 0; i < sizeof(rest) / sizeof(*rest); i++) {
		buf_adds(out, BEFORE);
		json_print_str(out, rest[i]);
	}
	buf_adds(out, "\n    ],\n");
	print_pair(out, "file", e->ins.v[0]);
	buf_adds(out, ",\n");
	print_pair(out, "output", e->outs.v[0]);
	buf_adds(out, "\n  }");
}

void
emit_compile_commands(const struct plan *p, const char *cwd, struct buf *out)
{
	struct candidate *all = arena_alloc(p->arena, p->graph->edges.n * sizeof(*all));
	size_t n = collect(p, all);
	size_t launcher = machine_words(p->machine, "toolchain", "compiler_launcher").n;
	struct word_printer printer = {.before = BEFORE, .print = json_print_str};
	const char *between = "\n";

	qsort(all, n, sizeof(*all), compare);
	buf_addc(out, '[');
	for (size_t i = 0; i < n; i++) {
		const struct edge *e = all[i].edge;

		if (i > 0 && strcmp(all[i - 1].edge->ins.v[0], e->ins.v[0]) == 0)
			continue;
		buf_adds(out, between);
		print_command(out, e, cwd,
			words_print(&printer, e->args.v + launcher, e->args.n - launcher));
		between = ",\n";
	}
	buf_adds(out, n ? "\n]\n" : "]\n");
	buf_free(&printer.text);
}
