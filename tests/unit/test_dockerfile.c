// SPDX-License-Identifier: Apache-2.0
// test_dockerfile -- rules/lib/dockerfile: stages, and the Dockerfile that is really built.
// Layer: tests (rules/lib).
#include "rules/lib/dockerfile.h"
#include "tests/unit/folder.h"

static struct arena arena;
static struct dockerfile d;

static void
parse_with(const char *text, struct build_args args)
{
	assert_true(
		dockerfile_parse(&d, &arena, str_of(text), &args, "linux/arm64", "linux/amd64"));
}

static void
parse(const char *text)
{
	parse_with(text, (struct build_args){0});
}

static const char *
rewrite(const char *text)
{
	static const struct base_image bases[] = {
		{"linux/amd64", "debian:bookworm-slim", "amd64.tar", "base0"},
		{"linux/arm64/v8", "docker.io/library/debian:bookworm-slim", "arm64.tar", "base1"},
	};
	const struct dockerfile_change change = {
		"linux/arm64", bases, 2, "job=x", "ENV in=1\n", ".b/tree"};
	struct buf out = {0};
	const char *copy;

	parse(text);
	dockerfile_rewrite(&d, &arena, &change, &out);
	copy = arena_dup(&arena, out.s);
	buf_free(&out);
	return copy;
}

static void
assert_stage(size_t i, const char *name, const char *platform, const char *image, long parent)
{
	const struct stage *st = &d.stages.v[i];

	assert_true(i < d.stages.n);
	assert_string_equal(st->name ? st->name : "(none)", name);
	assert_string_equal(st->platform, platform);
	assert_string_equal(st->image, image);
	assert_int_equal(st->parent, parent);
}

static void
test_stages(void **state)
{
	(void)state;
	parse("FROM --platform=linux/amd64 debian AS One\nRUN x\n"
	      "from one as two\n"
	      "FROM busybox\nCOPY --from=One /a /b\n"
	      "FROM scratch AS out");
	assert_int_equal(d.stages.n, 4);
	assert_stage(0, "One", "linux/amd64", "debian", -1);
	assert_stage(1, "two", "linux/amd64", "one", 0);
	assert_stage(2, "(none)", "linux/arm64", "busybox", -1);
	assert_stage(3, "out", "linux/arm64", "scratch", -1);
	assert_true(d.stages.v[0].runs);
	assert_false(d.stages.v[1].runs);
	assert_true(dockerfile_is_scratch(&d));
	assert_int_equal(d.copies.n, 0);
}

static void
test_nothing(void **state)
{
	struct build_args none = {0};

	(void)state;
	assert_false(dockerfile_parse(&d, &arena, STR(""), &none, "linux/arm64", "linux/amd64"));
	assert_false(dockerfile_parse(
		&d, &arena, STR("# FROM x\n\nRUN FROM y\n"), &none, "linux/arm64", "linux/amd64"));
}

static void
test_arguments(void **state)
{
	struct build_args args = {0};

	(void)state;
	VEC_ADD(&arena, &args.list, ((struct build_arg){"GIVEN", "by-hand"}));
	parse_with(
		"ARG GIVEN=default\nARG A=x B=\"y\" C\nARG D=$A-d E=${C:-e} F=${A:+f} G=${C:+g}\n"
		"FROM --platform=$BUILDPLATFORM $GIVEN AS a\nARG A=later\n"
		"FROM ${A}:${B}-${D}-${E}-${F}-${G}\n"
		"FROM --platform=${TARGETPLATFORM} img-$TARGETARCH-$BUILDOS$NONE\n",
		args);
	assert_stage(0, "a", "linux/amd64", "by-hand", -1);
	assert_stage(1, "(none)", "linux/arm64", "x:y-x-d-e-f-", -1);
	assert_stage(2, "(none)", "linux/arm64", "img-arm64-linux", -1);
	parse("ARG C\nARG D=${C:-e} F=${D:+f} G=${C:+g}\nFROM a-${D}-${F}-${G}-\n");
	assert_stage(0, "(none)", "linux/arm64", "a-e-f--", -1);
}

