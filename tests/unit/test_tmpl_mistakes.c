// SPDX-License-Identifier: Apache-2.0
// test_tmpl_mistakes -- gen/tmpl: what is refused, with which code, where, and which name is
// offered instead. Layer: tests (tmpl).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "gen/base/json.h"
#include "gen/tmpl/tmpl.h"

static const char values_text[] =
	"{\"name\": \"Capsem\", \"seven\": 7, \"yes\": true, \"no\": false, \"nothing\": null,"
	" \"list\": [\"b\", \"A\"], \"none_here\": [], \"table\": {\"key\": \"v\"},"
	" \"arch\": {\"base_image\": \"debian\"}, \"people\": [{\"name\": \"x\"}]}";

static struct arena arena;

static int
free_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

// Parse TEMPLATE and, when that goes well, render it.
static struct diags try(struct str template)
{
	struct diags ds = {.arena = &arena};
	struct buf out = {0};
	struct span at;
	cJSON *values = json_parse(source_of(&arena, "v.json", str_of(values_text)), &at);
	struct tmpl *t = tmpl_parse(source_of(&arena, "t.j2", template), &ds);

	assert_non_null(values);
	assert_int_equal(t == NULL, ds.nerrors > 0);
	if (t) {
		bool ok = tmpl_render(t, values, &ds, &out);

		assert_int_equal(ok, ds.nerrors == 0);
	}
	buf_free(&out);
	cJSON_Delete(values);
	return ds;
}

struct mistake {
	const char *text;
	enum diag_code code;
	size_t line, column, len;
	const char *message;
	const char *near; // NULL: no name is offered
};

static void
assert_diag(const struct diag *d, const struct mistake *m)
{
	struct place place = span_place(d->at);

	if (d->code != m->code || place.line != m->line || place.column != m->column ||
		d->at.len != m->len || strcmp(d->text, m->message) != 0) {
		fail_msg("%s\nexpected %zu:%zu+%zu %s %s\ngot %zu:%zu+%zu %s %s", m->text, m->line,
			m->column, m->len, diag_codes[m->code].name, m->message, place.line,
			place.column, d->at.len, diag_codes[d->code].name, d->text);
	}
	if (!m->near) {
		assert_true(!d->notes || d->notes->at.src);
		return;
	}
	assert_non_null(d->notes);
	assert_string_equal(d->notes->text, arena_printf(&arena, "did you mean '%s'?", m->near));
}

static void
assert_mistakes(const struct mistake *m, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct diags ds = try(str_of(m[i].text));

		if (ds.list.n != 1)
			fail_msg("%s: %zu mistakes", m[i].text, ds.list.n);
		assert_diag(ds.list.v[0], &m[i]);
	}
}

#define ASSERT_MISTAKES(m) assert_mistakes(m, sizeof(m) / sizeof(*(m)))

static void
test_tokens(void **state)
{
	static const struct mistake mistakes[] = {
		{"{{ name", E400, 1, 1, 2, "'{{' is not closed", NULL},
		{"a\n{% if yes", E400, 2, 1, 2, "'{%' is not closed", NULL},
		{"{{ name \n{{ name }}", E400, 1, 1, 2, "'{{' is not closed", NULL},
		{"x {# y", E400, 1, 3, 2, "the comment does not end", NULL},
		{"{% raw %}x", E400, 1, 1, 2, "'raw' does not end: expected 'endraw'", NULL},
		{"{{ 'abc }}", E400, 1, 4, 1, "the string does not end", NULL},
		{"{{ $name }}", E400, 1, 4, 1, "unexpected '$'", NULL},
		{"{{ \xe2\x80\x9cx\xe2\x80\x9d }}", E400, 1, 4, 3, "unexpected '\xe2\x80\x9c'",
			NULL},
		{"{{ (1 }}", E400, 1, 7, 1, "unexpected '}', expected ')'", NULL},
		{"{{ 1) }}", E400, 1, 5, 1, "unexpected ')'", NULL},
		{"{{ '\\x4g' }}", E400, 1, 5, 2, "'\\x' needs 2 hexadecimal digits of a character",
			NULL},
		{"{{ '\\ud800' }}", E400, 1, 5, 2,
			"'\\u' needs 4 hexadecimal digits of a character", NULL},
		{"{{ 99999999999999999999 }}", E400, 1, 4, 20, "the number is too large", NULL},
		{"a\xff{{ name }}", E400, 1, 2, 1, "byte 0xff is not valid UTF-8 here", NULL},
	};

	(void)state;
	ASSERT_MISTAKES(mistakes);
}

