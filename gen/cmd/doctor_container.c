// SPDX-License-Identifier: Apache-2.0
// doctor_container.c -- has the container engine enough memory, is its clock right. Layer: gen/cmd.
// Source: sections 6 and 14 of the command reference.
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gen/cmd/doctor.h"

enum {
	LEAST_MB = 4096,
	RECOMMENDED_MB = 8192,
	DESKTOP_MB = 12288, // of the full desktop build
	DESKTOP_RECOMMENDED_MB = 16384,
	MOST_SKEW = 30,
};

// docker and podman may run in a machine of their own, which has less than this one.
static void
advise_memory(struct doctor *d)
{
	if (d->engine.local) {
		doctor_fix(d, "give this machine more memory, or build on a larger one");
	} else {
		doctor_fix(d, "give the machine that runs %s 8 GB of memory", d->engine.name);
	}
}

void
doctor_resources(struct doctor *d)
{
	const struct doctor_engine *e = &d->engine;
	const char *what;

	if (!e->name || e->mib == 0)
		return;
	what = arena_printf(d->arena, "%s: %ldMB RAM, %ld CPUs", e->name, e->mib, e->cpus);
	if (e->mib < LEAST_MB) {
		doctor_add(
			d, DOCTOR_FAIL, "container-resources", "%s (minimum %dMB)", what, LEAST_MB);
		advise_memory(d);
	} else if (e->mib < RECOMMENDED_MB) {
		doctor_add(d, DOCTOR_WARN, "container-resources", "%s (recommended %dMB)", what,
			RECOMMENDED_MB);
		advise_memory(d);
	} else if (e->mib < DESKTOP_RECOMMENDED_MB) {
		doctor_add(d, DOCTOR_NOTE, "container-resources",
			"%s (the full desktop build wants %dMB, recommended %dMB)", what,
			DESKTOP_MB, DESKTOP_RECOMMENDED_MB);
	} else {
		doctor_add(d, DOCTOR_PASS, "container-resources", "%s", what);
	}
}

// Seconds since 1970 of a time in UTC, by the Gregorian calendar.
static long
seconds_of(const struct tm *t)
{
	long y = t->tm_year + 1900L, m = t->tm_mon - 2L; // March is 0: the leap day comes last

	if (m < 0) {
		y--;
		m += 12;
	}
	y = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + t->tm_mday - 1 - 719468;
	return y * 86400 + t->tm_hour * 3600L + t->tm_min * 60L + t->tm_sec;
}

// "Z" or "+01:00", as seconds east of UTC; whether S begins with one.
static bool
parse_zone(const char *s, long *out)
{
	struct tm zone = {0};

	*out = 0;
	if (*s == 'Z' || *s == 'z')
		return true;
	if ((*s != '+' && *s != '-') || !strptime(s + 1, "%H:%M", &zone))
		return false;
	*out = (zone.tm_hour * 3600L + zone.tm_min * 60L) * (*s == '-' ? -1 : 1);
	return true;
}

// "2026-01-31T12:00:00.123456789+01:00"; whether it is such a time.
static bool
parse_time(const char *s, long *out)
{
	struct tm t = {0};
	long east;

	s = strptime(s, "%Y-%m-%dT%H:%M:%S", &t);
	if (!s)
		return false;
	s += *s == '.' ? 1 + strspn(s + 1, "0123456789") : 0;
	if (!parse_zone(s, &east))
		return false;
	*out = seconds_of(&t) - east;
	return true;
}

void
doctor_clock(struct doctor *d)
{
	const struct doctor_engine *e = &d->engine;
	long theirs = e->asked, skew;

	if (!e->name || (e->clock && !parse_time(e->clock, &theirs)) || (!e->clock && !e->local))
		return;
	skew = labs(theirs - e->asked);
	if (skew <= MOST_SKEW) {
		doctor_add(d, DOCTOR_PASS, "container-clock", "%s clock skew: %lds (ok)", e->name,
			skew);
		return;
	}
	doctor_add(d, DOCTOR_FAIL, "container-clock", "%s clock is %lds %s host", e->name, skew,
		theirs < e->asked ? "behind" : "ahead");
	doctor_fix(d, "sudo timedatectl set-ntp true, here and where %s runs", e->name);
}
