// SPDX-License-Identifier: Apache-2.0
// test_guest_bootenv.c -- the environment the host gives. Links guest/agent/lib, built for the
// development machine with -D_GNU_SOURCE.
#include <stdio.h>

#include "tests/unit/guest.h"

#include "guest/agent/lib/bootenv.h"

static const char *
set(struct bootenv *e, const char *key, const char *value)
{
	return bootenv_set(e, guest_text(key), guest_text(value));
}

static void
forget(struct bootenv *e)
{
	for (size_t i = 0; i < e->n; i++)
		free(e->v[i]);
}

static void
keeps_one_entry_a_key(void **state)
{
	struct bootenv e = {.n = 0};

	(void)state;
	assert_null(set(&e, "A", "1"));
	assert_null(set(&e, "AB", "2"));
	assert_null(set(&e, "A", "three=3"));
	assert_int_equal(e.n, 2);
	assert_string_equal(bootenv_get(&e, "A"), "three=3");
	assert_string_equal(bootenv_get(&e, "AB"), "2");
	assert_null(bootenv_get(&e, "B"));
	assert_null(bootenv_get(&e, ""));
	assert_int_equal(e.bytes, strlen("A=three=3") + 1 + strlen("AB=2") + 1);
	forget(&e);
}

static void
refuses_keys_that_change_programs(void **state)
{
	static const char *const blocked[] = {"LD_PRELOAD", "LD_", "LD_ANYTHING", "BASH_FUNC_x%%",
		"IFS", "BASH_ENV", "ENV", "CDPATH", "GLOBIGNORE", "SHELLOPTS", "BASHOPTS",
		"PROMPT_COMMAND", "PS4", "", "A=B"};
	static const char *const fine[] = {"ld_preload", "LD", "ENVY", "IF", "PS1", "BASH"};
	struct bootenv e = {.n = 0};

	(void)state;
	for (size_t i = 0; i < sizeof(blocked) / sizeof(*blocked); i++)
		assert_non_null(set(&e, blocked[i], "x"));
	assert_int_equal(e.n, 0);
	for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++)
		assert_null(set(&e, fine[i], "x"));
	assert_non_null(bootenv_set(&e, (struct text){"A\0B", 3}, guest_text("x")));
	assert_non_null(bootenv_set(&e, guest_text("A"), (struct text){"x\0y", 3}));
	forget(&e);
}

static void
keeps_to_its_limits(void **state)
{
	struct bootenv e = {.n = 0};
	char key[300], *value = malloc(BOOTENV_MAX_ENTRY + 1);

	(void)state;
	memset(value, 'v', BOOTENV_MAX_ENTRY + 1);
	memset(key, 'k', sizeof(key));
	assert_null(bootenv_set(&e, (struct text){key, 256}, guest_text("")));
	assert_non_null(bootenv_set(&e, (struct text){key, 257}, guest_text("")));
	assert_null(bootenv_set(&e, guest_text("K"), (struct text){value, BOOTENV_MAX_ENTRY - 2}));
	assert_non_null(
		bootenv_set(&e, guest_text("L"), (struct text){value, BOOTENV_MAX_ENTRY - 1}));
	for (int i = 2; i < BOOTENV_MAX; i++) {
		(void)snprintf(key, sizeof(key), "N%d", i);
		assert_null(set(&e, key, ""));
	}
	assert_non_null(set(&e, "MORE", ""));
	assert_null(set(&e, "K", "shorter"));
	assert_null(set(&e, "TZ", "UTC"));
	assert_null(set(&e, "TZ", "CET"));
	assert_non_null(set(&e, "MORE", ""));
	assert_int_equal(e.n, BOOTENV_MAX + 1);
	forget(&e);
	free(value);
}

static void
keeps_to_what_programs_can_start_with(void **state)
{
	struct bootenv e = {.n = 0};
	char key[16], *value = malloc(100000);
	int taken = 0;

	(void)state;
	memset(value, 'v', 100000);
	for (int i = 0; i < 20; i++) {
		(void)snprintf(key, sizeof(key), "K%d", i);
		taken += bootenv_set(&e, guest_text(key), (struct text){value, 100000}) == NULL;
	}
	assert_int_equal(taken, 10);
	assert_true(e.bytes <= BOOTENV_MAX_TOTAL);
	assert_null(set(&e, "K0", "short"));
	assert_null(bootenv_set(&e, guest_text("K19"), (struct text){value, 100000}));
	forget(&e);
	free(value);
}

static void
merges_with_the_last_value(void **state)
{
	char a[] = "A=base", b[] = "B=base", none[] = "nothing", ab[] = "AB=base";
	char *const base[] = {a, b, none, ab, NULL};
	const char *const middle[] = {"B=middle", "C=middle", NULL};
	const char *const want[] = {"A=boot", "B=middle", "AB=base", "C=middle", "D=boot"};
	struct bootenv e = {.n = 0};
	char **env;

	(void)state;
	assert_null(set(&e, "A", "boot"));
	assert_null(set(&e, "D", "boot"));
	env = bootenv_merge(&e, base, middle);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(env[i], want[i]);
	assert_null(env[5]);
	free(env);
	env = bootenv_merge(&e, base + 4, NULL);
	assert_string_equal(env[1], "D=boot");
	assert_null(env[2]);
	free(env);
	forget(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_one_entry_a_key),
		cmocka_unit_test(refuses_keys_that_change_programs),
		cmocka_unit_test(keeps_to_its_limits),
		cmocka_unit_test(keeps_to_what_programs_can_start_with),
		cmocka_unit_test(merges_with_the_last_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
