// SPDX-License-Identifier: Apache-2.0
// escape.h -- the two ways text gets into a ninja file. Layer: gen/emit.
// Source: the ninja manual, "Lexical syntax".
#ifndef GEN_EMIT_ESCAPE_H
#define GEN_EMIT_ESCAPE_H

#include "gen/base/str.h"

// PATH where ninja expects a path: '$', ' ' and ':' are special there, and '|' as a word of its
// own.
void ninja_path(struct buf *out, const char *path);

// ARG inside a command, so that sh -c sees exactly this one word: sh quoting where it is needed,
// then ninja's own, whose only special character here is '$'.
void ninja_arg(struct buf *out, const char *arg);

#endif
