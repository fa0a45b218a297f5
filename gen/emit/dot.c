// SPDX-License-Identifier: Apache-2.0
// dot.c -- the guest's part of the graph as a picture, for graphviz. Layer: gen/emit.
#include <string.h>

#include "gen/base/path.h"
#include "gen/emit/emit.h"

// Only what makes images: no objects, no programs of ours, no tests.
static bool
is_shown(const struct edge *e)
{
	const char *out = e->outs.v[0];

	return e->rule != RULE_cc && e->rule != RULE_as && e->rule != RULE_ar &&
	       e->rule != RULE_configure && e->rule != RULE_missing && e->rule != RULE_run_tests &&
	       e->rule != RULE_draw_graph && strcmp(out, "test-programs") != 0 &&
	       !(e->rule == RULE_link && strncmp(out, "build/bin/", 10) == 0) &&
	       !(e->rule == RULE_link && strncmp(out, "build/tests/", 12) == 0);
}

static void
quote(struct buf *out, const char *s)
{
	buf_addc(out, '"');
	for (;;) {
		size_t n = strcspn(s, "\"\\");

		buf_add(out, s, n);
		if (!s[n])
			break;
		buf_addc(out, '\\');
		buf_addc(out, s[n]);
		s += n + 1;
	}
	buf_addc(out, '"');
}

static void
draw_inputs(struct buf *out, const struct edge *e, const char *const *paths, size_t n,
	const char *style, const char *helpers)
{
	size_t len = strlen(helpers);

	for (size_t i = 0; i < n; i++) {
		if (strncmp(paths[i], helpers, len) == 0 && paths[i][len] == '/')
			continue; // every edge depends on its program
		buf_adds(out, "  ");
		quote(out, paths[i]);
		buf_adds(out, " -> ");
		quote(out, e->outs.v[0]);
		buf_adds(out, " [label=\"");
		buf_adds(out, e->rule == RULE_PHONY ? "" : rule_infos[e->rule].name);
		buf_adds(out, "\"");
		buf_adds(out, style);
		buf_adds(out, "]\n");
	}
}

void
emit_graph(const struct plan *p, struct buf *out)
{
	const char *order = " style=dashed", *helpers = p->in->helpers;

	buf_adds(out, "digraph guest {\n  rankdir=LR\n  node [shape=box fontname=\"sans-serif\"]\n"
		      "  edge [fontname=\"sans-serif\" fontsize=9]\n");
	for (size_t i = 0; i < p->graph->edges.n; i++) {
		const struct edge *e = p->graph->edges.v[i];

		if (!is_shown(e))
			continue;
		draw_inputs(out, e, e->ins.v, e->ins.n, "", helpers);
		draw_inputs(out, e, e->implicit_ins.v, e->implicit_ins.n, "", helpers);
		draw_inputs(out, e, e->order_only.v, e->order_only.n, order, helpers);
	}
	buf_adds(out, "}\n");
}
