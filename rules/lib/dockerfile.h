// SPDX-License-Identifier: Apache-2.0
// dockerfile.h -- the stages of a Dockerfile, and the Dockerfile that is really built.
// Layer: rules/lib.
//
// Only what is needed is understood: where instructions begin and end (continued lines, comments,
// here-documents, the escape directive), ARG before the first FROM, FROM, COPY --from. The engine
// does the rest, and reports what is wrong.
#ifndef RULES_LIB_DOCKERFILE_H
#define RULES_LIB_DOCKERFILE_H

#include <stdbool.h>

#include "gen/base/arena.h"
#include "gen/base/str.h"

struct build_arg {
	const char *name, *value;
};

struct build_args {
	VEC(struct build_arg) list;
};

struct stage {
	const char *name;     // AS NAME; NULL: none
	const char *platform; // of its FROM, else the target's
	const char *image;    // what it starts from, ARGs filled in; "scratch" for nothing
	long parent;          // the earlier stage it starts from, -1: none
	size_t off, len;      // the FROM instruction, line end included
	bool runs;            // has a RUN
};

// COPY --from=REF where REF is no stage.
struct image_copy {
	const char *image;
	size_t off, len; // of REF
};

struct dockerfile {
	struct str text;
	VEC(struct stage) stages;
	VEC(struct image_copy) copies;
};

// Where a base image is to be had: PLATFORM and REF as the Dockerfile names it, IMAGE in the
// engine.
struct base_image {
	const char *platform, *ref, *tar, *image;
};

// How the Dockerfile is to be changed.
struct dockerfile_change {
	const char *platform; // of the result
	const struct base_image *bases;
	size_t nbases;
	const char *label;  // put on all that comes of it, "KEY=VALUE"
	const char *inject; // instructions for the start of each stage that is not scratch
	const char *tree;   // for a result from scratch: where to copy it, for tarfilter
};

// Read the stages of TEXT for the target platform PLATFORM on a machine of platform HOST. TEXT is
// borrowed, all else lives in A. False when there is no stage at all.
bool dockerfile_parse(struct dockerfile *d, struct arena *a, struct str text,
	const struct build_args *args, const char *platform, const char *host)
	__attribute__((warn_unused_result));

// The base that stands for image REF on PLATFORM, or NULL.
const struct base_image *dockerfile_base(
	struct arena *a, const struct dockerfile_change *ch, const char *platform, const char *ref);

// Whether the result starts from nothing.
bool dockerfile_is_scratch(const struct dockerfile *d);

// The text to build.
void dockerfile_rewrite(const struct dockerfile *d, struct arena *a,
	const struct dockerfile_change *ch, struct buf *out);

#endif
