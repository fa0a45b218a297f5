// SPDX-License-Identifier: Apache-2.0
// test_squash -- rules/lib/squash: an image that is not the tree is refused, whatever differs.
// Layer: tests (rules/lib).
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "rules/lib/squash.h"
#include "rules/lib/threads.h"
#include "tests/unit/tarball.h"

static struct arena arena;
static struct progress progress;
static struct squash_style style = {
	"gzip", 0, 4096, 1000, 2, NULL, &progress}; // small blocks: many of them

static const struct tarball_item items[] = {
	{'d', "usr", 0755, NULL, 0},
	{'f', "usr/small", 0644, "small", 0},
	{'f', "usr/other", 0644, "other", 0},
	{'f', "usr/capable", 0755, "capable", 0},
	{'h', "usr/again", 0644, "usr/small", 0},
	{'f', "usr/twin", 0644, "small", 0},
	{'l', "usr/link", 0777, "small", 0},
	{'c', "usr/null", 0666, NULL, 0},
};

enum { NITEMS = sizeof(items) / sizeof(*items), LARGE = 50000 };

// A file of SIZE bytes: the N of BYTES, then zeroes.
static void
add_file(struct tree *t, const char *path, const char *bytes, size_t n, int64_t size)
{
	struct tree_entry file = {.path = path, .mode = S_IFREG | 0600, .order = t->list.n};
	struct tree_piece piece = {.bytes = bytes, .n = n, .offset = 0};

	file.data = arena_alloc(&arena, sizeof(*file.data));
	file.data->size = size;
	VEC_ADD(&arena, &file.data->pieces, piece);
	VEC_ADD(&arena, &t->list, file);
}

// The tree of the items, a file of many blocks, and one with five and a bit of them.
static struct tree
load(void)
{
	char *bytes = arena_alloc(&arena, LARGE);
	struct tree t;

	tarball_write("in.tar", items, NITEMS);
	tree_load(&t, &arena, "in.tar");
	for (uint32_t i = 0, x = 1; i < LARGE; i++) {
		x = x * 1103515245 + 12345;
		bytes[i] = (char)(x >> 16 & 15);
	}
	add_file(&t, "usr/large", bytes, LARGE, LARGE + 3 * 4096);
	add_file(&t, "usr/part", bytes + 4096, 5 * 4096 + 100, 5 * 4096 + 100);
	tree_settle(&t);
	return t;
}

static struct tree_entry *
at(struct tree *t, const char *path)
{
	for (size_t i = 0; i < t->list.n; i++) {
		if (strcmp(t->list.v[i].path, path) == 0)
			return &t->list.v[i];
	}
	fail_msg("no %s", path);
	return NULL;
}

static struct squash_report
write_image(const struct tree *t)
{
	struct squash_report report;
	struct output out;

	output_open(&out, "image");
	squash_write(t, &out, &style, &report);
	output_commit(&out, 0644);
	return report;
}

// What is said of the image when the tree should be T.
static const char *
check(const struct tree *t)
{
	const char *why = squash_check(t, &arena, "image", &style);

	return why ? why : "fine";
}

static int
set_up(void **state)
{
	struct tree t;

	(void)state;
	t = load();
	write_image(&t);
	assert_string_equal(check(&t), "fine");
	return 0;
}

static void
test_blocks_of_two_files(void **state)
{
	struct tree t = load();
	struct squash_report report = write_image(&t);
	size_t again = 0;

	(void)state;
	for (size_t i = 0; i < report.blocks.n; i++)
		again += report.blocks.v[i].again;
	assert_int_equal(again, 5);
	assert_string_equal(check(&t), "fine");
}

static void
test_entries(void **state)
{
	struct tree t = load();

	(void)state;
	at(&t, "usr")->mode ^= 01;
	assert_string_equal(check(&t), "'usr' in the image has another kind or mode");
	t = load();
	at(&t, "usr/link")->mode = S_IFIFO | 0777;
	assert_string_equal(check(&t), "'usr/link' in the image has another kind or mode");
	t = load();
	at(&t, "usr/null")->uid++;
	assert_string_equal(check(&t), "'usr/null' in the image has another owner");
	t = load();
	at(&t, "usr/large")->gid = 70000;
	assert_string_equal(check(&t), "'usr/large' in the image has another owner");
	t = load();
	at(&t, "usr/null")->rdev = makedev(1, 300);
	assert_string_equal(check(&t), "'usr/null' in the image has another device number");
	t = load();
	at(&t, "usr/link")->target = "smalL";
	assert_string_equal(check(&t), "'usr/link' in the image has another target");
	style.time++;
	t = load();
	assert_string_equal(check(&t), "the image has another block size or time");
	style.time--;
}

static void
test_names(void **state)
{
	struct tree t = load();

	(void)state;
	at(&t, "usr/link")->path = "usr/linker";
	assert_string_equal(check(&t), "the image has a 'usr/link'");
	t = load();
	VEC_ADD(&arena, &t.list, *at(&t, "usr/null"));
	t.list.v[t.list.n - 1].path = "usr/zero";
	assert_string_equal(check(&t), "the image has 11 names and not 12");
}

