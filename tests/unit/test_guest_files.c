// SPDX-License-Identifier: Apache-2.0
// test_guest_files.c -- files the host puts into the VM and takes out of it, in a fresh folder.
// Links guest/agent/lib, built for the development machine with -D_GNU_SOURCE.
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/guest.h"

#include "guest/agent/lib/files.h"

static char top[] = "/tmp/capsem-test-XXXXXX", root[64];

// A path below the fresh folder.
static struct text
in(const char *name)
{
	static char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", top, name);
	return guest_text(path);
}

static bool
there(const char *name)
{
	struct stat st;

	return lstat(in(name).s, &st) == 0;
}

static int
make(void **state)
{
	(void)state;
	if (!mkdtemp(top))
		return -1;
	(void)snprintf(root, sizeof(root), "%s/root", top);
	return mkdir(root, 0700);
}

static int
unmake_one(const char *path, const struct stat *st, int kind, struct FTW *walk)
{
	(void)st, (void)kind, (void)walk;
	return remove(path);
}

static int
unmake(void **state)
{
	(void)state;
	return nftw(top, unmake_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void
boot_files_go_anywhere(void **state)
{
	struct files_boot b = {0, 0};
	struct bytes data = {.max = 10};
	char why[FILES_WHY];
	struct stat st;

	(void)state;
	bytes_add(&data, "x\0y", 3);
	assert_true(files_boot_write(&b, in("a/b/c"), &data, 04751, why));
	assert_int_equal(stat(in("a/b/c").s, &st), 0);
	assert_int_equal(st.st_mode & 07777, 04751);
	assert_int_equal(st.st_size, 3);
	assert_int_equal(b.n, 1);
	assert_int_equal(b.bytes, 3);
	assert_false(files_boot_write(&b, in("a/../c"), &data, 0644, why));
	assert_false(files_boot_write(&b, in("a..c"), &data, 0644, why));
	assert_string_equal(why, "the path has '..'");
	assert_false(files_boot_write(&b, guest_text(""), &data, 0644, why));
	assert_false(files_boot_write(&b, (struct text){"/tmp\0x", 6}, &data, 0644, why));
	assert_false(files_boot_write(&b, in("a/b"), &data, 0644, why));
	assert_string_equal(why, "Is a directory");
	b.n = FILES_MAX_BOOT;
	assert_false(files_boot_write(&b, in("more"), &data, 0644, why));
	b = (struct files_boot){0, FILES_MAX_BOOT_BYTES - 2};
	assert_false(files_boot_write(&b, in("more"), &data, 0644, why));
	assert_false(there("more"));
	bytes_free(&data);
}

static void
workspace_files_round_trip(void **state)
{
	struct bytes data = {.max = 100}, back = {.max = 100000};
	char why[FILES_WHY];

	(void)state;
	bytes_add(&data, "content", 7);
	assert_true(files_write(root, in("root/d/e/f"), &data, 0600, why));
	assert_true(files_read(root, in("root/d/e/f"), &back, why));
	guest_assert_bytes(&back, "636f6e74656e74");
	data.n = 1; // shorter: the rest must go
	assert_true(files_write(root, in("root/d/e/f"), &data, 0600, why));
	assert_true(files_read(root, in("root/d/e/f"), &back, why));
	guest_assert_bytes(&back, "63");
	assert_true(files_delete(root, in("root/d/e/f"), why));
	assert_false(there("root/d/e/f"));
	assert_true(files_delete(root, in("root/d/e/f"), why));
	assert_false(files_read(root, in("root/d/e/f"), &back, why));
	assert_non_null(strstr(why, "failed to read "));
	assert_non_null(strstr(why, "/root/d/e/f: No such file or directory"));
	bytes_free(&data);
	bytes_free(&back);
}

static void
refused_by_all(struct text path)
{
	struct bytes data = {.max = 100000};
	char why[FILES_WHY];

	assert_false(files_write(root, path, &data, 0644, why));
	assert_non_null(strstr(why, "FileWrite rejected: "));
	assert_false(files_read(root, path, &data, why));
	assert_non_null(strstr(why, "FileRead rejected: "));
	assert_false(files_delete(root, path, why));
	assert_non_null(strstr(why, "FileDelete rejected: "));
	bytes_free(&data);
}

static void
nothing_leaves_the_workspace(void **state)
{
	char longest[PATH_MAX + 10];

	(void)state;
	assert_int_equal(symlink("/etc", in("root/etc").s), 0);
	assert_int_equal(symlink("nowhere", in("root/dangling").s), 0);
	assert_int_equal(mkdir(in("rootx").s, 0755), 0);
	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	refused_by_all(guest_text(""));
	refused_by_all(guest_text("relative"));
	refused_by_all(guest_text("/"));
	refused_by_all(guest_text("/etc/passwd"));
	refused_by_all(guest_text("/no/such/folder/at/all"));
	refused_by_all((struct text){longest, sizeof(longest)});
	refused_by_all((struct text){"/tmp\0x", 6});
	refused_by_all(in("rootx/file"));
	refused_by_all(in("root/../file"));
	refused_by_all(in("root/etc/hostname"));
	refused_by_all(in("root/etc/new"));
	refused_by_all(in("root/etc"));
	refused_by_all(in("root/dangling"));
	assert_false(there("rootx/file"));
}

static void
links_within_the_workspace_are_followed(void **state)
{
	struct bytes data = {.max = 10};
	char why[FILES_WHY], target[80];

	(void)state;
	assert_int_equal(mkdir(in("root/real").s, 0755), 0);
	(void)snprintf(target, sizeof(target), "%s/real", root);
	assert_int_equal(symlink(target, in("root/way").s), 0);
	assert_true(files_write(root, in("root/way/file"), &data, 0644, why));
	assert_true(there("root/real/file"));
	bytes_free(&data);
}

static void
only_regular_files(void **state)
{
	struct bytes data = {.max = 100000};
	char why[FILES_WHY];

	(void)state;
	assert_int_equal(mkfifo(in("root/pipe").s, 0600), 0);
	assert_false(files_read(root, in("root/pipe"), &data, why));
	assert_false(files_write(root, in("root/pipe"), &data, 0644, why));
	assert_false(files_read(root, in("root"), &data, why));
	assert_non_null(strstr(why, "Is a directory"));
	assert_false(files_delete(root, in("root"), why));
	bytes_free(&data);
}

static void
reads_to_a_ceiling(void **state)
{
	struct bytes data = {.max = 20000}, back = {.max = 5000 + 4096};
	char why[FILES_WHY];

	(void)state;
	for (int i = 0; i < 5000; i++)
		bytes_add(&data, "x", 1);
	assert_true(files_write(root, in("root/large"), &data, 0644, why));
	assert_true(files_read(root, in("root/large"), &back, why));
	assert_int_equal(back.n, 5000);
	back.max = 4999;
	assert_false(files_read(root, in("root/large"), &back, why));
	assert_non_null(strstr(why, "File too large"));
	bytes_free(&data);
	bytes_free(&back);
}

static void
reasons_are_text(void **state)
{
	struct bytes data = {.max = 10};
	char why[FILES_WHY], name[400];

	(void)state;
	assert_false(files_read(root, in("root/bad\xff name"), &data, why));
	assert_non_null(strstr(why, "bad\xef\xbf\xbd name"));
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_false(files_write(root, in(name), &data, 0644, why));
	assert_true(strlen(why) < FILES_WHY);
	bytes_free(&data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(boot_files_go_anywhere),
		cmocka_unit_test(workspace_files_round_trip),
		cmocka_unit_test(nothing_leaves_the_workspace),
		cmocka_unit_test(links_within_the_workspace_are_followed),
		cmocka_unit_test(only_regular_files),
		cmocka_unit_test(reads_to_a_ceiling),
		cmocka_unit_test(reasons_are_text),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
