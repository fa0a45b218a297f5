// SPDX-License-Identifier: Apache-2.0
// squash_lzo.c -- LZO for squash_format.h. Layer: rules/lib.
// Source: https://dr-emann.github.io/squashfs/ (section 2.2, compression options); lzo/lzo1x.h.
//
// An image that was not made with LZO1X-999 at level 8 has the options after its super block, as a
// metadata block that is not compressed: a 16-bit length with the top bit set, then algorithm and
// level as 32-bit numbers, all little-endian.
#include <lzo/lzo1x.h>
#include <sqfs/error.h>
#include <sqfs/io.h>
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "rules/lib/squash_format.h"

enum { OPTIONS_AT = sizeof(sqfs_super_t), RAW = 0x8000, NUMBERS = 8 };

struct lzo {
	sqfs_compressor_t base;
	unsigned level;
	lzo_align_t work[LZO1X_999_MEM_COMPRESS / sizeof(lzo_align_t) + 1];
};

static void
put32(unsigned char *to, uint32_t n)
{
	for (size_t i = 0; i < 4; i++)
		to[i] = (unsigned char)(n >> 8 * i);
}

static int
write_options(sqfs_compressor_t *cmp, sqfs_file_t *file)
{
	const struct lzo *z = (const struct lzo *)cmp;
	unsigned char bytes[2 + NUMBERS] = {NUMBERS, RAW >> 8};
	int err;

	if (z->level == SQFS_LZO_DEFAULT_LEVEL)
		return 0;
	put32(bytes + 2, SQFS_LZO1X_999);
	put32(bytes + 6, z->level);
	err = file->write_at(file, OPTIONS_AT, bytes, sizeof(bytes));
	return err ? err : (int)sizeof(bytes);
}

// Reading needs none of them.
static int
read_options(sqfs_compressor_t *cmp, sqfs_file_t *file)
{
	(void)cmp;
	(void)file;
	return 0;
}

static void
get_configuration(const sqfs_compressor_t *cmp, sqfs_compressor_config_t *cfg)
{
	memset(cfg, 0, sizeof(*cfg));
	cfg->id = SQFS_COMP_LZO;
	cfg->level = ((const struct lzo *)cmp)->level;
}

// What cannot be compressed grows, at most by this: so not straight into OUT.
static sqfs_s32
do_block(sqfs_compressor_t *cmp, const sqfs_u8 *in, sqfs_u32 size, sqfs_u8 *out, sqfs_u32 room)
{
	struct lzo *z = (struct lzo *)cmp;
	lzo_bytep grown = malloc(size + size / 16 + 64 + 3);
	lzo_uint n = 0;
	int result;

	if (!grown)
		return SQFS_ERROR_ALLOC;
	result = lzo1x_999_compress_level(
		in, size, grown, &n, z->work, NULL, 0, NULL, (int)z->level);
	if (result == LZO_E_OK && n < size && n <= room)
		memcpy(out, grown, n);
	free(grown);
	if (result != LZO_E_OK)
		return SQFS_ERROR_COMPRESSOR;
	return n < size && n <= room ? (sqfs_s32)n : 0;
}

static void
destroy(sqfs_object_t *obj)
{
	free(obj);
}

static sqfs_object_t *
copy_of(const sqfs_object_t *obj)
{
	struct lzo *z = malloc(sizeof(*z));

	if (z)
		memcpy(z, obj, sizeof(*z));
	return (sqfs_object_t *)z;
}

sqfs_compressor_t *
squash_lzo(long level)
{
	struct lzo *z = calloc(1, sizeof(*z));

	if (!z || lzo_init() != LZO_E_OK)
		die("out of memory");
	z->base.base.destroy = destroy;
	z->base.base.copy = copy_of;
	z->base.get_configuration = get_configuration;
	z->base.write_options = write_options;
	z->base.read_options = read_options;
	z->base.do_block = do_block;
	z->level = level ? (unsigned)level : SQFS_LZO_DEFAULT_LEVEL;
	return &z->base;
}
