// SPDX-License-Identifier: Apache-2.0
// utf8.h -- text the host will accept: it refuses a message with anything but UTF-8 in a string.
// Layer: guest/agent/lib.
#ifndef GUEST_AGENT_LIB_UTF8_H
#define GUEST_AGENT_LIB_UTF8_H

#include <stddef.h>

// The size, 1 to 4, of the UTF-8 character at the front of the N bytes at P; 0 when there is none
// (also for surrogates, overlong forms and what lies beyond U+10FFFF).
size_t utf8_size(const char *p, size_t n);

// Copy the N bytes at P to OUT, which has room for CAP bytes and a NUL: bytes that are not UTF-8
// become U+FFFD, the copy is cut before the character that does not fit. Returns its length.
size_t utf8_clean(char *out, size_t cap, const char *p, size_t n);

#endif