static void
test_expressions(void **state)
{
	static const struct mistake mistakes[] = {
		{"{{ }}", E400, 1, 4, 2, "expected a value before the end of the tag", NULL},
		{"{{ 1 + }}", E400, 1, 8, 2, "expected a value before the end of the tag", NULL},
		{"{{ 1 2 }}", E400, 1, 6, 1, "expected the end of the tag, got '2'", NULL},
		{"{{ {1} }}", E400, 1, 6, 1, "expected ':', got '}'", NULL},
		{"{{ list[] }}", E400, 1, 9, 1, "expected an index, got ']'", NULL},
		{"{{ list | 5 }}", E400, 1, 11, 1, "expected the name of a filter, got '5'", NULL},
		{"{{ list | uper }}", E400, 1, 11, 4, "unknown filter 'uper'", "upper"},
		{"{{ 1 is od }}", E400, 1, 9, 2, "unknown test 'od'", "odd"},
		{"{{ list | join(1, 2, 3) }}", E400, 1, 22, 1,
			"filter 'join' takes 2 arguments at most", NULL},
		{"{{ list | join(sep=1) }}", E400, 1, 16, 3, "filter 'join' has no argument 'sep'",
			NULL},
		{"{{ list | join(1, d=2) }}", E400, 1, 19, 1,
			"filter 'join' has the argument 'd' twice", NULL},
		{"{{ list | replace('a') }}", E400, 1, 11, 7,
			"filter 'replace' needs the argument 'new'", NULL},
		{"{{ 1 is divisibleby }}", E400, 1, 9, 11,
			"test 'divisibleby' needs the argument 'num'", NULL},
		{"{{ list | join(d=1, 2) }}", E400, 1, 21, 1,
			"an argument without a name follows 'd'", NULL},
		{"{{ range(*list) }}", E400, 1, 10, 1, "arguments with '*' are not supported",
			NULL},
		{"{{ 1 is odd is odd }}", E400, 1, 13, 2, "tests cannot be chained with 'is'",
			NULL},
	};

	(void)state;
	ASSERT_MISTAKES(mistakes);
}

static void
test_tags(void **state)
{
	static const struct mistake mistakes[] = {
		{"{% %}", E400, 1, 4, 2, "expected the name of a tag before the end of the tag",
			NULL},
		{"{% forr x in list %}", E400, 1, 4, 4, "unknown tag 'forr'", "for"},
		{"{% if yes %}", E400, 1, 1, 5, "'if' is not closed: expected 'endif'", NULL},
		{"{% if yes %}{% for x in list %}{% endfor %}", E400, 1, 1, 5,
			"'if' is not closed: expected 'endif'", NULL},
		{"{% if %}{% endif %}", E400, 1, 7, 2, "expected a value before the end of the tag",
			NULL},
		{"{% endif %}", E400, 1, 4, 5, "unexpected 'endif'", NULL},
		{"{% if yes %}{% endfor %}{% endif %}", E400, 1, 16, 6, "unexpected 'endfor'",
			NULL},
		{"{% if yes %}{% else %}{% else %}{% endif %}", E400, 1, 26, 4, "unexpected 'else'",
			NULL},
		{"{% for x of list %}{% endfor %}", E400, 1, 10, 2, "expected 'in', got 'of'",
			NULL},
		{"{% for 1 in list %}{% endfor %}", E400, 1, 8, 1,
			"expected the name of a variable, got '1'", NULL},
		{"{% for loop in list %}{% endfor %}", E400, 1, 8, 4,
			"'loop' cannot be the variable of a loop", NULL},
		{"{% for x in list recursive %}{% endfor %}", E400, 1, 18, 9,
			"recursive loops are not supported", NULL},
		{"{% set true = 1 %}", E400, 1, 8, 4, "expected the name of a variable, got 'true'",
			NULL},
		{"{% set x = %}", E400, 1, 12, 2, "expected a value before the end of the tag",
			NULL},
		{"{% with x %}{% endwith %}", E400, 1, 11, 2,
			"expected '=' before the end of the tag", NULL},
		{"{% if yes %}x{% endif y %}", E400, 1, 23, 1,
			"expected the end of the tag, got 'y'", NULL},
		{"{% macro m(x) %}{{ x }}{% endmacro %}", E400, 1, 4, 5,
			"the tag 'macro' is not supported", NULL},
		{"{% include 'x' %}", E400, 1, 4, 7, "the tag 'include' is not supported", NULL},
	};

	(void)state;
	ASSERT_MISTAKES(mistakes);
}

