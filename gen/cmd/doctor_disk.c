// SPDX-License-Identifier: Apache-2.0
// doctor_disk.c -- room for a build: bytes and inodes, below build/ and where the engine has its
// images. Layer: gen/cmd.
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "gen/base/path.h"
#include "gen/cmd/doctor.h"

// Measured with the shipped config, x86_64: build/ has 2.3 GB and 3400 files when all is built, and
// an image that is built anew stands beside the old one. The engine holds one build at a time: the
// layers of a root filesystem (1.6 GB, 29000 files), or the kernel's sources and objects.
enum {
	BUILD_GB = 5, // per architecture
	STORE_GB = 8,
	BUILD_INODES = 10000,
	STORE_INODES = 150000,
};

// One file system and what is wanted of it.
struct volume {
	const char *path; // a folder that is there
	const char *what; // who wants it
	const char *fix;
	dev_t device;
	unsigned long gb, inodes; // needed
	struct statvfs fs;
	bool known;
};

// PATH, or the nearest folder above it that is there.
static const char *
existing(struct arena *a, const char *path)
{
	while (!path_is_dir(path) && strcmp(path, "/") != 0 && strcmp(path, ".") != 0)
		path = path_dir(a, path);
	return path;
}

static struct volume
look(struct doctor *d, const char *path)
{
	struct volume p = {.path = existing(d->arena, path)};
	struct stat st;

	p.known = stat(p.path, &st) == 0 && statvfs(p.path, &p.fs) == 0;
	p.device = p.known ? st.st_dev : 0;
	return p;
}

static struct volume
build_place(struct doctor *d)
{
	unsigned long n = d->narchs ? d->narchs : 1;
	struct volume p = look(d, path_cwd(d->arena));

	p.gb = BUILD_GB * n;
	p.inodes = BUILD_INODES * n;
	p.what = arena_printf(d->arena, "build/ of %lu architecture%s", n, n == 1 ? "" : "s");
	p.fix = arena_printf(d->arena,
		"rm -rf build, or capsem-configure -C DIR %s on another disk",
		doctor_word(d, d->o->guest));
	return p;
}

static struct volume
store_place(struct doctor *d)
{
	struct volume p = look(d, d->engine.store);
	bool buildah = strcmp(d->engine.name, "buildah") == 0;

	p.gb = STORE_GB;
	p.inodes = STORE_INODES;
	p.what = arena_printf(d->arena, "the images of %s", d->engine.name);
	p.fix = arena_printf(
		d->arena, "%s %s", d->engine.program, buildah ? "prune --all" : "system prune");
	return p;
}

static unsigned long
free_gb(const struct volume *p)
{
	return (unsigned long)((unsigned long long)p->fs.f_bavail * p->fs.f_frsize >> 30);
}

static void
report_space(struct doctor *d, const struct volume *p)
{
	bool enough = free_gb(p) >= p->gb;

	doctor_add(d, enough ? DOCTOR_PASS : DOCTOR_FAIL, "disk-space",
		"%lu GB free in %s (%lu GB needed: %s)", free_gb(p), p->path, p->gb, p->what);
	if (!enough)
		doctor_fix(d, "%s", p->fix);
}

// Some file systems have no fixed number of inodes, and say that there are none.
static void
report_inodes(struct doctor *d, const struct volume *p)
{
	unsigned long n = (unsigned long)p->fs.f_favail;

	if (p->fs.f_files == 0) {
		doctor_add(d, DOCTOR_PASS, "disk-inodes", "inodes without limit in %s", p->path);
		return;
	}
	doctor_add(d, n >= p->inodes ? DOCTOR_PASS : DOCTOR_FAIL, "disk-inodes",
		"%lu inodes free in %s (%lu needed: %s)", n, p->path, p->inodes, p->what);
	if (n < p->inodes)
		doctor_fix(d, "%s", p->fix);
}

static void
report(struct doctor *d, const struct volume *p,
	void (*tell)(struct doctor *d, const struct volume *p), const char *name)
{
	if (p->known) {
		tell(d, p);
	} else {
		doctor_add(d, DOCTOR_WARN, name, "%s does not tell how much is free", p->path);
	}
}

// What two folders want of one file system comes together.
static void
each_place(
	struct doctor *d, const char *name, void (*tell)(struct doctor *d, const struct volume *p))
{
	struct volume build = build_place(d), store;
	bool two = d->engine.store != NULL;

	if (two) {
		store = store_place(d);
		two = !build.known || !store.known || build.device != store.device;
		if (!two) {
			build.gb += store.gb;
			build.inodes += store.inodes;
			build.what = arena_printf(d->arena, "%s, %s", build.what, store.what);
			build.fix = arena_printf(d->arena, "%s, or %s", store.fix, build.fix);
		}
	}
	report(d, &build, tell, name);
	if (two)
		report(d, &store, tell, name);
}

void
doctor_space(struct doctor *d)
{
	each_place(d, "disk-space", report_space);
}

void
doctor_inodes(struct doctor *d)
{
	each_place(d, "disk-inodes", report_inodes);
}
