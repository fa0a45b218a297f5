// SPDX-License-Identifier: Apache-2.0
// test_output -- gen/base/output: whole or not at all. Layer: tests (base).
#include "gen/base/cleanup.h"
#include "gen/base/output.h"
#include "tests/unit/child.h"
#include "tests/unit/folder.h"

static struct stat
look(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st;
}

static bool
is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static void
test_write(void **state)
{
	struct stat first, second;

	(void)state;
	assert_true(output_write("w", STR("one"), 0640));
	assert_string_equal(folder_get("w"), "one");
	first = look("w");
	assert_int_equal(first.st_mode & 07777, 0640);
	assert_false(output_write("w", STR("one"), 0640)); // the same again: left alone
	second = look("w");
	assert_int_equal(first.st_ino, second.st_ino);
	assert_true(output_write("w", STR("one"), 0600)); // the same bytes with other bits
	second = look("w");
	assert_int_equal(second.st_mode & 07777, 0600);
	assert_true(output_write("w", STR("two"), 0600)); // the same length
	assert_true(output_write("w", STR(""), 0600));
	assert_int_equal(look("w").st_size, 0);
	assert_false(output_write("w", STR(""), 0600));
	assert_false(is_there("w.tmp"));
}

static void
test_umask(void **state)
{
	mode_t before = umask(0777);

	(void)state;
	output_write("u", STR("x"), 0755);
	umask(before);
	assert_int_equal(look("u").st_mode & 07777, 0755);
}

// Other names of the old file keep the old bytes.
static void
test_old_file_lives(void **state)
{
	(void)state;
	output_write("h", STR("old"), 0444);
	assert_int_equal(link("h", "h.alias"), 0);
	output_write("h", STR("new"), 0444);
	assert_string_equal(folder_get("h.alias"), "old");
	assert_string_equal(folder_get("h"), "new");
}

static void
test_big(void **state)
{
	struct output o;
	static char block[100000];

	(void)state;
	for (int round = 0; round < 3; round++) {
		output_open(&o, "big");
		for (int i = 0; i < 10; i++) {
			memset(block, i, sizeof(block));
			if (round == 2 && i == 9)
				block[sizeof(block) - 1] = 'x'; // only the last byte differs
			fwrite(block, 1, sizeof(block), o.f);
		}
		assert_int_equal(output_commit(&o, 0644), round != 1);
	}
	assert_int_equal(look("big").st_size, 1000000);
}

static void
test_copy(void **state)
{
	struct output o;

	(void)state;
	folder_put("from", "bytes", 0400);
	output_open(&o, "deep/er/copy"); // makes the folders
	fputs("head ", o.f);
	output_copy(&o, "from");
	output_copy(&o, "/dev/null");
	assert_true(output_commit(&o, 0644));
	assert_string_equal(folder_get("deep/er/copy"), "head bytes");
}

static void
test_abandon(void **state)
{
	struct output o;

	(void)state;
	output_write("a", STR("kept"), 0644);
	output_open(&o, "a");
	fputs("never", o.f);
	assert_true(is_there("a.tmp"));
	output_abandon(&o);
	assert_false(is_there("a.tmp"));
	assert_string_equal(folder_get("a"), "kept");
}

// A tool may have replaced the file of that name, not only its bytes.
static void
test_adopt(void **state)
{
	struct output o;

	(void)state;
	output_open(&o, "tool");
	assert_int_equal(unlink(o.tmp), 0);
	folder_put(o.tmp, "by a tool", 0600);
	output_adopt(&o);
	assert_true(output_commit(&o, 0644));
	assert_string_equal(folder_get("tool"), "by a tool");
	assert_int_equal(look("tool").st_mode & 07777, 0644);
}

static void
test_stale_tmp(void **state)
{
	(void)state;
	folder_put("s.tmp", "left by a crash", 0000);
	assert_true(output_write("s", STR("x"), 0644));
	assert_int_equal(symlink("elsewhere", "s.tmp"), 0);
	assert_true(output_write("s", STR("y"), 0644));
	assert_false(is_there("elsewhere"));
	assert_false(is_there("s.tmp"));
}

static void
try_write(void *path)
{
	output_write(path, STR("x"), 0644);
}

static void
test_in_the_way(void **state)
{
	char folder[] = "way/folder", fifo[] = "way/fifo", to[] = "way/link",
	     below[] = "way/file/x";

	(void)state;
	assert_int_equal(mkdir("way", 0755), 0);
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(mkfifo(fifo, 0644), 0);
	assert_int_equal(symlink("../w", to), 0);
	folder_put("way/file", "", 0644);
	for (char **path = (char *[]){folder, fifo, to, NULL}; *path; path++) {
		struct child_end end = child_run(try_write, *path);

		assert_int_equal(end.status, 1);
		assert_non_null(strstr(end.said, "is in the way: not a regular file\n"));
	}
	assert_int_equal(child_run(try_write, below).status, 1);
	assert_true(S_ISLNK(look(to).st_mode) && S_ISFIFO(look(fifo).st_mode));
	assert_false(is_there("way/folder.tmp"));
}

static void
copy_missing(void *path)
{
	struct output o;

	cleanup_start();
	output_open(&o, path);
	fputs("half", o.f);
	output_copy(&o, "nowhere");
}

static void
fill_disk(void *path)
{
	struct output o;

	cleanup_start();
	output_open(&o, path);
	fclose(o.f);
	o.f = fopen("/dev/full", "w+");
	fputs("x", o.f);
	output_commit(&o, 0644);
}

