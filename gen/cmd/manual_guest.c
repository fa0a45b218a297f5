// SPDX-License-Identifier: Apache-2.0
// manual_guest.c -- capsem-guest(5), from schema.def. Layer: gen/cmd.
#include <string.h>

#include "gen/base/diag.h"
#include "gen/cmd/manual.h"
#include "gen/cmd/roff.h"
#include "gen/config/schema.h"
#include "gen/emit/schema.h"

static void
print_key(FILE *f, const struct conf_key *k)
{
	struct buf text = {0};

	buf_adds(&text, k->help);
	buf_adds(&text, ".\nType: ");
	emit_type(&text, k, "");
	if (k->required) {
		buf_adds(&text, "; required");
	} else if (k->fallback && *k->fallback && k->type != CONF_TYPE_TABLE_OF) {
		buf_addf(&text, "; default: %s", k->fallback);
	}
	buf_adds(&text, ".\nAn edit reaches: ");
	emit_reaches(&text, k->reaches);
	buf_adds(&text, ".");
	roff_item(f, k->name, text.s);
	buf_free(&text);
}

// The table called SHOWN and those below it.
static void
print_table(FILE *f, const struct conf_schema *s, const char *shown)
{
	struct buf head = {0};

	buf_addf(&head, "[%s]: %s", shown, s->help);
	roff_part(f, head.s);
	for (size_t i = 0; i < s->nkeys; i++)
		print_key(f, &s->keys[i]);
	for (size_t i = 0; i < s->nkeys; i++) {
		const struct conf_key *k = &s->keys[i];

		if (!k->sub)
			continue;
		head.n = 0;
		buf_addf(&head, k->type == CONF_TYPE_TABLES_OF ? "%s.%s.NAME" : "%s.%s", shown,
			k->name);
		print_table(f, k->sub, head.s);
	}
	buf_free(&head);
}

static void
print_root(FILE *f, const struct conf_root *r)
{
	char text[256];

	snprintf(text, sizeof(text), "config/%s%s", r->path, r->key ? "" : "/*.toml");
	roff_section(f, text);
	snprintf(text, sizeof(text), "%s: %s.", r->required ? "Required" : "Optional", r->help);
	roff_text(f, text);
	print_table(f, r->schema, r->key ? r->key : "NAME");
}

void
manual_guest(FILE *f)
{
	roff_section(f, "DESCRIPTION");
	roff_text(f,
		"A guest folder holds TOML files in config/, of which capsem-configure(1) makes "
		"build.ninja. What an edit of a key reaches: rootfs, kernel and initrd are images, "
		"squashfs is the packing of the root file system alone, versions is "
		"tool-versions.txt, and settings is what the host reads.");
	for (size_t i = 0; i < conf_nroots; i++)
		print_root(f, &conf_roots[i]);
	roff_section(f, "DIAGNOSTICS");
	roff_text(f, "capsem-configure --explain CODE says more of each.");
	for (size_t i = 0; i < DIAG_NCODES; i++)
		roff_item(f, diag_codes[i].name, diag_codes[i].title);
	roff_see_also(f, "capsem-guest");
}
