// SPDX-License-Identifier: Apache-2.0
// arch.h -- the platforms that can be built, from arches.def. Layer: gen/config.
#ifndef GEN_CONFIG_ARCH_H
#define GEN_CONFIG_ARCH_H

// What the names of one platform are.
struct arch_facts {
	const char *platform; // "linux/arm64"
	const char *name;     // ours: x86_64 or arm64
	const char *debian, *npm, *python, *kernel, *cross, *musl;
};

// The facts of a docker platform, of a machine name (uname -m, or ours); NULL when unknown.
const struct arch_facts *arch_by_platform(const char *platform);
const struct arch_facts *arch_by_machine(const char *machine);

#endif
