// SPDX-License-Identifier: Apache-2.0
// test_layout -- rules/lib/layout: lists of what goes into an archive. Layer: tests (rules/lib).
#include <stdbool.h>

#include "rules/lib/layout.h"
#include "tests/unit/child.h"
#include "tests/unit/folder.h"

static struct rule_args args;

static struct layout
load(const char *list)
{
	folder_put("list.json", list, 0644);
	args = (struct rule_args){0};
	return layout_load(&args, "list.json");
}

static void
assert_entry(const struct layout_entry *e, const char *path, enum layout_kind kind, unsigned mode)
{
	assert_string_equal(e->path, path);
	assert_int_equal(e->kind, kind);
	assert_int_equal(e->mode, mode);
}

static bool
was_read(const char *path)
{
	for (size_t i = 0; i < args.reads.n; i++) {
		if (strcmp(args.reads.v[i], path) == 0)
			return true;
	}
	return false;
}

static void
test_items(void **state)
{
	struct layout l;

	(void)state;
	folder_put("init.sh", "x", 0600);
	l = load("{\"entries\": [{\"path\": \"init\", \"mode\": \"755\", \"from\": \"init.sh\"},"
		 "{\"path\": \"etc/ssl/motd\", \"mode\": \"0644\", \"text\": \"hi\\n\"},"
		 "{\"path\": \"etc/a\", \"mode\": \"4\", \"text\": \"\"}]}");
	assert_int_equal(l.n, 5);
	assert_entry(&l.v[0], "etc", LAYOUT_FOLDER, 0755);
	assert_entry(&l.v[1], "etc/a", LAYOUT_FILE, 04);
	assert_string_equal(l.v[1].text, "");
	assert_entry(&l.v[2], "etc/ssl", LAYOUT_FOLDER, 0755);
	assert_entry(&l.v[3], "etc/ssl/motd", LAYOUT_FILE, 0644);
	assert_string_equal(l.v[3].text, "hi\n");
	assert_null(l.v[3].from);
	assert_entry(&l.v[4], "init", LAYOUT_FILE, 0755);
	assert_string_equal(l.v[4].from, "init.sh");
	assert_int_equal(args.reads.n, 1);
	assert_true(was_read("init.sh"));
	arena_free(&args.arena);
	assert_int_equal(load("{}").n, 0);
	arena_free(&args.arena);
}

