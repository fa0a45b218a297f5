// SPDX-License-Identifier: Apache-2.0
// reference.c -- schema.def as a page to read. Layer: gen/emit.
#include <string.h>

#include "gen/base/diag.h"
#include "gen/emit/schema.h"

void
emit_reaches(struct buf *out, unsigned reaches)
{
	const char *between = "";

	if (!reaches)
		buf_adds(out, "nothing");
	for (unsigned i = 0; i < CONF_NREACHES; i++) {
		if (reaches & 1u << i) {
			buf_addf(out, "%s%s", between, conf_reaches[i]);
			between = ", ";
		}
	}
}

void
emit_type(struct buf *out, const struct conf_key *k, const char *quote)
{
	static const char *const names[] = {
		[CONF_TYPE_STRING] = "string",
		[CONF_TYPE_INT] = "integer",
		[CONF_TYPE_BOOL] = "boolean",
		[CONF_TYPE_STRINGS] = "list of strings",
		[CONF_TYPE_TEXTS] = "string, or list of strings",
		[CONF_TYPE_INTS] = "list of integers",
		[CONF_TYPE_MAP] = "table of strings",
		[CONF_TYPE_TABLE_OF] = "table",
		[CONF_TYPE_TABLES_OF] = "named tables",
		[CONF_TYPE_ARRAY_OF] = "array of tables",
	};

	if (k->type == CONF_TYPE_CHOICE) {
		for (size_t i = 0; k->choices[i]; i++)
			buf_addf(out, "%s%s%s%s", i ? " " : "", quote, k->choices[i], quote);
		return;
	}
	buf_adds(out, names[k->type]);
	if (k->min != k->max && (k->type == CONF_TYPE_INT || k->type == CONF_TYPE_INTS)) {
		buf_addf(out, ", %ld to %ld", k->min, k->max);
	} else if (k->min) {
		buf_adds(out, ", not empty");
	}
}

static void
add_presence(struct buf *out, const struct conf_key *k)
{
	if (k->required) {
		buf_adds(out, "**required**");
	} else if (k->fallback && *k->fallback && k->type != CONF_TYPE_TABLE_OF) {
		buf_addf(out, "`%s`", k->fallback);
	}
}

// TEXT in a cell of a table.
static void
add_cell(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			buf_addc(out, '\\');
		buf_addc(out, *text);
	}
}

// The table called SHOWN and those below it.
static void
add_table(struct buf *out, const struct conf_schema *s, const char *shown)
{
	buf_addf(out, "### `[%s]`\n\n%s.\n\n", shown, s->help);
	buf_adds(out, "| key | type | default | an edit reaches | |\n|---|---|---|---|---|\n");
	for (size_t i = 0; i < s->nkeys; i++) {
		const struct conf_key *k = &s->keys[i];

		buf_addf(out, "| `%s` | ", k->name);
		emit_type(out, k, "`");
		buf_adds(out, " | ");
		add_presence(out, k);
		buf_adds(out, " | ");
		emit_reaches(out, k->reaches);
		buf_adds(out, " | ");
		add_cell(out, k->help);
		buf_adds(out, " |\n");
	}
	buf_addc(out, '\n');
	for (size_t i = 0; i < s->nkeys; i++) {
		const struct conf_key *k = &s->keys[i];
		struct buf below = {0};

		if (!k->sub)
			continue;
		buf_addf(&below, k->type == CONF_TYPE_TABLES_OF ? "%s.%s.NAME" : "%s.%s", shown,
			k->name);
		add_table(out, k->sub, below.s);
		buf_free(&below);
	}
}

static void
add_codes(struct buf *out)
{
	buf_adds(out, "## Diagnostics\n\n| code | also | name | |\n|---|---|---|---|\n");
	for (size_t i = 0; i < DIAG_NCODES; i++) {
		const struct code_info *c = &diag_codes[i];

		buf_addf(out, "| %s | %s | `%s` | %s |\n", c->name, c->alias, c->words, c->title);
	}
}

void
emit_reference(struct buf *out)
{
	buf_adds(out,
		"# The guest config\n\nEvery key of `guest/config/`, generated from "
		"`gen/config/schema.def`\nby `capsem-configure reference`; do not edit. "
		"`capsem-configure explain KEY` says the same of one key,\nwith its value and what "
		"an edit of it rebuilds.\n\nWhat an edit reaches: `rootfs`, `kernel` and `initrd` "
		"are images, `squashfs` is the packing of the\nroot filesystem alone, `versions` "
		"is tool-versions.txt, and `settings` is what the host reads; for the\nlast "
		"nothing "
		"is built.\n\n");
	for (size_t i = 0; i < conf_nroots; i++) {
		const struct conf_root *r = &conf_roots[i];

		buf_addf(out, "## `config/%s%s`\n\n%s: %s.\n\n", r->path, r->key ? "" : "/*.toml",
			r->required ? "Required" : "Optional", r->help);
		add_table(out, r->schema, r->key ? r->key : "NAME");
	}
	add_codes(out);
}
