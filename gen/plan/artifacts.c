// SPDX-License-Identifier: Apache-2.0
// artifacts.c -- whether the guest's own files are there and fit to run. Layer: gen/plan.
#include <string.h>
#include <sys/stat.h>

#include "gen/base/path.h"
#include "gen/plan/plan.h"

enum kind { ARTIFACT, FOLDER, AGENT };

static const struct {
	const char *name;
	enum kind kind;
	unsigned mode;
} files[] = {
#define GUEST_FILE(name, kind, initrd, context, mode) {name, kind, mode},
#include "gen/plan/guest_files.def"
};

// Those that are demanded of a folder of artifacts that somebody names; the others have a copy of
// ours to stand in.
static const char *const demanded[] = {"capsem-init", "capsem-bashrc", "capsem-doctor",
	"capsem-bench", "snapshots", "capsem_bench", "diagnostics", NULL};

enum { MAX_DEPTH = 16, MAX_FIRST_LINE = 255 };

static struct span
top_of(struct diags *ds, const char *path)
{
	struct source *src = source_load(ds->arena, path, path);

	return (struct span){src ? src : source_of(ds->arena, path, (struct str){0}), 0, 0};
}

static void
check_mode(const char *path, const struct stat *st, struct diags *ds)
{
	struct diag *d;

	if (st->st_mode & (S_ISUID | S_ISGID)) {
		d = diag_add(ds, W024, top_of(ds, path), "%s is setuid or setgid", path_base(path));
		diag_help(ds, d, "chmod ug-s %s", path);
	}
	if (st->st_mode & S_IWOTH) {
		d = diag_add(ds, W024, top_of(ds, path), "%s can be written by anybody",
			path_base(path));
		diag_help(ds, d, "chmod o-w %s", path);
	}
}

// A file that is run must say by what, or be a program.
static void
check_first_line(const char *path, struct diags *ds)
{
	struct span at = top_of(ds, path);
	struct str text = at.src->text;
	const char *nl = memchr(text.s, '\n', text.n);

	at.len = nl ? (size_t)(nl - text.s) : text.n;
	if (str_starts(text, "\x7f"
			     "ELF"))
		return;
	if (!str_starts(text, "#!/")) {
		diag_add(ds, W024, at, "%s is run, but does not begin with '#!/'", path_base(path));
	} else if (memchr(text.s, '\r', at.len)) {
		diag_add(ds, W024, at, "the first line of %s ends in a carriage return",
			path_base(path));
	} else if (at.len > MAX_FIRST_LINE) {
		diag_add(ds, W024, at, "the first line of %s is longer than %d bytes",
			path_base(path), MAX_FIRST_LINE);
	}
}

static void
check_folder(const char *dir, int depth, struct diags *ds)
{
	struct names names;

	if (depth > MAX_DEPTH || !path_list(ds->arena, dir, &names))
		return;
	for (size_t i = 0; i < names.n; i++) {
		const char *path = path_join(ds->arena, dir, names.v[i]);
		struct stat st;

		if (lstat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			check_folder(path, depth + 1, ds);
		} else if (S_ISREG(st.st_mode)) {
			check_mode(path, &st, ds);
		}
	}
}

void
plan_check_artifacts(const char *dir, struct diags *ds)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		const char *path = path_join(ds->arena, dir, files[i].name);
		struct stat st;

		if (files[i].kind == AGENT || stat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode))
			check_folder(path, 0, ds);
		if (!S_ISREG(st.st_mode))
			continue;
		check_mode(path, &st, ds);
		if (files[i].kind == ARTIFACT && files[i].mode & 0111)
			check_first_line(path, ds);
	}
}

static bool
is_folder(const char *name)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		if (strcmp(files[i].name, name) == 0)
			return files[i].kind == FOLDER;
	}
	return false;
}

void
plan_demand_artifacts(const char *dir, struct diags *ds)
{
	const char *ca = path_join(ds->arena, dir, "capsem-ca.crt");
	const char *beside = path_join(ds->arena, dir, "../../config/capsem-ca.crt");

	if (!path_is_file(ca) && !path_is_file(beside))
		diag_add(ds, E301, top_of(ds, ca), "missing CA certificate: capsem-ca.crt");
	for (size_t i = 0; demanded[i]; i++) {
		const char *path = path_join(ds->arena, dir, demanded[i]);
		bool folder = is_folder(demanded[i]);

		if (folder ? !path_is_dir(path) : !path_is_file(path) && !path_is_dir(path)) {
			diag_add(ds, E302, top_of(ds, path), "missing required %s: %s",
				folder ? "directory" : "artifact", demanded[i]);
		}
	}
}
