// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/tarfilter.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/str.h"

enum { BLOCK = 1 << 18, MAX_EDITED = 64 << 20 };

struct copy {
	const struct tarfilter *f;
	struct archive *in, *out;
	bool system; // an etc/ was seen, and the tree is a whole one
	const char *error;
	int refused; // errno of the write that failed
};

static bool
fail(struct copy *c, struct archive *which, const char *doing)
{
	const char *why = archive_error_string(which);

	if (c->error)
		return false;
	c->error = arena_printf(c->f->arena, "%s: %s", doing, why ? why : "unknown error");
	if (strcmp(c->error + strlen(doing), ": Write error") == 0)
		c->refused = archive_errno(which);
	return false;
}

// PATH without "./", leading and trailing slashes.
static char *
tidy(struct arena *a, const char *path)
{
	size_t n;

	while (strncmp(path, "./", 2) == 0 || *path == '/')
		path += *path == '/' ? 1 : 2;
	n = strlen(path);
	while (n && path[n - 1] == '/')
		n--;
	if (n == 1 && *path == '.')
		n = 0;
	return arena_ndup(a, path, n);
}

static bool
is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	return strncmp(path, folder, n) == 0 && path[n] == '/';
}

static bool
has_part(const char *path, const char *name)
{
	for (; path; path = strchr(path, '/')) {
		size_t n;

		path += *path == '/';
		n = strcspn(path, "/");
		if (n == strlen(name) && strncmp(path, name, n) == 0)
			return true;
	}
	return false;
}

// Files that tell a program it runs in a container, and the mount points engines make for their
// own files.
static bool
is_engine_file(const char *path)
{
	static const char *const files[] = {".dockerenv", ".containerenv", "run/.containerenv",
		"run/secrets", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab"};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (strcmp(path, files[i]) == 0)
			return true;
	}
	return is_below(path, "dev") || is_below(path, "proc") || is_below(path, "sys") ||
	       is_below(path, "run/secrets");
}

static bool
is_replaced(const struct tarfilter *f, const char *path)
{
	for (const char *const *d = f->drop; d && *d; d++) {
		if (strcmp(*d, path) == 0)
			return true;
	}
	for (size_t i = 0; f->add && i < f->add->n; i++) {
		if (f->add->v[i].kind != LAYOUT_FOLDER && strcmp(f->add->v[i].path, path) == 0)
			return true;
	}
	return false;
}

// Where the entry at PATH goes; NULL when it stays behind.
static const char *
place_of(const struct tarfilter *f, const char *path)
{
	char *p = tidy(f->arena, path);

	if (f->tree)
		return is_below(p, BUILD_TREE) ? p + strlen(BUILD_TREE) + 1 : NULL;
	if (!*p || has_part(p, BUILD_FOLDER) || is_engine_file(p) || is_replaced(f, p))
		return NULL;
	return p;
}

static bool
is_apt_source(const char *path)
{
	struct str s = str_of(path);

	return strcmp(path, "etc/apt/sources.list") == 0 ||
	       (is_below(path, "etc/apt/sources.list.d") &&
		       (str_ends(s, ".list") || str_ends(s, ".sources")));
}

// Whether the mirror's address ends at P: "/debian" is not the start of "/debian-archive", but
// "/debian-security" is the mirror of its namesake.
static bool
ends_here(const char *p, size_t n)
{
	return n == 0 || strchr(" \t\r\n/]", *p) || str_starts((struct str){p, n}, "-security");
}

// Put the original back wherever a source names the mirror, with http or https as it stands there:
// a step of the build may have changed it.
static void
restore_sources(const struct tarfilter *f, struct str text, struct buf *out)
{
	const char *host = strstr(f->mirror, "://"), *p = text.s, *end = text.s + text.n;
	size_t n;

	host = host ? host + 3 : f->mirror;
	n = strlen(host);
	while (p < end) {
		if (p - text.s >= 3 && strncmp(p - 3, "://", 3) == 0 && (size_t)(end - p) >= n &&
			strncmp(p, host, n) == 0 && ends_here(p + n, (size_t)(end - p) - n)) {
			buf_adds(out, "deb.debian.org/debian");
			p += n;
		} else {
			buf_addc(out, *p++);
		}
	}
}

