// SPDX-License-Identifier: Apache-2.0
// test_source -- gen/base/source: texts, places, the marked line. Layer: tests (base).
#include <errno.h>

#include "gen/base/source.h"
#include "tests/unit/folder.h"

static struct arena arena;

static void
test_load(void **state)
{
	struct source *src;

	(void)state;
	folder_put("a", "one\ntwo", 0644);
	src = source_load(&arena, "a", "shown");
	assert_string_equal(src->path, "shown");
	assert_int_equal(src->text.n, 7);
	assert_string_equal(src->text.s, "one\ntwo");
	folder_put("empty", "", 0644);
	assert_int_equal(source_load(&arena, "empty", "x")->text.n, 0);
	assert_null(source_load(&arena, "nowhere", "x"));
	assert_int_equal(errno, ENOENT);
	assert_null(source_load(&arena, ".", "x"));
	assert_int_equal(errno, EISDIR);
	src = source_load(&arena, "/proc/self/mounts", "x"); // says its size is 0, and is not
	assert_true(src->text.n > 0);
	assert_int_equal(strlen(src->text.s), src->text.n);
}

static void
test_read(void **state)
{
	FILE *f;

	(void)state;
	folder_put("half", "one\ntwo", 0644);
	f = fopen("half", "r");
	assert_int_equal(fgetc(f), 'o');
	assert_string_equal(source_read(&arena, f, "x")->text.s, "ne\ntwo");
	fclose(f);
	f = fopen(".", "r");
	assert_null(source_read(&arena, f, "x"));
	assert_int_equal(errno, EISDIR);
	fclose(f);
	f = fopen("half", "w"); // open, but not for reading
	assert_null(source_read(&arena, f, "x"));
	assert_int_equal(errno, EBADF);
	fclose(f);
}

static void
test_big_file(void **state)
{
	FILE *f = fopen("big", "w");
	struct source *src;

	(void)state;
	for (int i = 0; i < 300000; i++)
		fprintf(f, "%d\n", i);
	fclose(f);
	src = source_load(&arena, "big", "big");
	assert_true(str_ends(src->text, "\n299999\n"));
	assert_int_equal(span_place((struct span){src, src->text.n - 1, 1}).line, 300000);
}

static void
assert_place(const char *text, size_t off, size_t line, size_t column)
{
	struct source *src = source_of(&arena, "t", str_of(text));
	struct place p = span_place((struct span){src, off, 1});

	assert_int_equal(p.line, line);
	assert_int_equal(p.column, column);
}

static void
test_places(void **state)
{
	(void)state;
	assert_place("", 0, 1, 1);
	assert_place("abc", 0, 1, 1);
	assert_place("abc", 3, 1, 4);
	assert_place("abc", 99, 1, 4);
	assert_place("a\nb", 1, 1, 2);
	assert_place("a\nb", 2, 2, 1);
	assert_place("a\n", 2, 2, 1);
	assert_place("\xc3\xa9x", 2, 1, 2);         // one character of two bytes
	assert_place("\xf0\x9f\x98\x80x", 4, 1, 2); // and of four
	assert_place("\r\nx", 2, 2, 1);
}

static void
assert_offset(const char *text, size_t line, size_t column, size_t off)
{
	struct source *src = source_of(&arena, "t", str_of(text));

	assert_int_equal(source_offset(src, (struct place){line, column}), off);
}

static void
test_offsets(void **state)
{
	(void)state;
	assert_offset("abc\ndef", 1, 1, 0);
	assert_offset("abc\ndef", 1, 3, 2);
	assert_offset("abc\ndef", 2, 1, 4);
	assert_offset("abc\ndef", 2, 99, 7);
	assert_offset("abc\ndef", 1, 99, 3); // stays on its line
	assert_offset("abc\ndef", 9, 1, 7);
	assert_offset("", 1, 1, 0);
	assert_offset("", 5, 5, 0);
	assert_offset("\xc3\xa9x", 1, 2, 2);
	assert_offset("\xc3", 1, 2, 1); // cut in the middle of a character
}

// The two lines span_print prints for LEN bytes at OFF.
static const char *
marked(const char *text, size_t off, size_t len)
{
	struct source *src = source_of(&arena, "t", str_of(text));
	FILE *f = fopen("marked", "w");

	span_print(f, (struct span){src, off, len}, "<", ">");
	fclose(f);
	return folder_get("marked");
}

// Of a line too long for a screen, the part around the span is shown, and the caret is under it.
static void
test_print_long(void **state)
{
	char text[10001];
	const char *shown, *second;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	memcpy(text + 5000, "here", 4);
	shown = marked(text, 5000, 4);
	second = strchr(shown, '\n') + 1;
	assert_true(strlen(shown) < 600);
	assert_memory_equal(shown, "  ...xxx", 8);
	assert_memory_equal(second - 7, "xxx...\n", 7);
	assert_memory_equal(shown + strcspn(second, "<"), "here", 4);
	assert_string_equal(second + strcspn(second, "<"), "<^~~~>\n");
	shown = marked(text, 2, 9999);
	assert_memory_equal(shown, "  xxxxx", 7);
	assert_true(strlen(shown) < 600);
}

static void
test_print(void **state)
{
	(void)state;
	assert_string_equal(marked("abc", 1, 1), "  abc\n   <^>\n");
	assert_string_equal(marked("x\nkey = 5\ny", 8, 1), "  key = 5\n        <^>\n");
	assert_string_equal(marked("key = 5", 0, 7), "  key = 5\n  <^~~~~~~>\n");
	assert_string_equal(marked("a\tb", 2, 1), "  a\tb\n   \t<^>\n"); // a tab stays a tab
	assert_string_equal(marked("\xc3\xa9=\xc3\xa9", 3, 2), "  \xc3\xa9=\xc3\xa9\n    <^>\n");
	assert_string_equal(marked("\xc3\xa9\xc3\xa9", 0, 4), "  \xc3\xa9\xc3\xa9\n  <^~>\n");
	assert_string_equal(marked("a\033[31mb", 0, 1), "  a?[31mb\n  <^>\n");
	assert_string_equal(marked("", 0, 0), "  \n  <^>\n");
	assert_string_equal(marked("", 9, 9), "  \n  <^>\n");
	assert_string_equal(marked("abc", 3, 1), "  abc\n     <^>\n"); // at the end of the text
}

static void
test_print_line_ends(void **state)
{
	(void)state;
	assert_string_equal(marked("ab\ncd", 0, 5), "  ab\n  <^~>\n"); // marks one line only
	assert_string_equal(marked("ab\ncd", 2, 1), "  ab\n    <^>\n");
	assert_string_equal(marked("ab\r\ncd", 0, 9), "  ab\n  <^~>\n");
	assert_string_equal(marked("ab\r\ncd", 2, 1), "  ab\n    <^>\n");
	assert_string_equal(marked("ab\r\ncd", 3, 1), "  ab\n    <^>\n"); // the second half of it
	assert_string_equal(marked("ab\r\ncd", 4, 2), "  cd\n  <^~>\n");
	assert_string_equal(marked("\r\n", 1, 1), "  \n  <^>\n");
}

static int
leave(void **state)
{
	arena_free(&arena);
	return folder_leave(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_big_file),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_offsets),
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_print_long),
		cmocka_unit_test(test_print_line_ends),
	};

	return cmocka_run_group_tests(tests, folder_enter, leave);
}