static void
test_names(void **state)
{
	static const struct mistake mistakes[] = {
		{"{{ nam }}", E401, 1, 4, 3, "unknown name 'nam'", "name"},
		{"{{ xyzzy }}", E401, 1, 4, 5, "unknown name 'xyzzy'", NULL},
		{"\n  {{ name ~ sevn ~ 1 }}", E401, 2, 13, 4, "unknown name 'sevn'", "seven"},
		{"{{ arch.bas_image }}", E401, 1, 9, 9, "a dict has no member 'bas_image'",
			"base_image"},
		{"{{ arch['bas_image'] }}", E401, 1, 9, 11, "a dict has no member 'bas_image'",
			"base_image"},
		{"{{ archh.x | default('d') }}", E401, 1, 4, 5, "unknown name 'archh'", "arch"},
		{"{% if nam %}{% endif %}", E401, 1, 7, 3, "unknown name 'nam'", "name"},
		{"{% for x in lst %}{% endfor %}", E401, 1, 13, 3, "unknown name 'lst'", "list"},
		{"{% for person in people %}{{ persn.name }}{% endfor %}", E401, 1, 30, 5,
			"unknown name 'persn'", "person"},
		{"{% for x in list %}{% endfor %}{{ loop.index }}", E401, 1, 35, 4,
			"unknown name 'loop'", NULL},
		{"{% set y = nam %}{{ y }}", E401, 1, 12, 3, "unknown name 'nam'", "name"},
		{"{{ nam is none }}", E401, 1, 4, 3, "unknown name 'nam'", "name"},
		{"{{ nam | upper }}", E401, 1, 4, 3, "unknown name 'nam'", "name"},
		{"{{ list[2] }}", E401, 1, 9, 1, "there is no item 2 in a list of 2", NULL},
		{"{{ none_here | first }}", E401, 1, 16, 5, "there is no first item of nothing",
			NULL},
		{"{{ name.x }}", E401, 1, 9, 1, "a string has no member 'x'", NULL},
		{"{{ table[5] }}", E401, 1, 10, 1, "a dict has no item 5", NULL},
		{"{{ people | map(attribute='nam') | join }}", E401, 1, 13, 3,
			"a dict has no member 'nam'", "name"},
	};

	(void)state;
	ASSERT_MISTAKES(mistakes);
}

