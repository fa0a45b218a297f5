// SPDX-License-Identifier: Apache-2.0
// elf.h -- what kind of program a file is. Layer: rules/lib.
// Source: System V ABI, chapters 4 and 5 ("Object Files", "Program Loading").
#ifndef RULES_LIB_ELF_H
#define RULES_LIB_ELF_H

#include "gen/base/arena.h"

// The name an architecture goes by here, and its e_machine number; dies with exit 2 on any other
// name than "x86_64" or "arm64".
unsigned elf_machine(const char *arch);

// NULL when the file at PATH is an ELF executable for machine MACHINE that runs without any other
// file: no interpreter, no shared library (a static position-independent one is fine). Else one
// phrase that says what it is instead. Dies when the file cannot be read.
const char *elf_why_not_static(struct arena *a, const char *path, unsigned machine);

#endif