// Whatever ends the process, the output is as it was.
static void
test_death(void **state)
{
	char path[] = "dead";
	struct child_end end;

	(void)state;
	output_write(path, STR("kept"), 0644);
	end = child_run(copy_missing, path);
	assert_int_equal(end.status, 1);
	assert_non_null(strstr(end.said, "error: open nowhere: No such file or directory\n"));
	assert_false(is_there("dead.tmp"));
	end = child_run(fill_disk, path);
	assert_int_equal(end.status, 1);
	assert_non_null(strstr(end.said, "error: write dead.tmp: No space left on device\n"));
	assert_string_equal(folder_get(path), "kept");
}

static void
test_symlink(void **state)
{
	char to[10];

	(void)state;
	assert_true(output_symlink("x86_64", "l"));
	assert_false(output_symlink("x86_64", "l"));
	assert_true(output_symlink("x86", "l")); // the beginning of what it was
	assert_true(output_symlink("x86_64x", "l"));
	assert_int_equal(readlink("l", to, sizeof(to)), 7);
	folder_put("l2", "file", 0644);
	assert_true(output_symlink("l", "l2"));
	assert_true(S_ISLNK(look("l2").st_mode));
	assert_false(is_there("l2.tmp"));
}

static void
test_hardlink(void **state)
{
	(void)state;
	folder_put("f", "1", 0644);
	folder_put("g", "2", 0644);
	assert_true(output_hardlink("f", "f2"));
	assert_false(output_hardlink("f", "f2"));
	assert_int_equal(look("f").st_nlink, 2);
	assert_true(output_hardlink("g", "f2"));
	assert_int_equal(look("f").st_nlink, 1);
	assert_string_equal(folder_get("f2"), "2");
	assert_false(is_there("f2.tmp"));
	assert_false(output_hardlink("f", "f"));
}

// Where the same file cannot have another name: across disks, when there is a second one to try it
// on.
static void
test_share_copies(void **state)
{
	char path[64];
	struct stat a, b;

	(void)state;
	snprintf(path, sizeof(path), "/dev/shm/capsem-test-%ld", (long)getpid());
	folder_put("s", "same", 0640);
	if (stat("/dev/shm", &a) != 0 || a.st_dev == look("s").st_dev || access("/dev/shm", W_OK))
		skip();
	assert_true(output_share("s", path));
	a = look("s");
	b = look(path);
	assert_int_equal(b.st_mode & 07777, 0640);
	assert_int_equal(a.st_mtim.tv_nsec, b.st_mtim.tv_nsec);
	assert_string_equal(folder_get(path), "same");
	assert_false(output_share("s", path)); // nothing to copy again
	assert_int_equal(look(path).st_ino, b.st_ino);
	folder_put("s", "also", 0640);
	assert_true(output_share("s", path));
	assert_string_equal(folder_get(path), "also");
	unlink(path);
}

static void
test_share(void **state)
{
	(void)state;
	folder_put("t", "1", 0644);
	assert_true(output_share("t", "below/t"));
	assert_int_equal(look("t").st_ino, look("below/t").st_ino);
	assert_false(output_share("t", "below/t"));
	output_write("t", STR("2"), 0644); // the old one keeps its bytes
	assert_string_equal(folder_get("below/t"), "1");
	assert_true(output_share("t", "below/t"));
	assert_string_equal(folder_get("below/t"), "2");
	assert_false(is_there("below/t.tmp"));
}

// All or none: what cannot be written, here because a folder is in the way, changes no file.
static void
add_and_fail(void *arg)
{
	struct output_batch b = {0};

	(void)arg;
	cleanup_start();
	output_batch_add(&b, "batch/1", STR("new"), 0644);
	output_batch_add(&b, "batch/2", STR("new"), 0644);
	output_batch_add(&b, "batch/folder", STR("new"), 0644);
}

static void
test_batch(void **state)
{
	enum { MANY = 2 * OUTPUT_BATCH + 3 };
	static char names[MANY][16];
	struct output_batch b = {0};

	(void)state;
	output_batch_commit(&b);
	for (int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "batch/%d", i);
		assert_true(output_batch_add(&b, names[i], str_of(names[i]), 0644));
	}
	assert_false(is_there("batch/66"));
	output_batch_commit(&b);
	for (int i = 0; i < MANY; i++) {
		assert_string_equal(folder_get(names[i]), names[i]);
		assert_false(output_batch_add(&b, names[i], str_of(names[i]), 0644));
	}
	assert_int_equal(b.n, 0);
	output_write("batch/folder/x", STR(""), 0644);
	assert_int_equal(child_run(add_and_fail, NULL).status, 1);
	assert_string_equal(folder_get("batch/1"), "batch/1");
	assert_false(is_there("batch/1.tmp"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_umask),
		cmocka_unit_test(test_old_file_lives),
		cmocka_unit_test(test_big),
		cmocka_unit_test(test_copy),
		cmocka_unit_test(test_abandon),
		cmocka_unit_test(test_adopt),
		cmocka_unit_test(test_stale_tmp),
		cmocka_unit_test(test_in_the_way),
		cmocka_unit_test(test_death),
		cmocka_unit_test(test_symlink),
		cmocka_unit_test(test_hardlink),
		cmocka_unit_test(test_share),
		cmocka_unit_test(test_share_copies),
		cmocka_unit_test(test_batch),
	};

	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
