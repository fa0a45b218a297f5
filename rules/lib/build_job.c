// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/build_job.h"

#include <string.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/base/source.h"

// What stands before the first SEPARATOR in S, and what behind it. False when there is none.
static bool
split(struct arena *a, const char *s, char separator, const char **before, const char **after)
{
	const char *at = strchr(s, separator);

	if (!at || at == s)
		return false;
	*before = arena_ndup(a, s, (size_t)(at - s));
	*after = at + 1;
	return true;
}

static void
add_base(struct build_job *job, struct rule_args *a, const char *value)
{
	struct base_image b = {0};
	const char *rest = "";

	if (!split(&a->arena, value, '=', &b.platform, &rest) ||
		!split(&a->arena, rest, '=', &b.ref, &b.tar) || !*b.tar)
		die_usage("-b wants PLATFORM=REF=TAR, not '%s'", value);
	if (!path_is_file(b.tar))
		die("base image %s: %s does not exist", b.ref, b.tar);
	rule_read(a, b.tar);
	VEC_ADD(&a->arena, &job->bases, b);
}

static struct source *
load(struct rule_args *a, const char *path)
{
	struct source *src = source_load(&a->arena, path, path);

	if (!src)
		die("open %s:", path);
	rule_read(a, path);
	return src;
}

static void
add_arg(struct build_job *job, struct rule_args *a, const char *value)
{
	struct build_arg arg = {0};

	if (!split(&a->arena, value, '=', &arg.name, &arg.value))
		die_usage("-a wants NAME=VALUE, not '%s'", value);
	if (arg.value[0] == '@') {
		struct str text = str_trim(load(a, arg.value + 1)->text);

		arg.value = arena_ndup(&a->arena, text.s, text.n);
	}
	VEC_ADD(&a->arena, &job->args.list, arg);
}

struct build_job
build_job_load(struct rule_args *a)
{
	struct build_job job = {0};
	struct source *script;

	for (size_t i = 0; i < a->given.n; i++) {
		const struct rule_option *o = &a->given.v[i];

		if (o->letter == 'b') {
			add_base(&job, a, o->value);
		} else if (o->letter == 'a') {
			add_arg(&job, a, o->value);
		} else if (o->letter == 'k') {
			VEC_ADD(&a->arena, &job.required, o->value);
		}
	}
	if (a->opt['V']) {
		script = load(a, a->opt['V']);
		job.script = script->text.n ? script->text.s : NULL;
	}
	return job;
}

// The value of KEY in LINE; false when LINE is about something else.
static bool
value_in(struct str line, const char *key, struct str *value)
{
	const char *eq = memchr(line.s, '=', line.n);
	size_t n = eq ? (size_t)(eq - line.s) : 0;

	if (!eq || line.s[0] == '#' || !str_is(str_trim((struct str){line.s, n}), key))
		return false;
	*value = str_trim((struct str){eq + 1, line.n - n - 1});
	return true;
}

static bool
has_value(struct str versions, const char *key)
{
	struct str value = STR("");

	while (versions.n) {
		const char *end = memchr(versions.s, '\n', versions.n);
		size_t n = end ? (size_t)(end - versions.s) : versions.n;

		value_in((struct str){versions.s, n}, key, &value);
		n += end != NULL;
		versions = (struct str){versions.s + n, versions.n - n};
	}
	return value.n > 0 && !str_is(value, "N/A");
}

const char *
build_job_missing(struct arena *a, const struct build_job *job, struct str versions)
{
	const char *missing = NULL;

	for (size_t i = 0; i < job->required.n; i++) {
		const char *key = job->required.v[i];

		if (has_value(versions, key))
			continue;
		missing = missing ? arena_printf(a, "%s, %s", missing, key) : key;
	}
	return missing;
}
