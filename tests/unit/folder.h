// SPDX-License-Identifier: Apache-2.0
// folder.h -- a fresh folder to work in, and small files. Layer: tests.
#ifndef TESTS_UNIT_FOLDER_H
#define TESTS_UNIT_FOLDER_H

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

// Group set-up: a new folder becomes the current one.
static inline int
folder_enter(void **state)
{
	char *dir = strdup("/tmp/capsem-unit-XXXXXX");

	*state = dir;
	return dir && mkdtemp(dir) && chdir(dir) == 0 ? 0 : -1;
}

static inline int
folder_remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

// Group tear-down: the folder goes with all that is in it.
static inline int
folder_leave(void **state)
{
	char *dir = *state;
	int result = chdir("/") == 0 ? nftw(dir, folder_remove_one, 8, FTW_DEPTH | FTW_PHYS) : -1;

	free(dir);
	return result;
}

static inline void
folder_put(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

// The text of a small file; valid until the next call.
static inline const char *
folder_get(const char *path)
{
	static char text[1 << 16];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	return text;
}

#endif