static void
test_continued(void **state)
{
	(void)state;
	parse("FROM \\\n   --platform=linux/amd64 \\\n# FROM no\n\n  debian \\\n  AS x\n"
	      "RUN echo \\  \n  FROM a \\\n# FROM b\n  FROM c\n"
	      "COPY --from=tool:1 \\\n  /a /b\nFROM x\n");
	assert_int_equal(d.stages.n, 2);
	assert_stage(0, "x", "linux/amd64", "debian", -1);
	assert_stage(1, "(none)", "linux/amd64", "x", 0);
	assert_int_equal(d.copies.n, 1);
	assert_string_equal(d.copies.v[0].image, "tool:1");
}

static void
test_escape_directive(void **state)
{
	(void)state;
	parse("# a comment\n# escape=`\nFROM a\nRUN x\\\nFROM b\nRUN y `\nFROM c\n");
	assert_int_equal(d.stages.n, 2); // directives come first
	assert_stage(1, "(none)", "linux/arm64", "c", -1);
	parse("# syntax=a/b\n# Escape = `\nFROM a\nRUN x\\\nFROM b\nRUN y `\nFROM c\n");
	assert_int_equal(d.stages.n, 2);
	assert_stage(1, "(none)", "linux/arm64", "b", -1);
}

static void
test_heredocs(void **state)
{
	(void)state;
	parse("FROM a\nRUN <<EOF cat <<-'END' >x\nFROM no\nEOF\nFROM no\nEND\n"
	      "COPY <<\"FILE\" /x\nFROM no\nFILE\nFROM b\n"
	      "RUN echo $((1<<N)) && cat <<<word\nFROM c\n");
	assert_int_equal(d.stages.n, 3);
	assert_stage(1, "(none)", "linux/arm64", "b", -1);
	assert_stage(2, "(none)", "linux/arm64", "c", -1);
}

static void
test_rewrite(void **state)
{
	(void)state;
	assert_string_equal(
		rewrite("# syntax=x\nARG V=bookworm-slim\nFROM --platform=linux/amd64 debian:$V AS "
			"t\n"
			"RUN a \\\n  b\n\nFROM debian:${V}\nCOPY --from=t /x /y\nFROM t\nRUN c"),
		"# syntax=x\nARG V=bookworm-slim\n"
		"FROM --platform=linux/amd64 base0 AS t\nLABEL job=x\nENV in=1\n"
		"RUN a \\\n  b\n\n"
		"FROM --platform=linux/arm64 base1\nLABEL job=x\nENV in=1\n"
		"COPY --from=t /x /y\n"
		"FROM t\nRUN c\n");
}

static void
test_rewrite_other_images(void **state)
{
	(void)state;
	assert_string_equal(rewrite("FROM rust:1\nCOPY --from=debian:bookworm-slim /a /b\n"
				    "COPY --chown=1 --from=other /a /b\n"),
		"FROM --platform=linux/arm64 rust:1\nLABEL job=x\nENV in=1\n"
		"COPY --from=base1 /a /b\nCOPY --chown=1 --from=other /a /b\n");
	assert_string_equal(rewrite("FROM --platform=linux/s390x debian:bookworm-slim\n"),
		"FROM --platform=linux/s390x debian:bookworm-slim\nLABEL job=x\nENV in=1\n");
}

// Below the tree's folder there is what the build made and nothing of the engine's.
static void
test_rewrite_scratch(void **state)
{
	(void)state;
	assert_string_equal(
		rewrite("FROM debian:bookworm-slim AS b\nFROM scratch\nCOPY --from=b /a /\n"),
		"FROM --platform=linux/arm64 base1 AS b\nLABEL job=x\nENV in=1\n"
		"FROM scratch AS capsem-result\nLABEL job=x\nCOPY --from=b /a /\n"
		"FROM scratch\nLABEL job=x\nCOPY --from=capsem-result / /.b/tree/\n");
	assert_string_equal(
		rewrite("FROM scratch AS capsem-result\nFROM capsem-result\nCOPY a /\n"),
		"FROM scratch AS capsem-result\nLABEL job=x\n"
		"FROM capsem-result AS capsem-result-\nCOPY a /\n"
		"FROM scratch\nLABEL job=x\nCOPY --from=capsem-result- / /.b/tree/\n");
	assert_non_null(
		strstr(rewrite("FROM scratch AS out\nCOPY a /\n"), "--from=out / /.b/tree/"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stages),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_continued),
		cmocka_unit_test(test_escape_directive),
		cmocka_unit_test(test_heredocs),
		cmocka_unit_test(test_rewrite),
		cmocka_unit_test(test_rewrite_other_images),
		cmocka_unit_test(test_rewrite_scratch),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	arena_free(&arena);
	return failed;
}
