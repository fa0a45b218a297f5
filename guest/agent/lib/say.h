// SPDX-License-Identifier: Apache-2.0
// say.h -- what a guest program tells the console. Layer: guest/agent/lib (libc only).
#ifndef GUEST_AGENT_LIB_SAY_H
#define GUEST_AGENT_LIB_SAY_H

// The name printed before each message: the last part of ARGV0. First thing in main.
void say_start(const char *argv0);

// Print "NAME: MESSAGE" on stderr, in one write, control bytes as '?', cut at 500 bytes. A format
// that ends in ':' gets " strerror(errno)" appended. errno is kept.
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

// The same, then exit 1.
void say_die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

// Copy what is said from now on to the descriptor FD as well (-1: no longer).
void say_copy(int fd);

#endif
