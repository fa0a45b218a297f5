// SPDX-License-Identifier: Apache-2.0
// rule.h -- what every helper shares: arguments, depfile, exit status. Layer: rules/lib.
//
// The contract of a helper is in rules/README.md.
#ifndef RULES_LIB_RULE_H
#define RULES_LIB_RULE_H

#include <stddef.h>

#include "gen/base/arena.h"

struct rule {
	const char *name;  // file, program and ninja rule share this word
	const char *opts;  // getopt letters of its own, besides o: and d:
	const char *usage; // the same and the operands, as --help prints them
	const char *about; // one sentence: what it makes of what
};

struct rule_option {
	char letter;
	const char *value; // "" for one that takes none
};

// The arguments of one run, and what it has read so far.
struct rule_args {
	const char *opt[128]; // value of each option by letter, NULL when absent; ['o'] never is
	VEC(struct rule_option) given; // every option as it came, for those that may repeat
	char **in;                     // operands
	size_t nin;
	struct arena arena; // for everything that lives as long as the program
	VEC(const char *) reads;
};

// Read the arguments and get ready to be interrupted. --help prints the usage and exits 0; a
// mistake prints it and exits 2. First thing in main.
void rule_parse(struct rule_args *a, const struct rule *r, int argc, char *argv[]);

// The value of option LETTER; exit 2 when it is missing. The second reads it as a whole number in
// [MIN, MAX] (BASE 10 or 8), which is FALLBACK when the option is absent.
const char *rule_need(const struct rule_args *a, char letter);
long rule_number(
	const struct rule_args *a, char letter, int base, long min, long max, long fallback);

// Dies with exit 2 unless there are exactly N operands.
void rule_operands(const struct rule_args *a, size_t n);

// Note that PATH, a file or a folder that is not an operand, was read (copied).
void rule_read(struct rule_args *a, const char *path);

// Write the depfile named by -d, if any: "OUT: IN..." with all operands and all that was read.
void rule_depfile(const struct rule_args *a);

#endif
