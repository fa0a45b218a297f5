// SPDX-License-Identifier: Apache-2.0
// test_machine.c -- machine settings: sources, precedence, mistakes. Links config.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/output.h"
#include "gen/config/machine.h"

struct fixture {
	struct arena a;
	struct diags ds;
	struct machine m;
};

static void
start(struct fixture *f)
{
	*f = (struct fixture){0};
	f->ds.arena = f->m.arena = &f->a;
	f->m.cwd = "/cwd";
}

static void
load(struct fixture *f, const char *text)
{
	char path[] = "/tmp/test-machine-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	output_write(path, str_of(text), 0644);
	machine_load(&f->m, path, &f->ds);
	unlink(path);
}

static char *
fake_env(const char *name)
{
	static char cc[] = "env-cc", cflags[] = "-O1";

	if (strcmp(name, "CC") == 0)
		return cc;
	return strcmp(name, "CFLAGS") == 0 ? cflags : NULL;
}

static void
later_sources_win(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	assert_string_equal(machine_get(&f.m, "toolchain", "cc"), "cc");
	assert_string_equal(machine_origin(&f.m, "toolchain", "cc"), "default");
	machine_env(&f.m, fake_env);
	assert_string_equal(machine_get(&f.m, "toolchain", "cc"), "env-cc");
	assert_string_equal(machine_origin(&f.m, "toolchain", "cc"), "environment CC");
	load(&f, "[toolchain]\ncc = file-cc\n");
	load(&f, "[toolchain]\ncc = later-cc\n");
	assert_string_equal(machine_get(&f.m, "toolchain", "cc"), "later-cc");
	assert_null(machine_argument(&f.m, "toolchain.cc=arg-cc", false));
	assert_string_equal(machine_get(&f.m, "toolchain", "cc"), "arg-cc");
	assert_string_equal(machine_get(&f.m, "toolchain", "cflags"), "-O1");
	assert_int_equal(f.ds.list.n, 0);
	arena_free(&f.a);
}

static void
remembers_where_a_value_stands(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	load(&f, "; comment\n\nbinary_version = 1.2\n[qemu]\ncpus = 3 ; inline\n");
	assert_string_equal(machine_get(&f.m, "", "binary_version"), "1.2");
	assert_string_equal(machine_get(&f.m, "qemu", "cpus"), "3");
	assert_non_null(strstr(machine_origin(&f.m, "qemu", "cpus"), ":5"));
	arena_free(&f.a);
}

static void
has_a_toolchain_per_architecture(void **state)
{
	struct fixture f;
	struct words words;

	(void)state;
	start(&f);
	load(&f, "[toolchain.arm64]\ncc = my-gcc\ncflags =  -Os   -g \n");
	assert_string_equal(machine_get(&f.m, "toolchain.arm64", "cc"), "my-gcc");
	assert_string_equal(machine_get(&f.m, "toolchain.x86_64", "cc"), "auto");
	assert_string_equal(machine_get(&f.m, "toolchain", "cc"), "cc");
	words = machine_words(&f.m, "toolchain.arm64", "cflags");
	assert_int_equal(words.n, 2);
	assert_string_equal(words.v[0], "-Os");
	assert_string_equal(words.v[1], "-g");
	assert_int_equal(machine_words(&f.m, "toolchain", "ldflags").n, 0);
	arena_free(&f.a);
}

static void
resolves_paths(void **state)
{
	struct fixture f;

	(void)state;
	start(&f);
	load(&f, "[network]\nca_bundle = certs/../ca.pem\n");
	assert_string_equal(machine_get(&f.m, "network", "ca_bundle"), "/tmp/ca.pem");
	assert_null(machine_argument(&f.m, "network.ca_bundle=ca.pem", false));
	assert_string_equal(machine_get(&f.m, "network", "ca_bundle"), "/cwd/ca.pem");
	assert_null(machine_argument(&f.m, "network.ca_bundle=none", false));
	assert_string_equal(machine_get(&f.m, "network", "ca_bundle"), "none");
	arena_free(&f.a);
}

static void
refuses_bad_values(void **state)
{
	static const char *const bad[] = {"container.runtime=rkt", "container.keep_layers=maybe",
		"qemu.cpus=two", "qemu.cpus=-1", "qemu.cpus=9999999999999999999999", "nothing=1",
		"container.nothing=1", "nowhere.x=1", "toolchain.=1", "toolchain..cc=x"};
	struct fixture f;

	(void)state;
	start(&f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_non_null(machine_argument(&f.m, bad[i], false));
	assert_int_equal(f.m.list.n, 0);
	arena_free(&f.a);
}

static void
reads_odd_files(void **state)
{
	struct fixture f;
	struct buf b = {0};

	(void)state;
	start(&f);
	load(&f, "");
	load(&f, "[kernel]");
	load(&f, "[qemu]\r\ncpus = 4\r\n");
	assert_string_equal(machine_get(&f.m, "qemu", "cpus"), "4");
	assert_int_equal(f.ds.nerrors, 0);
	buf_adds(&b, "[toolchain]\ncflags = ");
	for (int i = 0; i < 10000; i++)
		buf_addc(&b, 'x');
	load(&f, b.s);
	assert_int_equal(f.ds.nerrors, 1);
	assert_int_equal(f.ds.list.v[0]->code, E500);
	buf_free(&b);
	arena_free(&f.a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(later_sources_win),
		cmocka_unit_test(remembers_where_a_value_stands),
		cmocka_unit_test(has_a_toolchain_per_architecture),
		cmocka_unit_test(resolves_paths),
		cmocka_unit_test(refuses_bad_values),
		cmocka_unit_test(reads_odd_files),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
