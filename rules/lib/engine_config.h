// SPDX-License-Identifier: Apache-2.0
// engine_config.h -- which container engine to use and how it reaches the network.
// Layer: rules/lib.
//
// configure writes this from the machine file. All members are optional; "" is the same as absent.
//   {"runtime": "auto", "base": "auto", "docker": "docker", "podman": "podman", "buildah":
//   "buildah",
//    "mmdebstrap": "mmdebstrap", "builder": "auto", "isolation": "auto", "keep_layers": false,
//    "network": {"http_proxy": "", "https_proxy": "", "no_proxy": "", "ca_bundle": "FILE"},
//    "mirrors": {"debian": "URL", "npm": "URL", "pypi": "URL", "kernel": "URL"}}
#ifndef RULES_LIB_ENGINE_CONFIG_H
#define RULES_LIB_ENGINE_CONFIG_H

#include <stdbool.h>

#include "rules/lib/rule.h"

struct engine_config {
	const char *runtime;                   // auto, docker, podman or buildah
	const char *docker, *podman, *buildah; // programs
	const char *mmdebstrap;
	const char *builder;   // docker's: auto, classic or buildkit
	const char *isolation; // buildah's: auto, chroot, oci or rootless
	bool keep_layers;      // leave the layer cache and the imported base images in the engine

	// How the build reaches the network; NULL where there is nothing to say.
	const char *http_proxy, *https_proxy, *no_proxy;
	const char *ca_bundle; // PEM file, trusted besides the usual authorities

	// Where to fetch from instead of http://deb.debian.org/debian, https://registry.npmjs.org
	// and https://pypi.org/simple; NULL for the original. (That of kernel.org is part of the
	// kernel's Dockerfile.)
	const char *mirror_debian, *mirror_npm, *mirror_pypi, *mirror_kernel;
};

// Read the file at PATH. It is about how to build, not what: neither it nor the CA bundle is noted
// as read, so another engine or proxy, or new certificates, rebuild nothing. Dies when it cannot be
// read, holds an unknown member or a value of the wrong kind.
struct engine_config engine_config_load(struct rule_args *a, const char *path);

#endif
