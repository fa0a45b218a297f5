// SPDX-License-Identifier: Apache-2.0
// test_tarfilter -- rules/lib/tarfilter: from what an engine hands out to what an image is.
// Layer: tests (rules/lib).
#include <stdbool.h>
#include <sys/wait.h>

#include "rules/lib/tarfilter.h"
#include "tests/unit/tarball.h"

#define FILTER(...)                                                                                \
	filter((const struct tarball_item[]){__VA_ARGS__},                                         \
		sizeof((const struct tarball_item[]){__VA_ARGS__}) / sizeof(struct tarball_item))
#define FRESH                                                                                      \
	"etc/hostname 644 0 1000 : localhost\netc/hosts 644 0 1000 : 127.0.0.1\tlocalhost\n"       \
	"etc/resolv.conf 644 0 1000\netc/mtab 777 0 1000 -> ../proc/self/mounts\n"

static struct arena arena;
static struct tarfilter options;
static const char *error;

static int
reset(void **state)
{
	(void)state;
	options = (struct tarfilter){.arena = &arena, .epoch = 1000};
	return 0;
}

// What becomes of the file IN.
static const char *
filter_file(const char *in)
{
	int fd = open(in, O_RDONLY);
	FILE *out = tmpfile();
	const char *listed = "";

	assert_true(fd >= 0);
	error = tarfilter_copy(&options, fd, out);
	fflush(out);
	if (!error)
		listed = tarball_list(fileno(out));
	fclose(out);
	close(fd);
	return listed;
}

static const char *
filter(const struct tarball_item *items, size_t n)
{
	tarball_write("in.tar", items, n);
	return filter_file("in.tar");
}

static void
test_times_and_names(void **state)
{
	(void)state;
	assert_string_equal(
		FILTER({'d', "./", 0755, NULL, 5000}, {'d', "./usr/", 02755, NULL, 5000},
			{'f', "./usr/old", 0555, "x", 999}, {'f', "usr/new", 04644, "y", 1001},
			{'l', "/usr/link", 0777, "old", 1000},
			{'h', "./usr/hard", 0555, "./usr/old", 999},
			{'f', "usr/capable", 0755, "z", 1}),
		"usr/ 2755 7 1000\nusr/old 555 7 999 : x\nusr/new 4644 7 1000 : y\n"
		"usr/link 777 7 1000 -> old\nusr/hard 555 7 999 = usr/old\n"
		"usr/capable 755 7 1 xattr : z\n");
	assert_null(error);
}

static void
test_engine_files(void **state)
{
	(void)state;
	assert_string_equal(
		FILTER({'f', ".dockerenv", 0755, "", 5}, {'d', "dev/", 0755, NULL, 5},
			{'c', "dev/null", 0666, NULL, 5}, {'d', "dev/pts", 0755, NULL, 5},
			{'d', "etc/", 0755, NULL, 5}, {'f', "etc/hosts", 0755, "engine", 5},
			{'f', "etc/hostname", 0755, "", 5},
			{'l', "etc/mtab", 0777, "/proc/mounts", 5},
			{'f', "etc/resolv.conf", 0644, "nameserver 1", 5},
			{'f', "etc/hosts.allow", 0644, "mine", 5}, {'d', "proc/", 0555, NULL, 5},
			{'d', "run/", 0755, NULL, 5}, {'f', "run/.containerenv", 0755, "e", 5},
			{'d', "run/lock", 01777, NULL, 5}, {'d', "run/secrets", 0755, NULL, 5},
			{'f', "run/secrets/x", 0644, "s", 5}, {'d', "sys", 0755, NULL, 5},
			{'f', "sys/x", 0644, "s", 5}, {'d', "device/", 0755, NULL, 5}),
		"dev/ 755 7 5\netc/ 755 7 5\netc/hosts.allow 644 7 5 : mine\nproc/ 555 7 5\n"
		"run/ 755 7 5\nrun/lock/ 1777 7 5\nsys/ 755 7 5\ndevice/ 755 7 5\n" FRESH);
}

