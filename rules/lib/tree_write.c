// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/tree_write.h"

#include <archive_entry.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gen/base/die.h"

enum { BLOCK = 1 << 17 };

struct writer {
	const struct tree *tree;
	struct archive *out;
	const struct tree_style *style;
	unsigned *folders; // how many each entry holds
	int64_t *inodes;   // of each entry
};

// Number the entries and count folders in folders. Names of one file share the number of the first.
static void
count(struct writer *w)
{
	const struct tree *t = w->tree;
	const struct tree_entry *v = t->list.v;
	int64_t next = 1;

	w->folders = arena_alloc(t->arena, t->list.n * sizeof(*w->folders));
	w->inodes = arena_alloc(t->arena, t->list.n * sizeof(*w->inodes));
	for (size_t i = 0; i < t->list.n; i++) {
		bool again = v[i].data && strcmp(v[i].data->first, v[i].path) != 0;

		w->inodes[i] = again ? w->inodes[tree_find(t, v[i].data->first) - v] : next++;
		if (S_ISDIR(v[i].mode) && i > 0)
			w->folders[tree_parent(t, &v[i]) - v]++;
	}
}

// Whether E is the path that carries the bytes of its file.
static bool
is_first(const struct tree_entry *e)
{
	return e->data && strcmp(e->data->first, e->path) == 0;
}

static void
describe_inode(struct writer *w, const struct tree_entry *e, struct archive_entry *to)
{
	size_t i = (size_t)(e - w->tree->list.v);
	unsigned links = e->data ? e->data->names : 1;

	archive_entry_set_ino64(to, w->inodes[i]);
	archive_entry_set_nlink(to, S_ISDIR(e->mode) ? 2 + w->folders[i] : links);
}

static void
describe(struct writer *w, const struct tree_entry *e, struct archive_entry *to)
{
	archive_entry_copy_pathname(to, e->path);
	archive_entry_set_mode(to, e->mode);
	archive_entry_set_mtime(to, w->style->time, 0);
	archive_entry_set_uid(to, w->style->as_root ? 0 : e->uid);
	archive_entry_set_gid(to, w->style->as_root ? 0 : e->gid);
	archive_entry_set_size(to, is_first(e) ? e->data->size : 0);
	if (S_ISCHR(e->mode) || S_ISBLK(e->mode))
		archive_entry_set_rdev(to, e->rdev);
	if (e->target)
		archive_entry_copy_symlink(to, e->target);
	if (w->style->as_inodes) {
		describe_inode(w, e, to);
	} else if (e->data && !is_first(e)) {
		archive_entry_copy_hardlink(to, e->data->first);
	}
	for (size_t i = 0; i < e->xattrs.n && !archive_entry_hardlink(to); i++) {
		archive_entry_xattr_add_entry(
			to, e->xattrs.v[i].name, e->xattrs.v[i].value, e->xattrs.v[i].n);
	}
}

// Write N bytes of the current file.
static bool
put(struct writer *w, const void *bytes, size_t n)
{
	if (n && archive_write_data(w->out, bytes, n) != (la_ssize_t)n)
		return false;
	progress_add(w->style->progress, n);
	return true;
}

static bool
put_zeroes(struct writer *w, int64_t n)
{
	static const char zeroes[BLOCK];

	for (; n > BLOCK; n -= BLOCK) {
		if (!put(w, zeroes, BLOCK))
			return false;
	}
	return put(w, zeroes, n > 0 ? (size_t)n : 0);
}

// The bytes of a file from a tar, with zeroes where it had holes.
static bool
put_pieces(struct writer *w, const struct tree_data *d)
{
	int64_t at = 0;

	for (size_t i = 0; i < d->pieces.n; i++) {
		const struct tree_piece *p = &d->pieces.v[i];

		if (!put_zeroes(w, p->offset - at) || !put(w, p->bytes, p->n))
			return false;
		at = p->offset + (int64_t)p->n;
	}
	return put_zeroes(w, d->size - at);
}

// The bytes of a file on the disk. Its size was promised to the archive: another one now cannot be
// written any more.
static bool
put_file(struct writer *w, const struct tree_data *d)
{
	static char block[BLOCK];
	FILE *f = fopen(d->from, "re");
	int64_t left = d->size;
	bool ok = true;
	size_t n;

	if (!f)
		die("open %s:", d->from);
	while (ok && (n = fread(block, 1, sizeof(block), f)) > 0) {
		left -= (int64_t)n;
		ok = left >= 0 && put(w, block, n);
	}
	if (ferror(f))
		die("read %s:", d->from);
	if (left < 0 || (ok && left > 0))
		die("%s changed while it was read", d->from);
	fclose(f);
	return ok;
}

static bool
put_entry(struct writer *w, const struct tree_entry *e)
{
	struct archive_entry *to = archive_entry_new();
	int result;

	if (!to)
		die("out of memory");
	describe(w, e, to);
	result =
		archive_write_header(w->out, to); // warns of a name that is not UTF-8, and keeps it
	archive_entry_free(to);
	if (result < ARCHIVE_WARN)
		return false;
	if (!is_first(e))
		return true;
	return e->data->from ? put_file(w, e->data) : put_pieces(w, e->data);
}

bool
tree_write(const struct tree *t, struct archive *out, const struct tree_style *style)
{
	struct writer w = {.tree = t, .out = out, .style = style};

	count(&w);
	for (size_t i = 0; i < t->list.n; i++) {
		if (!put_entry(&w, &t->list.v[i]))
			return false;
	}
	return archive_write_close(out) == ARCHIVE_OK;
}

uint64_t
tree_bytes(const struct tree *t)
{
	uint64_t n = 0;

	for (size_t i = 0; i < t->list.n; i++) {
		if (is_first(&t->list.v[i]))
			n += (uint64_t)t->list.v[i].data->size;
	}
	return n;
}
