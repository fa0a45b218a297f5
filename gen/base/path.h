// SPDX-License-Identifier: Apache-2.0
// path.h -- paths as text, and folders. Layer: gen/base (libc only).
#ifndef GEN_BASE_PATH_H
#define GEN_BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "gen/base/arena.h"

// DIR/NAME, without a doubled '/'; NAME alone when it is absolute or DIR is "" or ".".
char *path_join(struct arena *a, const char *dir, const char *name);

// What stands before the last '/' ("." when there is none), and what stands after it. The second
// points into PATH.
char *path_dir(struct arena *a, const char *path);
const char *path_base(const char *path);

// PATH without "." parts, doubled '/' and ".." parts that have something to cancel; as text only,
// no file is looked at. An empty result is ".".
char *path_clean(struct arena *a, const char *path);

// The same file, absolute and clean, seen from the folder CWD.
char *path_absolute(struct arena *a, const char *cwd, const char *path);

// PATH, an absolute one, as seen from the absolute folder BASE: relative when it lies below it,
// else unchanged.
char *path_below(struct arena *a, const char *base, const char *path);

// The current folder. Dies when it cannot be told.
char *path_cwd(struct arena *a);

// The first character of PATH that ninja cannot read in a dependency file, quoted or not: a control
// character or one of "&'*;<>^`|. NULL when there is none.
// Source: ninja 1.11, src/depfile_parser.in.cc
const char *path_unfit(const char *path);

// Whether PATH is a folder, or a regular file; links are followed. False when it cannot be told.
bool path_is_dir(const char *path);
bool path_is_file(const char *path);

// Create PATH and the folders above it, mode 0777 less the umask. Dies on failure.
void path_make_dirs(const char *path);

// Lock the folder itself, for one process at a time: a lock file would be one more thing that lies
// about in it. WAIT: until it is free; else fails with EWOULDBLOCK while it is not. The descriptor,
// whose end is that of the lock; -1 with errno set. Source: flock(2).
int path_lock_dir(const char *path, bool wait);

// The full name of program NAME as execvp would find it: NAME itself when it holds a '/' and can be
// run, else the first match in SEARCH (a PATH-like list). NULL when there is none.
char *path_find_program(struct arena *a, const char *search, const char *name);

// Names in one folder, without "." and "..", in byte order.
struct names {
	char **v;
	size_t n;
};

// List the folder. False, with errno set, when it cannot be read.
bool path_list(struct arena *a, const char *dir, struct names *out)
	__attribute__((warn_unused_result));

#endif
