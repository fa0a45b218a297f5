// SPDX-License-Identifier: Apache-2.0
// test_tmpl -- gen/tmpl: what templates render. tests/tmpl/jinja.t compares far more of them with
// Jinja; here is what each part must do without it. Layer: tests (tmpl).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "gen/base/json.h"
#include "gen/tmpl/tmpl.h"

static const char values_text[] =
	"{\"name\": \"Capsem\", \"accents\": \"\\u00e9\\u00df\", \"seven\": 7, \"half\": 0.5,"
	" \"yes\": true, \"no\": false, \"nothing\": null, \"empty\": \"\", \"list\": [\"b\", "
	"\"A\", "
	"\"c\"],"
	" \"numbers\": [3, 1, 2], \"none_here\": [], \"table\": {\"k\": \"v\", \"a\": 1},"
	" \"arch\": {\"base_image\": \"debian\", \"items\": 5},"
	" \"people\": [{\"name\": \"x\", \"age\": 2}, {\"name\": \"y\", \"age\": 1}]}";

static struct arena arena;

static int
free_arena(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

// Render TEMPLATE and compare.
static void
assert_renders_n(struct str template, const char *expected)
{
	struct diags ds = {.arena = &arena};
	struct buf out = {0};
	struct span at;
	cJSON *values = json_parse(source_of(&arena, "v.json", str_of(values_text)), &at);
	struct tmpl *t = tmpl_parse(source_of(&arena, "t.j2", template), &ds);

	assert_non_null(values);
	if (t)
		tmpl_render(t, values, &ds, &out);
	for (size_t i = 0; i < ds.list.n; i++)
		print_error("%s: %s\n", template.s, ds.list.v[i]->text);
	assert_int_equal(ds.list.n, 0);
	assert_string_equal(buf_str(&out).s, expected);
	assert_int_equal(out.n, strlen(expected));
	buf_free(&out);
	cJSON_Delete(values);
}

static void
assert_renders(const char *template, const char *expected)
{
	assert_renders_n(str_of(template), expected);
}

static void
test_text(void **state)
{
	(void)state;
	assert_renders("", "");
	assert_renders("plain text\n\n", "plain text\n\n");
	assert_renders("{ { } } {x} %} }} #}", "{ { } } {x} %} }} #}");
	assert_renders("a\r\nb\rc\n", "a\nb\nc\n");
	assert_renders("{# gone #}a{# {{ too }} #}b", "ab");
	assert_renders("{% raw %}{{ kept }}{% if %}{% endraw %}", "{{ kept }}{% if %}");
}

static void
test_line_blocks(void **state)
{
	(void)state;
	assert_renders("a\n{% if yes %}\nb\n{% endif %}\nc\n", "a\nb\nc\n");
	assert_renders("a\n  {% if yes %}\n  b\n  {% endif %}\nc\n", "a\n  b\nc\n");
	assert_renders("a\n\n{% if none_here %}\nb\n{% endif %}\n\nc\n", "a\n\n\nc\n");
	assert_renders("  {{ name }}\n", "  Capsem\n");
	assert_renders("x  {% if yes %}y{% endif %}  \n", "x  y  \n");
	assert_renders("\t{# c #}\nx", "x");
	assert_renders("a\r\n  {% if yes %}\r\nb\r\n{% endif %}\r\n", "a\nb\n");
}

static void
test_white_space_control(void **state)
{
	(void)state;
	assert_renders("a \n {%- if yes -%} \n b \n {%- endif -%} \n c", "abc");
	assert_renders("a \n {{- name -}} \n b", "aCapsemb");
	assert_renders("a \n {#- c -#} \n b", "ab");
	assert_renders("a\n  {%+ if yes %}x{% endif +%}\nb", "a\n  x\nb");
	assert_renders("a\n{% if yes -%}\n\n  b{% endif %}", "a\nb");
	assert_renders("a \n {%- raw -%} \n {{ b }} \n {%- endraw -%} \n c", "a{{ b }}c");
	assert_renders("{{+1}}{{-1}}", "11");
}

static void
test_values(void **state)
{
	(void)state;
	assert_renders("{{ yes }} {{ no }} {{ nothing }} {{ none }} {{ true }}",
		"True False None None True");
	assert_renders(
		"{{ seven }} {{ half }} {{ 1.0 }} {{ 1e16 }} {{ 1e15 }} {{ 1e-5 }} {{ 0.0001 }}",
		"7 0.5 1.0 1e+16 1000000000000000.0 1e-05 0.0001");
	assert_renders(
		"{{ 0x1F }} {{ 0b11 }} {{ 0o17 }} {{ 1_000 }} {{ 1_0.5 }}", "31 3 15 1000 10.5");
	assert_renders("{{ 'a\\tb' }} {{ \"\\x41\\u00e9\\101\\q\" }} {{ 'it' \"'s\" }}",
		"a\tb A\xc3\xa9"
		"A\\q it's");
	assert_renders("{{ list }} {{ table }} {{ (1,) }} {{ () }} {{ [] }} {{ {2: none} }}",
		"['b', 'A', 'c'] {'k': 'v', 'a': 1} (1,) () [] {2: None}");
	assert_renders("{{ [\"it's\", 'say \"x\"', '\\n\\\\\\x01\\u2028', accents, half] }}",
		"[\"it's\", 'say \"x\"', '\\n\\\\\\x01\\u2028', '\xc3\xa9\xc3\x9f', 0.5]");
}

static void
test_access(void **state)
{
	(void)state;
	assert_renders("{{ arch.base_image }} {{ arch['base_image'] }} {{ arch.items }}",
		"debian debian 5");
	assert_renders("{{ list[0] }} {{ list.1 }} {{ list[-1] }} {{ name[0] }} {{ accents[1] }}",
		"b A c C \xc3\x9f");
	assert_renders(
		"{{ list[1:] }} {{ list[:-1] }} {{ list[::-1] }} {{ list[9:] }} {{ name[1:4] }}",
		"['A', 'c'] ['b', 'A'] ['c', 'A', 'b'] [] aps");
	assert_renders("{{ people[1].name }}{{ {'a': {'b': 1}}['a'].b }}", "y1");
}

static void
test_arithmetic(void **state)
{
	(void)state;
	assert_renders("{{ 1 + 2 * 3 - 4 }} {{ (1 + 2) * 3 }} {{ -seven }} {{ - -1 }}", "3 9 -7 1");
	assert_renders(
		"{{ 7 / 2 }} {{ 8 / 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 % -3 }}",
		"3.5 4.0 3 -4 2 -2");
	assert_renders(
		"{{ 2 ** 10 }} {{ -2 ** 2 }} {{ 2 ** 3 ** 2 }} {{ 2 ** -1 }}", "1024 4 64 0.5");
	assert_renders("{{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 0.1 + 0.2 }} {{ true + 1 }}",
		"3.0 0.5 0.30000000000000004 2");
	assert_renders(
		"{{ 'a' + 'b' }} {{ 'ab' * 2 }} {{ [1] + [2] }} {{ 2 * [0] }} {{ 'x' * -1 }}",
		"ab abab [1, 2] [0, 0] ");
	assert_renders("{{ 'a' ~ 1 ~ none ~ [2] }} {{ '%s-%d%%' % ('x', 5) }} {{ '%r' % 'x' }}",
		"a1None[2] x-5% 'x'");
}

static void
test_comparison(void **state)
{
	(void)state;
	assert_renders(
		"{{ 1 < 2 }} {{ 1 < 2 < 2 }} {{ 2 >= 2.0 }} {{ 'a' < 'b' }} {{ [1] < [1, 0] }}",
		"True False True True True");
	assert_renders("{{ 1 == 1.0 }} {{ 1 == '1' }} {{ none == no }} {{ list != [] }}",
		"True False False True");
	assert_renders(
		"{{ 'A' in list }} {{ 'ps' in name }} {{ 'k' in table }} {{ 9 not in numbers }}",
		"True True True True");
	assert_renders(
		"{{ yes and 'x' }} {{ no or 'y' }} {{ not no }} {{ not yes or yes }} {{ 0 or '' }}",
		"x y True True ");
	assert_renders("{{ 'a' if yes else 'b' }}{{ 'a' if no else 'b' }}{{ 'a' if no }}", "ab");
}

static void
test_if(void **state)
{
	static const char chain[] =
		"{% if seven == X %}a{% elif seven > 5 %}b{% else %}c{% endif %}";
	char text[sizeof(chain)];

	(void)state;
	memcpy(text, chain, sizeof(chain));
	*strchr(text, 'X') = '7';
	assert_renders(text, "a");
	*strchr(text, '7') = '1';
	assert_renders(text, "b");
	*strchr(text, '5') = '9';
	assert_renders(text, "c");
	assert_renders("{% if list %}1{% endif %}{% if none_here %}2{% endif %}"
		       "{% if '' %}3{% endif %}{% if nothing %}4{% endif %}{% if 0.0 %}5{% endif %}"
		       "{% if yes: %}6{% endif %}",
		"16");
}

static void
test_for(void **state)
{
	(void)state;
	assert_renders(
		"{% for x in list %}{{ loop.index }}{{ x }}{{ loop.revindex0 }} {% endfor %}",
		"1b2 2A1 3c0 ");
	assert_renders("{% for x in list %}{{ x }}{% if not loop.last %},{% endif %}{% endfor %}",
		"b,A,c");
	assert_renders("{% for x in none_here %}x{% else %}none{% endfor %}", "none");
	assert_renders("{% for x in numbers if x > 1 %}{{ x }}/{{ loop.length }} {% endfor %}",
		"3/2 2/2 ");
	assert_renders("{% for k, v in table.items() %}{{ k }}={{ v }} {% endfor %}", "k=v a=1 ");
	assert_renders(
		"{% for k in table %}{{ k }}{% endfor %}{% for c in accents %}.{{ c }}{% endfor %}",
		"ka.\xc3\xa9.\xc3\x9f");
	assert_renders(
		"{% for a, (b, c) in [(1, (2, 3))] %}{{ c }}{{ b }}{{ a }}{% endfor %}", "321");
	assert_renders("{% for i in range(2) %}{% for j in range(2) %}{{ i }}{{ j }}"
		       "{{ loop.first }} {% endfor %}{{ loop.index0 }};{% endfor %}",
		"00True 01False 0;10True 11False 1;");
	assert_renders("{% for x in list %}{{ loop.cycle('o', 'e') }}{{ loop.previtem | d('-') }}"
		       "{{ loop.nextitem | d('-') }} {% endfor %}",
		"o-A ebc oA- ");
}

static void
test_scopes(void **state)
{
	(void)state;
	assert_renders("{% set x = 1 %}{% set a, b = 2, 3 %}{{ x }}{{ a }}{{ b }}", "123");
	assert_renders("{% set x = 1 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }} {% endfor "
		       "%}{{ x }}",
		"2 3 1");
	assert_renders("{% if yes %}{% set x = 1 %}{% endif %}{{ x }}", "1");
	assert_renders("{% set x %}<{{ name }}>{% endset %}{{ x }}", "<Capsem>");
	assert_renders("{% set x | upper %}a{{ name }}{% endset %}{{ x }}", "ACAPSEM");
	assert_renders("{% set n = namespace(x=1) %}{% for i in numbers %}"
		       "{% set n.x = n.x + i %}{% endfor %}{{ n.x }}",
		"7");
	assert_renders("{% with name = 'in', y = name %}{{ name }}{{ y }}{% endwith %}{{ name }}",
		"inCapsemCapsem");
	assert_renders(
		"{% filter upper | replace('A', '4') %}a{{ name }}{% endfilter %}", "4C4PSEM");
	assert_renders("{% print name, 1 %}", "Capsem1");
	assert_renders("{% set range = 5 %}{{ range }}", "5");
}

static void
test_text_filters(void **state)
{
	(void)state;
	assert_renders("{{ accents | upper }} {{ '\xc3\x84\xc3\x96' | lower }} {{ 'a b-c' | title "
		       "}} {{ 'hELLO' "
		       "| capitalize }}",
		"\xc3\x89SS \xc3\xa4\xc3\xb6 A B-C Hello");
	assert_renders("[{{ ' \xc2\xa0x\n' | trim }}] [{{ 'xyx' | trim('x') }}]", "[x] [y]");
	assert_renders("{{ 'aaa' | replace('a', 'b', 2) }} {{ 'ab' | replace('', '-') }} {{ 101 | "
		       "replace(0, 5) }}",
		"bba -a-b- 151");
	assert_renders("{{ list | join(', ') }} {{ numbers | join }} {{ people | join('/', "
		       "attribute='age') }}",
		"b, A, c 312 2/1");
	assert_renders("{{ list | join(\" \\\\\n        \") }}", "b \\\n        A \\\n        c");
	assert_renders("{{ 'a\\n\\nb\\n' | indent(2) }}|{{ 'a\\nb' | indent('> ', true) }}",
		"a\n\n  b\n|> a\n> b");
	assert_renders("{{ {'b': [1, none], 'a': '<\\u00e9\\n'} | tojson }}",
		"{\"a\": \"\\u003c\\u00e9\\n\", \"b\": [1, null]}");
	assert_renders("{{ '%s/%s' | format(1, 'x') }} {{ 7 | string ~ '' }}", "1/x 7");
}

static void
test_list_filters(void **state)
{
	(void)state;
	assert_renders("{{ list | sort }} {{ list | sort(reverse=true) }} {{ list | "
		       "sort(case_sensitive=true) }}",
		"['A', 'b', 'c'] ['c', 'b', 'A'] ['A', 'b', 'c']");
	assert_renders("{{ people | sort(attribute='age') | map(attribute='name') | join }}", "yx");
	assert_renders("{{ list | first }}{{ list | last }}{{ list | length }}{{ accents | length "
		       "}}{{ table | count }}",
		"bc322");
	assert_renders(
		"{{ ['a', 'A', 'b', 'a'] | unique | list }} {{ 'ab' | list }} {{ table | list }}",
		"['a', 'b'] ['a', 'b'] ['k', 'a']");
	assert_renders(
		"{{ numbers | select('odd') | list }} {{ numbers | reject('gt', 1) | list }}",
		"[3, 1] [1]");
	assert_renders("{{ people | selectattr('age', 'gt', 1) | map(attribute='name') | list }}",
		"['x']");
	assert_renders("{{ list | map('upper') | list }} {{ people | map(attribute='z', default=0) "
		       "| list }}",
		"['B', 'A', 'C'] [0, 0]");
	assert_renders("{{ numbers | min }}{{ numbers | max }}{{ numbers | sum }} {{ numbers | "
		       "reverse | list }}",
		"136 [2, 1, 3]");
	assert_renders("{{ table | dictsort }} {{ table | items | list }}",
		"[('a', 1), ('k', 'v')] [('k', 'v'), ('a', 1)]");
	assert_renders("{{ '42' | int + 1 }} {{ 'x' | int(9) }} {{ '4.9' | int }} {{ '1e2' | float "
		       "}} {{ -3 | abs }}",
		"43 9 4 100.0 3");
}

static void
test_methods(void **state)
{
	(void)state;
	assert_renders(
		"{{ 'a,b,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a b c'.split(' ', 1) }}",
		"['a', 'b', 'c'] ['a', 'b'] ['a', 'b c']");
	assert_renders(
		"{{ 'a/b/c'.split('/')[-1] }} {{ 'x\\r\\ny'.splitlines() }}", "c ['x', 'y']");
	assert_renders("{{ name.upper() }} {{ ' x '.strip() }} {{ name.startswith('Cap') }} {{ "
		       "name.find('s') }}",
		"CAPSEM x True 3");
	assert_renders(
		"{{ '-'.join(list) }} {{ 'aXbX'.replace('X', '') }} {{ 'banana'.count('an') }}",
		"b-A-c ab 2");
	assert_renders("{{ table.get('k') }} {{ table.get('z') }} {{ table.get('z', 1) }} {{ "
		       "table.keys() | list }}",
		"v None 1 ['k', 'a']");
	assert_renders("{{ list.index('c') }} {{ range(1, 6, 2) | list }} {{ dict(a=1).a }}",
		"2 [1, 3, 5] 1");
}

static void
test_defaults_and_tests(void **state)
{
	(void)state;
	assert_renders("{{ nope | default('x') }} {{ nope | d }} {{ arch.nope | default(1) }} {{ "
		       "list[9] | d('-') }}",
		"x  1 -");
	assert_renders("{{ empty | default('x') }} {{ empty | default('x', true) }} {{ no | d(2, "
		       "boolean=true) }}",
		" x 2");
	assert_renders("{{ nope is defined }} {{ name is defined }} {{ arch.nope is undefined }}",
		"False True True");
	assert_renders("{{ nothing is none }} {{ 1 is not none }} {{ name is string }} {{ seven is "
		       "number }}",
		"True True True True");
	assert_renders("{{ 3 is odd }} {{ 4 is divisibleby 3 }} {{ table is mapping }} {{ 'x' is "
		       "in 'xyz' }}",
		"True False True True");
	assert_renders("{{ ('a' if no) is defined }} {{ 1 is eq 1 and 2 is gt(1) }}", "False True");
}

static void
test_appends(void **state)
{
	struct diags ds = {.arena = &arena};
	struct buf out = {0};
	struct tmpl *t = tmpl_parse(source_of(&arena, "t.j2", STR("{{ 1 + 1 }}\n")), &ds);
	cJSON *values = cJSON_CreateObject();

	(void)state;
	buf_adds(&out, "before\n");
	assert_true(tmpl_render(t, values, &ds, &out));
	assert_true(tmpl_render(t, values, &ds, &out));
	assert_string_equal(out.s, "before\n2\n2\n");
	buf_free(&out);
	cJSON_Delete(values);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_text, free_arena),
		cmocka_unit_test_teardown(test_line_blocks, free_arena),
		cmocka_unit_test_teardown(test_white_space_control, free_arena),
		cmocka_unit_test_teardown(test_values, free_arena),
		cmocka_unit_test_teardown(test_access, free_arena),
		cmocka_unit_test_teardown(test_arithmetic, free_arena),
		cmocka_unit_test_teardown(test_comparison, free_arena),
		cmocka_unit_test_teardown(test_if, free_arena),
		cmocka_unit_test_teardown(test_for, free_arena),
		cmocka_unit_test_teardown(test_scopes, free_arena),
		cmocka_unit_test_teardown(test_text_filters, free_arena),
		cmocka_unit_test_teardown(test_list_filters, free_arena),
		cmocka_unit_test_teardown(test_methods, free_arena),
		cmocka_unit_test_teardown(test_defaults_and_tests, free_arena),
		cmocka_unit_test_teardown(test_appends, free_arena),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
