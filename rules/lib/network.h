// SPDX-License-Identifier: Apache-2.0
// network.h -- how the steps of an image build reach the network: proxies, additional authorities,
// mirrors. Layer: rules/lib.
//
// It works for any Dockerfile and any builder, without RUN --mount: each stage that starts from an
// image gets a folder with the certificates and settings, and environment variables that point
// there. Neither is in the result: environment variables are not part of a file tree, and tarfilter
// leaves the folder out. apt's sources are rewritten in place, and set back by tarfilter.
#ifndef RULES_LIB_NETWORK_H
#define RULES_LIB_NETWORK_H

#include "rules/lib/dockerfile.h"
#include "rules/lib/engine_config.h"
#include "rules/lib/layout.h"

struct network {
	VEC(struct layout_entry) files; // for the context, below tarfilter's BUILD_FOLDER
	const char *inject;             // instructions for the start of a stage, "" for none
	struct build_args args;         // for the engine; Dockerfiles need not declare them
};

// What proxies, mirrors and the certificate authority of C bring into a build; all of it in A. Dies
// when the file of certificates cannot be read or a mirror is not a URL.
struct network network_of(struct arena *a, const struct engine_config *c);

#endif
