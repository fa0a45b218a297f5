// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/context.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/die.h"
#include "gen/base/path.h"

enum { BLOCK = 1 << 16 };

// A file that exists as long as it is open: no way of ending leaves it behind.
static int
open_nameless(const char *folder)
{
	struct arena a = {0};
	char *name = arena_printf(&a, "%s/.context-XXXXXX", folder);
	int fd;

	path_make_dirs(folder);
	fd = mkstemp(name);
	if (fd < 0 || unlink(name) != 0)
		die("make a temporary file in %s:", folder);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	arena_free(&a);
	return fd;
}

static void
check(struct archive *out, bool ok)
{
	const char *why;

	if (ok)
		return;
	why = archive_error_string(out);
	errno = archive_errno(out);
	if (strcmp(why, "Write error") == 0) // all that libarchive says of a full disk
		die("write the build context:");
	die("write the build context: %s", why);
}

static struct archive_entry *
new_entry(const struct layout_entry *e, long epoch)
{
	static const mode_t kinds[] = {
		[LAYOUT_FILE] = AE_IFREG, [LAYOUT_FOLDER] = AE_IFDIR, [LAYOUT_LINK] = AE_IFLNK};
	struct archive_entry *ae = archive_entry_new();

	if (!ae)
		die("out of memory");
	archive_entry_set_pathname(ae, e->path);
	archive_entry_set_filetype(ae, kinds[e->kind]);
	archive_entry_set_perm(ae, e->mode);
	archive_entry_set_mtime(ae, epoch, 0);
	if (e->kind == LAYOUT_LINK)
		archive_entry_set_symlink(ae, e->target);
	return ae;
}

static void
add_file(struct archive *out, struct archive_entry *ae, const char *from)
{
	static char block[BLOCK];
	FILE *f = fopen(from, "re");
	struct stat st;
	size_t n;

	if (!f || fstat(fileno(f), &st) != 0)
		die("open %s:", from);
	archive_entry_set_size(ae, st.st_size);
	check(out, archive_write_header(out, ae) == ARCHIVE_OK);
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		check(out, archive_write_data(out, block, n) == (la_ssize_t)n);
	if (ferror(f))
		die("read %s:", from);
	fclose(f);
}

static void
add(struct archive *out, const struct layout_entry *e, long epoch)
{
	struct archive_entry *ae = new_entry(e, epoch);

	if (e->kind == LAYOUT_FILE && e->from) {
		add_file(out, ae, e->from);
	} else if (e->kind == LAYOUT_FILE) {
		size_t n = strlen(e->text);

		archive_entry_set_size(ae, (la_int64_t)n);
		check(out, archive_write_header(out, ae) == ARCHIVE_OK);
		check(out, archive_write_data(out, e->text, n) == (la_ssize_t)n);
	} else {
		check(out, archive_write_header(out, ae) == ARCHIVE_OK);
	}
	check(out, archive_write_finish_entry(out) == ARCHIVE_OK);
	archive_entry_free(ae);
}

int
context_open(const char *folder, long epoch, const struct layout_entry *first, size_t nfirst,
	const struct layout *l)
{
	int fd = open_nameless(folder);
	struct archive *out = archive_write_new();

	if (!out)
		die("out of memory");
	setlocale(LC_CTYPE, "C.UTF-8"); // for libarchive: names are UTF-8, whoever runs this
	archive_write_set_format_pax_restricted(out);
	archive_write_set_bytes_in_last_block(out, 1);
	check(out, archive_write_open_fd(out, fd) == ARCHIVE_OK);
	for (size_t i = 0; i < nfirst; i++)
		add(out, &first[i], epoch);
	for (size_t i = 0; i < l->n; i++)
		add(out, &l->v[i], epoch);
	check(out, archive_write_close(out) == ARCHIVE_OK);
	archive_write_free(out);
	if (lseek(fd, 0, SEEK_SET) != 0)
		die("rewind the build context:");
	return fd;
}
