// SPDX-License-Identifier: Apache-2.0
// squash_open.c -- the super block and the tables of an image, for squash_read.h. Layer: rules/lib.
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rules/lib/squash_read.h"

#define NOWHERE UINT64_MAX

enum {
	FIRST = sizeof(struct squashfs_super_block), // what comes after it
	DEVICE_BLOCK = 4096,
	INDEX = sizeof(uint64_t), // where a block of a table is
	NO_FRAGMENTS = 1 << SQUASHFS_NO_FRAG,
	EXPORTED = 1 << SQUASHFS_EXPORT,
	NO_XATTRS = 1 << 9,
	OPTIONS = 1 << SQUASHFS_COMP_OPT,
};

static const struct {
	const char *name;
	unsigned options; // bytes of them
} formats[] = {[ZLIB_COMPRESSION] = {"gzip", 8},
	[LZO_COMPRESSION] = {"lzo", 8},
	[XZ_COMPRESSION] = {"xz", 8},
	[ZSTD_COMPRESSION] = {"zstd", 4}};

uint64_t
squash_number(const unsigned char *p, size_t n)
{
	uint64_t x = 0;

	while (n--)
		x = x << 8 | p[n];
	return x;
}

static bool
is_format(const struct squash_reader *r)
{
	unsigned id = r->fs.sb.compression;

	return id < sizeof(formats) / sizeof(*formats) && formats[id].name &&
	       strcmp(formats[id].name, r->style->format) == 0;
}

// Flags that tell a reader what to look for say the same as the tables; others are hints for those
// who would append to the image.
static bool
are_flags_right(const struct squash_reader *r)
{
	const struct squashfs_super_block *s = &r->fs.sb;
	unsigned want = (s->fragments ? 0 : NO_FRAGMENTS) |
			(s->xattr_id_table_start == NOWHERE ? NO_XATTRS : 0);

	return (s->flags & (NO_FRAGMENTS | NO_XATTRS | EXPORTED)) == want &&
	       s->lookup_table_start == NOWHERE;
}

// Options of the compressor are a metadata block that is not compressed.
static bool
are_options_whole(const struct squash_reader *r)
{
	unsigned char header[2];

	if (!(r->fs.sb.flags & OPTIONS))
		return true;
	return pread(r->fs.fd, header, 2, FIRST) == 2 &&
	       squash_number(header, 2) ==
		       (SQUASHFS_COMPRESSED_BIT | formats[r->fs.sb.compression].options);
}

// Whether the file has the bytes the image says it has, and no more than fill a block of a device.
static bool
is_size_right(const struct squash_reader *r)
{
	uint64_t used = r->fs.sb.bytes_used, size;
	struct stat st;

	if (fstat(r->fs.fd, &st) != 0)
		return false;
	size = (uint64_t)st.st_size;
	return size % DEVICE_BLOCK == 0 && used <= size && size - used < DEVICE_BLOCK;
}

static const char *
check_super(const struct squash_reader *r)
{
	const struct squashfs_super_block *s = &r->fs.sb;

	if (s->s_magic != SQUASHFS_MAGIC || s->s_minor != SQUASHFS_MINOR)
		return "its super block is none";
	if (s->block_size != r->style->block || s->mkfs_time != r->style->time)
		return "the image has another block size or time";
	if (s->block_log > SQUASHFS_FILE_MAX_LOG || UINT32_C(1) << s->block_log != s->block_size)
		return "its super block has two block sizes";
	if (!is_format(r) || !are_options_whole(r))
		return "the image has another compressor";
	if (!are_flags_right(r))
		return "its super block has flags that its tables do not bear out";
	return is_size_right(r) ? NULL : "its file is not of the size it should have";
}

// Metadata blocks lie one after another from *AT to END.
static bool
leads_to(const struct squash_reader *r, uint64_t *at, uint64_t end)
{
	while (*at < end) {
		unsigned char header[2];
		uint16_t size;
		bool packed;

		if (pread(r->fs.fd, header, 2, (off_t)*at) != 2)
			return false;
		sqfs_md_header((uint16_t)squash_number(header, 2), &packed, &size);
		if (size > SQUASHFS_METADATA_SIZE)
			return false;
		*at += sizeof(header) + size;
	}
	return *at == end;
}

// The blocks of a table of COUNT lie one after another from *AT to where its index is: each is full
// but the last.
static bool
is_whole(struct squash_reader *r, const sqfs_table *t, size_t count, uint64_t index, uint64_t *at)
{
	size_t left = count * t->each, n;

	for (size_t i = 0; left; i++, left -= n) {
		sqfs_block *block;
		size_t taken;
		bool full;

		n = left < SQUASHFS_METADATA_SIZE ? left : SQUASHFS_METADATA_SIZE;
		if (t->blocks[i] != *at ||
			sqfs_md_block_read(&r->fs, (sqfs_off_t)*at, &taken, &block) != SQFS_OK)
			return false;
		full = block->size == n;
		sqfs_block_dispose(block);
		if (!full)
			return false;
		*at += taken;
	}
	return *at == index;
}

