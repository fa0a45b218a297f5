// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/boot_report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/base/die.h"
#include "gen/base/json.h"
#include "gen/base/output.h"

enum { NAMED = 8 }; // failing checks in a message; the others are counted

// The rest of *LINE after PREFIX. False when it begins otherwise.
static bool
skip(const char **line, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(*line, prefix, n) != 0)
		return false;
	*line += n;
	return true;
}

// The word up to the next blank, which is skipped as well.
static const char *
take_word(struct arena *a, const char **line)
{
	size_t n = strcspn(*line, " ");
	const char *word = arena_ndup(a, *line, n);

	*line += n + ((*line)[n] == ' ');
	return word;
}

static bool
take_ms(struct arena *a, const char **line, long *ms)
{
	return str_to_long(take_word(a, line), 10, 0, LONG_MAX, ms) &&
	       strcmp(take_word(a, line), "ms") == 0;
}

static void
take_stage(struct boot_report *r, const char *line)
{
	struct boot_stage stage = {.name = take_word(r->arena, &line)};

	if (take_ms(r->arena, &line, &stage.ms))
		VEC_ADD(r->arena, &r->stages, stage);
}

static void
take_check(struct boot_report *r, const char *line)
{
	struct boot_check check = {.result = take_word(r->arena, &line)};
	const char *why;

	if (!take_ms(r->arena, &line, &check.ms))
		return;
	why = strstr(line, " -- ");
	check.name = arena_ndup(r->arena, line, why ? (size_t)(why - line) : strlen(line));
	check.why = why ? why + strlen(" -- ") : NULL;
	VEC_ADD(r->arena, &r->checks, check);
}

void
boot_report_line(struct boot_report *r, const char *line)
{
	long n;

	if (!skip(&line, "capsem: "))
		return;
	if (skip(&line, "mark ")) {
		take_stage(r, line);
	} else if (skip(&line, "boot took ")) {
		if (take_ms(r->arena, &line, &n))
			r->ready_ms = n;
	} else if (skip(&line, "check ")) {
		take_check(r, line);
	} else if (skip(&line, "checks ")) {
		if (str_to_long(line, 10, 0, LONG_MAX, &n))
			r->nchecks = n;
	}
}

static size_t
count(const struct boot_report *r, const char *result)
{
	size_t n = 0;

	for (size_t i = 0; i < r->checks.n; i++)
		n += strcmp(r->checks.v[i].result, result) == 0;
	return n;
}

const char *
boot_report_failures(const struct boot_report *r)
{
	size_t failed = count(r, "failed"), named = 0;
	struct buf b = {0};
	const char *text;

	if (failed == 0 && r->nchecks >= 0 && (size_t)r->nchecks != r->checks.n) {
		return arena_printf(r->arena, "of %ld checks only %zu reached the console",
			r->nchecks, r->checks.n);
	}
	if (failed == 0)
		return NULL;
	buf_addf(&b, "%zu of %zu checks failed: ", failed, r->checks.n);
	for (size_t i = 0; i < r->checks.n && named < NAMED; i++) {
		if (strcmp(r->checks.v[i].result, "failed") == 0)
			buf_addf(&b, "%s%s", named++ ? ", " : "", r->checks.v[i].name);
	}
	if (named < failed)
		buf_addf(&b, " and %zu more", failed - named);
	text = arena_dup(r->arena, b.s);
	buf_free(&b);
	return text;
}

// The report until now; NULL when there is none, or nothing that can be read.
static cJSON *
load(struct arena *a, const char *path)
{
	const struct source *src = source_load(a, path, path);
	struct span at;

	return src ? json_parse(src, &at) : NULL;
}

static const char *
text_of(const cJSON *o, const char *key)
{
	const char *s = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(o, key));

	return s ? s : "";
}

bool
boot_report_proves(
	struct arena *a, const char *path, const char *part, const char *key, const char *log)
{
	cJSON *report = load(a, path);
	const cJSON *p = cJSON_GetObjectItemCaseSensitive(report, part);
	char hex[HASH_HEX + 1];
	bool proven = strcmp(text_of(p, "result"), "passed") == 0 &&
		      strcmp(text_of(p, "key"), key) == 0 && hash_file(log, hex) &&
		      strcmp(text_of(p, "log"), hex) == 0;