// What the build needed is nowhere in the result, at no depth.
static void
test_build_folder(void **state)
{
	(void)state;
	assert_string_equal(FILTER({'d', BUILD_FOLDER, 0755, NULL, 5},
				    {'f', BUILD_FOLDER "/net/ca.pem", 0644, "secret", 5},
				    {'f', "app/" BUILD_FOLDER "/ca.pem", 0644, "secret", 5},
				    {'f', "app/" BUILD_FOLDER "-not", 0644, "kept", 5}),
		"app/" BUILD_FOLDER "-not 644 7 5 : kept\n");
}

static void
test_tree(void **state)
{
	(void)state;
	options.tree = true;
	assert_string_equal(
		FILTER({'f', ".dockerenv", 0755, "", 5}, {'d', "dev", 0755, NULL, 5},
			{'d', BUILD_TREE, 0755, NULL, 5}, {'d', BUILD_TREE "/dev", 0755, NULL, 5},
			{'d', BUILD_TREE "/dev/pts", 0755, NULL, 5},
			{'f', BUILD_TREE "/etc/hosts", 0600, "mine", 5},
			{'f', BUILD_TREE "/vmlinuz", 0644, "kernel", 5000},
			{'h', BUILD_TREE "/again", 0644, BUILD_TREE "/vmlinuz", 5},
			{'d', "etc", 0755, NULL, 5}, {'f', BUILD_TREE "-x/y", 0600, "no", 5}),
		"dev/ 755 7 5\ndev/pts/ 755 7 5\netc/hosts 600 7 5 : mine\n"
		"vmlinuz 644 7 1000 : kernel\nagain 644 7 5 = vmlinuz\n");
	assert_string_equal(
		FILTER({'f', "out", 0644, "x", 5}, {'h', BUILD_TREE "/a", 0644, "out", 5}), "");
	assert_string_equal(error, "a is a hard link to a file that is not part of the image");
}

static void
test_mirror(void **state)
{
	const char *kept = "http://mirror.example/debian-archive https://mirror.example/debianx";

	(void)state;
	options.mirror = "http://mirror.example/debian";
	assert_string_equal(
		FILTER({'f', "etc/apt/sources.list", 0644, "deb http://mirror.example/debian x", 5},
			{'f', "etc/apt/sources.list.d/a.sources", 0644,
				"URIs: https://mirror.example/debian/ "
				"http://mirror.example/debian-security",
				5},
			{'f', "etc/apt/sources.list.d/b.list", 0644, kept, 5},
			{'f', "etc/apt/other", 0644, "http://mirror.example/debian", 5}),
		"etc/apt/sources.list 644 7 5 : deb http://deb.debian.org/debian x\n"
		"etc/apt/sources.list.d/a.sources 644 7 5 : URIs: https://deb.debian.org/debian/ "
		"http://deb.debian.org/debian-security\n"
		"etc/apt/sources.list.d/b.list 644 7 5 : http://mirror.example/debian-archive "
		"https://mirror.example/debianx\n"
		"etc/apt/other 644 7 5 : http://mirror.example/debian\n");
}

static void
test_added_and_dropped(void **state)
{
	static const char *const dropped[] = {"etc/apt/sources.list", NULL};
	struct layout_entry items[] = {
		{.path = "etc", .kind = LAYOUT_FOLDER, .mode = 0755},
		{.path = "etc/new", .mode = 0640, .text = "fresh"},
	};
	const struct layout add = {items, 2};

	(void)state;
	options.drop = dropped;
	options.add = &add;
	assert_string_equal(FILTER({'d', "etc", 0755, NULL, 5}, {'f', "etc/new", 0644, "stale", 5},
				    {'f', "etc/apt/sources.list", 0644, "x", 5},
				    {'f', "etc/apt/sources.list.d/x", 0644, "y", 5}),
		"etc/ 755 7 5\netc/apt/sources.list.d/x 644 7 5 : y\n" FRESH
		"etc/new 640 0 1000 : fresh\n");
}

