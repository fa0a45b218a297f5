// SPDX-License-Identifier: Apache-2.0
#include "gen/base/diag.h"

#include <assert.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CODE(id, class, alias, name, title, why, help)                                             \
	[id] = {#id, DIAG_CLASS_##class, alias, name, title, why, help},
const struct code_info diag_codes[DIAG_NCODES] = {
#include "gen/base/codes.def"
};
#undef CODE

#define EXAMPLE(id, file, wrong, right) [id] = {file, wrong, right},
const struct code_example diag_examples[DIAG_NCODES] = {
#include "gen/base/examples.def"
};

static const char *format(struct arena *a, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

static const char *
format(struct arena *a, const char *fmt, va_list ap)
{
	char *s = arena_vprintf(a, fmt, ap);

	for (char *c = s; *c; c++) { // what came from a file may hold anything
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	}
	return s;
}

static enum diag_severity
severity_of(const struct diags *ds, enum diag_class class)
{
	bool error = class == DIAG_CLASS_ERROR || ds->strict;

	return error || (class == DIAG_CLASS_BUILD && ds->building) ? DIAG_ERROR : DIAG_WARNING;
}

static void
count(struct diags *ds, const struct diag *d, bool up)
{
	size_t *n = d->severity == DIAG_ERROR ? &ds->nerrors : &ds->nwarnings;

	*n += up ? 1 : (size_t)-1;
}

struct diag *
diag_add(struct diags *ds, enum diag_code code, struct span at, const char *fmt, ...)
{
	struct diag *d = arena_alloc(ds->arena, sizeof(*d));
	va_list ap;

	assert(at.src);
	va_start(ap, fmt);
	*d = (struct diag){.code = code,
		.severity = severity_of(ds, diag_codes[code].class),
		.alias = diag_codes[code].alias,
		.at = at,
		.text = format(ds->arena, fmt, ap),
		.order = ds->list.n};
	va_end(ap);
	if (ds->allowed[code])
		return d;
	VEC_ADD(ds->arena, &ds->list, d);
	count(ds, d, true);
	return d;
}

void
diag_alias(struct diag *d, const char *alias)
{
	d->alias = alias;
}

int
diag_find(const char *name)
{
	for (int i = 0; i < DIAG_NCODES; i++) {
		if (strcmp(diag_codes[i].name, name) == 0 || strcmp(diag_codes[i].words, name) == 0)
			return i;
	}
	for (int i = 0; i < DIAG_NCODES; i++) {
		if (*name && strcmp(diag_codes[i].alias, name) == 0)
			return i;
	}
	return -1;
}

const char *
diag_allow(struct diags *ds, const char *name)
{
	int code = diag_find(name);

	if (code < 0)
		return arena_printf(ds->arena, "no such diagnostic: %s", name);
	if (diag_codes[code].class != DIAG_CLASS_WARNING)
		return arena_printf(ds->arena, "%s is no warning: it cannot be allowed", name);
	ds->allowed[code] = true;
	return NULL;
}

void
diag_note(struct diags *ds, struct diag *d, struct span at, const char *fmt, ...)
{
	struct diag_note *note = arena_alloc(ds->arena, sizeof(*note)), **end = &d->notes;
	va_list ap;

	va_start(ap, fmt);
	*note = (struct diag_note){at, format(ds->arena, fmt, ap), NULL};
	va_end(ap);
	while (*end)
		end = &(*end)->next;
	*end = note;
}

void
diag_help(struct diags *ds, struct diag *d, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	d->help = format(ds->arena, fmt, ap);
	va_end(ap);
}

static int
compare_places(struct span x, struct span y)
{
	int c = strcmp(x.src->path, y.src->path);

	return c ? c : (x.off > y.off) - (x.off < y.off);
}

static int
compare(const void *px, const void *py)
{
	const struct diag *x = *(struct diag *const *)px, *y = *(struct diag *const *)py;
	int sx = (int)x->severity, sy = (int)y->severity;
	int c = sx != sy ? sx - sy : strcmp(diag_codes[x->code].name, diag_codes[y->code].name);

	if (c == 0)
		c = compare_places(x->at, y->at);
	return c ? c : (x->order > y->order) - (x->order < y->order);
}

// Whether D says what one of the first KEPT says too; those at its place are the last of them.
static bool
is_double(const struct diags *ds, size_t kept, const struct diag *d)
{
	while (kept-- > 0) {
		const struct diag *k = ds->list.v[kept];

		if (k->code != d->code || compare_places(k->at, d->at) != 0)
			return false;
		if (strcmp(k->text, d->text) == 0)
			return true;
	}
	return false;
}

static void
drop_doubles(struct diags *ds)
{
	size_t kept = 0;

	for (size_t i = 0; i < ds->list.n; i++) {
		const struct diag *d = ds->list.v[i];

		if (is_double(ds, kept, d)) {
			count(ds, d, false);
		} else {
			ds->list.v[kept++] = ds->list.v[i];
		}
	}
	ds->list.n = kept;
}

// The colours of one run: all empty without colour.
struct paint {
	const char *error, *warning, *note, *bold, *reset;
};

static const struct paint plain = {"", "", "", "", ""};
static const struct paint ansi = {"\033[1;31m", "\033[1;35m", "\033[1;36m", "\033[1m", "\033[0m"};

static void
print_place(FILE *f, struct span at, const struct paint *p)
{
	struct place place = span_place(at);

	fprintf(f, "%s%s:%zu:%zu:%s ", p->bold, at.src->path, place.line, place.column, p->reset);
}

static void
print_one(FILE *f, const struct diag *d, const struct paint *p)
{
	const struct code_info *code = &diag_codes[d->code];
	bool error = d->severity == DIAG_ERROR;
	const char *help = d->help ? d->help : code->help;

	print_place(f, d->at, p);
	fprintf(f, "%s%s:%s [%s] %s", error ? p->error : p->warning, error ? "error" : "warning",
		p->reset, code->name, d->text);
	if (*d->alias)
		fprintf(f, " (also %s)", d->alias);
	putc('\n', f);
	if (d->at.src->text.n)
		span_print(f, d->at, error ? p->error : p->warning, p->reset);
	for (const struct diag_note *n = d->notes; n; n = n->next) {
		if (n->at.src)
			print_place(f, n->at, p);
		fprintf(f, "%snote:%s %s\n", p->note, p->reset, n->text);
	}
	fprintf(f, "%shelp:%s %s\n", p->note, p->reset, help);
}

void
diag_sort(struct diags *ds)
{
	if (ds->list.n == 0)
		return;
	qsort(ds->list.v, ds->list.n, sizeof(*ds->list.v), compare);
	drop_doubles(ds);
}

void
diag_print_text(struct diags *ds, FILE *f, bool colour)
{
	diag_sort(ds);
	for (size_t i = 0; i < ds->list.n; i++)
		print_one(f, ds->list.v[i], colour ? &ansi : &plain);
}

void
diag_print(struct diags *ds, FILE *f, bool colour)
{
	diag_print_text(ds, f, colour);
	if (ds->list.n == 0)
		return;
	fprintf(f, "%zu error%s, %zu warning%s\n", ds->nerrors, ds->nerrors == 1 ? "" : "s",
		ds->nwarnings, ds->nwarnings == 1 ? "" : "s");
}

void
diag_print_short(struct diags *ds, FILE *f)
{
	diag_sort(ds);
	for (size_t i = 0; i < ds->list.n; i++) {
		const struct diag *d = ds->list.v[i];
		struct place at = span_place(d->at);

		fprintf(f, "%s[%s] %s:%zu:%zu: %s", d->severity == DIAG_ERROR ? "error" : "warning",
			diag_codes[d->code].name, d->at.src->path, at.line, at.column, d->text);
		if (*d->alias)
			fprintf(f, " (also %s)", d->alias);
		putc('\n', f);
	}
}

bool
diag_colour(FILE *f)
{
	const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE");

	if (no && *no)
		return false;
	if (force && *force && strcmp(force, "0") != 0)
		return true;
	return isatty(fileno(f)) == 1;
}