static void
set_times(const struct tarfilter *f, struct archive_entry *e)
{
	time_t t = archive_entry_mtime(e);

	archive_entry_set_mtime(e, t > f->epoch ? f->epoch : t, 0);
	archive_entry_unset_atime(e);
	archive_entry_unset_ctime(e);
	archive_entry_unset_birthtime(e);
}

static void
set_names(struct archive_entry *e)
{
	archive_entry_set_uname(e, NULL);
	archive_entry_set_gname(e, NULL);
	archive_entry_acl_clear(e);
	archive_entry_set_fflags(e, 0, 0);
	archive_entry_set_dev(e, 0);
	archive_entry_set_ino(e, 0);
}

static bool
write_header(struct copy *c, struct archive_entry *e)
{
	// A warning is about a name that is no UTF-8; it is kept as it is.
	return archive_write_header(c->out, e) >= ARCHIVE_WARN || fail(c, c->out, "write the tar");
}

static bool
write_bytes(struct copy *c, const char *s, size_t n)
{
	return n == 0 || archive_write_data(c->out, s, n) == (la_ssize_t)n ||
	       fail(c, c->out, "write the tar");
}

static bool
copy_bytes(struct copy *c, struct archive_entry *e)
{
	static char block[BLOCK];
	la_ssize_t n;

	if (!write_header(c, e))
		return false;
	while ((n = archive_read_data(c->in, block, sizeof(block))) > 0) {
		if (!write_bytes(c, block, (size_t)n))
			return false;
	}
	return n == 0 || fail(c, c->in, "read what the engine handed out");
}

static bool
read_whole(struct copy *c, struct archive_entry *e, struct buf *text)
{
	char block[8192];
	la_ssize_t n;

	while ((n = archive_read_data(c->in, block, sizeof(block))) > 0) {
		buf_add(text, block, (size_t)n);
		if (text->n > MAX_EDITED) {
			c->error = arena_printf(
				c->f->arena, "%s is too large", archive_entry_pathname(e));
			return false;
		}
	}
	return n == 0 || fail(c, c->in, "read what the engine handed out");
}

// A file that is looked at, or changed, on its way.
static bool
copy_edited(struct copy *c, struct archive_entry *e, const char *path)
{
	struct buf was = {0}, now = {0};
	struct str text;
	bool ok = read_whole(c, e, &was);

	text = buf_str(&was);
	if (ok && c->f->packages && packages_want(path))
		packages_read(c->f->packages, path, text);
	if (ok && c->f->mirror && is_apt_source(path)) {
		restore_sources(c->f, text, &now);
		text = buf_str(&now);
		archive_entry_set_size(e, (la_int64_t)text.n);
	}
	ok = ok && write_header(c, e) && write_bytes(c, text.s, text.n);
	buf_free(&was);
	buf_free(&now);
	return ok;
}

static bool
is_edited(const struct tarfilter *f, const char *path)
{
	return (f->packages && packages_want(path)) || (f->mirror && is_apt_source(path));
}

static bool
copy_entry(struct copy *c, struct archive_entry *e)
{
	const char *name = archive_entry_pathname(e), *link = archive_entry_hardlink(e);
	const char *path = name ? place_of(c->f, name) : NULL;

	if (!name)
		return fail(c, c->in, "read a name");
	if (!path)
		return true;
	if (!c->f->tree && strcmp(path, "etc") == 0 && archive_entry_filetype(e) == AE_IFDIR)
		c->system = true;
	archive_entry_set_pathname(e, path);
	if (link) {
		link = place_of(c->f, link);
		if (!link) {
			c->error = arena_printf(c->f->arena,
				"%s is a hard link to a file that is not part of the image", path);
			return false;
		}
		archive_entry_set_hardlink(e, link);
	}
	set_times(c->f, e);
	set_names(e);
	if (archive_entry_filetype(e) == AE_IFREG && !link && is_edited(c->f, path))
		return copy_edited(c, e, path);
	return archive_entry_size(e) > 0 ? copy_bytes(c, e) : write_header(c, e);
}

