// SPDX-License-Identifier: Apache-2.0
// test_diag -- gen/base/diag: order, doubles, how they print. Layer: tests (base).
#include <fcntl.h>
#include <unistd.h>

#include "gen/base/diag.h"
#include "tests/unit/folder.h"

static struct arena arena;

static struct span
at(const char *path, const char *text, size_t off, size_t len)
{
	return (struct span){source_of(&arena, path, str_of(text)), off, len};
}

static const char *
printed(struct diags *ds, bool colour)
{
	FILE *f = fopen("printed", "w");

	diag_print(ds, f, colour);
	fclose(f);
	return folder_get("printed");
}

static void
test_nothing(void **state)
{
	struct diags ds = {.arena = &arena};

	(void)state;
	assert_string_equal(printed(&ds, true), "");
}

static void
test_layout(void **state)
{
	struct diags ds = {.arena = &arena};
	struct diag *d;

	(void)state;
	d = diag_add(&ds, E004, at("b.toml", "x\nkey = []\n", 8, 2), "'%s' is empty", "key");
	diag_note(&ds, d, at("a.toml", "\n\nz", 2, 1), "first one here");
	diag_note(&ds, d, (struct span){0}, "no place");
	diag_help(&ds, d, "fill %d in", 7);
	diag_add(&ds, W015, at("missing.toml", "", 0, 0), "gone");
	assert_int_equal(ds.nerrors, 1);
	assert_int_equal(ds.nwarnings, 1);
	assert_string_equal(printed(&ds, false),
		"b.toml:2:7: error: [E004] 'key' is empty (also E003)\n"
		"  key = []\n"
		"        ^~\n"
		"a.toml:3:1: note: first one here\n"
		"note: no place\n"
		"help: fill 7 in\n"
		"missing.toml:1:1: warning: [W015] gone\n"
		"help: correct the spelling, or remove the key\n"
		"1 error, 1 warning\n");
}

// Errors first, then by code, file and offset, then as they came.
static void
test_order(void **state)
{
	struct diags ds = {.arena = &arena};
	const char *text;

	(void)state;
	diag_add(&ds, W015, at("a", "xyz", 0, 1), "w");
	diag_add(&ds, E003, at("b", "xyz", 0, 1), "e4");
	diag_add(&ds, E003, at("a", "xyz", 2, 1), "e2");
	diag_add(&ds, E003, at("a", "xyz", 2, 1), "e3");
	diag_add(&ds, E003, at("a", "xyz", 1, 1), "e1");
	diag_add(&ds, E001, at("z", "xyz", 1, 1), "e0");
	text = printed(&ds, false);
	for (int c = '0'; c < '4'; c++) {
		const char *here = strstr(text, (const char[]){'e', (char)c, '\n', 0});
		const char *next = strstr(text, (const char[]){'e', (char)(c + 1), '\n', 0});

		assert_non_null(here);
		assert_non_null(next);
		assert_true(here < next);
	}
	assert_true(strstr(text, "] e4") < strstr(text, "] w"));
	assert_non_null(strstr(text, "5 errors, 1 warning\n"));
}

// The same sentence at the same place is said once, also when another came in between.
static void
test_doubles(void **state)
{
	struct diags ds = {.arena = &arena};

	(void)state;
	for (int i = 0; i < 3; i++) {
		diag_add(&ds, E003, at("a", "xyz", 0, 1), "one");
		diag_add(&ds, E003, at("a", "xyz", 0, 1), "two");
		diag_add(&ds, W016, at("a", "xyz", 0, 1), "one");
	}
	diag_add(&ds, E003, at("a", "xyz", 1, 1), "one");
	diag_add(&ds, E001, at("a", "xyz", 0, 1), "one");
	printed(&ds, false);
	assert_int_equal(ds.list.n, 5);
	assert_int_equal(ds.nerrors, 4);
	assert_int_equal(ds.nwarnings, 1);
	assert_non_null(strstr(folder_get("printed"), "4 errors, 1 warning\n"));
}

static void
test_control_bytes(void **state)
{
	struct diags ds = {.arena = &arena};

	(void)state;
	diag_add(&ds, E003, at("a", "x\033[2J", 0, 1), "value '\033[2J\n\x7f\xc3\xa9'");
	assert_null(strpbrk(printed(&ds, false), "\033\x7f"));
	assert_non_null(strstr(folder_get("printed"), "value '?[2J??\xc3\xa9'\n  x?[2J\n"));
}

