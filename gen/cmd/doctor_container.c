// SPDX-License-Identifier: Apache-2.0
// doctor_container.c -- has the container engine enough memory, is its clock right. Layer: gen/cmd.
// Source: sections 6 and 14 of the command reference.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

// Seconds since 1970 of a date, by the proleptic Gregorian calendar.
static long
seconds_of(long year, long month, long day)
{
	long y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;

	return (365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468) * 86400;
}

// "2026-01-31T12:00:00.123456789+01:00"; whether it is such a time.
static bool
parse_time(const char *s, long *out)
{
	int year, month, day, hour, minute, second, n = 0, zone_hour = 0, zone_minute = 0;
	long sign;

	if (sscanf(s, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day, &hour, &minute, &second,
		    &n) != 6)
		return false;
	s += n;
	s += *s == '.' ? 1 + strspn(s + 1, "0123456789") : 0;
	sign = *s == '-' ? -1 : 1;
	if (*s != 'Z' && *s != 'z' &&
		((*s != '+' && *s != '-') ||
			sscanf(s + 1, "%2d:%2d", &zone_hour, &zone_minute) != 2))
		return false;
	*out = seconds_of(year, month, day) + hour * 3600L + minute * 60L + second -
	       sign * (zone_hour * 3600L + zone_minute * 60L);
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
