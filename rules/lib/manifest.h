// SPDX-License-Identifier: Apache-2.0
// manifest.h -- manifest.json, format 2: what the host reads to find assets. Layer: rules/lib.
//
//   {format: 2,
//    assets:   {current: V, releases: {V: {date, deprecated: false, min_binary: "1.0.0",
//                                          arches: {ARCH: {FILE: {hash, size}}}}}},
//    binaries: {current: B, releases: {B: {date, deprecated: false, min_assets: V}}}}
//
// The asset version V is YYYY.MMDD.P: the day its files last changed and how often they did that
// day. While hashes stay, so do V and its date; of each kind there is one release.
#ifndef RULES_LIB_MANIFEST_H
#define RULES_LIB_MANIFEST_H

#include <time.h>

#include "rules/lib/assets.h"

// What the manifest of AS says, as text, with BINARY as binary version. OLD, the manifest until now
// (may be empty, or garbage), tells the version to keep or to count on from; TODAY is the day a new
// one is of.
void manifest_print(const struct assets *as, struct str old, const char *binary, struct tm today,
	struct buf *out);

#endif
