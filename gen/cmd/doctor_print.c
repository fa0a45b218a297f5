// SPDX-License-Identifier: Apache-2.0
// doctor_print.c -- what doctor found, as text and as JSON. Layer: gen/cmd.
// Source: section 6 of the command reference.
#include <stdio.h>
#include <string.h>

#include "gen/base/json.h"
#include "gen/cmd/doctor.h"

#define TITLE "capsem-builder doctor"
#define LINE "====================="

static const struct {
	const char *mark, *word;
} states[] = {
	[DOCTOR_PASS] = {"PASS", "pass"},
	[DOCTOR_FAIL] = {"FAIL", "fail"},
	[DOCTOR_WARN] = {"WARN", "warn"},
	[DOCTOR_NOTE] = {"NOTE", "note"},
};

struct counts {
	size_t passed, failed, warnings;
};

// A note is about something that is in order.
static struct counts
count(const struct doctor *d)
{
	struct counts n = {0};

	for (size_t i = 0; i < d->list.n; i++) {
		enum doctor_state state = d->list.v[i].state;

		n.failed += state == DOCTOR_FAIL;
		n.warnings += state == DOCTOR_WARN;
		n.passed += state == DOCTOR_PASS || state == DOCTOR_NOTE;
	}
	return n;
}

static void
print_text(const struct doctor *d, const struct counts *n)
{
	const char *category = "";

	puts(TITLE "\n" LINE);
	for (size_t i = 0; i < d->list.n; i++) {
		const struct doctor_finding *f = &d->list.v[i];

		if (strcmp(category, f->category) != 0)
			printf("\n== %s ==\n", f->category);
		category = f->category;
		printf("  [%s] %s\n", states[f->state].mark, f->detail);
		if (f->fix)
			printf("         fix: %s\n", f->fix);
	}
	printf("\n%zu passed, %zu failed", n->passed, n->failed);
	if (n->warnings)
		printf(", %zu warning%s", n->warnings, n->warnings == 1 ? "" : "s");
	putchar('\n');
}

static void
add_finding(cJSON *list, const struct doctor_finding *f)
{
	cJSON *o = json_push_object(list);

	json_set_str(o, "name", f->name);
	json_set_str(o, "category", f->category);
	json_set_str(o, "state", states[f->state].word);
	json_set_str(o, "detail", f->detail);
	json_set(o, "fix", f->fix ? cJSON_CreateString(f->fix) : cJSON_CreateNull());
}

static void
print_json(const struct doctor *d, const struct counts *n)
{
	cJSON *root = cJSON_CreateObject(), *list = json_add_array(root, "checks");

	for (size_t i = 0; i < d->list.n; i++)
		add_finding(list, &d->list.v[i]);
	json_set_int(root, "passed", (long)n->passed);
	json_set_int(root, "failed", (long)n->failed);
	json_set_int(root, "warnings", (long)n->warnings);
	json_put(stdout, root);
}

int
doctor_print(const struct doctor *d, bool json)
{
	struct counts n = count(d);

	if (json) {
		print_json(d, &n);
	} else {
		print_text(d, &n);
	}
	return n.failed > 0;
}
