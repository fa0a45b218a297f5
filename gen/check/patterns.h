// SPDX-License-Identifier: Apache-2.0
// patterns.h -- what a text looks like: a secret, a domain, a package name. Layer: gen/check.
#ifndef GEN_CHECK_PATTERNS_H
#define GEN_CHECK_PATTERNS_H

#include <stdbool.h>

#include "gen/base/str.h"

// A part of a text; n 0: none.
struct part {
	size_t off, n;
};

// The first API key or token in S, as far as its shape goes.
struct part pattern_secret(struct str s);

// Whether S stands for content still to be written: the usual words for "to be done", alone.
bool pattern_is_placeholder(struct str s);

// Whether a domain pattern is empty or has a scheme, a path or a port.
bool pattern_is_bad_domain(struct str s);

// Whether a wildcard is for a whole top-level domain or more.
bool pattern_is_broad(struct str s);

// What keeps a domain pattern from ever matching a host name; NULL when nothing does.
const char *pattern_odd_domain(struct str s);

// What is wrong with a package as MANAGER names one; NULL when nothing is.
const char *pattern_odd_package(struct str s, const char *manager);

// The first character of S that is one of SET.
struct part pattern_any_of(struct str s, const char *set);

// Whether S is 64 hexadecimal digits.
bool pattern_is_sha256(struct str s);

#endif
