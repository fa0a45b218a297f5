// SPDX-License-Identifier: Apache-2.0
// test_rule -- rules/lib/rule: arguments and depfiles. Layer: tests (rules/lib).
#include <stdbool.h>

#include "rules/lib/rule.h"
#include "tests/unit/child.h"
#include "tests/unit/folder.h"

static const struct rule rule = {"try_it", "n:qf:", "[-n N] [-q] FILE...", "Tries it."};

// A command line, and what to do with it.
struct
try {
	const char *argv[12];
	void (*then)(struct rule_args * a);
};

static void
parse(void *arg)
{
	struct try *t = arg;
	struct rule_args a;
	int argc = 0;

	while (t->argv[argc])
		argc++;
	rule_parse(&a, &rule, argc, (char **)t->argv);
	if (t->then)
		t->then(&a);
	arena_free(&a.arena);
}

static void
check_arguments(struct rule_args *a)
{
	bool fine = strcmp(a->opt['o'], "out") == 0 && strcmp(a->opt['n'], "2") == 0 &&
		    strcmp(a->opt['q'], "") == 0 && !a->opt['d'] && a->nin == 2 &&
		    strcmp(a->in[0], "x") == 0 && strcmp(a->in[1], "-q") == 0;

	if (!fine || strcmp(rule_need(a, 'n'), "2") != 0)
		_exit(90);
	rule_operands(a, 2);
}

static void
check_repeated(struct rule_args *a)
{
	static const char letters[] = "offq";
	static const char *const values[] = {"out", "1", "", ""};

	if (a->given.n != 4 || strcmp(a->opt['f'], "") != 0)
		_exit(91);
	for (size_t i = 0; i < 4; i++) {
		if (a->given.v[i].letter != letters[i] ||
			strcmp(a->given.v[i].value, values[i]) != 0)
			_exit(92);
	}
}

static void
test_parse(void **state)
{
	struct try first = {{"p", "-o", "out", "-n1", "-n", "2", "-q", "x", "-q"}, check_arguments};
	struct try second = {{"p", "-o", "out", "-f", "1", "-f", "", "-q"}, check_repeated};

	(void)state;
	assert_int_equal(child_run(parse, &first).status, 0);
	assert_int_equal(child_run(parse, &second).status, 0);
}

static void
assert_usage(struct try t)
{
	struct child_end end = child_run(parse, &t);

	assert_int_equal(end.status, 2);
	assert_non_null(strstr(end.said, "usage: try_it -o OUT [-d DEPFILE] [-n N]"));
}

static void
test_usage(void **state)
{
	(void)state;
	assert_usage((struct try){{"p"}, NULL});
	assert_usage((struct try){{"p", "x"}, NULL});
	assert_usage((struct try){{"p", "-z", "-o", "x"}, NULL});
	assert_usage((struct try){{"p", "-o"}, NULL});
	assert_usage((struct try){{"p", "--version"}, NULL});
	assert_usage((struct try){{"p", "-o", "x", "--help"}, NULL});
}

static void
need_n(struct rule_args *a)
{
	rule_need(a, 'n');
}

static void
need_two(struct rule_args *a)
{
	rule_operands(a, 2);
}

static void
need_octal(struct rule_args *a)
{
	if (rule_number(a, 'n', 8, 0, 0777, 5) != 0755)
		_exit(93);
}

static void
need_small(struct rule_args *a)
{
	if (rule_number(a, 'n', 10, 1, 9, 6) != 6)
		_exit(94);
}

static void
assert_dies(struct try t, const char *message)
{
	struct child_end end = child_run(parse, &t);

	assert_int_equal(end.status, message ? 2 : 0);
	assert_string_equal(end.said, message ? message : "");
}

static void
test_values(void **state)
{
	(void)state;
	assert_dies((struct try){{"p", "-o", "x"}, need_n},
		"try_it: error: option -n is missing; see --help\n");
	assert_dies((struct try){{"p", "-o", "x", "-n", ""}, need_n},
		"try_it: error: option -n is missing; see --help\n");
	assert_dies((struct try){{"p", "-o", "x", "1"}, need_two},
		"try_it: error: expected 2 operands, got 1; see --help\n");
	assert_dies((struct try){{"p", "-o", "x", "-n", "755"}, need_octal}, NULL);
	assert_dies((struct try){{"p", "-o", "x", "-n", "1755"}, need_octal},
		"try_it: error: -n wants an octal number from 0 to 777, not '1755'\n");
	assert_dies((struct try){{"p", "-o", "x"}, need_small}, NULL);
	assert_dies((struct try){{"p", "-o", "x", "-n", "10"}, need_small},
		"try_it: error: -n wants a number from 1 to 9, not '10'\n");
	assert_dies((struct try){{"p", "-o", "x", "-n", "3x"}, need_small},
		"try_it: error: -n wants a number from 1 to 9, not '3x'\n");
}

static void
write_depfile(struct rule_args *a)
{
	rule_read(a, "tree $x");
	rule_read(a, "c#\\ d\\e");
	rule_depfile(a);
}

static void
read_line_break(struct rule_args *a)
{
	rule_read(a, "two\nlines");
	rule_depfile(a);
}

static void
test_depfile(void **state)
{
	struct try none = {{"p", "-o", "out"}, write_depfile};
	struct try with = {{"p", "-o", "o ut", "-d", "o.d", "a b"}, write_depfile};
	struct try bad = {{"p", "-o", "out", "-d", "bad.d"}, read_line_break};
	struct child_end end;

	(void)state;
	assert_int_equal(child_run(parse, &none).status, 0);
	assert_int_equal(child_run(parse, &with).status, 0);
	assert_string_equal(
		folder_get("o.d"), "o\\ ut: \\\n  a\\ b \\\n  tree\\ $$x \\\n  c\\#\\\\\\ d\\e\n");
	end = child_run(parse, &bad);
	assert_int_equal(end.status, 1);
	assert_string_equal(end.said,
		"try_it: error: after 'two' the name of a file holds a character that ninja cannot "
		"read; rename the file\n");
	assert_int_equal(access("bad.d", F_OK), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_usage),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_depfile),
	};

	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
