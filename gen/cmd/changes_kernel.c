// SPDX-License-Identifier: Apache-2.0
// changes_kernel.c -- two kernel configurations beside each other. Layer: gen/cmd.
#include <stdlib.h>
#include <string.h>

#include "gen/base/path.h"
#include "gen/cmd/changes.h"

// What a configuration says of one symbol: CONFIG_NAME=VALUE, or "# CONFIG_NAME is not set" (n).
struct symbol {
	struct str name, value;
	struct span at;
};

struct symbols {
	struct symbol *v;
	size_t n, cap;
};

#define NOT_SET " is not set"

static bool
read_line(const struct source *src, struct str line, struct symbol *out)
{
	struct str s = line;
	const char *equals;

	if (str_starts(s, "# ") && str_ends(s, NOT_SET)) {
		s = (struct str){s.s + 2, s.n - 2 - strlen(NOT_SET)};
		*out = (struct symbol){s, STR("n"), {src, (size_t)(s.s - src->text.s), s.n}};
		return str_starts(s, "CONFIG_");
	}
	equals = memchr(s.s, '=', s.n);
	if (!equals || !str_starts(s, "CONFIG_"))
		return false;
	*out = (struct symbol){{s.s, (size_t)(equals - s.s)},
		{equals + 1, (size_t)(s.s + s.n - equals - 1)},
		{src, (size_t)(s.s - src->text.s), s.n}};
	return true;
}

// By name, and then by place: the last one counts.
static int
compare(const void *px, const void *py)
{
	const struct symbol *x = px, *y = py;
	int c = str_cmp(x->name, y->name);

	return c ? c : (x->at.off > y->at.off) - (x->at.off < y->at.off);
}

static void
sort(struct symbols *all)
{
	size_t n = 0;

	if (all->n)
		qsort(all->v, all->n, sizeof(*all->v), compare);
	for (size_t i = 0; i < all->n; i++) {
		if (i + 1 == all->n || !str_eq(all->v[i].name, all->v[i + 1].name))
			all->v[n++] = all->v[i];
	}
	all->n = n;
}

// A configuration that is not there says nothing of any symbol.
static struct symbols
read_symbols(struct arena *a, const struct config *c, const struct conf_arch *arch)
{
	const char *path = path_join(a, c->dir, arch->defconfig.v.s), *p, *end;
	const struct source *src = path_is_file(path) ? source_load(a, path, path) : NULL;
	struct symbols all = {0};

	if (!src)
		return all;
	for (p = src->text.s, end = p + src->text.n; p < end;) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		struct symbol symbol;

		if (read_line(
			    src, str_trim((struct str){p, (size_t)((nl ? nl : end) - p)}), &symbol))
			VEC_ADD(a, &all, symbol);
		p = nl ? nl + 1 : end;
	}
	sort(&all);
	return all;
}

static cJSON *
value_of(struct arena *a, const struct symbol *s)
{
	return s ? cJSON_CreateString(arena_ndup(a, s->value.s, s->value.n)) : NULL;
}

static void
add_symbol(struct changes *out, const char *key, const struct symbol *old, const struct symbol *new)
{
	struct change c = {.key = key,
		.old = value_of(out->arena, old),
		.new = value_of(out->arena, new),
		.old_at = old ? old->at : (struct span){0},
		.new_at = new ? new->at : (struct span){0},
		.reaches = KERNEL};

	changes_add(out, &c, true);
}

static void
merge(struct changes *out, const char *prefix, const struct symbols *x, const struct symbols *y)
{
	size_t i = 0, k = 0;

	while (i < x->n || k < y->n) {
		int c = i == x->n ? 1 : k == y->n ? -1 : str_cmp(x->v[i].name, y->v[k].name);

		struct str name = c <= 0 ? x->v[i].name : y->v[k].name;

		add_symbol(out, changes_key(out->arena, prefix, name), c <= 0 ? &x->v[i] : NULL,
			c >= 0 ? &y->v[k] : NULL);
		i += c <= 0;
		k += c >= 0;
	}
}

void
changes_find_kernel(struct changes *out, const struct config *old, const struct config *new)
{
	for (size_t i = 0; i < old->build.architectures.n; i++) {
		const struct conf_arch *x = &old->build.architectures.v[i],
				       *y = config_arch(new, x->head.key.s);
		struct symbols before, behind;

		if (!y)
			continue;
		before = read_symbols(out->arena, old, x);
		behind = read_symbols(out->arena, new, y);
		merge(out, changes_key(out->arena, "kernel", x->head.key), &before, &behind);
	}
}
