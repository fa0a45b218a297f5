// SPDX-License-Identifier: Apache-2.0
// feed.h -- an archive written straight into another program. Layer: rules/lib.
#ifndef RULES_LIB_FEED_H
#define RULES_LIB_FEED_H

#include <archive.h>

#include "gen/base/proc.h"
#include "gen/base/str.h"

// A child that reads an archive on stdin. What it says meanwhile is kept, so that it never has to
// wait for a reader and its last words can be shown.
struct feed {
	struct proc child;
	struct archive *to;
	struct buf said; // on stdout and stderr
};

// Start ARGV (with ENV over the environment, as in struct proc_spec) and connect TO with its stdin.
// False, with errno set, when it cannot be started.
bool feed_open(struct feed *f, const char *const *argv, const char *const *env, struct archive *to)
	__attribute__((warn_unused_result));

// End of input: wait for the child and return its exit status (128 + signal when it was killed).
int feed_close(struct feed *f);

// The last line the child wrote; "" when it wrote none. Valid until feed_free.
struct str feed_last_line(const struct feed *f);

// After feed_close and a complete archive: free that too.
void feed_free(struct feed *f);

#endif