	cJSON_Delete(report);
	return proven;
}

static void
add_stages(const struct boot_report *r, cJSON *part)
{
	cJSON *list = json_add_array(part, "stages");

	for (size_t i = 0; i < r->stages.n; i++) {
		cJSON *stage = json_push_object(list);

		json_set_str(stage, "name", r->stages.v[i].name);
		json_set_int(stage, "duration_ms", r->stages.v[i].ms);
	}
}

static void
add_checks(const struct boot_report *r, cJSON *part)
{
	static const char *const results[] = {"passed", "skipped", "failed"};
	cJSON *list;

	if (r->checks.n == 0)
		return;
	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++)
		json_set_int(part, results[i], (long)count(r, results[i]));
	list = json_add_array(part, "checks");
	for (size_t i = 0; i < r->checks.n; i++) {
		const struct boot_check *c = &r->checks.v[i];
		cJSON *check = json_push_object(list);

		json_set_str(check, "name", c->name);
		json_set_str(check, "result", c->result);
		json_set_int(check, "duration_ms", c->ms);
		if (c->why)
			json_set_str(check, "why", c->why);
	}
}

static cJSON *
new_part(const struct boot_report *r, const struct boot_part *how)
{
	cJSON *part = cJSON_CreateObject();

	json_set_str(part, "result", how->why ? "failed" : "passed");
	if (how->why)
		json_set_str(part, "why", how->why);
	json_set_str(part, "key", how->key);
	json_set_str(part, "log", how->log_hash);
	json_set(part, "seconds", cJSON_CreateNumber(round(r->seconds * 1000) / 1000));
	if (r->ready_ms >= 0)
		json_set_int(part, "ready_ms", r->ready_ms);
	add_stages(r, part);
	add_checks(r, part);
	return part;
}

static cJSON *
new_report(const struct vm *vm)
{
	cJSON *report = cJSON_CreateObject(), *assets;

	json_set_str(report, "arch", vm->arch);
	json_set_str(report, "accelerator", vm->accel);
	assets = json_add_object(report, "assets");
	for (size_t i = 0; i < VM_FILES; i++)
		json_set_str(assets, vm->files[i].name, vm->files[i].hash);
	return report;
}

// Move over the other parts of OLD, when it is about the same image.
static void
keep_parts(cJSON *report, cJSON *old, const char *part)
{
	cJSON *item = old ? old->child : NULL, *next;

	if (!cJSON_Compare(cJSON_GetObjectItemCaseSensitive(old, "assets"),
		    cJSON_GetObjectItemCaseSensitive(report, "assets"), true))
		return;
	for (; item; item = next) {
		next = item->next;
		if (cJSON_IsObject(item) && strcmp(item->string, part) != 0 &&
			strcmp(item->string, "assets") != 0)
			json_set(report, item->string, cJSON_Duplicate(item, true));
	}
}

static void
set_time(const char *path, const struct vm *vm)
{
	struct timespec t[2] = {{0}, {0}};
	struct stat st;

	for (size_t i = 0; i < VM_FILES; i++) {
		if (stat(vm->files[i].path, &st) == 0 && st.st_mtim.tv_sec >= t[1].tv_sec)
			t[0] = t[1] = (struct timespec){.tv_sec = st.st_mtim.tv_sec};
	}
	if (utimensat(AT_FDCWD, path, t, 0) != 0)
		die("set the time of %s:", path);
}

void
boot_report_write(const struct boot_report *r, const struct vm *vm, const char *path,
	const struct boot_part *part)
{
	cJSON *old = load(r->arena, path), *report = new_report(vm);
	struct buf text = {0};

	keep_parts(report, old, part->name);
	json_set(report, part->name, new_part(r, part));
	json_print(&text, report);
	buf_addc(&text, '\n');
	output_write(path, buf_str(&text), 0644);
	set_time(path, vm);
	buf_free(&text);
	cJSON_Delete(report);
	cJSON_Delete(old);
}
