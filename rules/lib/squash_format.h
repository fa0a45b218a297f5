// SPDX-License-Identifier: Apache-2.0
// squash_format.h -- the compressors of squashfs images. Layer: rules/lib.
#ifndef RULES_LIB_SQUASH_FORMAT_H
#define RULES_LIB_SQUASH_FORMAT_H

#include <sqfs/compressor.h>

#include "gen/base/arena.h"

// A compressor for blocks of up to BLOCK bytes. LEVEL 0 is the format's own default. Each thread
// needs its own. Freed with sqfs_destroy. Dies when the library cannot.
sqfs_compressor_t *squash_compressor(SQFS_COMPRESSOR id, long level, uint32_t block);

// What decides the bytes a compressor makes: format, level, block size, and the libraries that do
// it with their versions.
const char *squash_maker(struct arena *a, SQFS_COMPRESSOR id, long level, uint32_t block);

// LZO, which libsquashfs leaves out for its licence; as squash_compressor.
sqfs_compressor_t *squash_lzo(long level);

#endif
