// SPDX-License-Identifier: Apache-2.0
// build_publish.c -- from the build folder to the folder of assets that was asked for.
// Layer: gen/cmd.
//
// The files there are the built ones under another name. Their folder may hold other assets, from
// other builds or tools, and may be emptied at any time without anything to be built again.
#include "gen/cmd/build.h"

#include "gen/base/die.h"
#include "gen/base/output.h"
#include "gen/base/path.h"
#include "gen/cmd/work.h"

static const char *const assets[][4] = {
	[BUILD_ROOTFS] = {"rootfs.squashfs", "rootfs.erofs", "tool-versions.txt", NULL},
	[BUILD_KERNEL] = {"vmlinuz", "initrd.img", NULL},
};

// Other tools make this too, and where there is one it is the one that counts.
static void
look_for_erofs(const struct plan *p, const char *dir, const char *shown, const char *arch)
{
	if (path_is_file(path_join(p->arena, dir, "rootfs.erofs"))) {
		warn("%s/%s/rootfs.erofs is not of this build, and is taken before rootfs.squashfs "
		     "wherever there is one; remove it",
			shown, arch);
	}
}

static void
publish_arch(const struct plan *p, const struct plan_arch *a, enum build_template t,
	const char *out, const char *shown)
{
	const char *dir = path_join(p->arena, out, a->name);

	for (const char *const *name = assets[t]; *name; name++) {
		const char *from = plan_asset(p, a, *name);

		if (!graph_maker(p->graph, from)) // no version commands, no versions; one format
			continue;
		output_share(from, path_join(p->arena, dir, *name));
		printf("  %s/%s/%s\n", shown, a->name, *name);
	}
	if (t == BUILD_ROOTFS && !graph_maker(p->graph, plan_asset(p, a, "rootfs.erofs")))
		look_for_erofs(p, dir, shown, a->name);
}

// Sums are worked out anew: those of the build folder are not of what others have put there.
static void
write_manifest(const struct plan *p, const char *out)
{
	const char *epoch = machine_get(p->machine, "", "source_date_epoch");
	const char *argv[] = {path_join(p->arena, p->in->helpers, "write_manifest"), "-o",
		"build/published/output", "-A", out, "-B", p->in->binary_version,
		*epoch ? "-s" : NULL, epoch, NULL};

	work_run(p->arena, argv);
}

void
build_publish(
	const struct plan *p, enum build_template template, const char *out, const char *shown)
{
	for (size_t i = 0; i < p->narchs; i++)
		publish_arch(p, &p->archs[i], template, out, shown);
	printf("Generating checksums (version %s)...\n", p->in->binary_version);
	write_manifest(p, out);
}
