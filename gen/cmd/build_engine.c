// SPDX-License-Identifier: Apache-2.0
// build_engine.c -- which container engine a build will use, as far as can be told without asking
// any: the helpers do that, each for itself. Layer: gen/cmd.
#include <stdlib.h>
#include <string.h>

#include "gen/base/die.h"
#include "gen/base/path.h"
#include "gen/cmd/build.h"

// In the order in which the helpers try them.
static const struct {
	const char *name, *package;
} engines[] = {{"docker", "docker.io"}, {"podman", "podman"}, {"buildah", "buildah"}};

enum { NENGINES = sizeof(engines) / sizeof(*engines) };

static void __attribute__((noreturn)) none_found(const struct machine *m, const char *wanted)
{
	for (size_t i = 0; i < NENGINES; i++) {
		if (strcmp(engines[i].name, wanted) == 0) {
			die("container-runtime: %s not found on PATH (container runtime not "
			    "found)\n"
			    "  fix: sudo apt install %s",
				machine_get(m, "container", wanted), engines[i].package);
		}
	}
	die("container-runtime: docker not found on PATH (container runtime not found: no podman "
	    "and no buildah either)\n"
	    "  fix: sudo apt install docker.io, or podman, or buildah");
}

const char *
build_engine(struct arena *a, const struct machine *m)
{
	const char *wanted = machine_get(m, "container", "runtime"), *found = "";
	bool any = strcmp(wanted, "auto") == 0;
	size_t n = 0;

	for (size_t i = 0; i < NENGINES; i++) {
		const char *name = engines[i].name;

		if (!any && strcmp(wanted, name) != 0)
			continue;
		if (path_find_program(a, getenv("PATH"), machine_get(m, "container", name)))
			found = arena_printf(a, "%s%s%s", found, n++ ? ", " : "", name);
	}
	if (n == 0)
		none_found(m, wanted);
	return n == 1 ? found : arena_printf(a, "the first that answers of %s", found);
}
