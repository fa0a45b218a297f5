// SPDX-License-Identifier: Apache-2.0
// test_context -- rules/lib/context: the tar a build context is sent as. Layer: tests (rules/lib).
#include <stdbool.h>

#include "rules/lib/context.h"
#include "tests/unit/child.h"
#include "tests/unit/tarball.h"

static struct layout_entry first[] = {{.path = ".b/Dockerfile", .mode = 0600, .text = "FROM x\n"}};
static struct layout_entry items[] = {
	{.path = "dir", .kind = LAYOUT_FOLDER, .mode = 0755},
	{.path = "dir/link", .kind = LAYOUT_LINK, .mode = 0777, .target = "file"},
	{.path = "file", .mode = 0555, .from = "here"},
};

static void
test_tar(void **state)
{
	const struct layout l = {items, 3};
	int fd, again;

	(void)state;
	folder_put("here", "contents\n", 0600);
	fd = context_open("sub/folder", 1234, first, 1, &l);
	assert_string_equal(tarball_list(fd),
		".b/Dockerfile 600 0 1234 : FROM x\ndir/ 755 0 1234\n"
		"dir/link 777 0 1234 -> file\nfile 555 0 1234 : contents\n");
	assert_int_not_equal(rmdir("sub/folder"), -1); // nothing was left in it
	again = context_open("sub/folder", 1234, first, 1, &l);
	assert_int_equal(lseek(fd, 0, SEEK_END), lseek(again, 0, SEEK_END));
	close(fd);
	close(again);
}

static void
open_missing(void *arg)
{
	struct layout_entry e = {.path = "x", .mode = 0644, .from = "none"};
	const struct layout l = {&e, 1};

	(void)arg;
	context_open(".", 0, NULL, 0, &l);
}

static void
test_missing_file(void **state)
{
	struct child_end end = child_run(open_missing, NULL);

	(void)state;
	assert_int_equal(end.status, 1);
	assert_non_null(strstr(end.said, "open none: No such file"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tar),
		cmocka_unit_test(test_missing_file),
	};

	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
