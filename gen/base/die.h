// SPDX-License-Identifier: Apache-2.0
// die.h -- last words of a process. Layer: gen/base (libc only).
#ifndef GEN_BASE_DIE_H
#define GEN_BASE_DIE_H

// Name printed before every message; set once, first thing in main. "": none is printed.
extern const char *progname;

// Print "PROGNAME: error: MESSAGE" on stderr and exit 1; a format that ends in ':' gets
// " strerror(errno)" appended. Files registered with cleanup_add are removed on the way out.
void die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

// The same for a mistake on the command line: exit 2.
void die_usage(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

// Print "PROGNAME: warning: MESSAGE" on stderr; a trailing ':' as in die.
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