static void
test_types(void **state)
{
	static const struct mistake mistakes[] = {
		{"{{ 1 + 'a' }}", E402, 1, 4, 7,
			"'+' does not work with an integer and a string; '~' joins anything as "
			"text",
			NULL},
		{"{{ list - 1 }}", E402, 1, 4, 8, "'-' does not work with a list and an integer",
			NULL},
		{"{{ seven < name }}", E402, 1, 4, 12,
			"'<' does not work with an integer and a string", NULL},
		{"{{ 1 / 0 }}", E402, 1, 4, 5, "division by zero", NULL},
		{"{{ 9223372036854775807 + 1 }}", E402, 1, 4, 23, "the number is too large", NULL},
		{"{{ -name }}", E402, 1, 4, 5, "'-' wants a number, not a string", NULL},
		{"{{ 1 in 2 }}", E402, 1, 4, 6, "an integer has no items", NULL},
		{"{{ 1 in name }}", E402, 1, 4, 9, "'in' a string wants a string, not an integer",
			NULL},
		{"{{ {[]: 1} }}", E402, 1, 5, 2, "a list cannot be a key", NULL},
		{"{{ seven() }}", E402, 1, 4, 5, "an integer cannot be called", NULL},
		{"{{ name.uper() }}", E402, 1, 9, 4, "a string has no method 'uper'", "upper"},
		{"{{ name.split(1) }}", E402, 1, 15, 1,
			"this method wants a string, not an integer", NULL},
		{"{{ name.replace('a') }}", E402, 1, 9, 7,
			"method 'replace' needs the argument 'new'", NULL},
		{"{{ 7 | join }}", E402, 1, 8, 4, "an integer has no items", NULL},
		{"{{ [1, 'a'] | sort }}", E402, 1, 15, 4,
			"'<' does not work with a string and an integer", NULL},
		{"{{ list | map('nope') | list }}", E402, 1, 11, 3,
			"'map' wants the name of a filter, or an attribute", NULL},
		{"{% for x in 5 %}{% endfor %}", E402, 1, 13, 1, "an integer has no items", NULL},
		{"{% for a, b in [[1, 2, 3]] %}{% endfor %}", E402, 1, 8, 1, "2 names for 3 values",
			NULL},
		{"{% set name.x = 1 %}", E402, 1, 8, 4,
			"'name' is no namespace, so its members cannot be set", NULL},
		{"{{ '%d' % 'x' }}", E402, 1, 4, 10, "%d wants a number, not a string", NULL},
		{"{{ '%s' % (1, 2) }}", E402, 1, 4, 13, "there are more values than % in the text",
			NULL},
		{"{{ list[::0] }}", E402, 1, 4, 9, "the step of a slice is 0", NULL},
	};

	(void)state;
	ASSERT_MISTAKES(mistakes);
}

