// SPDX-License-Identifier: Apache-2.0
// stage.h -- the stages of a plan, one file each, and what they share. Layer: gen/plan.
#ifndef GEN_PLAN_STAGE_H
#define GEN_PLAN_STAGE_H

#include "gen/plan/plan.h"

// Stages, in the order in which plan_build calls them.
void plan_self(struct plan *p);                                    // configure, helpers, tests
void plan_settings(struct plan *p);                                // defaults.json
void plan_agents(struct plan *p, const struct plan_arch *a);       // guest programs
void plan_rootfs(struct plan *p, const struct plan_arch *a);       // rootfs.squashfs, or .erofs
void plan_kernel(struct plan *p, const struct plan_arch *a);       // vmlinuz
void plan_initrd(struct plan *p, const struct plan_arch *a);       // initrd.img
void plan_boot(struct plan *p, const struct plan_arch *a);         // what boots the image
void plan_sums(struct plan *p, const struct plan_arch *a);         // checksums
void plan_cache(struct plan *p);                                   // cache-stats, cache-clean
void plan_targets(struct plan *p);                                 // manifest, names for people
void plan_agent_target(struct plan *p, const struct plan_arch *a); // agents-A
void plan_boot_names(struct plan *p);                              // boot, doctor, run, shell

// The assets of an architecture, ended by NULL: kernel, initrd, root filesystem.
enum { ASSET_ROOT = 2 };
const char *const *plan_assets(const struct plan *p);

// Whether the root filesystem is erofs, not squashfs.
bool plan_is_erofs(const struct plan *p);

// The sum file of an asset.
const char *plan_sum(struct plan *p, const struct plan_arch *a, const char *asset);

// An edge of a helper, which has the program as implicit input.
struct edge *stage_helper(struct plan *p, enum rule_id rule, const char *out);

// A file written by configure.
void stage_file(
	struct plan *p, const char *path, enum plan_file_kind kind, const struct plan_arch *a);
void stage_items(struct plan *p, const char *path, const struct plan_arch *a,
	const struct plan_item *items, size_t n);

// NAME -> INPUTS..., a target for people. The names are in use already when an architecture is
// called like a target; then nothing is added.
struct edge *stage_phony(struct plan *p, const char *name);

// SOURCE_DATE_EPOCH as the helpers get it.
const char *stage_epoch(const struct plan *p);

// Where compressed blocks are kept from one build to the next.
const char *stage_block_cache(void);

// The tar of base image REF for PLATFORM; the edge that makes it is added at the first call.
const char *stage_base(struct plan *p, const char *platform, const char *ref);

// render_dockerfile for STEP ("rootfs") from its values; returns the Dockerfile.
const char *stage_dockerfile(
	struct plan *p, const struct plan_arch *a, const char *step, enum plan_file_kind values);

// build_image for STEP with its Dockerfile and list of ITEMS; returns the edge, whose output is
// build/ARCH/STEP.tar.
struct edge *stage_image(struct plan *p, const struct plan_arch *a, const char *step,
	enum plan_file_kind values, const struct plan_item *items, size_t n);

// Where a file or folder of the guest is: GUEST/NAME, else the one that comes with this program.
// Stores E302 and returns NULL when neither exists.
const char *stage_guest_path(struct plan *p, const char *name);

// Store E302: the file at PATH, which goes into an image, is missing.
void stage_missing(struct plan *p, const char *path);

// The sealed guest program NAME of an architecture.
const char *stage_agent(struct plan *p, const struct plan_arch *a, const char *name);

// The items of guest_files.def for the initrd, or for the rootfs build context.
struct stage_items {
	struct plan_item *v;
	size_t n;
};
struct stage_items stage_guest_items(struct plan *p, const struct plan_arch *a, bool initrd);

// The words of a text file (blanks and line ends between them), which the plan then depends on.
struct words stage_words(struct plan *p, const char *path);

// The files in folder DIR whose names end in SUFFIX, as DIR/NAME, sorted; none when there is no
// such folder. The plan then depends on the folder.
struct plan_names stage_list(struct plan *p, const char *dir, const char *suffix);

// Make E depend on what LIST says goes into an archive, by the sums of sum_context and not by the
// files: one that was only touched builds nothing. The files of ITEMS are only needed, so that
// those an edge makes are made.
void stage_context(
	struct plan *p, struct edge *e, const char *list, const struct plan_item *items, size_t n);

#endif
