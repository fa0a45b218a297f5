// SPDX-License-Identifier: Apache-2.0
// console.h -- what a machine prints on its serial console, line by line, with times.
// Layer: rules/lib.
#ifndef RULES_LIB_CONSOLE_H
#define RULES_LIB_CONSOLE_H

#include <stdio.h>
#include <time.h>

#include "gen/base/arena.h"
#include "gen/base/str.h"

struct console {
	struct arena *arena;
	FILE *log, *screen; // screen may be NULL
	struct timespec start;
	struct buf line;   // not ended yet
	VEC(char *) lines; // all of them, clean, without their times
	void (*on_line)(void *arg, const char *line);
	void *arg;
};

// Bytes as they come. Each line that ends with them goes to the log and the screen as
// "[   1.234] LINE", and to on_line: without escape sequences, control characters and blanks at its
// end. Lines of more than 4096 bytes are cut into pieces.
void console_add(struct console *c, const char *bytes, size_t n);

// The end: what is left is a line too.
void console_end(struct console *c);

// Seconds since start.
double console_seconds(const struct console *c);

#endif
