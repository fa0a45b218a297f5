// SPDX-License-Identifier: Apache-2.0
// test_packages -- rules/lib/packages: the databases of dpkg, pip and npm. Layer: tests
// (rules/lib).
#include "rules/lib/packages.h"
#include "tests/unit/folder.h"

static struct arena arena;

static void
test_databases(void **state)
{
	static const char *const wanted[] = {"var/lib/dpkg/status",
		"usr/lib/python3/dist-packages/a-1.dist-info/METADATA",
		"usr/local/lib/python3.11/dist-packages/a-1.dist-info/METADATA",
		"usr/local/lib/python3.11/site-packages/a.egg-info",
		"usr/lib/python3/dist-packages/a.egg-info/PKG-INFO",
		"opt/x/lib/node_modules/codex/package.json",
		"usr/local/lib/node_modules/@scope/name/package.json"};
	static const char *const others[] = {"var/lib/dpkg/status-old", "x/var/lib/dpkg/status",
		"usr/lib/python3/dist-packages/a-1.dist-info/RECORD",
		"usr/lib/python3/dist-packages/a/vendor/b.dist-info/METADATA",
		"opt/venv/lib/python3.11/site-packages/a.dist-info/METADATA",
		"usr/lib/python3/dist-packages/a.egg-info/SOURCES.txt",
		"opt/x/lib/node_modules/a/node_modules/b/package.json",
		"opt/x/lib/node_modules/a/lib/package.json", "opt/x/lib/node_modules/package.json",
		"opt/x/mylib/node_modules/a/package.json", "lib/node_modules/@scope/package.json"};

	(void)state;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		assert_true(packages_want(wanted[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_false(packages_want(others[i]));
}

static void
test_lists(void **state)
{
	struct packages p = {.arena = &arena};

	(void)state;
	packages_read(&p, "var/lib/dpkg/status",
		STR("Package: zlib\nStatus: install ok installed\nArchitecture: amd64\n"
		    "Description: a\n b\nVersion: 1:2-3\n\n"
		    "Package: gone\nStatus: deinstall ok config-files\nArchitecture: all\nVersion: "
		    "1\n\n"
		    "Package: apt\nStatus: install ok installed\nVersion: 2.6\nArchitecture: "
		    "amd64"));
	packages_read(&p, "usr/local/lib/python3.11/dist-packages/Pandas-3.dist-info/METADATA",
		STR("Metadata-Version: 2.1\nName: Pandas\nVersion: 3.1\n\nVersion: 9\n"));
	packages_read(&p, "usr/lib/python3/dist-packages/pandas-1.egg-info",
		STR("Name: pandas\nVersion: 1.0\n"));
	packages_read(&p, "usr/lib/python3/dist-packages/b-1.dist-info/METADATA",
		STR("Version: 7\nName: b\n"));
	packages_read(&p, "usr/local/lib/node_modules/npm/package.json",
		STR("{\"name\": \"npm\", \"version\": \"2\"}"));
	packages_read(&p, "opt/ai/lib/node_modules/npm/package.json",
		STR("{\"name\": \"npm\", \"version\": \"1\"}"));
	packages_read(&p, "opt/ai/lib/node_modules/@a/b/package.json",
		STR("{\"version\": \"3\", \"name\": \"@a/b\"}"));
	packages_read(&p, "opt/ai/lib/node_modules/broken/package.json", STR("{\"name\": "));
	packages_write(&p, "sub/list");
	assert_string_equal(folder_get("sub/list.dpkg"), "apt\t2.6\tamd64\nzlib\t1:2-3\tamd64\n");
	assert_string_equal(folder_get("sub/list.pip"),
		"[\n  {\n    \"name\": \"b\",\n    \"version\": \"7\"\n  },\n"
		"  {\n    \"name\": \"Pandas\",\n    \"version\": \"3.1\"\n  }\n]\n");
	assert_string_equal(folder_get("sub/list.npm"),
		"{\n  \"dependencies\": {\n    \"@a/b\": {\n      \"version\": \"3\"\n    },\n"
		"    \"npm\": {\n      \"version\": \"1\"\n    }\n  }\n}\n");
}

static void
test_empty(void **state)
{
	struct packages p = {.arena = &arena};

	(void)state;
	packages_write(&p, "none");
	assert_string_equal(folder_get("none.dpkg"), "");
	assert_string_equal(folder_get("none.pip"), "[]\n");
	assert_string_equal(folder_get("none.npm"), "{\n  \"dependencies\": {}\n}\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_databases),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_empty),
	};
	int failed = cmocka_run_group_tests(tests, folder_enter, folder_leave);

	arena_free(&arena);
	return failed;
}
