// SPDX-License-Identifier: Apache-2.0
#include "rules/lib/foreign.h"

#include <string.h>

#include "gen/base/path.h"
#include "gen/base/source.h"
#include "rules/lib/image_ref.h"

#define FOLDER "/proc/sys/fs/binfmt_misc"

// e_machine of an ELF header as the kernel shows it in "magic", and where in those hex digits.
enum { MACHINE_DIGIT = 2 * 18 };
static const char *const machines[][2] = {{"x86_64", "3e00"}, {"aarch64", "b700"}};

// The interpreter of an entry that is for this machine and enabled, else NULL.
static const char *
entry_emulator(struct arena *a, const char *name, const char *machine)
{
	const char *path = path_join(a, FOLDER, name), *magic, *interpreter;
	struct source *src = source_load(a, path, path);

	if (!src || !str_starts(src->text, "enabled"))
		return NULL;
	magic = strstr(src->text.s, "\nmagic ");
	interpreter = strstr(src->text.s, "\ninterpreter ");
	if (!magic || !interpreter || strlen(magic += strlen("\nmagic ")) < MACHINE_DIGIT + 4)
		return NULL;
	if (strncmp(magic, "7f454c46", 8) != 0 || strncmp(magic + MACHINE_DIGIT, machine, 4) != 0)
		return NULL;
	interpreter += strlen("\ninterpreter ");
	return arena_ndup(a, interpreter, strcspn(interpreter, "\n"));
}

const char *
foreign_emulator(struct arena *a, const char *platform)
{
	const char *name = platform_machine(a, platform), *machine = NULL, *found = NULL;
	struct names names;

	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++) {
		if (strcmp(name, machines[i][0]) == 0)
			machine = machines[i][1];
	}
	if (!machine || !path_list(a, FOLDER, &names))
		return NULL;
	for (size_t i = 0; i < names.n && !found; i++) {
		if (strcmp(names.v[i], "register") != 0)
			found = entry_emulator(a, names.v[i], machine);
	}
	return found;
}

bool
foreign_runs(struct arena *a, const char *platform)
{
	return platform_same(platform, platform_host(a)) || foreign_emulator(a, platform);
}

const char *
foreign_help(void)
{
	return "sudo apt install qemu-user-static binfmt-support && sudo systemctl restart "
	       "systemd-binfmt (needs binfmt_misc mounted on " FOLDER ")";
}
