// SPDX-License-Identifier: Apache-2.0
// build.c -- the images, as the command of old built them; ninja does the work. Layer: gen/cmd.
//
// It works in a folder of its own, target/capsem-build, so that the build.ninja of whoever uses
// ninja directly stays theirs; -C DIR makes it work in theirs.
// Source: section 3 of the command line reference
#include "gen/cmd/build.h"

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/cmd/work.h"

#define FOLDER "target/capsem-build"
#define OUTPUT "assets"

// The targets of each template.
static const struct {
	const char *name;
	const char *targets[2];
	size_t n;
} templates[] = {
	[BUILD_ROOTFS] = {"rootfs", {"rootfs"}, 1},
	[BUILD_KERNEL] = {"kernel", {"kernel", "initrd"}, 2},
};

static int
refuse(struct diags *ds)
{
	size_t n = ds->nerrors;

	work_print_errors(ds);
	fprintf(stderr, "\n%zu validation error(s) -- fix before building\n", n);
	return 1;
}

// A fixed kernel version is a machine setting, which build.ninja remembers.
static struct cmd_options
with_version(const struct cmd_options *o)
{
	struct cmd_options mine = *o;
	const char *version = cmd_value(o, OPT_KERNEL_VERSION);

	if (version) {
		VEC_ADD(o->arena, &mine.settings,
			arena_printf(o->arena, "kernel.version=%s", version));
	}
	return mine;
}

// Of other sources the version is what it is.
static const char *
fixed_version(const struct cmd_options *o, const struct plan *p)
{
	const struct str source = p->conf->build.kernel_source.v;

	if (str_is(source, "kernel.org"))
		return machine_get(p->machine, "kernel", "version");
	if (cmd_is_set(o, OPT_KERNEL_VERSION)) {
		die("--kernel-version wants kernel_source = \"kernel.org\" in build.toml, not "
		    "\"%.*s\"",
			STR_FMT(source));
	}
	return "";
}

static void
build_all(const struct cmd_options *o, const struct plan *p, enum build_template t)
{
	const char *version = t == BUILD_KERNEL ? fixed_version(o, p) : "";

	for (size_t i = 0; i < p->narchs; i++) {
		if (!cmd_is_set(o, OPT_ARCH))
			printf("=== Building %s for %s ===\n", templates[t].name, p->archs[i].name);
		if (*version)
			printf("Kernel: %s\n", version);
		work_ninja(o->arena, templates[t].targets, templates[t].n, &p->archs[i]);
	}
}

static int
build_images(const struct cmd_options *o, const struct machine *m, enum build_template t)
{
	struct cmd_options mine = with_version(o);
	const char *dir = cmd_value(o, OPT_DIR), *out = cmd_value(o, OPT_OUTPUT), *engine, *path;
	const struct plan *p;

	dir = dir ? dir : FOLDER;
	out = path_clean(o->arena, out ? out : OUTPUT);
	path = path_absolute(o->arena, path_cwd(o->arena), out);
	engine = build_engine(o->arena, m);
	work_need_ninja(o);
	work_check_output(o->arena, path);
	p = work_start(&mine, dir);
	if (!p)
		return 1;
	printf("Using container runtime: %s\n", engine);
	build_all(o, p, t);
	build_publish(p, t, path, out);
	printf("\nDone! Assets are in %s/\n", out);
	return 0;
}

int
cmd_build(const struct cmd_options *o)
{
	bool dry = cmd_is_set(o, OPT_DRY_RUN);
	struct diags ds = {.arena = o->arena, .building = !dry};
	enum build_template t = (enum build_template)cmd_choice(o, OPT_TEMPLATE);
	const struct machine *m = cmd_settings(o, path_cwd(o->arena), &ds);
	struct config *conf;

	cmd_check_folders(o, o->guest);
	conf = cmd_lint(o, &ds);
	if (ds.nerrors)
		return refuse(&ds);
	cmd_check_archs(o, conf);
	return dry ? build_dry_run(o, conf, m, templates[t].name) : build_images(o, m, t);
}