static void
test_many_at_once(void **state)
{
	// each tag on its own, and a block whose head is wrong still ends with its end
	struct diags ds = try(str_of("{{ a | nope }}\n{% for x of y %}{{ 1 + }}{% endfor %}\n"
				     "{{ 'x }}\n{% if yes %}{{ ok }}{% endif %}{% endwith %}"));
	static const size_t lines[] = {3, 1, 2, 2, 4};

	(void)state;
	assert_int_equal(ds.list.n, 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(span_place(ds.list.v[i]->at).line, lines[i]);
	// and while rendering; a loop stops after the pass with a mistake, a name is reported once
	ds = try(str_of("{{ aa }}{{ bb }}{% for x in list %}{{ cc }}{{ x + 1 }}{% endfor %}"
			"{% set y = dd %}{{ y }}{{ y }}{% set z = 1 + 'a' %}{{ z }}"));
	assert_int_equal(ds.list.n, 6);
	ds = try(str_of(
		"{{ a }}{{ b }}{{ c }}{{ d }}{{ e }}{{ f }}{{ g }}{{ h }}{{ i }}{{ j }}{{ k }}"
		"{{ l }}{{ m }}{{ n }}{{ o }}{{ p }}{{ q }}{{ r }}{{ s }}{{ t }}{{ u }}{{ v }}"));
	assert_int_equal(ds.list.n, 20);
}

static void
test_block_note(void **state)
{
	struct diags ds = try(str_of("\n{% for x in list %}{% endif %}{% endfor %}"));
	const struct diag_note *note;

	(void)state;
	assert_int_equal(ds.list.n, 1);
	note = ds.list.v[0]->notes;
	assert_non_null(note);
	assert_string_equal(note->text, "'for' is open and needs 'endfor'");
	assert_int_equal(span_place(note->at).line, 2);
}

// N times WHAT, between BEFORE and AFTER.
static struct str
many(const char *before, const char *what, size_t n, const char *after)
{
	struct buf b = {0};
	struct str s;

	buf_adds(&b, before);
	for (size_t i = 0; i < n; i++)
		buf_adds(&b, what);
	buf_adds(&b, after);
	s = (struct str){arena_ndup(&arena, b.s, b.n), b.n};
	buf_free(&b);
	return s;
}

static void
assert_one(struct str template, enum diag_code code, const char *message)
{
	struct diags ds = try(template);

	assert_int_equal(ds.list.n, 1);
	assert_int_equal(ds.list.v[0]->code, code);
	assert_string_equal(ds.list.v[0]->text, message);
}

static void
test_nesting(void **state)
{
	static const char deep[] = "the expression is nested too deeply";
	enum { FAR = 300000 };

	(void)state;
	assert_one(many("{{ ", "(", FAR, " }}"), E400, "more than 200 open brackets");
	assert_one(many("{{ ", "- ", FAR, "1 }}"), E400, deep);
	assert_one(many("{{ ", "not ", FAR, "1 }}"), E400, deep);
	assert_one(many("{{ 1", " + 1", FAR, " }}"), E400, deep);
	assert_one(many("{{ 1", "|abs", FAR, " }}"), E400, deep);
	assert_one(many("{{ a", ".b", FAR, " }}"), E400, deep);
	assert_one(many("{{ 1 ", "if 1 else 1 ", FAR, " }}"), E400, deep);
	assert_one(many("{% set ", "(", 150, "x = 1 %}"), E400, "unexpected '}', expected ')'");
	assert_one(many("", "{% if 1 %}", FAR, ""), E400, "more than 100 blocks inside each other");
	assert_int_equal(try(many("{{ 1", " ~ 1", FAR, " }}")).list.n, 0);
	assert_int_equal(try(many("{% if no %}", "{% elif no %}", 10000, "{% endif %}")).list.n, 0);
	assert_int_equal(try(many("{{ ", "(", 150, many("1", ")", 150, " }}").s)).list.n, 0);
	assert_int_equal(try(many("{{ ", "[", 150, many("", "]", 150, " }}").s)).list.n, 0);
}

static void
test_limits(void **state)
{
	static const char too_long[] =
		"the value is nested too deeply, or longer than 16 MiB as text";

	(void)state;
	assert_one(STR("{{ 'x' * 999999999999 }}"), E402, too_long);
	assert_one(STR("{{ [1] * 999999999 }}"), E402, "more than 1000000 items");
	assert_one(STR("{{ range(99999999) }}"), E402, "more than 1000000 items");
	assert_one(STR("{% set n = namespace(x='ab') %}{% for i in range(99) %}"
		       "{% set n.x = n.x ~ n.x %}{% endfor %}"),
		E402, too_long);
	assert_one(STR("{% set n = namespace() %}{% set n.n = n %}{{ n }}"), E402, too_long);
	assert_one(STR("{% set x = [1, 1] %}{% set n = namespace(x=x) %}{% for i in range(60) %}"
		       "{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}"),
		E402, too_long);
	assert_one(STR("{% set r = range(900000) %}{% for a in r %}{% for b in r %}"
		       "{% endfor %}{% endfor %}"),
		E402, "the template makes more than 256 MiB of text and values");
	assert_one(STR("{% set r = range(1000) %}{% for a in r %}{% for b in r %}"
		       "{% if a %}{% if a %}{% if a %}{% if a %}{% if a %}"
		       "{% endif %}{% endif %}{% endif %}{% endif %}{% endif %}{% endfor %}{% "
		       "endfor %}"),
		E402, "the template takes more than 2000000 steps");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_tokens, free_arena),
		cmocka_unit_test_teardown(test_expressions, free_arena),
		cmocka_unit_test_teardown(test_tags, free_arena),
		cmocka_unit_test_teardown(test_names, free_arena),
		cmocka_unit_test_teardown(test_types, free_arena),
		cmocka_unit_test_teardown(test_many_at_once, free_arena),
		cmocka_unit_test_teardown(test_block_note, free_arena),
		cmocka_unit_test_teardown(test_nesting, free_arena),
		cmocka_unit_test_teardown(test_limits, free_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
