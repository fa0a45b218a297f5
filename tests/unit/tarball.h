// SPDX-License-Identifier: Apache-2.0
// tarball.h -- small tar files, written and listed. Layer: tests.
#ifndef TESTS_UNIT_TARBALL_H
#define TESTS_UNIT_TARBALL_H

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <locale.h>

#include "gen/base/str.h"
#include "tests/unit/folder.h"

// One member. KIND is 'f' (TEXT is its contents), 'd', 'l' (to TEXT), 'h' (hard link to TEXT) or
// 'c' (device).
struct tarball_item {
	char kind;
	const char *path;
	unsigned mode;
	const char *text;
	long mtime;
};

static inline void
tarball_add(struct archive *a, const struct tarball_item *item)
{
	struct archive_entry *e = archive_entry_new();
	bool file = item->kind == 'f';

	archive_entry_set_pathname(e, item->path);
	archive_entry_set_filetype(e, item->kind == 'd'   ? AE_IFDIR
				      : item->kind == 'l' ? AE_IFLNK
				      : item->kind == 'c' ? AE_IFCHR
							  : AE_IFREG);
	archive_entry_set_perm(e, item->mode);
	archive_entry_set_mtime(e, item->mtime, 123456789);
	archive_entry_set_uname(e, "somebody");
	archive_entry_set_gname(e, "some");
	archive_entry_set_uid(e, 7);
	archive_entry_set_size(e, file ? (la_int64_t)strlen(item->text) : 0);
	if (item->kind == 'l')
		archive_entry_set_symlink(e, item->text);
	if (item->kind == 'h')
		archive_entry_set_hardlink(e, item->text);
	if (file && strstr(item->path, "capable"))
		archive_entry_xattr_add_entry(e, "security.capability", "\1\0\0\2abc", 7);
	assert_true(archive_write_header(a, e) >= ARCHIVE_WARN); // of a name that is no UTF-8
	if (file)
		archive_write_data(a, item->text, strlen(item->text));
	archive_entry_free(e);
}

static inline void
tarball_write(const char *path, const struct tarball_item *items, size_t n)
{
	struct archive *a = archive_write_new();

	setlocale(LC_CTYPE, "C.UTF-8");
	archive_write_set_format_pax(a);
	assert_int_equal(archive_write_open_filename(a, path), ARCHIVE_OK);
	for (size_t i = 0; i < n; i++)
		tarball_add(a, &items[i]);
	assert_int_equal(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
}

static inline void
tarball_line(struct buf *out, struct archive *a, struct archive_entry *e)
{
	const char *hard = archive_entry_hardlink(e), *soft = archive_entry_symlink(e);
	const char *user = archive_entry_uname(e), *group = archive_entry_gname(e);
	char text[256];
	la_ssize_t n = archive_read_data(a, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	buf_addf(out, "%s %o %ld %ld", archive_entry_pathname(e), archive_entry_perm(e),
		(long)archive_entry_uid(e), (long)archive_entry_mtime(e));
	if (archive_entry_mtime_nsec(e) || (user && *user) || (group && *group))
		buf_adds(out, " unclean");
	if (archive_entry_xattr_count(e))
		buf_adds(out, " xattr");
	buf_addf(out, "%s%s%s%s%s%s\n", hard ? " = " : "", hard ? hard : "", soft ? " -> " : "",
		soft ? soft : "", *text ? " : " : "", text);
}

// Every member of the tar that FD holds, a line each:
// "PATH MODE UID MTIME [unclean] [xattr] [= HARDLINK] [-> LINK] [: FIRST LINE]"
static inline const char *
tarball_list(int fd)
{
	static char text[1 << 16];
	struct archive *a = archive_read_new();
	struct archive_entry *e;
	struct buf out = {0};
	int r;

	archive_read_support_format_tar(a);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(archive_read_open_fd(a, fd, 10240), ARCHIVE_OK);
	while ((r = archive_read_next_header(a, &e)) == ARCHIVE_OK)
		tarball_line(&out, a, e);
	assert_int_equal(r, ARCHIVE_EOF);
	archive_read_free(a);
	snprintf(text, sizeof(text), "%s", out.s ? out.s : "");
	buf_free(&out);
	return text;
}

#endif