static void
test_attributes(void **state)
{
	struct tree t = load();
	struct tree_xattr one = {"user.one", "1", 1};

	(void)state;
	at(&t, "usr/capable")->xattrs.v[0].value = "\1\0\0\2abd";
	assert_string_equal(check(&t), "'usr/capable' in the image has another set of attributes");
	t = load();
	at(&t, "usr/capable")->xattrs.n = 0;
	assert_string_equal(check(&t), "'usr/capable' in the image has another set of attributes");
	t = load();
	VEC_ADD(&arena, &at(&t, "usr")->xattrs, one);
	assert_string_equal(check(&t), "'usr' in the image has another set of attributes");
	write_image(&t);
	assert_string_equal(check(&t), "fine");
	at(&t, "usr")->xattrs.v[0].n = 0;
	assert_string_equal(check(&t), "'usr' in the image has another set of attributes");
}

// On whatever has them, of each kind that Linux knows, and values that are there once for several.
static void
test_all_attributes(void **state)
{
	static const char *const paths[] = {
		"usr", "usr/null", "usr/link", "usr/other", "usr/large"};
	static const char *const names[] = {"user.one", "trusted.one", "security.one"};
	static const char value[] = "long enough to be worth a reference";
	struct tree t = load();

	(void)state;
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		for (size_t k = 0; k <= i % 3; k++) {
			struct tree_xattr x = {names[(i + k) % 3], value, sizeof(value) - k};

			VEC_ADD(&arena, &at(&t, paths[i])->xattrs, x);
		}
	}
	write_image(&t);
	assert_string_equal(check(&t), "fine");
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct tree_xattr *x = &at(&t, paths[i])->xattrs.v[0];

		x->n--;
		assert_non_null(strstr(check(&t), "' in the image has another set of attributes"));
		x->n++;
		x->name = "user.none";
		assert_non_null(strstr(check(&t), "' in the image has another set of attributes"));
		x->name = names[i % 3];
	}
	assert_string_equal(check(&t), "fine");
}

static void
test_links(void **state)
{
	struct tree t = load();

	(void)state;
	at(&t, "usr/small")->data->names++;
	assert_string_equal(check(&t), "'usr/again' in the image has another number of links");
	t = load();
	at(&t, "usr/again")->data = at(&t, "usr/twin")->data;
	tree_settle(&t);
	assert_non_null(strstr(check(&t), "another number of links"));
	t = load();
	at(&t, "usr/twin")->data = at(&t, "usr/other")->data; // other and twin, small and again
	at(&t, "usr/other")->data = at(&t, "usr/small")->data;
	tree_settle(&t);
	assert_string_not_equal(check(&t), "fine");
}

// One byte anywhere in a file, also where it has none.
static void
test_bytes(void **state)
{
	static const int64_t places[] = {0, 4095, 4096, 30000, LARGE - 1};
	struct tree t = load();
	struct tree_data *d = at(&t, "usr/large")->data;
	struct tree_piece more = {"x", 1, LARGE + 5000};

	(void)state;
	write_image(&t);
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		char *byte = (char *)(uintptr_t)&d->pieces.v[0].bytes[places[i]];

		*byte ^= 1;
		assert_string_equal(check(&t), "'usr/large' in the image has other bytes");
		*byte ^= 1;
	}
	assert_string_equal(check(&t), "fine");
	VEC_ADD(&arena, &d->pieces, more);
	assert_string_equal(check(&t), "'usr/large' in the image has other bytes");
	d->size++;
	assert_string_equal(check(&t), "'usr/large' in the image has another size");
	t = load();
	at(&t, "usr/other")->data->pieces.v[0].bytes = "otheR";
	assert_string_equal(check(&t), "'usr/other' in the image has other bytes");
}

// One bit of the image: what is not noticed does not matter, and nothing falls over.
static void
test_damaged_image(void **state)
{
	struct tree t = load();
	struct stat st = {0};
	size_t noticed = 0;
	int fd;

	(void)state;
	write_image(&t);
	fd = open("image", O_RDWR);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	for (off_t i = 96; i < st.st_size - 4096; i += 199) {
		unsigned char was, is;

		assert_int_equal(pread(fd, &was, 1, i), 1);
		is = was ^ 0x10;
		assert_int_equal(pwrite(fd, &is, 1, i), 1);
		noticed += strcmp(check(&t), "fine") != 0;
		assert_int_equal(pwrite(fd, &was, 1, i), 1);
	}
	assert_true(noticed > 100);
	assert_int_equal(ftruncate(fd, 100), 0);
	assert_string_not_equal(check(&t), "fine");
	assert_int_equal(ftruncate(fd, 0), 0);
	assert_string_equal(check(&t), "its super block is none");
	close(fd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_blocks_of_two_files, set_up),
		cmocka_unit_test_setup(test_entries, set_up),
		cmocka_unit_test_setup(test_names, set_up),
		cmocka_unit_test_setup(test_attributes, set_up),
		cmocka_unit_test_setup(test_all_attributes, set_up),
		cmocka_unit_test_setup(test_links, set_up),
		cmocka_unit_test_setup(test_bytes, set_up),
		cmocka_unit_test_setup(test_damaged_image, set_up),
	};

	int failed = cmocka_run_group_tests(tests, folder_enter, folder_leave);

	arena_free(&arena);
	return failed;
}
