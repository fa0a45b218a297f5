// SPDX-License-Identifier: Apache-2.0
#include "gen/config/arch.h"

#include <stdbool.h>
#include <string.h>

static const struct arch_facts facts[] = {
#define ARCH(platform, name, debian, npm, python, kernel, cross, musl)                             \
	{platform, name, debian, npm, python, kernel, cross, musl},
#include "gen/config/arches.def"
};

enum { NFACTS = sizeof(facts) / sizeof(*facts) };

// "linux/arm64/v8" is the platform "linux/arm64".
static bool
same_platform(const char *known, const char *given)
{
	size_t n = strlen(known);

	return strncmp(known, given, n) == 0 && (!given[n] || strcmp(given + n, "/v8") == 0);
}

const struct arch_facts *
arch_by_platform(const char *platform)
{
	for (size_t i = 0; i < NFACTS; i++) {
		if (same_platform(facts[i].platform, platform))
			return &facts[i];
	}
	return NULL;
}

const struct arch_facts *
arch_by_machine(const char *machine)
{
	for (size_t i = 0; i < NFACTS; i++) {
		if (strcmp(facts[i].name, machine) == 0 || strcmp(facts[i].python, machine) == 0)
			return &facts[i];
	}
	return NULL;
}
