// SPDX-License-Identifier: Apache-2.0
// ninja.c -- build.ninja and its depfile. Layer: gen/emit.
#include <string.h>

#include "gen/base/path.h"
#include "gen/base/version.h"
#include "gen/emit/emit.h"
#include "gen/emit/escape.h"
#include "gen/emit/words.h"

static void
write_command(const struct plan *p, const struct rule_info *rule, struct buf *out)
{
	buf_adds(out, "  command = ");
	if (rule->command) {
		buf_adds(out, rule->command);
	} else {
		ninja_arg(out, path_join(p->arena, p->in->helpers, rule->name));
		buf_adds(out,
			rule->flags & DEPS ? " -o $out -d $out.d $args $in" : " -o $out $args $in");
	}
	buf_addc(out, '\n');
}

static void
write_rule(const struct plan *p, enum rule_id id, struct buf *out)
{
	const struct rule_info *rule = &rule_infos[id];

	buf_addf(out, "rule %s\n", rule->name);
	write_command(p, rule, out);
	buf_addf(out, "  description = %s %s\n", rule->label,
		rule->flags & GENERATOR ? "build.ninja" : "$out");
	if (rule->flags & DEPS)
		buf_adds(out, "  depfile = $out.d\n  deps = gcc\n");
	if (rule->flags & GENERATOR)
		buf_adds(out, "  depfile = build.ninja.d\n  generator = 1\n");
	if (rule->flags & RESTAT)
		buf_adds(out, "  restat = 1\n");
	if (rule->flags & (IMAGE | CONSOLE))
		buf_adds(out, "  pool = console\n");
	buf_addc(out, '\n');
}

static void
write_paths(struct buf *out, const char *before, const char *const *paths, size_t n)
{
	if (n)
		buf_adds(out, before);
	for (size_t i = 0; i < n; i++) {
		buf_addc(out, ' ');
		ninja_path(out, paths[i]);
	}
}

static void
write_words(struct buf *out, const char *name, struct str words)
{
	if (words.n) {
		buf_adds(out, name);
		buf_add(out, words.s, words.n);
		buf_addc(out, '\n');
	}
}

static void
write_edge(const struct edge *e, struct buf *out, struct word_printer *words)
{
	buf_adds(out, "build");
	write_paths(out, "", e->outs.v, e->outs.n);
	write_paths(out, " |", e->implicit_outs.v, e->implicit_outs.n);
	buf_adds(out, ": ");
	buf_adds(out, rule_infos[e->rule].name);
	write_paths(out, "", e->ins.v, e->ins.n);
	write_paths(out, " |", e->implicit_ins.v, e->implicit_ins.n);
	write_paths(out, " ||", e->order_only.v, e->order_only.n);
	buf_addc(out, '\n');
	write_words(out, "  args =", words_print(words, e->args.v, e->args.n));
	write_words(out, "  libs =", words_print(words, e->libs.v, e->libs.n));
}

// The edge that makes build.ninja also makes every other file that configure writes.
static void
write_own_edge(
	const struct plan *p, const struct edge *e, struct buf *out, struct word_printer *words)
{
	struct edge own = *e;

	own.implicit_outs.n = 0;
	for (size_t i = 0; i < p->files.n; i++)
		VEC_ADD(p->arena, &own.implicit_outs, p->files.v[i].path);
	VEC_ADD(p->arena, &own.implicit_outs, "compile_commands.json");
	write_edge(&own, out, words);
}

static bool
is_used(const struct plan *p, enum rule_id id)
{
	for (size_t i = 0; i < p->graph->edges.n; i++) {
		if (p->graph->edges.v[i]->rule == id)
			return true;
	}
	return false;
}

void
emit_ninja(const struct plan *p, struct buf *out)
{
	struct word_printer words = {.before = " ", .print = ninja_arg};
	const struct graph *g = p->graph;

	buf_addf(out,
		"# Written by capsem-configure %s; an edit here is lost at the next change of the "
		"guest config.\n"
		"ninja_required_version = 1.10\n"
		"builddir = build\n\n",
		CAPSEM_VERSION);
	for (enum rule_id id = RULE_PHONY + 1; id < NRULES; id++) {
		if (is_used(p, id))
			write_rule(p, id, out);
	}
	for (size_t i = 0; i < g->edges.n; i++) {
		if (g->edges.v[i]->rule == RULE_configure) {
			write_own_edge(p, g->edges.v[i], out, &words);
		} else {
			write_edge(g->edges.v[i], out, &words);
		}
	}
	write_paths(out, "\ndefault", g->defaults.v, g->defaults.n);
	buf_addc(out, '\n');
	buf_free(&words.text);
}

static void
add_dependency(struct buf *out, const char *path)
{
	buf_adds(out, " \\\n  ");
	for (; *path; path++) {
		if (*path == ' ' || *path == '#')
			buf_addc(out, '\\');
		if (*path == '$')
			buf_addc(out, '$');
		buf_addc(out, *path);
	}
}

void
emit_depfile(const struct plan *p, struct buf *out)
{
	buf_adds(out, PLAN_CONFIGURED ":");
	for (size_t i = 0; i < p->conf->reads.n; i++)
		add_dependency(out, p->conf->reads.v[i]);
	for (size_t i = 0; i < p->machine->reads.n; i++)
		add_dependency(out, p->machine->reads.v[i]);
	for (size_t i = 0; i < p->reads.n; i++)
		add_dependency(out, p->reads.v[i]);
	buf_addc(out, '\n');
}