static uint64_t
index_size(const sqfs_table *t, size_t count)
{
	return sqfs_divceil(count * t->each, SQUASHFS_METADATA_SIZE) * INDEX;
}

static const char *
check_xattrs(struct squash_reader *r, uint64_t *at)
{
	const struct squashfs_xattr_id_table *info = &r->fs.xattr_info;

	if (r->fs.sb.xattr_id_table_start == NOWHERE)
		return NULL;
	if (info->xattr_ids == 0 || info->xattr_table_start != *at ||
		!leads_to(r, at, r->fs.xattr_table.blocks[0]) ||
		!is_whole(
			r, &r->fs.xattr_table, info->xattr_ids, r->fs.sb.xattr_id_table_start, at))
		return "its attributes cannot be read";
	*at += sizeof(*info) + index_size(&r->fs.xattr_table, info->xattr_ids);
	return NULL;
}

// Tables follow one another without a gap, which Linux wants of their indices.
static const char *
check_tables(struct squash_reader *r)
{
	const struct squashfs_super_block *s = &r->fs.sb;
	const sqfs_table *ids = &r->fs.id_table, *fragments = &r->fs.frag_table;
	uint64_t at = s->inode_table_start;
	const char *why;

	if (at < FIRST || s->no_ids == 0 || !leads_to(r, &at, s->directory_table_start))
		return "its inodes cannot be read";
	if (!leads_to(r, &at, s->fragments ? fragments->blocks[0] : ids->blocks[0]))
		return "its folders cannot be read";
	if (s->fragments) {
		if (!is_whole(r, fragments, s->fragments, s->fragment_table_start, &at))
			return "its fragment table cannot be read";
		at += index_size(fragments, s->fragments);
	}
	if (!is_whole(r, ids, s->no_ids, s->id_table_start, &at))
		return "its owners cannot be read";
	at += index_size(ids, s->no_ids);
	why = check_xattrs(r, &at);
	if (!why && at != s->bytes_used)
		why = "its super block has another size than its tables";
	return why;
}

sqfs_err
squash_handle_open(sqfs *handle, int fd)
{
	sqfs_err err = sqfs_init(handle, fd, 0);

	if (err != SQFS_OK)
		sqfs_table_destroy(&handle->xattr_table);
	return err;
}

// The library forgets one table.
void
squash_handle_close(sqfs *handle)
{
	sqfs_table_destroy(&handle->xattr_table);
	sqfs_destroy(handle);
}

const char *
squash_reader_open(struct squash_reader *r, struct arena *a, const char *path,
	const struct squash_style *style)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *why;
	sqfs_err err;

	*r = (struct squash_reader){.arena = a, .style = style, .fs.fd = -1};
	if (fd < 0)
		return "the image cannot be opened";
	err = squash_handle_open(&r->fs, fd);
	if (err != SQFS_OK) {
		close(fd);
		r->fs.fd = -1;
		return err == SQFS_ERR ? "its tables cannot be found" : "its super block is none";
	}
	why = check_super(r);
	return why ? why : check_tables(r);
}

void
squash_reader_close(struct squash_reader *r)
{
	if (r->fs.fd < 0)
		return;
	close(r->fs.fd);
	squash_handle_close(&r->fs);
}

// Whether a block of the tables is there, and has a byte at that place.
static bool
is_place(struct squash_reader *r, const sqfs_md_cursor *at)
{
	const struct squashfs_super_block *s = &r->fs.sb;
	sqfs_off_t pos = at->block;
	sqfs_block *block;

	return pos >= (sqfs_off_t)s->inode_table_start && pos < (sqfs_off_t)s->bytes_used &&
	       sqfs_md_cache(&r->fs, &pos, &block) == SQFS_OK && at->offset < block->size;
}

bool
squash_read_bytes(struct squash_reader *r, sqfs_md_cursor *at, void *to, size_t n)
{
	return is_place(r, at) && sqfs_md_read(&r->fs, at, to, n) == SQFS_OK;
}

// Linux takes no inode that says in its mode what its type says.
bool
squash_read_inode(struct squash_reader *r, sqfs_inode_id id, sqfs_inode *inode)
{
	unsigned char start[4]; // type and mode
	sqfs_md_cursor at;

	sqfs_md_cursor_inode(&at, id, (sqfs_off_t)r->fs.sb.inode_table_start);
	return squash_read_bytes(r, &at, start, sizeof(start)) &&
	       (squash_number(start + 2, 2) & S_IFMT) == 0 &&
	       sqfs_inode_get(&r->fs, inode, id) == SQFS_OK;
}

bool
squash_read_owner(struct squash_reader *r, uint16_t index, uint32_t *id)
{
	return index < r->fs.sb.no_ids && sqfs_id_get(&r->fs, index, id) == SQFS_OK;
}
