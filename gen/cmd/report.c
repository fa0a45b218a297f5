// SPDX-License-Identifier: Apache-2.0
// report.c -- diagnostics in the format that was asked for, and what they mean. Layer: gen/cmd.
#include <string.h>

#include "gen/base/diag_json.h"
#include "gen/base/die.h"
#include "gen/base/json.h"
#include "gen/cmd/cmd.h"

void
cmd_report(const struct cmd_options *o, struct diags *ds, FILE *f,
	void (*summary)(struct diags *, FILE *))
{
	switch (cmd_format(o)) {
	case FORMAT_TEXT:
		if (!summary) {
			diag_print(ds, f, diag_colour(f));
			break;
		}
		diag_print_text(ds, f, diag_colour(f));
		summary(ds, f);
		break;
	case FORMAT_SHORT:
		diag_print_short(ds, f);
		break;
	case FORMAT_JSON:
		diag_print_json(ds, f);
		break;
	case FORMAT_SARIF:
		diag_print_sarif(ds, f);
		break;
	}
}

static const char *
class_of(const struct code_info *c)
{
	return c->class == DIAG_CLASS_ERROR ? "error"
	       : c->class == DIAG_CLASS_WARNING
		       ? "warning"
		       : "error when something is to be built, else a warning";
}

static void
indented(const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		printf("  %.*s\n", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void
explain_text(const struct code_info *c, const struct code_example *e)
{
	printf("%s (%s): %s\n", c->name, c->words, c->title);
	if (*c->alias)
		printf("also known as %s\n", c->alias);
	printf("%s\n\n%s\n\nfix: %s\n\n", class_of(c), c->why, c->help);
	printf("wrong, in %s:\n\n", e->file);
	indented(e->wrong);
	printf("\nright:\n\n");
	indented(e->right);
}

static void
explain_json(const struct code_info *c, const struct code_example *e)
{
	cJSON *root = cJSON_CreateObject();

	json_set_str(root, "code", c->name);
	json_set_str(root, "name", c->words);
	json_set_str(root, "class", class_of(c));
	json_set_str(root, "alias", c->alias);
	json_set_str(root, "title", c->title);
	json_set_str(root, "why", c->why);
	json_set_str(root, "hint", c->help);
	json_set_str(root, "file", e->file);
	json_set_str(root, "wrong", e->wrong);
	json_set_str(root, "right", e->right);
	json_put(stdout, root);
}

int
cmd_explain_code(const struct cmd_options *o)
{
	const char *name = cmd_value(o, OPT_EXPLAIN);
	int code = diag_find(name);

	if (code < 0)
		cmd_usage(o, "no such diagnostic: %s", name);
	if (cmd_format(o) == FORMAT_JSON) {
		explain_json(&diag_codes[code], &diag_examples[code]);
	} else {
		explain_text(&diag_codes[code], &diag_examples[code]);
	}
	return 0;
}