static void
test_packages_on_the_way(void **state)
{
	struct packages p = {.arena = &arena};

	(void)state;
	options.packages = &p;
	FILTER({'f', "./var/lib/dpkg/status", 0644,
		       "Package: a\nVersion: 1\nStatus: install ok installed\nArchitecture: all\n",
		       5},
		{'f', "opt/lib/node_modules/x/package.json", 0644,
			"{\"name\": \"x\", \"version\": \"2\"}", 5});
	assert_null(error);
	assert_int_equal(p.dpkg.n, 1);
	assert_string_equal(p.dpkg.v[0].name, "a");
	assert_int_equal(p.npm.n, 1);
	assert_int_equal(p.pip.n, 0);
	options.packages = NULL;
}

static void
test_odd_names(void **state)
{
	char name[300];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	FILTER({'f', "F\xc5\x91tan\xc3\xbas.crt", 0644, "x", 5}, {'f', "bad\xff", 0644, "y", 5},
		{'f', name, 0644, "z", 5});
	assert_null(error);
	assert_non_null(strstr(
		FILTER({'f', "F\xc5\x91tan\xc3\xbas.crt", 0644, "x", 5}), "F\xc5\x91tan\xc3\xbas"));
	assert_non_null(strstr(FILTER({'f', name, 0644, "z", 5}), name));
}

static void
test_damaged(void **state)
{
	FILE *f;

	(void)state;
	folder_put("in.tar", "this is no tar file, but longer than five hundred and twelve bytes",
		0644);
	f = fopen("in.tar", "a");
	for (int i = 0; i < 1000; i++)
		fputs("nonsense", f);
	fclose(f);
	filter_file("in.tar");
	assert_non_null(strstr(error, "read what the engine handed out: "));
	FILTER({'f', "a", 0644, "x", 5}, {'f', "usr/b", 0644, "some bytes", 5});
	assert_int_equal(truncate("in.tar", 2600), 0); // in the middle of a member
	filter_file("in.tar");
	assert_non_null(error);
}

static void
write_with_zeroes(int fd, size_t zeroes)
{
	char block[4096] = {0};
	int in = open("in.tar", O_RDONLY);
	ssize_t n;

	while ((n = read(in, block, sizeof(block))) > 0)
		assert_int_equal(write(fd, block, (size_t)n), n);
	memset(block, 0, sizeof(block));
	for (; zeroes; zeroes -= sizeof(block))
		assert_int_equal(write(fd, block, sizeof(block)), sizeof(block));
	_exit(0);
}

static void
test_end_of_stream(void **state)
{
	int ends[2], status;
	FILE *out = tmpfile();
	pid_t writer;

	(void)state;
	tarball_write("in.tar", (const struct tarball_item[]){{'f', "a", 0644, "x", 5}}, 1);
	assert_int_equal(pipe(ends), 0);
	writer = fork();
	if (writer == 0) {
		close(ends[0]);
		write_with_zeroes(ends[1], 1 << 20);
	}
	close(ends[1]);
	assert_null(tarfilter_copy(&options, ends[0], out));
	close(ends[0]);
	waitpid(writer, &status, 0);
	assert_int_equal(status, 0); // it was heard out
	fclose(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_times_and_names, reset),
		cmocka_unit_test_setup(test_engine_files, reset),
		cmocka_unit_test_setup(test_build_folder, reset),
		cmocka_unit_test_setup(test_tree, reset),
		cmocka_unit_test_setup(test_mirror, reset),
		cmocka_unit_test_setup(test_added_and_dropped, reset),
		cmocka_unit_test_setup(test_packages_on_the_way, reset),
		cmocka_unit_test_setup(test_odd_names, reset),
		cmocka_unit_test_setup(test_damaged, reset),
		cmocka_unit_test_setup(test_end_of_stream, reset),
	};
	int failed = cmocka_run_group_tests(tests, folder_enter, folder_leave);

	arena_free(&arena);
	return failed;
}