static bool
add_text(struct copy *c, const char *path, unsigned mode, const char *text)
{
	struct archive_entry *e = archive_entry_new();
	bool ok;

	archive_entry_set_pathname(e, path);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, mode);
	archive_entry_set_size(e, (la_int64_t)strlen(text));
	archive_entry_set_mtime(e, c->f->epoch, 0);
	ok = write_header(c, e) && write_bytes(c, text, strlen(text));
	archive_entry_free(e);
	return ok;
}

static bool
add_link(struct copy *c, const char *path, const char *target)
{
	struct archive_entry *e = archive_entry_new();
	bool ok;

	archive_entry_set_pathname(e, path);
	archive_entry_set_filetype(e, AE_IFLNK);
	archive_entry_set_perm(e, 0777);
	archive_entry_set_symlink(e, target);
	archive_entry_set_mtime(e, c->f->epoch, 0);
	ok = write_header(c, e);
	archive_entry_free(e);
	return ok;
}

static bool
add_fresh_files(struct copy *c)
{
	return add_text(c, "etc/hostname", 0644, "localhost\n") &&
	       add_text(c, "etc/hosts", 0644,
		       "127.0.0.1\tlocalhost\n"
		       "::1\tlocalhost ip6-localhost ip6-loopback\n") &&
	       add_text(c, "etc/resolv.conf", 0644, "") &&
	       add_link(c, "etc/mtab", "../proc/self/mounts");
}

static bool
add_layout(struct copy *c)
{
	bool ok = true;

	for (size_t i = 0; ok && c->f->add && i < c->f->add->n; i++) {
		const struct layout_entry *e = &c->f->add->v[i];

		if (e->kind == LAYOUT_FILE && e->text)
			ok = add_text(c, e->path, e->mode, e->text);
	}
	return ok;
}

static bool
copy_all(struct copy *c)
{
	struct archive_entry *e;
	int r;

	while ((r = archive_read_next_header(c->in, &e)) == ARCHIVE_OK || r == ARCHIVE_WARN) {
		if (!copy_entry(c, e))
			return false;
	}
	if (r != ARCHIVE_EOF)
		return fail(c, c->in, "read what the engine handed out");
	if (c->system && !add_fresh_files(c))
		return false;
	return add_layout(c);
}

// A tar ends before its stream does: whoever still writes the zeroes after it must not meet a
// closed pipe.
static void
drain(int in)
{
	static char block[BLOCK];
	ssize_t n;

	do {
		n = read(in, block, sizeof(block));
	} while (n > 0 || (n < 0 && errno == EINTR));
}

const char *
tarfilter_copy(const struct tarfilter *f, int in, FILE *out)
{
	struct copy c = {.f = f, .in = archive_read_new(), .out = archive_write_new()};

	if (!c.in || !c.out)
		die("out of memory");
	setlocale(LC_CTYPE, "C.UTF-8"); // for libarchive: names are UTF-8, whoever runs this
	archive_read_support_format_tar(c.in);
	archive_write_set_format_pax_restricted(c.out);
	archive_write_set_options(c.out, "xattrheader=SCHILY");
	archive_write_set_bytes_in_last_block(c.out, 1);
	if (archive_read_open_fd(c.in, in, BLOCK) != ARCHIVE_OK) {
		fail(&c, c.in, "read what the engine handed out");
	} else if (archive_write_open_fd(c.out, fileno(out)) != ARCHIVE_OK ||
		   (copy_all(&c) && archive_write_close(c.out) != ARCHIVE_OK)) {
		fail(&c, c.out, "write the tar");
	}
	if (!c.error)
		drain(in);
	archive_read_free(c.in);
	archive_write_free(c.out);
	errno = c.refused;
	return c.error;
}
