// SPDX-License-Identifier: Apache-2.0
// ask.h -- questions to the person at the terminal, on stdout. Layer: gen/cmd.
#ifndef GEN_CMD_ASK_H
#define GEN_CMD_ASK_H

#include <stdbool.h>

#include "gen/base/arena.h"

// Whether somebody is there to answer: stdin and stdout are a terminal.
bool ask_somebody(void);

// "PROMPT [FALLBACK]: "; the answer without blanks around it, FALLBACK for an empty one. FALLBACK
// NULL: asks until there is an answer. Dies when the input ends.
const char *ask_text(struct arena *a, const char *prompt, const char *fallback);

// "PROMPT [Y/n]: ", or "[y/N]" where FALLBACK is false; asks until the answer is yes or no.
bool ask_yes(struct arena *a, const char *prompt, bool fallback);

// Print text that somebody else wrote: control characters as '?'.
void ask_print(const char *text);

#endif
