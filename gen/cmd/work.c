// SPDX-License-Identifier: Apache-2.0
#include "gen/cmd/work.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/base/proc.h"
#include "gen/emit/emit.h"

void
work_print_errors(struct diags *ds)
{
	size_t n = 0;

	for (size_t i = 0; i < ds->list.n; i++) {
		if (ds->list.v[i]->severity == DIAG_ERROR)
			ds->list.v[n++] = ds->list.v[i];
	}
	ds->list.n = n;
	ds->nwarnings = 0;
	diag_print_text(ds, stderr, diag_colour(stderr));
}

void
work_need_ninja(const struct cmd_options *o)
{
	if (!path_find_program(o->arena, getenv("PATH"), "ninja"))
		die("ninja not found on PATH\n  fix: sudo apt install ninja-build");
}

// Two runs of ninja in one folder would undo each other's work. The lock goes with the process.
static void
lock_folder(const char *shown)
{
	int fd = path_lock_dir(".", false);

	if (fd < 0 && errno == EWOULDBLOCK) {
		fprintf(stderr, "Waiting for another build in %s\n", shown);
		fd = path_lock_dir(".", true);
	}
	if (fd < 0)
		die("lock %s:", shown);
}

const struct plan *
work_start(const struct cmd_options *o, const char *dir)
{
	struct diags ds = {.arena = o->arena, .building = true};
	const struct plan *p = cmd_configure(o, dir, &ds);

	if (!p) {
		work_print_errors(&ds);
		return NULL;
	}
	lock_folder(dir);
	emit_all(p);
	return p;
}

static const char *
line_of(struct arena *a, const char *const *argv)
{
	const char *line = *argv;

	for (argv++; *argv; argv++)
		line = arena_printf(a, "%s %s", line, *argv);
	return line;
}

void
work_run(struct arena *a, const char *const *argv)
{
	struct proc_spec spec = {.argv = argv};
	int status;

	fflush(stdout);
	cleanup_hold(true); // it tidies up behind itself, and we wait for that
	status = proc_run(&spec);
	cleanup_leave();
	cleanup_hold(false);
	if (status != 0)
		die("build command failed: %s", line_of(a, argv));
}

void
work_ninja(struct arena *a, const char *const *names, size_t n, const struct plan_arch *arch)
{
	struct cmd_words argv = {0};

	VEC_ADD(a, &argv, "ninja");
	VEC_ADD(a, &argv, "-C");
	VEC_ADD(a, &argv, path_cwd(a)); // for those who read the places of mistakes off its output
	for (size_t i = 0; i < n; i++)
		VEC_ADD(a, &argv, arena_printf(a, "%s-%s", names[i], arch->name));
	VEC_ADD(a, &argv, NULL);
	work_run(a, argv.v);
}

void
work_check_output(struct arena *a, const char *dir)
{
	const char *there = dir;
	struct stat st;

	while (stat(there, &st) != 0 && (errno == ENOENT || errno == ENOTDIR))
		there = path_dir(a, there);
	if (!path_is_dir(there))
		die("%s is in the way: not a folder", there);
	if (access(there, W_OK | X_OK) != 0)
		die("write into %s:", there);
}
