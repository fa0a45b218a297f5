// SPDX-License-Identifier: Apache-2.0
// tree_load.c -- the first half of tree.h: the members of a tar file, read by libarchive.
// Layer: rules/lib.
#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/base/str.h"
#include "rules/lib/tree.h"

// One tar file being read.
struct reader {
	struct tree *tree;
	struct archive *tar;
	struct str map;
};

// The whole file, for as long as the process lives.
static struct str
map_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st) != 0)
		die("open %s:", path);
	if (!S_ISREG(st.st_mode) || st.st_size == 0) {
		die("%s is not a tar file: %s", path,
			S_ISREG(st.st_mode) ? "it is empty" : "not a regular file");
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		die("map %s:", path);
	close(fd);
	return (struct str){p, (size_t)st.st_size};
}

// Whether any part is "..", even one that would lead nowhere bad: a tar we made has none.
static bool
goes_up(const char *path)
{
	while (*path) {
		size_t n = strcspn(path, "/");

		if (n == 2 && strncmp(path, "..", 2) == 0)
			return true;
		path += n + (path[n] == '/');
	}
	return false;
}

// PATH as entries have it; dies when it leads outside. MEMBER is what to blame.
static const char *
inside(struct reader *r, const char *path, const char *member)
{
	if (!path || !*path)
		die("%s: a member has no name", r->tree->name);
	if (path[0] == '/' || goes_up(path)) {
		die("%s: '%s' leads outside the tree%s%s%s", r->tree->name, member,
			path == member ? "" : ": hard link to '", path == member ? "" : path,
			path == member ? "" : "'");
	}
	return path_clean(r->tree->arena, path);
}

static bool
is_ascii(const char *s)
{
	for (; s && *s; s++) {
		if ((unsigned char)*s >= 0x80)
			return false;
	}
	return true;
}

// A name that is not UTF-8 makes libarchive warn, yet comes through as it is; any other warning
// means something of the member was lost.
static bool
lost_something(struct archive_entry *e)
{
	const char *target = archive_entry_hardlink(e);

	if (!target)
		target = archive_entry_symlink(e);
	return is_ascii(archive_entry_pathname(e)) && is_ascii(target);
}

static struct archive_entry *
next_member(struct reader *r)
{
	struct archive_entry *e;
	int result = archive_read_next_header(r->tar, &e);

	if (result == ARCHIVE_EOF)
		return NULL;
	if (result < ARCHIVE_WARN || (result == ARCHIVE_WARN && lost_something(e)))
		die("read %s: %s", r->tree->name, archive_error_string(r->tar));
	return e;
}

static void
add_piece(struct reader *r, struct tree_data *d, const void *bytes, size_t n, int64_t offset)
{
	struct tree_piece piece = {bytes, n, offset};

	if (n == 0)
		return;
	// libarchive hands out pointers into what it was given, unless it had to put a block
	// together
	if (piece.bytes < r->map.s || piece.bytes + n > r->map.s + r->map.n)
		piece.bytes = arena_ndup(r->tree->arena, bytes, n);
	VEC_ADD(r->tree->arena, &d->pieces, piece);
}

// Note where the bytes of the current member are; none is copied.
static struct tree_data *
read_data(struct reader *r, const char *path, int64_t size)
{
	struct tree_data *d = arena_alloc(r->tree->arena, sizeof(*d));
	const void *bytes;
	la_int64_t offset;
	int result;
	size_t n;

	d->size = size;
	while ((result = archive_read_data_block(r->tar, &bytes, &n, &offset)) == ARCHIVE_OK)
		add_piece(r, d, bytes, n, offset);
	if (result != ARCHIVE_EOF)
		die("read '%s' in %s: %s", path, r->tree->name, archive_error_string(r->tar));
	return d;
}

// libarchive writes each attribute in two spellings, and reads both.
static bool
has_xattr(const struct tree_entry *e, const char *name)
{
	for (size_t i = 0; i < e->xattrs.n; i++) {
		if (strcmp(e->xattrs.v[i].name, name) == 0)
			return true;
	}
	return false;
}

static void
read_xattrs(struct reader *r, struct archive_entry *from, struct tree_entry *to)
{
	struct arena *a = r->tree->arena;
	struct tree_xattr x;

	archive_entry_xattr_reset(from);
	while (archive_entry_xattr_next(from, &x.name, &x.value, &x.n) == ARCHIVE_OK) {
		if (strcmp(x.name, "security.capability") != 0 && strncmp(x.name, "user.", 5) != 0)
			continue;
		if (has_xattr(to, x.name))
			continue;
		x.name = arena_dup(a, x.name);
		x.value = arena_ndup(a, x.value, x.n);
		VEC_ADD(a, &to->xattrs, x);
	}
}

static void
add_member(struct reader *r, struct archive_entry *from)
{
	const char *name = archive_entry_pathname(from), *hard = archive_entry_hardlink(from);
	struct arena *a = r->tree->arena;
	struct tree_entry e = {.path = inside(r, name, name), .order = r->tree->list.n};

	e.mode = archive_entry_mode(from);
	e.uid = (uid_t)archive_entry_uid(from);
	e.gid = (gid_t)archive_entry_gid(from);
	e.rdev = archive_entry_rdev(from);
	read_xattrs(r, from, &e);
	if (hard)
		e.hard = inside(r, hard, name);
	if (!hard && S_ISLNK(e.mode)) {
		e.mode = S_IFLNK | 0777; // no system looks at these bits, but outputs hold them
		e.target = arena_dup(a, archive_entry_symlink(from));
	}
	if (!hard && S_ISREG(e.mode))
		e.data = read_data(r, e.path, archive_entry_size(from));
	VEC_ADD(a, &r->tree->list, e);
}

void
tree_load(struct tree *t, struct arena *a, const char *path)
{
	struct reader r = {.tree = t, .tar = archive_read_new(), .map = map_file(path)};
	struct archive_entry *e;
	struct tree_entry top = {.path = ".", .mode = S_IFDIR | 0755};

	*t = (struct tree){.arena = a, .name = path};
	VEC_ADD(a, &t->list, top);
	setlocale(LC_CTYPE, "C.UTF-8"); // for libarchive: names are UTF-8, whoever runs this
	if (!r.tar || archive_read_support_format_tar(r.tar) != ARCHIVE_OK ||
		archive_read_open_memory(r.tar, r.map.s, r.map.n) != ARCHIVE_OK)
		die("read %s: %s", path, r.tar ? archive_error_string(r.tar) : "out of memory");
	while ((e = next_member(&r)))
		add_member(&r, e);
	archive_read_free(r.tar);
	tree_settle(t);
}
