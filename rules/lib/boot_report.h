// SPDX-License-Identifier: Apache-2.0
// boot_report.h -- what boots have shown of an image, for machines to read. Layer: rules/lib.
//
//   {arch, accelerator,
//    assets: {vmlinuz: HASH, ...},
//    boot | doctor | ...: {result: "passed" or "failed", why, key, log, seconds, ready_ms,
//                          stages: [{name, duration_ms}...],
//                          passed, skipped, failed,
//                          checks: [{name, result, duration_ms, why}...]}}
//
// One part for each kind of boot, which is made anew by each such boot; parts of other kinds stay
// as long as the assets do. "why" is there where something has one, what counts checks only where
// there were any. "seconds" is from the start of QEMU to its end, "ready_ms" the guest's own clock.
//
// The guest tells its part on the console, one line each:
//   capsem: mark STAGE N ms
//   capsem: boot took N ms
//   capsem: check passed|skipped|failed N ms NAME[ -- WHY]
//   capsem: checks N          how many of those lines there were
#ifndef RULES_LIB_BOOT_REPORT_H
#define RULES_LIB_BOOT_REPORT_H

#include <stdbool.h>

#include "rules/lib/vm.h"

struct boot_stage {
	const char *name;
	long ms;
};

struct boot_check {
	const char *name, *result, *why; // why: NULL for none
	long ms;
};

struct boot_report {
	struct arena *arena;
	VEC(struct boot_stage) stages;
	VEC(struct boot_check) checks;
	long ready_ms, nchecks; // -1: not said
	double seconds;
};

// Take in a line of the console; others than those above are none of its business.
void boot_report_line(struct boot_report *r, const char *line);

// What the checks found, as one phrase; NULL when none failed and no line was lost.
const char *boot_report_failures(const struct boot_report *r);

// Whether the report at PATH says that the part PART passed with this KEY, and its log LOG is still
// the one of then.
bool boot_report_proves(
	struct arena *a, const char *path, const char *part, const char *key, const char *log);

// How one part of the report ended.
struct boot_part {
	const char *name;     // "boot", or the program that ran
	const char *key;      // what it depends on
	const char *log_hash; // BLAKE3 of the console log
	const char *why;      // NULL: it passed
};

// Write part PART into the report at PATH. The file gets the time of the youngest file of the
// image: two edges of ninja write it, and neither may make the other's output look old.
void boot_report_write(const struct boot_report *r, const struct vm *vm, const char *path,
	const struct boot_part *part);

#endif
