// SPDX-License-Identifier: Apache-2.0
// emit.h -- a plan as files: build.ninja, compile_commands.json and what lies below build/.
// Layer: gen/emit.
#ifndef GEN_EMIT_EMIT_H
#define GEN_EMIT_EMIT_H

#include <cjson/cJSON.h>

#include "gen/plan/plan.h"

// Write all files of the plan into the current folder, each only when its bytes change;
// build.ninja and its stamp last. Returns how many changed.
size_t emit_all(const struct plan *p);

// build.ninja as text.
void emit_ninja(const struct plan *p, struct buf *out);

// Makefile-style list of what build.ninja depends on.
void emit_depfile(const struct plan *p, struct buf *out);

// compile_commands.json: every C file once. CWD: the folder ninja runs in.
void emit_compile_commands(const struct plan *p, const char *cwd, struct buf *out);

// The contents of one generated file.
void emit_file(const struct plan *p, const struct plan_file *file, struct buf *out);

// The pieces emit_file is made of; JSON trees belong to the caller.
cJSON *emit_rootfs_values(const struct plan *p, const struct plan_arch *a);
cJSON *emit_kernel_values(const struct plan *p, const struct plan_arch *a);
cJSON *emit_initrd_values(const struct plan *p, const struct plan_arch *a);
cJSON *emit_items(const struct plan_item *items, size_t n);
cJSON *emit_engine(const struct plan *p);
cJSON *emit_mcp_servers(const struct plan *p);
cJSON *emit_settings(const struct config *c);
void emit_versions_script(const struct config *c, struct buf *out);
void emit_graph(const struct plan *p, struct buf *out);

// The file of certificates that builds trust: network.ca_bundle, or what this machine has; "" for
// none.
const char *emit_ca_bundle(const struct machine *m);

#endif
