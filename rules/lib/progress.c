// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/progress.h"

#include <unistd.h>

#include "gen/base/die.h"

enum { MB = 1000000, NS = 1000000000, STEP_NS = NS / 10 };

void
progress_start(struct progress *p, FILE *f, uint64_t total)
{
	*p = (struct progress){.f = f, .total = total, .on = isatty(fileno(f)) == 1};
	progress_add(p, 0);
}

static bool
is_time(struct progress *p)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec < p->next.tv_sec ||
		(now.tv_sec == p->next.tv_sec && now.tv_nsec < p->next.tv_nsec))
		return false;
	p->next.tv_sec = now.tv_sec + (now.tv_nsec + STEP_NS) / NS;
	p->next.tv_nsec = (now.tv_nsec + STEP_NS) % NS;
	return true;
}

void
progress_add(struct progress *p, uint64_t bytes)
{
	p->done += bytes;
	if (!p->on || !is_time(p))
		return;
	fprintf(p->f, "\r  %s: %llu of %llu MB", progname, (unsigned long long)(p->done / MB),
		(unsigned long long)(p->total / MB));
	fflush(p->f);
}

void
progress_end(struct progress *p)
{
	if (p->on)
		fputs("\r\033[K", p->f);
	fflush(p->f);
	p->on = false;
}