static void
make_tree(void)
{
	static const char *const folders[] = {
		"t", "t/sub", "t/__pycache__", "t/.pytest_cache", "t/.git", "t/empty"};
	static const char *const leftovers[] = {"t/a~", "t/#a#", "t/.a.swp", "t/a.pyc", "t/a.tmp",
		"t/__pycache__/x", "t/.pytest_cache/x"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		assert_int_equal(mkdir(folders[i], 0700), 0);
	for (size_t i = 0; i < sizeof(leftovers) / sizeof(*leftovers); i++)
		folder_put(leftovers[i], "x", 0644);
	folder_put("t/run", "x", 0711);
	folder_put("t/sub.py", "x", 0606); // sorts between "sub" and "sub/b"
	folder_put("t/sub/b", "x", 0444);
	assert_int_equal(symlink("nowhere", "t/dangling"), 0);
}

// Modes are normal, leftovers stay out, and every folder is named, empty ones too.
static void
test_tree(void **state)
{
	static const char *const wanted[] = {"lib", "lib/t", "lib/t/.git", "lib/t/dangling",
		"lib/t/empty", "lib/t/run", "lib/t/sub", "lib/t/sub.py", "lib/t/sub/b"};
	struct layout l;

	(void)state;
	make_tree();
	l = load("{\"entries\": [{\"path\": \"lib/t\", \"tree\": \"t\"}]}");
	assert_int_equal(l.n, 9);
	for (size_t i = 0; i < 9; i++)
		assert_string_equal(l.v[i].path, wanted[i]);
	assert_entry(&l.v[3], "lib/t/dangling", LAYOUT_LINK, 0777);
	assert_string_equal(l.v[3].target, "nowhere");
	assert_entry(&l.v[5], "lib/t/run", LAYOUT_FILE, 0755);
	assert_entry(&l.v[7], "lib/t/sub.py", LAYOUT_FILE, 0644);
	assert_entry(&l.v[8], "lib/t/sub/b", LAYOUT_FILE, 0644);
	assert_true(
		was_read("t") && was_read("t/sub") && was_read("t/sub/b") && was_read("t/empty"));
	assert_false(was_read("t/dangling")); // its folder's time tells of a change
	assert_false(was_read("t/a~"));
	arena_free(&args.arena);
}

// Needed, but no reason to run again; as an input it is not there at all.
static void
test_order_only(void **state)
{
	static const char list[] = "{\"entries\": [{\"path\": \"a\", \"mode\": \"444\", \"from\": "
				   "\"only\", \"order_only\": true},"
				   "{\"path\": \"b\", \"mode\": \"444\", \"text\": \"\"}]}";
	struct layout l;

	(void)state;
	folder_put("only", "x", 0644);
	l = load(list);
	assert_int_equal(l.n, 2);
	assert_string_equal(l.v[0].from, "only");
	assert_int_equal(args.reads.n, 0);
	arena_free(&args.arena);
	assert_int_equal(unlink("only"), 0);
	args = (struct rule_args){0};
	l = layout_load_inputs(&args, "list.json");
	assert_int_equal(l.n, 1);
	assert_string_equal(l.v[0].path, "b");
	arena_free(&args.arena);
}

static void
load_list(void *text)
{
	load(text);
}

static void
test_mistakes(void **state)
{
	static const char *const bad[][2] = {
		{"{\"entries\": [{\"mode\": \"644\", \"text\": \"\"}]}", "no usable 'path'"},
		{"{\"entries\": [{\"path\": \"/a\", \"mode\": \"644\", \"text\": \"\"}]}",
			"'path'"},
		{"{\"entries\": [{\"path\": \"../a\", \"mode\": \"644\", \"text\": \"\"}]}",
			"'path'"},
		{"{\"entries\": [{\"path\": \"a/../..\", \"tree\": \".\"}]}", "'path'"},
		{"{\"entries\": [{\"path\": \"a//b\", \"mode\": \"644\", \"text\": \"\"}]}",
			"'path'"},
		{"{\"entries\": [{\"path\": \".\", \"mode\": \"644\", \"text\": \"\"}]}", "'path'"},
		{"{\"entries\": [{\"path\": \"a\", \"text\": \"\"}]}", "entry 'a' wants 'mode'"},
		{"{\"entries\": [{\"path\": \"a\", \"mode\": \"899\", \"text\": \"\"}]}", "'mode'"},
		{"{\"entries\": [{\"path\": \"a\", \"mode\": \"644\"}]}",
			"'from', 'text' or 'tree'"},
		{"{\"entries\": [{\"path\": \"a\", \"mode\": \"644\", \"from\": \"none\"}]}",
			"open none: No such file"},
		{"{\"entries\": [{\"path\": \"a\", \"tree\": \"none\"}]}",
			"read folder none: No such"},
		{"{\"entries\": [{\"path\": \"a\", \"mode\": \"644\", \"text\": \"\"}, "
		 "{\"path\": \"a\", \"mode\": \"644\", \"text\": \"\"}]}",
			"two entries want the path 'a'"},
		{"{\"entries\": [{\"path\": \"a\", \"mode\": \"644\", \"text\": \"\"}, "
		 "{\"path\": \"a/b\", \"mode\": \"644\", \"text\": \"\"}]}",
			"two entries want the path 'a'"},
		{"{\"entries\": [", "list.json:1:13: not valid JSON"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct child_end end = child_run(load_list, (void *)bad[i][0]);

		assert_int_equal(end.status, 1);
		assert_non_null(strstr(end.said, bad[i][1]));
	}
}

static void
test_odd_node(void **state)
{
	static char list[] = "{\"entries\": [{\"path\": \"a\", \"tree\": \"odd\"}]}";
	struct child_end end;

	(void)state;
	assert_int_equal(mkdir("odd", 0755), 0);
	assert_int_equal(mkfifo("odd/fifo", 0644), 0);
	end = child_run(load_list, list);
	assert_int_equal(end.status, 1);
	assert_non_null(strstr(end.said, "odd/fifo is neither a file, a folder nor a link"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_items),
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_order_only),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_odd_node),
	};

	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
