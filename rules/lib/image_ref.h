// SPDX-License-Identifier: Apache-2.0
// image_ref.h -- names of images and platforms, as people write them. Layer: rules/lib.
#ifndef RULES_LIB_IMAGE_REF_H
#define RULES_LIB_IMAGE_REF_H

#include <stdbool.h>

#include "gen/base/arena.h"

// REF in full, but without the registry and folder that are understood: "docker.io/library/debian"
// and "debian" are both "debian:latest". The same image has the same text.
char *image_ref_normal(struct arena *a, const char *ref);

// The Debian suite REF names ("debian:bookworm-slim", "debian:12", "debian:trixie-20250520-slim"),
// NULL when it is not a Debian image or fixed by a digest.
const char *image_ref_debian_suite(struct arena *a, const char *ref);

// Whether two platforms run the same code: variants ("linux/arm64/v8") do not count.
bool platform_same(const char *a, const char *b);

// "amd64" of "linux/amd64", and the same as uname -m and qemu call it ("x86_64").
char *platform_arch(struct arena *a, const char *platform);
const char *platform_machine(struct arena *a, const char *platform);

// The platform of this machine, by uname.
char *platform_host(struct arena *a);

#endif
