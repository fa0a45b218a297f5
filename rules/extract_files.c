// SPDX-License-Identifier: Apache-2.0
// extract_files -- take one file out of a tar file. Layer: rules.
//   in: ARCHIVE.tar   out: the bytes of its member -p, mode -m   reads: nothing else
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/path.h"
#include "gen/base/str.h"
#include "rules/lib/rule.h"
#include "rules/lib/tree.h"

static const struct rule rule = {
	"extract_files",
	"p:m:",
	"-p PATH -m MODE ARCHIVE.tar",
	"Takes the file at PATH out of a tar file and gives it the permission bits MODE (octal).",
};

enum { SHOWN = 12 };

// "boot/vmlinuz, config": what one could have meant.
static const char *
contents(const struct tree *t)
{
	struct buf b = {0};
	const char *text;
	size_t n = 0;

	for (size_t i = 0; i < t->list.n; i++) {
		if (S_ISDIR(t->list.v[i].mode))
			continue;
		if (n++ < SHOWN)
			buf_addf(&b, "%s%s", n > 1 ? ", " : "", t->list.v[i].path);
	}
	if (n > SHOWN)
		buf_addf(&b, " and %zu more", n - SHOWN);
	text = n ? arena_ndup(t->arena, b.s, b.n) : "no file at all";
	buf_free(&b);
	return text;
}

// PATH may be written as a person would: from the top, with a leading '/'.
static const struct tree_data *
find_file(const struct tree *t, const char *path)
{
	const char *clean = path_clean(t->arena, path + strspn(path, "/"));
	const struct tree_entry *e = tree_find(t, clean);

	if (!e)
		die("%s: there is no '%s' in it; it holds %s", t->name, path, contents(t));
	if (S_ISLNK(e->mode)) {
		die("%s: '%s' is a symbolic link to '%s'; name the file itself", t->name, path,
			e->target);
	}
	if (!e->data)
		die("%s: '%s' is not a regular file", t->name, path);
	return e->data;
}

// Holes stay holes.
static void
write_data(struct output *out, const struct tree_data *data)
{
	for (size_t i = 0; i < data->pieces.n; i++) {
		const struct tree_piece *p = &data->pieces.v[i];

		if (fseeko(out->f, p->offset, SEEK_SET) != 0 ||
			fwrite(p->bytes, 1, p->n, out->f) != p->n)
			die("write %s:", out->tmp);
	}
	if (fflush(out->f) != 0 || ftruncate(fileno(out->f), data->size) != 0)
		die("write %s:", out->tmp);
}

int
main(int argc, char *argv[])
{
	struct rule_args a;
	const struct tree_data *data;
	struct output out;
	struct tree tree;
	unsigned mode;

	rule_parse(&a, &rule, argc, argv);
	rule_need(&a, 'm');
	mode = (unsigned)rule_number(&a, 'm', 8, 0, 0777, 0);
	rule_need(&a, 'p');
	rule_operands(&a, 1);
	tree_load(&tree, &a.arena, a.in[0]);
	data = find_file(&tree, a.opt['p']);
	output_open(&out, a.opt['o']);
	write_data(&out, data);
	rule_depfile(&a);
	output_commit(&out, mode);
	arena_free(&a.arena);
	return 0;
}
