// SPDX-License-Identifier: Apache-2.0
// gzip_cache.h -- gzip members, each compressed once: a folder remembers them by what they hold.
// Layer: rules/lib.
//
// A file of the folder is called by the BLAKE3 of this program, the level and the bytes, so that
// it holds what this very program would make of them; another build of it looks for other names.
// The files are sealed (rules/lib/sealed.h): what is damaged, cut off, or lies under a wrong name
// is made again. Members are unpacked and compared before they are handed out, whether they were
// remembered or not.
//
// Any number of programs may use a folder at once. A folder that cannot be used costs time and
// nothing else. The files used least lately go when it outgrows 256 MiB.
#ifndef RULES_LIB_GZIP_CACHE_H
#define RULES_LIB_GZIP_CACHE_H

#include <stdbool.h>

#include "gen/base/hash.h"
#include "gen/base/str.h"

struct libdeflate_compressor;
struct libdeflate_decompressor;

struct gzip_cache {
	const char *dir; // borrowed; NULL remembers nothing
	int level;
	char program[HASH_HEX + 1];
	bool crowded; // time to look how big the folder is: at one new file in 16
	struct libdeflate_compressor *pack;
	struct libdeflate_decompressor *unpack;
	struct buf member, check; // the member handed out last, and its bytes
};

// Get ready to compress at LEVEL, 1 to 12. Dies when memory runs out.
void gzip_cache_open(struct gzip_cache *c, const char *dir, int level);

// A gzip member that holds BYTES, without a name and time in its header: always the same for the
// same bytes and level. Borrowed until the next call. Dies when memory runs out, and when what was
// compressed does not unpack to BYTES.
struct str gzip_cache_member(struct gzip_cache *c, struct str bytes);

// Free what C holds and keep its folder small.
void gzip_cache_close(struct gzip_cache *c);

// Remove the files of folder DIR used least lately, until the others have at most MAX bytes
// together. Folders in it stay; so does what cannot be removed.
void gzip_cache_shrink(const char *dir, size_t max);

#endif
