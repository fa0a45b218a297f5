// SPDX-License-Identifier: Apache-2.0
// test_graph.c -- nodes, edges and how they are written for ninja. Links plan and emit.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "gen/emit/escape.h"
#include "gen/emit/words.h"
#include "gen/plan/graph.h"

static void
finds_makers(void **state)
{
	struct arena a = {0};
	struct graph *g = graph_new(&a);
	struct edge *e = graph_edge(g, RULE_cc, "out.o");

	(void)state;
	edge_out(g, e, "out.d");
	edge_in(g, e, "in.c");
	assert_ptr_equal(graph_maker(g, "out.o"), e);
	assert_ptr_equal(graph_maker(g, "out.d"), e);
	assert_null(graph_maker(g, "in.c"));
	assert_null(graph_maker(g, ""));
	arena_free(&a);
}

static void
stays_right_when_it_grows(void **state)
{
	struct arena a = {0};
	struct graph *g = graph_new(&a);

	(void)state;
	for (int i = 0; i < 5000; i++)
		graph_edge(g, RULE_PHONY, arena_printf(&a, "node-%d", i));
	for (int i = 0; i < 5000; i++) {
		const char *name = arena_printf(&a, "node-%d", i);
		const struct edge *e = graph_maker(g, name);

		assert_non_null(e);
		assert_string_equal(e->outs.v[0], name);
	}
	assert_null(graph_maker(g, "node-5000"));
	assert_int_equal(g->edges.n, 5000);
	arena_free(&a);
}

static void
keeps_words_apart(void **state)
{
	struct arena a = {0};
	struct graph *g = graph_new(&a);
	struct edge *e = graph_edge(g, RULE_cc, "x");

	(void)state;
	edge_opt(g, e, "-o", "a b");
	edge_arg(g, e, "-l15");
	assert_int_equal(e->args.n, 3);
	assert_string_equal(e->args.v[1], "a b");
	assert_string_equal(e->args.v[2], "-l15");
	arena_free(&a);
}

static void
is_path(const char *path, const char *want)
{
	struct buf b = {0};

	ninja_path(&b, path);
	assert_string_equal(b.s, want);
	buf_free(&b);
}

static void
is_arg(const char *arg, const char *want)
{
	struct buf b = {0};

	ninja_arg(&b, arg);
	assert_string_equal(b.s, want);
	buf_free(&b);
}

static void
shares_words(void **state)
{
	struct word_printer printer = {.before = " ", .print = ninja_arg};
	struct arena a = {0};
	struct graph *g = graph_new(&a);
	struct edge *x = graph_edge(g, RULE_cc, "x"), *y = graph_edge(g, RULE_cc, "y");

	(void)state;
	edge_opt(g, x, "cc", "-O2");
	edge_args_of(y, x);
	assert_true(str_is(words_print(&printer, x->args.v, x->args.n), " cc -O2"));
	assert_int_equal(words_print(&printer, x->libs.v, x->libs.n).n, 0);
	assert_true(str_is(words_print(&printer, y->args.v, y->args.n), " cc -O2"));
	edge_arg(g, x, "-x");
	edge_arg(g, y, "-y");
	assert_true(str_is(words_print(&printer, x->args.v, x->args.n), " cc -O2 -x"));
	assert_true(str_is(words_print(&printer, y->args.v, y->args.n), " cc -O2 -y"));
	buf_free(&printer.text);
	arena_free(&a);
}

static void
escapes_paths(void **state)
{
	(void)state;
	is_path("plain/path.c", "plain/path.c");
	is_path("a b", "a$ b");
	is_path("c:d", "c$:d");
	is_path("$x", "$$x");
	is_path("größe", "größe");
}

static void
quotes_words(void **state)
{
	(void)state;
	is_arg("plain-1.2/x,y=z:@%+", "plain-1.2/x,y=z:@%+");
	is_arg("", "''");
	is_arg("a b", "'a b'");
	is_arg("it's", "'it'\\''s'");
	is_arg("$HOME", "'$$HOME'");
	is_arg("`id`;|&<>*?[]#~", "'`id`;|&<>*?[]#~'");
	is_arg("größe", "'größe'");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_makers),
		cmocka_unit_test(stays_right_when_it_grows),
		cmocka_unit_test(keeps_words_apart),
		cmocka_unit_test(shares_words),
		cmocka_unit_test(escapes_paths),
		cmocka_unit_test(quotes_words),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
