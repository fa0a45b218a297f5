// SPDX-License-Identifier: Apache-2.0
// tee.h -- what children say: shown while they say it, kept in a file and in memory.
// Layer: rules/lib.
#ifndef RULES_LIB_TEE_H
#define RULES_LIB_TEE_H

#include <stdbool.h>
#include <sys/types.h>

#include "gen/base/proc.h"
#include "gen/base/str.h"

struct tee {
	int log;         // the log file; children may also write to it directly
	bool live;       // repeat what tee_run hears on our own stderr as it comes
	struct buf text; // all that tee_run heard; like the log, without colours
	bool in_colour;  // within an escape sequence
};

// How long a child may be silent: SECONDS until it has said SIGN, then SECONDS_AFTER. 0 is for
// ever, SIGN NULL means that SECONDS count all the time.
struct patience {
	int seconds;
	const char *sign;
	int seconds_after;
};

// Start with an empty log at PATH (folders above it are created); PATH NULL: in a file without a
// name. Dies when it cannot be written.
void tee_open(struct tee *t, const char *path, bool live);
void tee_close(struct tee *t);

// Where the log ends now, and what was written to it behind such a place.
off_t tee_mark(const struct tee *t);
struct str tee_since(const struct tee *t, struct arena *a, off_t mark);

// Repeat the last N lines of TEXT on stderr, indented.
void tee_quote(struct str text, int n);

// Say "PROGNAME: error: MESSAGE" and the same under it, and exit 1.
void tee_die(struct str text, int n, const char *fmt, ...)
	__attribute__((noreturn, format(printf, 3, 4)));

// Add TEXT under a heading, to the log only.
void tee_note(struct tee *t, const char *heading, struct str text);

// Add a line of our own.
void tee_say(struct tee *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

// Run the child with its stdout and stderr going to T. Returns as proc_run does; 124 when it was
// ended because it had been silent for too long.
int tee_run(struct tee *t, const struct proc_spec *spec, const struct patience *patience);

#endif
