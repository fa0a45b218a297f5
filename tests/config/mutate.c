// SPDX-License-Identifier: Apache-2.0
// mutate -- COUNT seeded mutations of the config in the guest folder of the current folder: each is
// read, checked and reported in every format, in this one process. For mutate.t.
//   usage: mutate SEED COUNT PROGRAM
//
// Promised for each: no crash, no hang, every place inside its file. Every 80th mutation also goes
// through the whole generator, in a child that may die: then nothing of build.ninja may have
// changed.
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gen/base/diag_json.h"
#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/path.h"
#include "gen/check/check.h"
#include "gen/cmd/cmd.h"
#include "tests/config/mutation.h"

enum { MAX_FILES = 64, SECONDS = 60, STRIDE = 80 };

static struct original {
	const char *path;
	struct str text;
} files[MAX_FILES];
static size_t nfiles;
static struct arena kept;

static void
collect(const char *dir)
{
	struct names names;

	if (!path_list(&kept, dir, &names))
		die("read %s:", dir);
	for (size_t i = 0; i < names.n; i++) {
		const char *path = path_join(&kept, dir, names.v[i]);

		if (path_is_dir(path)) {
			collect(path);
		} else if (nfiles < MAX_FILES) {
			struct source *src = source_load(&kept, path, path);

			if (!src)
				die("read %s:", path);
			files[nfiles++] = (struct original){path, src->text};
		}
	}
}

static void
put(const char *path, struct str text)
{
	FILE *f = fopen(path, "w");

	if (!f || fwrite(text.s, 1, text.n, f) != text.n || fclose(f) != 0)
		die("write %s:", path);
}

static void
promise(bool kept_promise, const char *what, const struct diag *d)
{
	if (kept_promise)
		return;
	die("%s: [%s] %s", what, d ? diag_codes[d->code].name : "", d ? d->text : "");
}

static void
check_span(struct span at, const struct diag *d)
{
	struct place place = span_place(at);
	size_t lines = 1;

	promise(at.off <= at.src->text.n, "a place behind the end", d);
	promise(at.len <= at.src->text.n - at.off || at.len == 1, "a span beyond the end", d);
	for (size_t i = 0; i < at.src->text.n; i++)
		lines += at.src->text.s[i] == '\n';
	promise(place.line >= 1 && place.column >= 1 && place.line <= lines, "a line", d);
}

// All of it, with every printer.
static size_t
judge(FILE *nowhere)
{
	struct arena arena = {0};
	struct diags ds = {.arena = &arena};
	struct config *conf = config_load("guest", &ds);
	size_t errors;

	if (conf->found)
		check_config(conf, &ds);
	for (size_t i = 0; i < ds.list.n; i++) {
		const struct diag *d = ds.list.v[i];

		check_span(d->at, d);
		for (const struct diag_note *n = d->notes; n; n = n->next) {
			if (n->at.src)
				check_span(n->at, d);
		}
	}
	diag_print(&ds, nowhere, true);
	diag_print_short(&ds, nowhere);
	diag_print_json(&ds, nowhere);
	if (ds.list.n % 8 == 1) // its table of codes is long
		diag_print_sarif(&ds, nowhere);
	errors = ds.nerrors;
	arena_free(&arena);
	return errors;
}

static void
generate(const char *program)
{
	int null = open("/dev/null", O_WRONLY);

	dup2(null, STDERR_FILENO);
	dup2(null, STDOUT_FILENO);
	execl(program, program, "--quiet", "-C", "out", "guest", (char *)NULL);
	_exit(126);
}

static bool
has_leftovers(const char *dir)
{
	struct arena arena = {0};
	struct names names = {0};
	bool found = false;

	if (!path_list(&arena, dir, &names))
		die("read %s:", dir);
	for (size_t i = 0; i < names.n; i++) {
		const char *path = path_join(&arena, dir, names.v[i]);

		found |= str_ends(str_of(names.v[i]), ".tmp") ||
			 (path_is_dir(path) && has_leftovers(path));
	}
	arena_free(&arena);
	return found;
}

