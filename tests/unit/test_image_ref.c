// SPDX-License-Identifier: Apache-2.0
// test_image_ref -- rules/lib/image_ref: names of images and platforms. Layer: tests (rules/lib).
#include "rules/lib/image_ref.h"
#include "tests/unit/folder.h"

static struct arena arena;

static void
test_normal(void **state)
{
	static const char *const names[][2] = {
		{"debian", "debian:latest"},
		{"debian:12", "debian:12"},
		{"docker.io/library/debian:12", "debian:12"},
		{"index.docker.io/library/debian", "debian:latest"},
		{"docker.io/team/debian", "team/debian:latest"},
		{"localhost:5000/debian", "localhost:5000/debian:latest"},
		{"localhost:5000/debian:1", "localhost:5000/debian:1"},
		{"debian@sha256:0123", "debian@sha256:0123"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_string_equal(image_ref_normal(&arena, names[i][0]), names[i][1]);
}

static void
test_suites(void **state)
{
	static const char *const names[][2] = {
		{"debian:bookworm-slim", "bookworm"},
		{"debian:bookworm", "bookworm"},
		{"docker.io/library/debian:trixie-20250520-slim", "trixie"},
		{"debian:trixie-20250520", "trixie"},
		{"debian", "stable"},
		{"debian:stable-slim", "stable"},
		{"debian:12", "bookworm"},
		{"debian:12.5-slim", "bookworm"},
		{"debian:13-slim", "trixie"},
		{"debian:sid", "sid"},
	};
	static const char *const others[] = {"ubuntu:22.04", "team/debian:bookworm",
		"debian@sha256:0123", "debian:bookworm@sha256:0123", "debian:bookworm-backports",
		"debian:bookworm-2025", "debian:-slim", "python:3.11-slim-bookworm",
		"debian:Bookworm", "debian:99"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		assert_string_equal(image_ref_debian_suite(&arena, names[i][0]), names[i][1]);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_null(image_ref_debian_suite(&arena, others[i]));
}

static void
test_platforms(void **state)
{
	(void)state;
	assert_true(platform_same("linux/arm64", "linux/arm64/v8"));
	assert_true(platform_same("linux/amd64", "linux/amd64"));
	assert_false(platform_same("linux/amd64", "linux/arm64"));
	assert_false(platform_same("linux/arm", "linux/arm64"));
	assert_string_equal(platform_arch(&arena, "linux/arm64/v8"), "arm64");
	assert_string_equal(platform_arch(&arena, "amd64"), "amd64");
	assert_string_equal(platform_machine(&arena, "linux/amd64"), "x86_64");
	assert_string_equal(platform_machine(&arena, "linux/arm64"), "aarch64");
	assert_string_equal(platform_machine(&arena, "linux/riscv64"), "riscv64");
	assert_memory_equal(platform_host(&arena), "linux/", 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_normal),
		cmocka_unit_test(test_suites),
		cmocka_unit_test(test_platforms),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_free(&arena);
	return failed;
}
