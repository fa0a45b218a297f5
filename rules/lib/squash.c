// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/squash.h"

#include <errno.h>
#include <sqfs/super.h>
#include <string.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "rules/lib/squash_blocks.h"
#include "rules/lib/squash_format.h"
#include "rules/lib/squash_tables.h"

// The file as the library writes to it: a failed write is the end.
struct image {
	sqfs_file_t base;
	const struct output *out;
	uint64_t size;
};

static int
write_at(sqfs_file_t *file, sqfs_u64 offset, const void *buffer, size_t size)
{
	struct image *f = (struct image *)file;
	const char *p = buffer;

	while (size) {
		ssize_t n = pwrite(fileno(f->out->f), p, size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			die("write %s:", f->out->tmp);
		p += n;
		size -= (size_t)n;
		offset += (uint64_t)n;
		f->size = offset > f->size ? offset : f->size;
	}
	return 0;
}

static int
read_at(sqfs_file_t *file, sqfs_u64 offset, void *buffer, size_t size)
{
	const struct image *f = (const struct image *)file;

	if (pread(fileno(f->out->f), buffer, size, (off_t)offset) != (ssize_t)size)
		die("read %s:", f->out->tmp);
	return 0;
}

static sqfs_u64
get_size(const sqfs_file_t *file)
{
	return ((const struct image *)file)->size;
}

static int
truncate_to(sqfs_file_t *file, sqfs_u64 size)
{
	struct image *f = (struct image *)file;

	if (ftruncate(fileno(f->out->f), (off_t)size) != 0)
		die("write %s:", f->out->tmp);
	f->size = size;
	return 0;
}

// The library wants to destroy only what it made.
static struct image
image_of(const struct output *out)
{
	return (struct image){{{NULL, NULL}, read_at, write_at, get_size, truncate_to}, out, 0};
}

static void
write_super(const sqfs_super_t *super, struct image *f)
{
	if (sqfs_super_write(super, &f->base) != 0)
		die("write %s: libsquashfs failed", f->out->tmp);
}

// Block devices have no ends: pad to a whole one, as all who write such images do.
static void
pad(struct image *f)
{
	static const char zeroes[SQFS_DEVBLK_SIZE];
	size_t over = f->size % SQFS_DEVBLK_SIZE;

	if (over)
		write_at(&f->base, f->size, zeroes, SQFS_DEVBLK_SIZE - over);
}

void
squash_write(const struct tree *t, struct output *out, const struct squash_style *style,
	struct squash_report *report)
{
	SQFS_COMPRESSOR id = (SQFS_COMPRESSOR)sqfs_compressor_id_from_name(style->format);
	sqfs_compressor_t *cmp = squash_compressor(id, style->level, style->block);
	struct image f = image_of(out);
	struct squash_layout layout;
	sqfs_super_t super;

	*report = (struct squash_report){0};
	if (sqfs_super_init(&super, style->block, style->time, id) != 0)
		die("libsquashfs does not know blocks of %lu bytes", (unsigned long)style->block);
	write_super(&super, &f);
	if (cmp->write_options(cmp, &f.base) > 0)
		super.flags |= SQFS_FLAG_COMPRESSOR_OPTIONS;
	squash_lay_out(&layout, t, style->block, style->threads);
	squash_write_blocks(&layout, &f.base, id, style, report);
	squash_write_tables(t, &layout, &f.base, cmp, &super);
	super.flags &= (sqfs_u16)~SQFS_FLAG_ALWAYS_FRAGMENTS; // tails of large files are none
	super.bytes_used = f.size;
	write_super(&super, &f);
	pad(&f);
	sqfs_destroy(cmp);
}
