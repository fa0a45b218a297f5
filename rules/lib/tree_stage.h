// SPDX-License-Identifier: Apache-2.0
// tree_stage.h -- a tree as files on a disk, for programs that take nothing else. Layer: rules/lib.
#ifndef RULES_LIB_TREE_STAGE_H
#define RULES_LIB_TREE_STAGE_H

#include "rules/lib/tree.h"

// Make all of T below the new folder DIR: kinds, permission bits, owners, devices, attributes, hard
// links, bytes. Dies when it cannot; giving files to others and making devices takes a privileged
// user.
void tree_stage(const struct tree *t, const char *dir);

// Compare what lies below DIR with T: names, kinds, permission bits, owners, devices, targets and
// bytes. NULL when they are the same, else what differs, in A.
const char *tree_compare(const struct tree *t, struct arena *a, const char *dir);

// Remove the folder DIR with all that is in it, if it is there.
void tree_unstage(const char *dir);

#endif
