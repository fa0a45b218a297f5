// SPDX-License-Identifier: Apache-2.0
// test_gzip_cache -- rules/lib/gzip_cache: what goes when a folder is full. Layer: tests (rules).
//
// What it hands out, whatever lies in its folder, is in tests/rules/pack_initrd.t.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/path.h"
#include "rules/lib/gzip_cache.h"
#include "tests/unit/folder.h"

static void
put(const char *path, size_t n, time_t when)
{
	struct timespec times[2] = {{.tv_sec = when}, {.tv_sec = when}};
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	assert_true(fd >= 0 && ftruncate(fd, (off_t)n) == 0 && futimens(fd, times) == 0);
	close(fd);
}

static bool
is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void
test_shrink(void **state)
{
	(void)state;
	assert_int_equal(mkdir("cache", 0777), 0);
	assert_int_equal(mkdir("cache/folder", 0777), 0);
	put("cache/b", 100, 3);
	put("cache/c", 100, 1);
	put("cache/a", 100, 2);
	gzip_cache_shrink("cache", 300);
	assert_true(is_there("cache/a") && is_there("cache/b") && is_there("cache/c"));
	gzip_cache_shrink("cache", 299);
	assert_true(is_there("cache/a") && is_there("cache/b") && !is_there("cache/c"));
	gzip_cache_shrink("cache", 100);
	assert_true(!is_there("cache/a") && is_there("cache/b"));
	gzip_cache_shrink("cache", 0);
	assert_true(!is_there("cache/b") && is_there("cache/folder"));
	gzip_cache_shrink("nowhere", 0);
}

// What was used goes last: a hit makes an old file new.
static void
test_used(void **state)
{
	struct gzip_cache c;
	struct names names;
	struct arena a = {0};
	struct stat st;
	const char *path;

	(void)state;
	gzip_cache_open(&c, "used", 6);
	gzip_cache_member(&c, STR("some bytes"));
	assert_true(path_list(&a, "used", &names));
	assert_int_equal(names.n, 1);
	path = path_join(&a, "used", names.v[0]);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(
		utimensat(AT_FDCWD, path, (struct timespec[2]){{1000, 0}, {1000, 0}}, 0), 0);
	gzip_cache_member(&c, STR("some bytes"));
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_mtim.tv_sec > 1000);
	gzip_cache_close(&c);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shrink),
		cmocka_unit_test(test_used),
	};

	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
