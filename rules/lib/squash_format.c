// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE // dladdr. NOLINT(readability-identifier-naming): a name of the C library
#include "rules/lib/squash_format.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/base/die.h"
#include "gen/base/path.h"

sqfs_compressor_t *
squash_compressor(SQFS_COMPRESSOR id, long level, uint32_t block)
{
	sqfs_compressor_config_t cfg;
	sqfs_compressor_t *cmp = NULL;
	int err;

	if (id == SQFS_COMP_LZO)
		return squash_lzo(level);
	err = sqfs_compressor_config_init(&cfg, id, block, 0);
	if (!err && level)
		cfg.level = (sqfs_u32)level;
	if (!err)
		err = sqfs_compressor_create(&cfg, &cmp);
	if (err) {
		die("libsquashfs of this machine has no %s (error %d): use another compression",
			sqfs_compressor_name_from_id(id), err);
	}
	return cmp;
}

// The file a function was loaded from, as NAME.so.VERSION:SIZE: the full name of a library is that
// of its release.
static const char *
library_of(struct arena *a, const char *function)
{
	void *self = dlopen(NULL, RTLD_LAZY);
	void *at = self ? dlsym(self, function) : NULL;
	struct stat st = {0};
	Dl_info info;
	char *real;
	const char *name;

	if (!at || !dladdr(at, &info))
		return "unknown";
	real = realpath(info.dli_fname, NULL);
	if (!real || stat(real, &st) != 0)
		return "unknown";
	name = arena_printf(a, "%s:%lld", path_base(real), (long long)st.st_size);
	free(real);
	return name;
}

const char *
squash_maker(struct arena *a, SQFS_COMPRESSOR id, long level, uint32_t block)
{
	static const char *const functions[SQFS_COMP_MAX + 1] = {[SQFS_COMP_GZIP] = "deflate",
		[SQFS_COMP_LZO] = "lzo1x_999_compress_level",
		[SQFS_COMP_XZ] = "lzma_stream_buffer_encode",
		[SQFS_COMP_ZSTD] = "ZSTD_compressCCtx"};

	return arena_printf(a, "%s %ld %lu %s %s", functions[id], level, (unsigned long)block,
		library_of(a, functions[id]), library_of(a, "sqfs_compressor_create"));
}
