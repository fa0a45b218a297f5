// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/path.h"
#include "gen/base/str.h"

static void
print_usage(const struct rule *r, FILE *f)
{
	fprintf(f, "usage: %s -o OUT [-d DEPFILE] %s\n%s\n", r->name, r->usage, r->about);
}

void
rule_parse(struct rule_args *a, const struct rule *r, int argc, char *argv[])
{
	char letters[64];
	int c;

	progname = r->name;
	cleanup_start();
	*a = (struct rule_args){0};
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		print_usage(r, stdout);
		if (fflush(stdout) != 0)
			die("write the usage:");
		exit(0);
	}
	snprintf(letters, sizeof(letters), "+o:d:%s", r->opts);
	while ((c = getopt(argc, argv, letters)) != -1) {
		if (c == '?') {
			print_usage(r, stderr);
			exit(2);
		}
		a->opt[c] = optarg ? optarg : "";
		VEC_ADD(&a->arena, &a->given, ((struct rule_option){(char)c, a->opt[c]}));
	}
	a->in = argv + optind;
	a->nin = (size_t)(argc - optind);
	if (!a->opt['o']) {
		print_usage(r, stderr);
		exit(2);
	}
}

const char *
rule_need(const struct rule_args *a, char letter)
{
	const char *value = a->opt[(unsigned char)letter];

	if (!value || !*value)
		die_usage("option -%c is missing; see --help", letter);
	return value;
}

long
rule_number(const struct rule_args *a, char letter, int base, long min, long max, long fallback)
{
	const char *value = a->opt[(unsigned char)letter];
	long n = fallback;

	if (!value || str_to_long(value, base, min, max, &n))
		return n;
	if (base == 8) {
		die_usage("-%c wants an octal number from %lo to %lo, not '%s'", letter,
			(unsigned long)min, (unsigned long)max, value);
	}
	die_usage("-%c wants a number from %ld to %ld, not '%s'", letter, min, max, value);
}

void
rule_operands(const struct rule_args *a, size_t n)
{
	if (a->nin != n) {
		die_usage("expected %zu operand%s, got %zu; see --help", n, n == 1 ? "" : "s",
			a->nin);
	}
}

void
rule_read(struct rule_args *a, const char *path)
{
	VEC_ADD(&a->arena, &a->reads, arena_dup(&a->arena, path));
}

// Make's escapes, as ninja's depfile parser reads them: it halves the backslashes before a blank.
static void
add_escaped(struct buf *b, const char *path)
{
	if (path_unfit(path)) {
		die("after '%.*s' the name of a file holds a character that ninja cannot read; "
		    "rename the file",
			(int)(path_unfit(path) - path), path);
	}
	for (; *path; path++) {
		size_t slashes = strspn(path, "\\");

		if (path[slashes] == ' ')
			buf_add(b, path, slashes);
		buf_add(b, path, slashes);
		path += slashes;
		if (!*path)
			break;
		if (*path == ' ' || *path == '#')
			buf_addc(b, '\\');
		if (*path == '$')
			buf_addc(b, '$');
		buf_addc(b, *path);
	}
}

static void
add_dependency(struct buf *b, const char *path)
{
	buf_adds(b, " \\\n  ");
	add_escaped(b, path);
}

void
rule_depfile(const struct rule_args *a)
{
	struct buf b = {0};

	if (!a->opt['d'])
		return;
	add_escaped(&b, a->opt['o']);
	buf_addc(&b, ':');
	for (size_t i = 0; i < a->nin; i++)
		add_dependency(&b, a->in[i]);
	for (size_t i = 0; i < a->reads.n; i++)
		add_dependency(&b, a->reads.v[i]);
	buf_addc(&b, '\n');
	output_write(a->opt['d'], buf_str(&b), 0644);
	buf_free(&b);
}
