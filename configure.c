// SPDX-License-Identifier: Apache-2.0
// configure.c -- capsem-configure: reads a guest config, writes build.ninja. Called capsem-builder,
// it has the commands alone.
#include <stdio.h>

#include "gen/base/cleanup.h"
#include "gen/base/die.h"
#include "gen/cmd/cmd.h"

int
main(int argc, char *argv[])
{
	struct arena arena = {0};
	struct cmd_options options;
	int status;

	progname = "capsem-configure";
	cleanup_start();
	options = cmd_parse(&arena, argc, argv);
	status = cmd_run(&options);
	if (fflush(stdout) != 0 || ferror(stdout))
		die("write to the standard output:");
	arena_free(&arena);
	return status;
}
