// SPDX-License-Identifier: Apache-2.0
// test_path -- gen/base/path. Layer: tests (base).
#include <errno.h>
#include <string.h>

#include "gen/base/path.h"
#include "tests/unit/child.h"
#include "tests/unit/folder.h"

static struct arena arena;

static void
test_join(void **state)
{
	(void)state;
	assert_string_equal(path_join(&arena, "a", "b"), "a/b");
	assert_string_equal(path_join(&arena, "a/", "b"), "a/b");
	assert_string_equal(path_join(&arena, "/", "b"), "/b");
	assert_string_equal(path_join(&arena, "a", "/b"), "/b");
	assert_string_equal(path_join(&arena, "", "b"), "b");
	assert_string_equal(path_join(&arena, ".", "b"), "b");
	assert_string_equal(path_join(&arena, "..", "b"), "../b");
}

static void
test_parts(void **state)
{
	(void)state;
	assert_string_equal(path_dir(&arena, "a"), ".");
	assert_string_equal(path_dir(&arena, "a/b"), "a");
	assert_string_equal(path_dir(&arena, "/a"), "/");
	assert_string_equal(path_dir(&arena, "/"), "/");
	assert_string_equal(path_dir(&arena, "/a/b/c"), "/a/b");
	assert_string_equal(path_base("a"), "a");
	assert_string_equal(path_base("/a/b"), "b");
	assert_string_equal(path_base("a/"), "");
}

static void
test_unfit(void **state)
{
	static const char *const bad[] = {
		"\n", "\t", "\177", "\"", "&", "'", "*", ";", "<", ">", "^", "`", "|"};

	(void)state;
	assert_null(path_unfit("/my guest: #1 $x (gr\u00f6\u00dfe) [x] {y} 50% @=+,!~-_.?\\"));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		const char *path = path_join(&arena, "a", bad[i]);

		assert_ptr_equal(path_unfit(path), path + 2);
	}
}

static void
test_clean(void **state)
{
	static const char *const cases[][2] = {{"", "."}, {".", "."}, {"/", "/"}, {"//", "/"},
		{"a//b", "a/b"}, {"./a", "a"}, {"a/.", "a"}, {"a/", "a"}, {"a/..", "."},
		{"a/../b", "b"}, {"..", ".."}, {"../a", "../a"}, {"../..", "../.."},
		{"a/../..", ".."}, {"a/../../b", "../b"}, {"/..", "/"}, {"/../a", "/a"},
		{"/a/..", "/"}, {"/a/../..", "/"}, {"/a/b/../c", "/a/c"}, {"...", "..."},
		{"a/.../..", "a"}, {".a/..b", ".a/..b"}, {"..a/..", "."}, {"a/b/..//./c/", "a/c"},
		{"x/..y/..", "x"}, {"../../a/..", "../.."}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_string_equal(path_clean(&arena, cases[i][0]), cases[i][1]);
}

static void
test_absolute(void **state)
{
	(void)state;
	assert_string_equal(path_absolute(&arena, "/w", "a"), "/w/a");
	assert_string_equal(path_absolute(&arena, "/w", "/a/./b"), "/a/b");
	assert_string_equal(path_absolute(&arena, "/w/x", "../a"), "/w/a");
	assert_string_equal(path_absolute(&arena, "/", "a"), "/a");
	assert_string_equal(path_absolute(&arena, "/w", ""), "/w");
	assert_string_equal(path_below(&arena, "/w", "/w/a"), "a");
	assert_string_equal(path_below(&arena, "/w", "/w"), ".");
	assert_string_equal(path_below(&arena, "/w", "/web"), "/web");
	assert_string_equal(path_below(&arena, "/", "/a/b"), "a/b");
	assert_string_equal(path_below(&arena, "/", "/"), ".");
	assert_string_equal(path_below(&arena, "/w", "/x"), "/x");
	assert_string_equal(path_clean(&arena, path_cwd(&arena)), path_cwd(&arena));
}

static void
test_find_program(void **state)
{
	(void)state;
	path_make_dirs("bin/tool"); // a folder is no program
	path_make_dirs("bin2");
	folder_put("bin/data", "", 0644);
	folder_put("bin2/tool", "", 0755);
	folder_put("bin2/data", "", 0755);
	assert_string_equal(path_find_program(&arena, "bin:bin2", "tool"), "bin2/tool");
	assert_string_equal(path_find_program(&arena, "bin:bin2", "data"), "bin2/data");
	assert_string_equal(path_find_program(&arena, "nowhere::bin2:", "tool"), "bin2/tool");
	assert_null(path_find_program(&arena, "bin", "data"));
	assert_null(path_find_program(&arena, "bin2", "none"));
	assert_null(path_find_program(&arena, NULL, "tool"));
	assert_null(path_find_program(&arena, "", "tool"));
	assert_string_equal(path_find_program(&arena, "", "bin2/tool"), "bin2/tool");
	assert_null(path_find_program(&arena, "bin2", "bin/data"));
	folder_put("tool", "", 0755); // what is found must not depend on PATH once more
	assert_string_equal(path_find_program(&arena, ".:bin2", "tool"), "./tool");
}

static void
test_list(void **state)
{
	struct names names;

	(void)state;
	path_make_dirs("list/b");
	folder_put("list/a", "", 0644);
	folder_put("list/B", "", 0644);
	folder_put("list/.hidden", "", 0644);
	folder_put("list/\xc3\xa9", "", 0644);
	assert_true(path_list(&arena, "list", &names));
	assert_int_equal(names.n, 5);
	assert_string_equal(names.v[0], ".hidden");
	assert_string_equal(names.v[1], "B");
	assert_string_equal(names.v[2], "a");
	assert_string_equal(names.v[4], "\xc3\xa9");
	assert_true(path_list(&arena, "list/b", &names));
	assert_int_equal(names.n, 0);
	assert_false(path_list(&arena, "nowhere", &names));
	assert_int_equal(errno, ENOENT);
	assert_false(path_list(&arena, "list/a", &names));
	assert_int_equal(errno, ENOTDIR);
}

static void
make_dirs(void *arg)
{
	path_make_dirs(arg);
}

static void
test_make_dirs(void **state)
{
	struct child_end end;
	char below[] = "file/x/y", file[] = "file", nothing[] = "";

	(void)state;
	path_make_dirs("d/e//f/");
	assert_true(path_is_dir("d/e/f"));
	path_make_dirs("d/e/f"); // already there
	path_make_dirs("d/../d2");
	assert_true(path_is_dir("d2"));
	folder_put("file", "", 0644);
	assert_true(path_is_file("file"));
	assert_false(path_is_dir("file"));
	assert_false(path_is_file("d"));
	assert_false(path_is_file("nowhere"));
	end = child_run(make_dirs, below);
	assert_int_equal(end.status, 1);
	assert_non_null(strstr(end.said, "error: create folder file/x: Not a directory"));
	end = child_run(make_dirs, file);
	assert_int_equal(end.status, 1);
	assert_non_null(strstr(end.said, "file is in the way: not a folder"));
	assert_int_equal(child_run(make_dirs, nothing).status, 1);
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
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_unfit),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_absolute),
		cmocka_unit_test(test_find_program),
		cmocka_unit_test(test_list),
		cmocka_unit_test(test_make_dirs),
	};

	return cmocka_run_group_tests(tests, folder_enter, leave);
}
