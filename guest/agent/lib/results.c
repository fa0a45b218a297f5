// SPDX-License-Identifier: Apache-2.0
// results.c -- exit codes of commands that have ended. Layer: guest/agent/lib.
#include "results.h"

#include <stdlib.h>
#include <string.h>

static size_t
find(const struct results *r, uint64_t id)
{
	size_t i = 0;

	while (i < r->n && r->v[i].id != id)
		i++;
	return i;
}

void
results_add(struct results *r, uint64_t id, int exit_code)
{
	size_t i = find(r, id);

	if (!r->v)
		r->v = calloc(RESULTS_MAX, sizeof(*r->v));
	if (!r->v)
		return;
	if (i == r->n && r->n == RESULTS_MAX)
		i = r->n = 0;
	r->v[i] = (struct result){id, exit_code, 0};
	if (i == r->n)
		r->n++;
}

bool
results_find(struct results *r, uint64_t id, long long now, int *exit_code)
{
	size_t i = find(r, id);

	if (i == r->n)
		return false;
	if (r->v[i].acked && now - r->v[i].acked > RESULTS_MS) {
		memmove(&r->v[i], &r->v[i + 1], (r->n - i - 1) * sizeof(*r->v));
		r->n--;
		return false;
	}
	*exit_code = r->v[i].exit_code;
	return true;
}

void
results_acked(struct results *r, uint64_t id, long long now)
{
	size_t i = find(r, id);

	if (i < r->n && !r->v[i].acked)
		r->v[i].acked = now;
}

void
results_free(struct results *r)
{
	free(r->v);
	*r = (struct results){NULL, 0};
}
