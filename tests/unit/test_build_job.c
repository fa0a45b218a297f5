// SPDX-License-Identifier: Apache-2.0
// test_build_job -- rules/lib/build_job: options that repeat, and versions that must be there.
// Layer: tests (rules/lib).
#include "rules/lib/build_job.h"
#include "tests/unit/child.h"
#include "tests/unit/folder.h"

static struct rule_args args;

static struct build_job
load(const char *const *words)
{
	args = (struct rule_args){0};
	for (; *words; words += 2) {
		struct rule_option o = {words[0][0], words[1]};

		VEC_ADD(&args.arena, &args.given, o);
		args.opt[(unsigned char)o.letter] = o.value;
	}
	return build_job_load(&args);
}

static void
test_options(void **state)
{
	static const char *const words[] = {"b", "linux/amd64=debian:x=base.tar", "a", "A=b=c", "a",
		"V=@version", "b", "linux/arm64=host:5000/x@sha256:1=base.tar", "k", "git", "V",
		"script", NULL};
	struct build_job job;

	(void)state;
	folder_put("base.tar", "", 0644);
	folder_put("version", " 6.6.1\n", 0644);
	folder_put("script", "echo a=1\n", 0644);
	job = load(words);
	assert_int_equal(job.bases.n, 2);
	assert_string_equal(job.bases.v[1].platform, "linux/arm64");
	assert_string_equal(job.bases.v[1].ref, "host:5000/x@sha256:1");
	assert_string_equal(job.bases.v[1].tar, "base.tar");
	assert_int_equal(job.args.list.n, 2);
	assert_string_equal(job.args.list.v[0].name, "A");
	assert_string_equal(job.args.list.v[0].value, "b=c");
	assert_string_equal(job.args.list.v[1].value, "6.6.1");
	assert_int_equal(job.required.n, 1);
	assert_string_equal(job.script, "echo a=1\n");
	assert_int_equal(args.reads.n, 4); // both bases, version, script
	arena_free(&args.arena);
}

static void
load_only(void *words)
{
	load(words);
}

static void
test_mistakes(void **state)
{
	static const struct {
		const char *words[3], *text;
		int status;
	} bad[] = {
		{{"b", "linux/amd64=x", NULL}, "-b wants PLATFORM=REF=TAR, not 'linux/amd64=x'", 2},
		{{"b", "=x=y", NULL}, "-b wants PLATFORM=REF=TAR", 2},
		{{"b", "linux/amd64=x=none", NULL}, "base image x: none does not exist", 1},
		{{"a", "X", NULL}, "-a wants NAME=VALUE, not 'X'", 2},
		{{"a", "X=@none", NULL}, "open none: No such file", 1},
		{{"V", "none", NULL}, "open none: No such file", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct child_end end = child_run(load_only, (void *)bad[i].words);

		assert_int_equal(end.status, bad[i].status);
		assert_non_null(strstr(end.said, bad[i].text));
	}
}

static void
test_missing_versions(void **state)
{
	static const char *const words[] = {"k", "claude", "k", "codex", "k", "gemini", NULL};
	struct build_job job = load(words);

	(void)state;
	assert_null(build_job_missing(
		&args.arena, &job, STR("# AI\nclaude=1\n codex = n/a \ngemini=0.1 (x=y)")));
	assert_string_equal(build_job_missing(&args.arena, &job,
				    STR("claude=N/A\ncodex= \n#gemini=1\ngeminis=1\n")),
		"claude, codex, gemini");
	assert_string_equal(build_job_missing(&args.arena, &job,
				    STR("claude=1\ncodex=2\ngemini=3\ncodex=N/A\n")),
		"codex");
	assert_string_equal(build_job_missing(&args.arena, &job, STR("")), "claude, codex, gemini");
	arena_free(&args.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_missing_versions),
	};

	return cmocka_run_group_tests(tests, folder_enter, folder_leave);
}
