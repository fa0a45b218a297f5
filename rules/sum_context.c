// SPDX-License-Identifier: Apache-2.0
// sum_context -- list what goes into a container build, with the hash of each file. Layer: rules.
//
//   in: LIST.json (rules/lib/layout.h)   out: a line an entry: KIND MODE HASH-OR-TARGET PATH
//   reads: every file and folder the list names, but for order-only entries
//
// It stands between the files of a guest and the slow build of an image: a file that was only
// touched, or checked out again, gives the same lines, and nothing after this runs.
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/hash.h"
#include "gen/base/output.h"
#include "rules/lib/layout.h"
#include "rules/lib/rule.h"

static const struct rule rule = {"sum_context", "", "LIST.json",
	"List what goes into a container build: kind, mode, BLAKE3 hash and path of each entry."};

static void
hash_text(const char *text, char hex[HASH_HEX + 1])
{
	struct hasher *h = hash_new();

	hash_add(h, text, strlen(text));
	hash_end(h, hex);
}

static const char letters[] = {
	[LAYOUT_FILE] = 'f',
	[LAYOUT_FOLDER] = 'd',
	[LAYOUT_LINK] = 'l',
};

static void
print_entry(FILE *f, const struct layout_entry *e)
{
	char hex[HASH_HEX + 1] = "-";

	if (e->kind == LAYOUT_FILE && !e->from) {
		hash_text(e->text, hex);
	} else if (e->kind == LAYOUT_FILE && !hash_file(e->from, hex)) {
		die("read %s:", e->from);
	}
	fprintf(f, "%c %04o %s %s\n", letters[e->kind], e->mode,
		e->kind == LAYOUT_LINK ? e->target : hex, e->path);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	struct layout list;
	struct output out;

	rule_parse(&a, &rule, argc, argv);
	rule_operands(&a, 1);
	list = layout_load_inputs(&a, a.in[0]);
	output_open(&out, a.opt['o']);
	for (size_t i = 0; i < list.n; i++)
		print_entry(out.f, &list.v[i]);
	rule_depfile(&a);
	output_commit(&out, 0644);
	arena_free(&a.arena);
	return 0;
}