static void
test_colour(void **state)
{
	struct diags ds = {.arena = &arena};
	FILE *f = fopen("x", "w");
	int tty;

	(void)state;
	diag_add(&ds, E003, at("a", "x", 0, 1), "bad");
	assert_non_null(strstr(printed(&ds, true), "\033[1;31merror:\033[0m"));
	unsetenv("NO_COLOR");
	unsetenv("CLICOLOR_FORCE");
	assert_false(diag_colour(f));
	setenv("CLICOLOR_FORCE", "1", 1);
	assert_true(diag_colour(f));
	setenv("NO_COLOR", "1", 1);
	assert_false(diag_colour(f));
	setenv("NO_COLOR", "", 1);
	setenv("CLICOLOR_FORCE", "0", 1);
	assert_false(diag_colour(f));
	fclose(f);
	tty = posix_openpt(O_RDWR | O_NOCTTY);
	f = tty >= 0 && grantpt(tty) == 0 && unlockpt(tty) == 0 ? fopen(ptsname(tty), "r+") : NULL;
	if (!f)
		return; // no terminals here
	assert_true(diag_colour(f));
	setenv("NO_COLOR", "yes", 1);
	assert_false(diag_colour(f));
	fclose(f);
	close(tty);
}

// The table is complete, in order, and speaks as messages do.
static void
test_codes(void **state)
{
	(void)state;
	for (int i = 0; i < DIAG_NCODES; i++) {
		const struct code_info *c = &diag_codes[i];

		assert_int_equal(strlen(c->name), 4);
		assert_true(c->name[0] == (c->class == DIAG_CLASS_WARNING ? 'W' : 'E'));
		assert_true(i == 0 || strcmp(diag_codes[i - 1].name, c->name) < 0);
		assert_true(*c->title && c->title[strlen(c->title) - 1] != '.');
		assert_true(*c->help && c->help[strlen(c->help) - 1] != '.');
		assert_true(*c->why && c->why[strlen(c->why) - 1] == '.');
		assert_int_equal(diag_find(c->name), i);
		assert_int_equal(diag_find(c->words), i);
		assert_non_null(diag_examples[i].file);
		assert_true(*diag_examples[i].wrong && *diag_examples[i].right);
	}
}

// What --strict, --allow and the difference between looking and building do.
static void
test_severities(void **state)
{
	struct diags ds = {.arena = &arena, .building = true},
		     strict = {.arena = &arena, .strict = true};

	(void)state;
	assert_null(diag_allow(&ds, "W015"));
	assert_null(diag_allow(&ds, "no-effect"));
	assert_null(diag_allow(&ds, "W003")); // what other tools call W005
	assert_string_equal(diag_allow(&ds, "E003"), "E003 is no warning: it cannot be allowed");
	assert_string_equal(diag_allow(&ds, "W999"), "no such diagnostic: W999");
	assert_int_equal(diag_find(""), -1);
	diag_add(&ds, W015, at("a", "x", 0, 1), "dropped");
	diag_add(&ds, W016, at("a", "x", 0, 1), "dropped");
	diag_add(&ds, W005, at("a", "x", 0, 1), "dropped");
	diag_add(&ds, E305, at("a", "x", 0, 1), "an error here");
	assert_int_equal(ds.list.n, 1);
	assert_int_equal(ds.nerrors, 1);
	ds.building = false;
	diag_alias(diag_add(&ds, E305, at("a", "x", 0, 1), "only a warning"), "E999");
	assert_int_equal(ds.nwarnings, 1);
	assert_non_null(
		strstr(printed(&ds, false), "warning: [E305] only a warning (also E999)\n"));
	diag_add(&strict, W015, at("a", "x", 0, 1), "strict");
	assert_int_equal(strict.nerrors, 1);
	assert_non_null(strstr(printed(&strict, false), "error: [W015] strict\n"));
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
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_doubles),
		cmocka_unit_test(test_control_bytes),
		cmocka_unit_test(test_colour),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_severities),
	};

	return cmocka_run_group_tests(tests, folder_enter, leave);
}
