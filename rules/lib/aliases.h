// SPDX-License-Identifier: Apache-2.0
// aliases.h -- names of assets that hold their hash, and the name of the architecture in use.
// Layer: rules/lib.
//
// initrd.img with the hash 0123456789abcdef... is also initrd-0123456789abcdef.img: a hard link, so
// that a running guest keeps the file it started from when a new one takes its name.
#ifndef RULES_LIB_ALIASES_H
#define RULES_LIB_ALIASES_H

#include "rules/lib/assets.h"

// The alias of an asset called NAME: the first 16 digits of HASH before the first dot.
const char *alias_name(struct arena *a, const char *name, const char *hash);

// Whether NAME looks like an alias: letters, digits and underscores, '-', 16 lower-case hex digits,
// then nothing or a dot and letters, digits, underscores and dots.
bool alias_is_one(const char *name);

// Whoever makes an asset gives it a new file; an alias of the old one keeps the old bytes. Dies
// when an asset still is the file that an alias with another hash names: somebody has written into
// it.
void aliases_check(const struct assets *as);

// Give each asset its alias. Those of assets that lie in the folder itself get none.
void aliases_make(const struct assets *as);

// Remove regular files that look like aliases, but are none of these assets', from the folders of
// the architectures.
void aliases_clean(const struct assets *as);

// Let "current" in the folder be a link to the last architecture, in byte order, that has assets. A
// copy of an architecture's assets in its place is removed; dies when it holds anything else.
void aliases_set_current(const struct assets *as);

#endif
