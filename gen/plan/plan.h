// SPDX-License-Identifier: Apache-2.0
// plan.h -- from a config to the graph that builds it. Layer: gen/plan.
#ifndef GEN_PLAN_PLAN_H
#define GEN_PLAN_PLAN_H

#include "gen/config/arch.h"
#include "gen/config/config.h"
#include "gen/config/machine.h"
#include "gen/plan/graph.h"

// The stamp of the edge that makes build.ninja.
#define PLAN_CONFIGURED "build/configure.stamp"

// One architecture that is built.
struct plan_arch {
	const char *name; // the key in build.toml
	const struct conf_arch *conf;
	const struct arch_facts *facts;
	bool foreign; // not the host's
};

// A file that goes into an archive; what configure writes into the lists of build/ARCH/.
struct plan_item {
	const char *path; // in the archive
	unsigned mode;
	const char *from; // the file, or the folder when TREE
	bool tree;
	bool order_only; // needed, but a change of it is no reason to run again
};

// A file that configure itself writes, and what it holds.
enum plan_file_kind {
	FILE_ROOTFS_VALUES,
	FILE_KERNEL_VALUES,
	FILE_INITRD_VALUES,
	FILE_VERSIONS_SCRIPT,
	FILE_ITEMS,
	FILE_ENGINE,
	FILE_MCP,
	FILE_SETTINGS,
	FILE_GRAPH,
};

struct plan_file {
	const char *path;
	enum plan_file_kind kind;
	const struct plan_arch *arch; // NULL when it is for all
	const struct plan_item *items;
	size_t nitems; // FILE_ITEMS
};

// What the command line says.
struct plan_input {
	const char *source;       // root of our source tree; NULL when installed
	const char *helpers;      // folder of the helper programs
	const char *share;        // folder with our templates/ and guest/
	const char *configure;    // this program, as build.ninja calls it
	const char *guest;        // the guest folder, seen from where ninja runs
	const char *host;         // the machine we run on: x86_64, arm64, ...
	const char *program_path; // PATH, for finding compilers
	const char *binary_version;
	const char *const *templates; // folders in front of ours
	size_t ntemplates;
	const char *const *archs; // --arch; none: all
	size_t narchs;
	bool release;
	bool any_platform;         // plan what cannot be built, too, to look at
	bool agents_only;          // no images: nothing but the guest programs
	const char *const *replay; // the arguments that make the same build.ninja again
	size_t nreplay;
};

struct plan {
	struct arena *arena;
	struct graph *graph;
	struct diags *ds;
	const struct config *conf;
	const struct machine *machine;
	const struct plan_input *in;
	const struct arch_facts *host; // NULL when the host's machine is none of ours
	struct plan_arch *archs;
	size_t narchs;
	VEC(struct plan_file) files;
	VEC(const char *) reads; // what the plan depends on besides the config
};

// Make the whole plan. Mistakes are stored in DS; the graph is of use only without any.
struct plan *plan_build(const struct plan_input *in, const struct config *conf,
	const struct machine *m, struct diags *ds);

// Look at those files of guest_files.def that are in the folder DIR: W024 for modes and first lines
// with which they are unfit.
void plan_check_artifacts(const char *dir, struct diags *ds);

// Store E301 and E302 for each file that a folder of artifacts must have and DIR lacks.
void plan_demand_artifacts(const char *dir, struct diags *ds);

// What the guest programs of an architecture are compiled with.
struct plan_toolchain {
	const char *section;       // [toolchain.ARCH]
	const char *cc;            // as the settings name it
	const char *include, *lib; // musl's folders
};
struct plan_toolchain plan_toolchain(
	struct arena *a, const struct machine *m, const struct plan_arch *arch);

// The guest programs, in the order in which templates see them.
struct plan_names {
	const char **v;
	size_t n;
};
struct plan_names plan_agent_names(struct arena *a);

// The architecture of the host among those that are built, NULL when it is not.
const struct plan_arch *plan_host_arch(const struct plan *p);

// build/ARCH/NAME; build/assets/ARCH/NAME.
const char *plan_path(const struct plan *p, const struct plan_arch *a, const char *name);
const char *plan_asset(const struct plan *p, const struct plan_arch *a, const char *name);

#endif
