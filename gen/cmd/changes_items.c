// SPDX-License-Identifier: Apache-2.0
// changes_items.c -- which items of two lists, or lines of two texts, only one has. Layer: gen/cmd.
#include <stdlib.h>
#include <string.h>

#include "gen/cmd/changes.h"

struct texts {
	const char **v;
	size_t n, cap;
};

static void
add_shown(struct arena *a, struct texts *out, struct buf *shown)
{
	VEC_ADD(a, out, arena_ndup(a, shown->s, shown->n));
	buf_free(shown);
}

static struct texts
items_of(struct arena *a, const cJSON *list)
{
	struct texts out = {0};

	for (const cJSON *item = list->child; item; item = item->next) {
		struct buf shown = {0};

		changes_show(&shown, item);
		add_shown(a, &out, &shown);
	}
	return out;
}

static struct texts
lines_of(struct arena *a, const char *text)
{
	struct texts out = {0};

	while (text) {
		size_t n = strcspn(text, "\n");
		struct buf shown = {0};

		changes_show_string(&shown, (struct str){text, n});
		add_shown(a, &out, &shown);
		text = text[n] ? text + n + 1 : NULL;
	}
	return out;
}

static int
compare(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

// The items of X that Y has not, in the order of X.
static void
without(struct arena *a, struct change_items *out, const struct texts *x, const struct texts *y)
{
	size_t size = y->n * sizeof(*y->v);
	const char **sorted = arena_alloc(a, size);

	if (y->n) {
		memcpy(sorted, y->v, size);
		qsort(sorted, y->n, sizeof(*sorted), compare);
	}
	for (size_t i = 0; i < x->n; i++) {
		if (!y->n || !bsearch(&x->v[i], sorted, y->n, sizeof(*sorted), compare))
			VEC_ADD(a, out, ((struct change_item){0, x->v[i]}));
	}
}

// Two sequences between what they begin and what they end with. COMMON has, for each pair of
// places, how many items the rests behind them have in common; NULL where that is too much to tell.
struct middle {
	const char **x, **y;
	size_t nx, ny;
	unsigned *common;
};

enum { MAX_PAIRS = 1 << 22 };

static struct middle
middle_of(const struct texts *x, const struct texts *y, size_t *head)
{
	size_t most = x->n < y->n ? x->n : y->n, tail = 0;

	*head = 0;
	while (*head < most && strcmp(x->v[*head], y->v[*head]) == 0)
		(*head)++;
	while (tail < most - *head && strcmp(x->v[x->n - 1 - tail], y->v[y->n - 1 - tail]) == 0)
		tail++;
	return (struct middle){
		x->v + *head, y->v + *head, x->n - *head - tail, y->n - *head - tail, NULL};
}

static unsigned
common(const struct middle *m, size_t i, size_t k)
{
	return m->common ? m->common[i * (m->ny + 1) + k] : 0;
}

// The longest common subsequence, from the ends to the beginnings.
static void
count_common(struct arena *a, struct middle *m)
{
	unsigned *c;

	if (m->nx >= MAX_PAIRS || m->ny >= MAX_PAIRS || (m->nx + 1) * (m->ny + 1) > MAX_PAIRS)
		return;
	c = m->common = arena_alloc(a, (m->nx + 1) * (m->ny + 1) * sizeof(*c));
	for (size_t i = m->nx; i-- > 0;) {
		for (size_t k = m->ny; k-- > 0;) {
			unsigned below = common(m, i + 1, k), beside = common(m, i, k + 1);

			c[i * (m->ny + 1) + k] = strcmp(m->x[i], m->y[k]) == 0
							 ? common(m, i + 1, k + 1) + 1
						 : below > beside ? below
								  : beside;
		}
	}
}

static void
compare_sequences(struct arena *a, struct change *c, const struct texts *x, const struct texts *y)
{
	size_t head, i = 0, k = 0;
	struct middle m = middle_of(x, y, &head);

	count_common(a, &m);
	while (i < m.nx || k < m.ny) {
		if (i < m.nx && k < m.ny && strcmp(m.x[i], m.y[k]) == 0) {
			i++;
			k++;
		} else if (k == m.ny ||
			   (i < m.nx && common(&m, i + 1, k) >= common(&m, i, k + 1))) {
			VEC_ADD(a, &c->removed, ((struct change_item){head + i + 1, m.x[i]}));
			i++;
		} else {
			VEC_ADD(a, &c->added, ((struct change_item){head + k + 1, m.y[k]}));
			k++;
		}
	}
}

void
changes_split(struct arena *a, struct change *c, bool ordered)
{
	bool lists = cJSON_IsArray(c->old) && cJSON_IsArray(c->new);
	bool texts = cJSON_IsString(c->old) && cJSON_IsString(c->new) &&
		     (strchr(c->old->valuestring, '\n') || strchr(c->new->valuestring, '\n'));
	struct texts x, y;

	if (!lists && !texts)
		return;
	x = lists ? items_of(a, c->old) : lines_of(a, c->old->valuestring);
	y = lists ? items_of(a, c->new) : lines_of(a, c->new->valuestring);
	if (texts || ordered) {
		compare_sequences(a, c, &x, &y);
	} else {
		without(a, &c->removed, &x, &y);
		without(a, &c->added, &y, &x);
	}
}