// The whole program over the folder as it is; ERRORS: how many the check found.
static void
run_all(const char *program, size_t errors)
{
	struct arena arena = {0};
	struct source *before = source_load(&arena, "out/build.ninja", ""), *after;
	int status;
	pid_t pid = fork();

	if (pid == 0)
		generate(program);
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		die("run %s:", program);
	promise(WIFEXITED(status) && WEXITSTATUS(status) <= 1, "the program died", NULL);
	promise(!errors || WEXITSTATUS(status) == 1, "an error, and build.ninja is written", NULL);
	after = source_load(&arena, "out/build.ninja", "");
	promise(after != NULL, "build.ninja is gone", NULL);
	promise(WEXITSTATUS(status) == 0 || str_eq(before->text, after->text),
		"build.ninja changed in spite of an error", NULL);
	promise(str_ends(after->text, "\n"), "half of build.ninja is written", NULL);
	promise(!has_leftovers("out"), "a temporary file is left behind", NULL);
	arena_free(&arena);
}

// One file of the config as something else than a file, or as one that cannot be read.
static void
strange_file(const struct original *f, unsigned how, FILE *nowhere, const char *program)
{
	const char *loop = "guest/config/ai/loop.toml";
	size_t errors;

	unlink(f->path);
	unlink(loop);
	if (how == 0 && mkdir(f->path, 0755) != 0)
		die("create %s:", f->path);
	if (how == 1 && symlink(path_base(f->path), f->path) != 0)
		die("link %s:", f->path);
	if (how == 2 && symlink("/nonexistent/x", f->path) != 0)
		die("link %s:", f->path);
	if (how == 3 && mkfifo(f->path, 0644) != 0)
		die("create %s:", f->path);
	if (how == 4) {
		put(f->path, f->text);
		chmod(f->path, 0);
	}
	if (how == 5 && (close(creat(f->path, 0644)) != 0 || truncate(f->path, 100 << 20) != 0))
		die("enlarge %s:", f->path);
	if (how == 6 && (symlink("..", loop) != 0 || symlink("loop.toml", f->path) != 0))
		die("link %s:", loop);
	errors = judge(nowhere); // how 7: the file is missing
	if (how != 5)
		run_all(program, errors);
	if (remove(f->path) != 0 && how != 7)
		die("remove %s:", f->path);
	unlink(loop);
	put(f->path, f->text);
}

int
main(int argc, char *argv[])
{
	FILE *nowhere = fopen("/dev/null", "w");
	struct mutator m;
	long seed, count;
	size_t wrong = 0;

	progname = "mutate";
	if (argc != 4 || !str_to_long(argv[1], 10, 1, 1 << 30, &seed) ||
		!str_to_long(argv[2], 10, 1, 1 << 30, &count))
		die_usage("mutate SEED COUNT PROGRAM");
	collect("guest/config");
	promise(judge(nowhere) == 0, "the config is wrong from the start", NULL);
	mutator_start(&m, (unsigned long)seed);
	for (unsigned how = 0; how < 8; how++) {
		for (size_t i = 0; i < nfiles; i++) {
			alarm(SECONDS); // a hang ends the program
			strange_file(&files[i], how, nowhere, argv[3]);
		}
	}
	for (long i = 0; i < count; i++) {
		const struct original *f = &files[mutator_below(&m, nfiles)];
		size_t errors;

		alarm(SECONDS);
		put(f->path, mutator_change(&m, f->text));
		errors = judge(nowhere);
		wrong += errors > 0;
		if (i % STRIDE == 0)
			run_all(argv[3], errors);
		put(f->path, f->text);
	}
	printf("%ld mutations, %zu with errors; %zu files in 8 strange ways\n", count, wrong,
		nfiles);
	mutator_end(&m);
	arena_free(&kept);
	fclose(nowhere);
	return 0;
}
